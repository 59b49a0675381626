// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): encrypts and authenticates one packet. Comes in:
// a packet in memory, uint32 packet_length, then packet_length bytes, then room for a tag of 16; one to be opened may
// come in pieces. Goes out: the same packet opened or sealed in place. Next: cipher.ts.
//
// `keys` are 64 secret bytes as RFC 4253 §7.2 derives them: K_2 for the body and the one-time key, then K_1 for the
// length.

import { chacha20Xor } from "../../crypto/chacha20-poly1305/chacha20";
import { poly1305, POLY1305_CONTEXT_BYTES, POLY1305_TAG_BYTES } from "../../crypto/chacha20-poly1305/poly1305";

const KEY_BYTES: u32 = 32;
const LENGTH_BYTES: u32 = 4;
/**
 * ChaCha20's blocks begin behind the length: so many bytes of one lie in the piece before, as a piece begins at a
 * multiple of 64.
 */
const LAG_BYTES: u32 = 60;

/**
 * Of a packet that is being opened, which may take several calls: what Poly1305 needs, and the tag. Secret, wiped after
 * use.
 */
const opening: usize = memory.data(POLY1305_CONTEXT_BYTES + POLY1305_TAG_BYTES, 16);
const tag: usize = opening + POLY1305_CONTEXT_BYTES;
/** Of a packet that is being sealed the same without the tag; also the copy of an encrypted length. */
const sealing: usize = memory.data(POLY1305_CONTEXT_BYTES, 16);

/**
 * packet_length, decrypted from the first four bytes of a packet at `ptr`, which stay as they are: the tag covers them.
 * Not yet authenticated: the caller bounds it. Returns a public number.
 */
export function decryptLength(keys: usize, sequenceNumber: u32, ptr: usize): u32 {
  store<u32>(sealing, load<u32>(ptr));
  chacha20Xor(keys + KEY_BYTES, sequenceNumber, 0, sealing, LENGTH_BYTES);
  return bswap(load<u32>(sealing));
}

/**
 * Opens in place the `length` bytes at `ptr` of a packet, which begin at the packet's byte `offset`: all of it, or a
 * piece. A piece begins at a multiple of 64; only the `last` may end at none, and the tag is behind it. Of the 60 bytes
 * before any piece but the first nothing is left. False if the tag is wrong, and that piece is untouched: what was
 * opened of the packet before is nobody's to use. Constant time.
 */
export function openPiece(keys: usize, sequenceNumber: u32, ptr: usize, length: u32, offset: u32, last: bool): bool {
  if (!offset) startTag(opening, keys, sequenceNumber);
  poly1305(opening, ptr, length, tag);
  if (last) {
    const end = ptr + length;
    const difference = (load<u64>(tag) ^ load<u64>(end, 0, 4)) | (load<u64>(tag, 8) ^ load<u64>(end, 8, 4));
    memory.fill(opening, 0, POLY1305_CONTEXT_BYTES + POLY1305_TAG_BYTES);
    if (difference) return false;
  }
  const before = offset ? LAG_BYTES : -LENGTH_BYTES;
  chacha20Xor(keys, sequenceNumber, (offset + LAG_BYTES - before) >> 6, ptr - before, length + before);
  return true;
}

/**
 * Encrypts the packet at `ptr`, whose first four bytes hold packet_length in network order and whose body has
 * `packetLength` bytes, in place, and writes the 16-byte tag behind it.
 */
export function sealPacket(keys: usize, sequenceNumber: u32, ptr: usize, packetLength: u32): void {
  chacha20Xor(keys + KEY_BYTES, sequenceNumber, 0, ptr, LENGTH_BYTES);
  chacha20Xor(keys, sequenceNumber, 1, ptr + LENGTH_BYTES, packetLength);
  startTag(sealing, keys, sequenceNumber);
  poly1305(sealing, ptr, LENGTH_BYTES + packetLength, ptr + LENGTH_BYTES + packetLength);
  memory.fill(sealing, 0, POLY1305_CONTEXT_BYTES);
}

/** Puts the packet's one-time key, from the key stream's block 0, into a context. */
function startTag(context: usize, keys: usize, sequenceNumber: u32): void {
  memory.fill(context, 0, POLY1305_CONTEXT_BYTES);
  chacha20Xor(keys, sequenceNumber, 0, context, KEY_BYTES);
}
