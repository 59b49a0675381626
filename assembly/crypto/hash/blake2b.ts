// RFC 7693: BLAKE2b without a key, of a message that arrives in pieces; one computation at a time in the module.
// Comes in: bytes, which may be secret. Goes out: 1 to 64 bytes, and nothing of the message stays in memory.
// Next: argon2id.ts.

import { INITIAL_STATE } from "./sha2-constants";

export const BLAKE2B_BYTES: u32 = 64;

const BLOCK_BYTES: u32 = 128;
const ROUND_COUNT: u32 = 12;
const CONTEXT_BYTES: i32 = 64 + 128 + 128 + 64 + 4;

/**
 * The state h; the working vector v; the block, which is zero behind what it has; what is added to the second half of a
 * fresh v, where word 4 is the length of the message so far and word 6 has all bits set for the last block; the length
 * of the hash. Secret, wiped.
 */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const state: usize = memory.data(CONTEXT_BYTES, 16);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const vector: usize = state + 64;
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const block: usize = state + 192;
const offset: usize = state + 320;
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const total: usize = offset + 32;
const last: usize = offset + 48;
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const hashLength: usize = state + 384;

/**
 * The rows of SIGMA (RFC 7693 §2.7), from the last number to the first: the lowest digit is the index of the first
 * word.
 */
// prettier-ignore
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const SIGMA: usize = memory.data<u64>([
  0xfedcba9876543210, 0x357b20c16df984ae, 0x491763eadf250c8b, 0x8f04a562ebcd1397, 0xd386cb1efa427509,
  0x91ef57d438b0a6c2, 0xb8293670a4def15c, 0xa2684f05931ce7bd, 0x5a417d2c803b9ef6, 0x0dc3e9bf5167482a,
]);

/** Starts a message whose hash is to have `length` bytes, 1 to 64; what an unfinished one had left is gone. */
export function blake2bStart(length: u32): void {
  memory.fill(state, 0, CONTEXT_BYTES);
  store<u32>(hashLength, length);
  let i: usize = 0;
  do {
    store<u64>(i, initialWord(i), state);
    i += 8;
  } while (i < 64);
  store<u64>(state, load<u64>(state) ^ 0x01010000 ^ length);
}

/** Appends `length` bytes at `ptr`, secret or public; the length is public. A message has less than 2^32 bytes. */
export function blake2bUpdate(ptr: usize, length: u32): void {
  while (length) {
    const used = load<u32>(total) % BLOCK_BYTES;
    // a full block waits for more to come, as the last one is compressed in another way
    if (!used && load<u32>(total)) compress();
    const taken = min<u32>(BLOCK_BYTES - used, length);
    memory.copy(block + used, ptr, taken);
    ptr += taken;
    length -= taken;
    store<u32>(total, load<u32>(total) + taken);
  }
}

/** Ends the message: as many bytes to `out` as it was started for. Wipes the context. */
export function blake2bFinish(out: usize): void {
  store<u64>(last, -1);
  compress();
  memory.copy(out, state, load<u32>(hashLength));
  memory.fill(state, 0, CONTEXT_BYTES);
}

/** Word number `i` / 8 of the initial state, which is SHA-512's; the table has the last one first. */
function initialWord(i: usize): u64 {
  return load<u64>(INITIAL_STATE + 56 - i);
}

/** RFC 7693 §3.2: F on the block, which is zero afterwards. */
function compress(): void {
  let i: usize = 0;
  do {
    store<u64>(i, load<u64>(i, state), vector);
    store<u64>(i, initialWord(i) ^ load<u64>(i, offset), vector + 64);
    i += 8;
  } while (i < 64);
  let round: u32 = 0;
  do {
    let sigma = load<u64>((round % 10) * 8, SIGMA);
    // RFC 7693 §3.1: G on four columns of the 4 × 4 words, then on four diagonals: there the second row begins one word
    // later, the third two and the fourth three.
    i = 0;
    do {
      const turn = (i >> 2) & 8;
      const bAt = (i + turn) & 24;
      const cAt = (i + 2 * turn) & 24;
      const dAt = (i + 3 * turn) & 24;
      const a = load<u64>(i & 24, vector) + load<u64>(bAt, vector + 32) + load<u64>(((<u32>sigma) << 3) & 120, block);
      const d = rotr(load<u64>(dAt, vector + 96) ^ a, 32);
      const c = load<u64>(cAt, vector + 64) + d;
      const b = rotr(load<u64>(bAt, vector + 32) ^ c, 24);
      const a2 = a + b + load<u64>(((<u32>sigma) >> 1) & 120, block);
      const d2 = rotr(d ^ a2, 16);
      const c2 = c + d2;
      store<u64>(i & 24, a2, vector);
      store<u64>(bAt, rotr(b ^ c2, 63), vector + 32);
      store<u64>(cAt, c2, vector + 64);
      store<u64>(dAt, d2, vector + 96);
      sigma >>= 8;
      i += 8;
    } while (i < 64);
  } while (++round < ROUND_COUNT);
  i = 0;
  do {
    store<u64>(i, load<u64>(i, state) ^ load<u64>(i, vector) ^ load<u64>(i, vector + 64), state);
    i += 8;
  } while (i < 64);
  memory.fill(block, 0, BLOCK_BYTES);
}
