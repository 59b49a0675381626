// NIST SP 800-38D §7: AES-GCM over whole blocks, with four bytes of additional data: what aes128-gcm@openssh.com and
// aes256-gcm@openssh.com are made of (RFC 5647 §7, OpenSSH's PROTOCOL §1.6).
// Comes in: a key, a nonce of 12 bytes, a packet's length, its content. Goes out: the content, encrypted or decrypted in place, and a tag.
// Next: the ciphers of transport.

import { ctDifference } from "../../wire/compare";
import { AES_BLOCK_BYTES, AES_KEYS_BYTES, aesCtr, aesExpandKey } from "./aes";
import { ghash } from "./ghash";

export const GCM_TAG_BYTES: u32 = 16;
/** Round keys, and the hash key behind them. */
export const GCM_KEYS_BYTES: u32 = AES_KEYS_BYTES + AES_BLOCK_BYTES;
const NONCE_BYTES: u32 = 12;
const ADDITIONAL_BYTES: u32 = 4;

/** §7.1: numbers of the counter blocks. That of the hash key is a block of zeros. */
const TAG: u8 = 1;
const CONTENT: u8 = 2;

/** The counter block, the hash, a block that is made: secret, wiped. */
const COUNTER: usize = memory.data(48, 16);
const SUM: usize = COUNTER + 16;
const BLOCK: usize = SUM + 16;

/** A secret key of `keyLength` bytes, 16 or 32, to GCM_KEYS_BYTES at `keys`. */
export function gcmExpandKey(keys: usize, key: usize, keyLength: u32): void {
  aesExpandKey(keys, key, keyLength);
  const hashKey = keys + AES_KEYS_BYTES;
  memory.fill(hashKey, 0, AES_BLOCK_BYTES);
  aesCtr(keys, keyLength, COUNTER, hashKey, AES_BLOCK_BYTES);
  wipe();
}

/** Encrypts `length` bytes at `ptr`, whole blocks, and writes the tag of 16 bytes behind them; the four bytes before them are additional data. */
export function gcmSeal(keys: usize, keyLength: u32, nonce: usize, ptr: usize, length: u32): void {
  setCounter(nonce, CONTENT);
  aesCtr(keys, keyLength, COUNTER, ptr, length);
  writeTag(keys, keyLength, nonce, ptr, length);
  memory.copy(ptr + length, BLOCK, GCM_TAG_BYTES);
  wipe();
}

/** Decrypts what `gcmSeal` has made; false, and nothing decrypted, when the tag is wrong. */
export function gcmOpen(keys: usize, keyLength: u32, nonce: usize, ptr: usize, length: u32): bool {
  writeTag(keys, keyLength, nonce, ptr, length);
  const differs = ctDifference(ptr + length, BLOCK, GCM_TAG_BYTES - 1);
  if (!differs) {
    setCounter(nonce, CONTENT);
    aesCtr(keys, keyLength, COUNTER, ptr, length);
  }
  wipe();
  return !differs;
}

function setCounter(nonce: usize, number: u8): void {
  memory.copy(COUNTER, nonce, NONCE_BYTES);
  store<u32>(COUNTER, 0, NONCE_BYTES);
  store<u8>(COUNTER, number, AES_BLOCK_BYTES - 1);
}

/** The tag of the encrypted content, to BLOCK. */
function writeTag(keys: usize, keyLength: u32, nonce: usize, ptr: usize, length: u32): void {
  const hashKey = keys + AES_KEYS_BYTES;
  memory.fill(SUM, 0, 2 * AES_BLOCK_BYTES);
  store<u32>(BLOCK, load<u32>(ptr - ADDITIONAL_BYTES, 0, 1));
  ghash(SUM, hashKey, BLOCK, AES_BLOCK_BYTES);
  ghash(SUM, hashKey, ptr, length);
  // both lengths in bits, as two big-endian numbers of 64 bits
  store<u32>(BLOCK, 0);
  store<u8>(BLOCK, 8 * ADDITIONAL_BYTES, 7);
  store<u32>(BLOCK, bswap(length << 3), 12);
  ghash(SUM, hashKey, BLOCK, AES_BLOCK_BYTES);
  memory.copy(BLOCK, SUM, AES_BLOCK_BYTES);
  setCounter(nonce, TAG);
  aesCtr(keys, keyLength, COUNTER, BLOCK, AES_BLOCK_BYTES);
}

function wipe(): void {
  memory.fill(COUNTER, 0, 48);
}
