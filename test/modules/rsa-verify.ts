// The verification of RSA signatures as a module of its own, for the unit tests.

const buffer: usize = memory.data(2048, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { rsaVerifyVartime } from "../../assembly/crypto/rsa/rsa-verify";
