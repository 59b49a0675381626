// FIPS 197 and NIST SP 800-38A §6.5: AES-128 and AES-256 in counter mode.
// Comes in: a key and a counter block, data. Goes out: the data XOR key stream, in place.
// Next: the ciphers of transport. The rounds are in rounds.ts.

import { reverseBytes } from "./words";
import { encryptRounds, PLANES, ROUND_KEY_BYTES } from "./rounds";

export const AES_BLOCK_BYTES: u32 = 16;
/** Round keys of AES-256, which has more: as planes, those of odd rounds moved as ShiftRows would move them back. */
export const AES_KEYS_BYTES: u32 = 15 * ROUND_KEY_BYTES;

/** Blocks that are encrypted at once. */
const BATCH_BLOCKS: u32 = 4;
const BATCH_BYTES: u32 = BATCH_BLOCKS * AES_BLOCK_BYTES;
/** §5.1.1: what the S-box adds at its end. */
const SUB_BYTES_CONSTANT: u32 = 0x63636363;

/** Four blocks on their way into planes and back; of the key schedule a word, sixteen times. Secret, wiped. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const BATCH: usize = memory.data(64, 16);
/** Two round keys that add nothing. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const NO_KEYS: usize = memory.data(128, 16);
/** The last words of the key schedule, as many as the key has. Secret, wiped. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SCHEDULE: usize = memory.data(32, 16);

/** How many rounds a key of 16 or 32 bytes takes. */
export function roundCount(keyLength: u32): u32 {
  return 6 + keyLength / 4;
}

/** The even bytes of a word, as its lower half. */
function gather(x: u64): u64 {
  x &= 0x00ff00ff00ff00ff;
  x = (x | (x >> 8)) & 0x0000ffff0000ffff;
  return (x | (x >> 16)) & 0xffffffff;
}

/** The other way. */
function scatter(x: u64): u64 {
  x = (x | (x << 16)) & 0x0000ffff0000ffff;
  return (x | (x << 8)) & 0x00ff00ff00ff00ff;
}

/** Exchanges bit i of the bytes of word j with bit j of those of word i. */
function transpose(): void {
  let mask: u64 = 0x5555555555555555;
  for (let distance: usize = 1; distance < 8; distance <<= 1) {
    let low = PLANES;
    while (low < PLANES + BATCH_BYTES) {
      const end = low + 8 * distance;
      do {
        const high = low + 8 * distance;
        const word = load<u64>(low);
        const other = load<u64>(high);
        const difference = ((word >> distance) ^ other) & mask;
        store<u64>(high, other ^ difference);
        store<u64>(low, word ^ (difference << distance));
        low += 8;
      } while (low < end);
      low += 8 * distance;
    }
    mask = distance == 1 ? 0x3333333333333333 : 0x0f0f0f0f0f0f0f0f;
  }
}

/** From BATCH to PLANES: word i is to have the even rows of block i, and word 4 + i the odd ones. */
function pack(): void {
  let word = PLANES;
  for (let ptr = BATCH; ptr < BATCH + BATCH_BYTES; ptr += AES_BLOCK_BYTES) {
    const low = load<u64>(ptr);
    const high = load<u64>(ptr, 8);
    store<u64>(word, gather(low) | (gather(high) << 32));
    store<u64>(word, gather(low >> 8) | (gather(high >> 8) << 32), 32);
    word += 8;
  }
  transpose();
}

/** From PLANES to BATCH. */
function unpack(): void {
  transpose();
  let word = PLANES;
  for (let ptr = BATCH; ptr < BATCH + BATCH_BYTES; ptr += AES_BLOCK_BYTES) {
    const even = load<u64>(word);
    const odd = load<u64>(word, 32);
    store<u64>(ptr, scatter(even & 0xffffffff) | (scatter(odd & 0xffffffff) << 8));
    store<u64>(ptr, scatter(even >> 32) | (scatter(odd >> 32) << 8), 8);
    word += 8;
  }
}

/** BATCH through the rounds. */
function encryptBatch(keys: usize, rounds: u32): void {
  pack();
  encryptRounds(keys, rounds);
  unpack();
}

/**
 * Fills BATCH with the word at `words`, or with the 4 or more there in turn, as `mask` says; XORs each with `constant`.
 */
function fillBatch(words: usize, mask: u32, constant: u32): void {
  for (let i: u32 = 0; i < 16; i++) store<u32>(BATCH + 4 * i, load<u32>(words + 4 * (i & mask)) ^ constant);
}

/** SubWord of the word at `word`. ShiftRows moves what is equal in all columns, and so nothing. */
function substitute(word: usize): u32 {
  fillBatch(word, 0, 0);
  encryptBatch(NO_KEYS, 1);
  return load<u32>(BATCH) ^ SUB_BYTES_CONSTANT;
}

/** A key of `keyLength` bytes, 16 or 32, secret: KeyExpansion (§5.2) to AES_KEYS_BYTES at `keys`, for `aesCtr`. */
export function aesExpandKey(keys: usize, key: usize, keyLength: u32): void {
  const last = keyLength / 4 - 1;
  let roundConstant: u32 = 1;
  memory.copy(SCHEDULE, key, keyLength);
  for (let i: u32 = 0; i < 4 + 4 * roundCount(keyLength); i++) {
    const word = SCHEDULE + 4 * (i & last);
    if (i > last) {
      const previous = SCHEDULE + 4 * ((i - 1) & last);
      let change = load<u32>(previous);
      if (!(i & last)) {
        change = rotr(substitute(previous), 8) ^ roundConstant;
        roundConstant = (roundConstant << 1) ^ ((roundConstant >> 7) * 0x11b);
      } else if ((i & last) == 4) change = substitute(previous);
      store<u32>(word, load<u32>(word) ^ change);
    }
    if ((i & 3) == 3) {
      writeRoundKey(keys, word - 12, i >> 2);
      keys += ROUND_KEY_BYTES;
    }
  }
  memory.fill(SCHEDULE, 0, 32);
  wipe();
}

/** The four words of a round as planes, with what SubBytes has left out. */
function writeRoundKey(out: usize, words: usize, round: u32): void {
  fillBatch(words, 3, round ? SUB_BYTES_CONSTANT : 0);
  pack();
  for (let i: usize = 0; i < ROUND_KEY_BYTES; i += 8) {
    let plane = load<u64>(PLANES + i);
    if (round & 1) {
      // ShiftRows back: row r by r columns
      const rows = 0x000f000f000f000f;
      plane =
        (plane & rows) |
        (rotl(plane, 16) & (rows << 4)) |
        (rotl(plane, 32) & (rows << 8)) |
        (rotl(plane, 48) & (rows << 12));
    }
    store<u64>(out + i, plane);
  }
}

/**
 * XORs `length` bytes at `ptr`, whole blocks, with the key stream of the counter block at `counter`, which is left as
 * the next call needs it. `keys` is of `aesExpandKey`, for a key of `keyLength` bytes; keys, counter and data are
 * secret.
 */
export function aesCtr(keys: usize, keyLength: u32, counter: usize, ptr: usize, length: u32): void {
  const end = ptr + length;
  let high = reverseBytes(load<u64>(counter));
  let low = reverseBytes(load<u64>(counter, 8));
  while (ptr < end) {
    for (let block = BATCH; block < BATCH + BATCH_BYTES; block += AES_BLOCK_BYTES) {
      store<u64>(block, reverseBytes(high));
      store<u64>(block, reverseBytes(low), 8);
      low++;
      high += <u64>(low == 0);
    }
    encryptBatch(keys, roundCount(keyLength));
    for (let word = BATCH; word < BATCH + BATCH_BYTES && ptr < end; word += 8) {
      store<u64>(ptr, load<u64>(ptr, 0, 1) ^ load<u64>(word), 0, 1);
      ptr += 8;
    }
  }
  // the last batch may have had blocks too many
  const unused = <u64>((BATCH_BLOCKS - ((length / AES_BLOCK_BYTES) & (BATCH_BLOCKS - 1))) & (BATCH_BLOCKS - 1));
  high -= <u64>(low < unused);
  low -= unused;
  store<u64>(counter, reverseBytes(high));
  store<u64>(counter, reverseBytes(low), 8);
  wipe();
}

function wipe(): void {
  memory.fill(PLANES, 0, ROUND_KEY_BYTES);
  memory.fill(BATCH, 0, BATCH_BYTES);
}
