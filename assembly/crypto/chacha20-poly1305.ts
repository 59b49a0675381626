// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): encrypts and authenticates one packet.
// Comes in: a packet in memory, uint32 packet_length, then packet_length bytes, then room for a tag of 16.
// Goes out: the same packet opened or sealed in place. Next: the payload's handler, or the host's output.
//
// `keys` are 64 secret bytes as RFC 4253 §7.2 derives them: K_2 for the body and the one-time key, then K_1 for the length.

import { chacha20Xor } from "./chacha20";
import { poly1305, POLY1305_TAG_BYTES } from "./poly1305";

const KEY_BYTES: u32 = 32;
const LENGTH_BYTES: u32 = 4;

/** One-time key, whose first half the tag replaces; also the copy of an encrypted length. Secret, wiped after use. */
const oneTimeKey: usize = memory.data(KEY_BYTES, 16);

/**
 * packet_length, decrypted from the first four bytes of a packet at `ptr`, which stay as they are: the tag covers them. Not yet
 * authenticated: the caller bounds it. Returns a public number.
 */
export function decryptLength(keys: usize, sequenceNumber: u32, ptr: usize): u32 {
  store<u32>(oneTimeKey, load<u32>(ptr));
  chacha20Xor(keys + KEY_BYTES, sequenceNumber, 0, oneTimeKey, LENGTH_BYTES);
  return bswap(load<u32>(oneTimeKey));
}

/**
 * Verifies the tag behind the packet at `ptr` and then decrypts its body in place. `packetLength` is what `decryptLength` returned,
 * within the buffer. False, and the packet untouched, where the tag is wrong. Constant time.
 */
export function openPacket(keys: usize, sequenceNumber: u32, ptr: usize, packetLength: u32): bool {
  authenticate(keys, sequenceNumber, ptr, packetLength);
  const tag = ptr + LENGTH_BYTES + packetLength;
  const difference = (load<u64>(oneTimeKey) ^ load<u64>(tag, 0, 4)) | (load<u64>(oneTimeKey, 8) ^ load<u64>(tag, 8, 4));
  memory.fill(oneTimeKey, 0, KEY_BYTES);
  if (difference) return false;
  chacha20Xor(keys, sequenceNumber, 1, ptr + LENGTH_BYTES, packetLength);
  return true;
}

/**
 * Encrypts the packet at `ptr`, whose first four bytes hold packet_length in network order and whose body has `packetLength` bytes,
 * in place, and writes the 16-byte tag behind it.
 */
export function sealPacket(keys: usize, sequenceNumber: u32, ptr: usize, packetLength: u32): void {
  chacha20Xor(keys + KEY_BYTES, sequenceNumber, 0, ptr, LENGTH_BYTES);
  chacha20Xor(keys, sequenceNumber, 1, ptr + LENGTH_BYTES, packetLength);
  authenticate(keys, sequenceNumber, ptr, packetLength);
  memory.copy(ptr + LENGTH_BYTES + packetLength, oneTimeKey, POLY1305_TAG_BYTES);
  memory.fill(oneTimeKey, 0, KEY_BYTES);
}

/** Leaves the tag of the encrypted length and body in the first half of `oneTimeKey`. */
function authenticate(keys: usize, sequenceNumber: u32, ptr: usize, packetLength: u32): void {
  memory.fill(oneTimeKey, 0, KEY_BYTES);
  chacha20Xor(keys, sequenceNumber, 0, oneTimeKey, KEY_BYTES);
  poly1305(oneTimeKey, ptr, LENGTH_BYTES + packetLength, oneTimeKey);
}
