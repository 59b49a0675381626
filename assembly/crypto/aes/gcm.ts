// NIST SP 800-38D §7: AES-GCM over whole blocks, with four bytes of additional data: what aes128-gcm@openssh.com and
// aes256-gcm@openssh.com are made of (RFC 5647 §7, OpenSSH's PROTOCOL §1.6). Comes in: a key, a nonce of 12 bytes, a
// packet's length, its content. Goes out: the content, encrypted or decrypted in place, and a tag. Next: the ciphers of
// transport.

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

/** A counter block, a block that is made, the hash of what is sealed: secret, wiped. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const COUNTER: usize = memory.data(48, 16);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const BLOCK: usize = COUNTER + 16;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SUM: usize = BLOCK + 16;

/** A secret key of `keyLength` bytes, 16 or 32, to GCM_KEYS_BYTES at `keys`, which may be the same place. */
export function gcmExpandKey(keys: usize, key: usize, keyLength: u32): void {
  aesExpandKey(keys, key, keyLength);
  const hashKey = keys + AES_KEYS_BYTES;
  memory.fill(hashKey, 0, AES_BLOCK_BYTES);
  aesCtr(keys, keyLength, COUNTER, hashKey, AES_BLOCK_BYTES);
  wipe();
}

/**
 * Encrypts `length` bytes at `ptr`, whole blocks, and writes the tag of 16 bytes behind them; the four bytes before
 * them are additional data.
 */
export function gcmSeal(keys: usize, keyLength: u32, nonce: usize, ptr: usize, length: u32): void {
  gcmCounter(COUNTER, nonce);
  aesCtr(keys, keyLength, COUNTER, ptr, length);
  gcmStartHash(SUM, keys, ptr - ADDITIONAL_BYTES);
  gcmHash(SUM, keys, ptr, length);
  gcmTag(SUM, keys, keyLength, nonce, length);
  memory.copy(ptr + length, SUM, GCM_TAG_BYTES);
  memory.fill(SUM, 0, AES_BLOCK_BYTES);
}

// The steps of opening, which `gcmSeal` shares: what is authenticated may come in pieces, as much of it as is whole
// blocks.

/** The counter block of the content's beginning, to `counter`. */
export function gcmCounter(counter: usize, nonce: usize): void {
  setCounter(counter, nonce, CONTENT);
}

/** Starts a hash of 16 bytes at `sum` with the four bytes at `additional`. */
export function gcmStartHash(sum: usize, keys: usize, additional: usize): void {
  memory.fill(sum, 0, AES_BLOCK_BYTES);
  store<u32>(BLOCK, load<u32>(additional, 0, 1));
  gcmHash(sum, keys, BLOCK, AES_BLOCK_BYTES);
  wipe();
}

/** Adds `length` encrypted bytes, whole blocks. */
export function gcmHash(sum: usize, keys: usize, ptr: usize, length: u32): void {
  ghash(sum, keys + AES_KEYS_BYTES, ptr, length);
}

/** Puts the tag in place of the hash of `length` bytes. */
export function gcmTag(sum: usize, keys: usize, keyLength: u32, nonce: usize, length: u32): void {
  // both lengths in bits, as two big-endian numbers of 64 bits
  store<u8>(BLOCK, 8 * ADDITIONAL_BYTES, 7);
  store<u32>(BLOCK, bswap(length << 3), 12);
  gcmHash(sum, keys, BLOCK, AES_BLOCK_BYTES);
  setCounter(COUNTER, nonce, TAG);
  aesCtr(keys, keyLength, COUNTER, sum, AES_BLOCK_BYTES);
  wipe();
}

function setCounter(counter: usize, nonce: usize, number: u8): void {
  memory.copy(counter, nonce, NONCE_BYTES);
  store<u32>(counter, 0, NONCE_BYTES);
  store<u8>(counter, number, AES_BLOCK_BYTES - 1);
}

function wipe(): void {
  memory.fill(COUNTER, 0, 2 * AES_BLOCK_BYTES);
}
