// The verification of the fast build as a module of its own, for the unit tests.

const buffer: usize = memory.data(4096, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { prepareKey, verifyVartime } from "../../assembly/crypto/curve25519/ed25519-verify";
