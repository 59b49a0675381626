// Ed25519 signing as a module of its own, and the two steps whose edge cases no signature reaches, for the unit tests.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export {
  ed25519PublicKey,
  ed25519Sign,
  multiplyAdd,
  writeBaseMultiple,
} from "../../assembly/crypto/curve25519/ed25519-sign";
