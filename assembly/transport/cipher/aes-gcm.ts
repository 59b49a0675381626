// aes128-gcm@openssh.com and aes256-gcm@openssh.com: RFC 5647 as OpenSSH does it (PROTOCOL §1.6), the length not
// encrypted but authenticated.
//
// In: a packet, or a piece of one; keys. Out: the same, opened or sealed in place. Next: cipher.ts.

import { AES_BLOCK_BYTES } from "../../crypto/aes/aes";
import { gcmCounter, gcmExpandKey, gcmHash, gcmSeal, gcmStartHash, GCM_TAG_BYTES, gcmTag } from "../../crypto/aes/gcm";
import { reverseBytes } from "../../crypto/aes/words";
import { ctDifference } from "../../wire/compare";
import { aesCtrPiece, blocksOfPiece, COUNTER_OFFSET, DERIVED_IV_OFFSET, LAG_BYTES, LENGTH_BYTES } from "./aes-pieces";

const NONCE_BYTES: u32 = 12;
/** RFC 5647 §7.1: of a nonce the part that counts packets lies behind these. */
const FIXED_BYTES: u32 = 4;

/**
 * Of a packet that is being opened, in pieces perhaps: the hash, the counter block, what is encrypted of a block that
 * lies in two.
 */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SUM_PTR: usize = memory.data(48, 16);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const COUNTER_PTR: usize = SUM_PTR + AES_BLOCK_BYTES;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const PENDING_PTR: usize = COUNTER_PTR + AES_BLOCK_BYTES;

export function gcmExpandKeys(keys: usize, keyLength: u32): void {
  memory.copy(keys + COUNTER_OFFSET, keys + DERIVED_IV_OFFSET, NONCE_BYTES);
  gcmExpandKey(keys, keys, keyLength);
}

/** As cipher.ts's `open`: false, and the last piece not decrypted, if the tag is wrong. */
export function gcmOpenPiece(keys: usize, keyLength: u32, ptr: usize, length: u32, offset: u32, last: bool): bool {
  const nonce = keys + COUNTER_OFFSET;
  const blocks = blocksOfPiece(ptr, offset);
  const blocksLength = <u32>(ptr + length - blocks);
  const rest = blocksLength % AES_BLOCK_BYTES;
  if (offset) {
    memory.copy(blocks, PENDING_PTR, LAG_BYTES);
  } else {
    gcmStartHash(SUM_PTR, keys, ptr);
    gcmCounter(COUNTER_PTR, nonce);
  }
  gcmHash(SUM_PTR, keys, blocks, blocksLength - rest);
  memory.copy(PENDING_PTR, blocks + blocksLength - rest, LAG_BYTES);
  let difference: u32 = 0;
  if (last) {
    gcmTag(SUM_PTR, keys, keyLength, nonce, offset + length - LENGTH_BYTES);
    difference = ctDifference(ptr + length, SUM_PTR, GCM_TAG_BYTES - 1);
    countPacket(nonce);
  }
  if (!difference) aesCtrPiece(keys, keyLength, COUNTER_PTR, blocks, blocksLength);
  if (last) memory.fill(SUM_PTR, 0, 48);
  return !difference;
}

export function gcmSealPacket(keys: usize, keyLength: u32, ptr: usize, packetLength: u32): void {
  gcmSeal(keys, keyLength, keys + COUNTER_OFFSET, ptr + LENGTH_BYTES, packetLength);
  countPacket(keys + COUNTER_OFFSET);
}

/** The next packet has another nonce. */
function countPacket(nonce: usize): void {
  const counter = reverseBytes(load<u64>(nonce, FIXED_BYTES, 4)) + 1;
  store<u64>(nonce, reverseBytes(counter), FIXED_BYTES, 4);
}
