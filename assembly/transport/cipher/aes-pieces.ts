// What both AES ciphers do with a packet in pieces: pieces begin at multiples of 64, but where the length is not
// encrypted the blocks of AES begin behind it.

import { AES_BLOCK_BYTES, aesCtr, AES_KEYS_BYTES } from "../../crypto/aes/aes";

export const LENGTH_BYTES: u32 = 4;
/** Of a block that lies in two pieces, as much as lies in the first. */
export const LAG_BYTES: u32 = AES_BLOCK_BYTES - LENGTH_BYTES;

/**
 * Of a direction's keys: round keys, the hash key of GCM, the counter block of CTR or the nonce of GCM. As derived:
 * key, IV.
 */
export const COUNTER_OFFSET: u32 = AES_KEYS_BYTES + AES_BLOCK_BYTES;
export const DERIVED_IV_OFFSET: u32 = 64;
export const DERIVED_MAC_KEY_OFFSET: u32 = 96;

/** A counter that is needed again. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SAVED_PTR: usize = memory.data(AES_BLOCK_BYTES, 8);

/** Where the blocks begin of a piece at `ptr` whose length is not encrypted. */
export function blocksOfPiece(ptr: usize, offset: u32): usize {
  return offset ? ptr - LAG_BYTES : ptr + LENGTH_BYTES;
}

/**
 * `aesCtr` for `length` bytes that may end within a block. Then the counter is left at this block, for the piece that
 * has the rest of it, and the bytes behind, as many as there are of the block, are changed.
 */
export function aesCtrPiece(keys: usize, keyLength: u32, counter: usize, ptr: usize, length: u32): void {
  const rest = length % AES_BLOCK_BYTES;
  aesCtr(keys, keyLength, counter, ptr, length - rest);
  if (!rest) return;
  memory.copy(SAVED_PTR, counter, AES_BLOCK_BYTES);
  aesCtr(keys, keyLength, counter, ptr + length - rest, AES_BLOCK_BYTES);
  memory.copy(counter, SAVED_PTR, AES_BLOCK_BYTES);
  memory.fill(SAVED_PTR, 0, AES_BLOCK_BYTES);
}
