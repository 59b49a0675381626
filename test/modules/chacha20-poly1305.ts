// The cipher, its parts and the generator as a module of their own, for the unit tests.

const buffer: usize = memory.data(4096, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { chacha20Xor } from "../../assembly/crypto/chacha20-poly1305/chacha20";
export { decryptLength, openPiece, sealPacket } from "../../assembly/transport/cipher/chacha20-poly1305";
export { poly1305 } from "../../assembly/crypto/chacha20-poly1305/poly1305";
export { randomBytes32, seedRandom } from "../../assembly/crypto/random";
