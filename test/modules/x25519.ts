// X25519 as a module of its own, for the unit tests.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { ctIsZero32, x25519, x25519Base } from "../../assembly/crypto/curve25519/x25519";
