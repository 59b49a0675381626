// RFC 4344 §4 and RFC 6668: aes128-ctr and aes256-ctr with hmac-sha2-256, of the packet before encryption (RFC 4253
// §6.4) or, as hmac-sha2-256-etm@openssh.com, of the encrypted one, whose length is not encrypted (OpenSSH's PROTOCOL
// §1.5).
//
// In: a packet, or a piece of one; keys. Out: the same, opened or sealed in place. Next: cipher.ts.

import { AES_BLOCK_BYTES, aesCtr, aesExpandKey } from "../../crypto/aes/aes";
import {
  hmacSha256Finish,
  hmacSha256Key,
  hmacSha256Restore,
  hmacSha256Save,
  hmacSha256Start,
  hmacSha256Wipe,
} from "../../crypto/hash/hmac-sha256";
import { SHA256_BYTES, SHA256_CONTEXT_BYTES, sha256Restore, sha256Save, sha256Update } from "../../crypto/hash/sha256";
import { ctDifference } from "../../wire/compare";
import {
  aesCtrPiece,
  blocksOfPiece,
  COUNTER_OFFSET,
  DERIVED_IV_OFFSET,
  DERIVED_MAC_KEY_OFFSET,
  LENGTH_BYTES,
} from "./aes-pieces";

export const HMAC_TAG_BYTES: u32 = SHA256_BYTES;
/** In a direction's keys, behind the counter. */
export const HMAC_OFFSET: u32 = COUNTER_OFFSET + AES_BLOCK_BYTES;

/**
 * The hash that is under way elsewhere, perhaps of a key exchange; of a packet in pieces what its MAC has taken; a MAC.
 * Secret, wiped.
 */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SUSPENDED_HASH_PTR: usize = memory.data(2 * SHA256_CONTEXT_BYTES + SHA256_BYTES, 16);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const UNFINISHED_MAC_PTR: usize = SUSPENDED_HASH_PTR + SHA256_CONTEXT_BYTES;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const MAC_PTR: usize = UNFINISHED_MAC_PTR + SHA256_CONTEXT_BYTES;
/** The sequence number on its way into a MAC. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SEQUENCE_NUMBER_PTR: usize = memory.data(4, 4);

export function ctrExpandKeys(keys: usize, keyLength: u32): void {
  memory.copy(keys + COUNTER_OFFSET, keys + DERIVED_IV_OFFSET, AES_BLOCK_BYTES);
  hmacSha256Key(keys + DERIVED_MAC_KEY_OFFSET, SHA256_BYTES);
  hmacSha256Save(keys + HMAC_OFFSET);
  hmacSha256Wipe();
  aesExpandKey(keys, keys, keyLength);
}

/** Decrypts the first block, which has the length. */
export function ctrReadLength(keys: usize, keyLength: u32, ptr: usize): void {
  aesCtr(keys, keyLength, keys + COUNTER_OFFSET, ptr, AES_BLOCK_BYTES);
}

/**
 * As cipher.ts's `open`. What is authenticated is either encrypted, and decrypted only if its MAC is right, or not:
 * then it is decrypted first.
 */
export function ctrOpenPiece(
  keys: usize,
  keyLength: u32,
  encryptThenMac: bool,
  sequenceNumber: u32,
  ptr: usize,
  length: u32,
  offset: u32,
  last: bool,
): bool {
  if (encryptThenMac && !authenticate(keys, sequenceNumber, ptr, length, offset, last)) return false;
  const blocks = encryptThenMac ? blocksOfPiece(ptr, offset) : offset ? ptr : ptr + AES_BLOCK_BYTES;
  aesCtrPiece(keys, keyLength, keys + COUNTER_OFFSET, blocks, <u32>(ptr + length - blocks));
  return encryptThenMac || authenticate(keys, sequenceNumber, ptr, length, offset, last);
}

export function ctrSealPacket(
  keys: usize,
  keyLength: u32,
  encryptThenMac: bool,
  sequenceNumber: u32,
  ptr: usize,
  packetLength: u32,
): void {
  const length = LENGTH_BYTES + packetLength;
  if (!encryptThenMac) writeMac(keys, sequenceNumber, ptr, length, ptr + length);
  const skipped = encryptThenMac ? LENGTH_BYTES : 0;
  aesCtr(keys, keyLength, keys + COUNTER_OFFSET, ptr + skipped, length - skipped);
  if (encryptThenMac) writeMac(keys, sequenceNumber, ptr, length, ptr + length);
}

/** Takes a piece into the MAC; whether that is right after the last one, which it is behind. */
function authenticate(keys: usize, sequenceNumber: u32, ptr: usize, length: u32, offset: u32, last: bool): bool {
  sha256Save(SUSPENDED_HASH_PTR);
  if (offset) sha256Restore(UNFINISHED_MAC_PTR);
  else startMac(keys, sequenceNumber);
  sha256Update(ptr, length);
  let difference: u32 = 0;
  if (last) {
    finishMac(keys, MAC_PTR);
    difference = ctDifference(ptr + length, MAC_PTR, HMAC_TAG_BYTES - 1);
  } else {
    sha256Save(UNFINISHED_MAC_PTR);
  }
  sha256Restore(SUSPENDED_HASH_PTR);
  if (last) memory.fill(SUSPENDED_HASH_PTR, 0, 2 * SHA256_CONTEXT_BYTES + SHA256_BYTES);
  return !difference;
}

/** The MAC of a whole packet, to `out`. A packet may be half opened meanwhile. */
function writeMac(keys: usize, sequenceNumber: u32, ptr: usize, length: u32, out: usize): void {
  sha256Save(SUSPENDED_HASH_PTR);
  startMac(keys, sequenceNumber);
  sha256Update(ptr, length);
  finishMac(keys, out);
  sha256Restore(SUSPENDED_HASH_PTR);
  memory.fill(SUSPENDED_HASH_PTR, 0, SHA256_CONTEXT_BYTES);
}

function startMac(keys: usize, sequenceNumber: u32): void {
  hmacSha256Restore(keys + HMAC_OFFSET);
  hmacSha256Start();
  store<u32>(SEQUENCE_NUMBER_PTR, bswap(sequenceNumber));
  sha256Update(SEQUENCE_NUMBER_PTR, 4);
}

function finishMac(keys: usize, out: usize): void {
  hmacSha256Restore(keys + HMAC_OFFSET);
  hmacSha256Finish(out);
  hmacSha256Wipe();
}
