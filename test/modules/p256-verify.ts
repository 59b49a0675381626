// The verification of P-256 signatures as a module of its own, for the unit tests.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { p256VerifyVartime } from "../../assembly/crypto/p256/p256-verify";
