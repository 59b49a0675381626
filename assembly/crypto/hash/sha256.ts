// FIPS 180-4 §6.2: SHA-256 of a message that arrives in pieces; one computation at a time in the module.
// Comes in: bytes, which may be secret. Goes out: 32 bytes, and nothing of the message stays in memory.
// Next: the exchange hash and the session keys of RFC 4253 §7.2 and §8, and random.ts.

import { copySwapped, INITIAL_STATE, ROUND_CONSTANTS, WORKSPACE, wipeWorkspace } from "./sha2-constants";

export const SHA256_BYTES: u32 = 32;

/** What `sha256Save` takes. */
export const SHA256_CONTEXT_BYTES: i32 = 100;

const BLOCK_BYTES: u32 = 64;

/** Eight words of state, last one first, the block that fills, the length of the message so far. */
const state: usize = memory.data(SHA256_CONTEXT_BYTES, 16);
const block: usize = state + 32;
const total: usize = state + 96;

/** Starts a message; what an unfinished one had left is gone. */
export function sha256Start(): void {
  for (let i: usize = 0; i < SHA256_BYTES; i += 4) store<u32>(state + i, load<u32>(i << 1, INITIAL_STATE + 4));
  store<u32>(total, 0);
}

/** Appends `length` bytes at `ptr`, secret or public; the length is public. A message has less than 2^29 bytes. */
export function sha256Update(ptr: usize, length: u32): void {
  while (length) {
    const used = load<u32>(total) % BLOCK_BYTES;
    const taken = min<u32>(BLOCK_BYTES - used, length);
    memory.copy(block + used, ptr, taken);
    ptr += taken;
    length -= taken;
    store<u32>(total, load<u32>(total) + taken);
    if (used + taken == BLOCK_BYTES) compress();
  }
}

/** Ends the message: 32 bytes to `out`. Wipes the context. */
export function sha256Finish(out: usize): void {
  const length = load<u32>(total);
  const used = length % BLOCK_BYTES;
  store<u8>(block + used, 0x80);
  memory.fill(block + used + 1, 0, BLOCK_BYTES - 1 - used);
  if (used >= 56) {
    compress();
    memory.fill(block, 0, BLOCK_BYTES);
  }
  store<u32>(block, bswap(length << 3), 60);
  compress();
  copySwapped(out, state, SHA256_BYTES, 28);
  memory.fill(state, 0, SHA256_CONTEXT_BYTES);
  wipeWorkspace();
}

/** The hash of `length` bytes at `ptr`, to `out`, which may be the same place. */
export function sha256(out: usize, ptr: usize, length: u32): void {
  sha256Start();
  sha256Update(ptr, length);
  sha256Finish(out);
}

/** Copies an unfinished message's SHA256_CONTEXT_BYTES to `out`, as secret as the message. It goes on here. */
export function sha256Save(out: usize): void {
  memory.copy(out, state, SHA256_CONTEXT_BYTES);
}

/** In place of `sha256Start`: goes on with a message that was saved at `ptr`. */
export function sha256Restore(ptr: usize): void {
  memory.copy(state, ptr, SHA256_CONTEXT_BYTES);
}

/** One block. Each round also computes the schedule's word 16 rounds ahead: one loop instead of two. */
function compress(): void {
  memory.copy(WORKSPACE, state, SHA256_BYTES);
  copySwapped(WORKSPACE + 32, block, BLOCK_BYTES, 0);
  let i: usize = 0;
  do {
    const w = load<u32>(i, WORKSPACE + 32);
    const w1 = load<u32>(i, WORKSPACE + 36);
    const w14 = load<u32>(i, WORKSPACE + 88);
    const sigma0 = rotr(w1, 7) ^ rotr(w1, 18) ^ (w1 >> 3);
    const sigma1 = rotr(w14, 17) ^ rotr(w14, 19) ^ (w14 >> 10);
    store<u32>(i, w + sigma0 + load<u32>(i, WORKSPACE + 68) + sigma1, WORKSPACE + 96);
    const h = load<u32>(i, WORKSPACE);
    const g = load<u32>(i, WORKSPACE + 4);
    const f = load<u32>(i, WORKSPACE + 8);
    const e = load<u32>(i, WORKSPACE + 12);
    const d = load<u32>(i, WORKSPACE + 16);
    const c = load<u32>(i, WORKSPACE + 20);
    const b = load<u32>(i, WORKSPACE + 24);
    const a = load<u32>(i, WORKSPACE + 28);
    const k = load<u32>(i << 1, ROUND_CONSTANTS + 4);
    const t = h + w + k + (g ^ (e & (f ^ g))) + rotr(e ^ rotr(e ^ rotr(e, 14), 5), 6);
    store<u32>(i, d + t, WORKSPACE + 16);
    store<u32>(i, t + ((a & b) ^ (c & (a ^ b))) + rotr(a ^ rotr(a ^ rotr(a, 9), 11), 2), WORKSPACE + 32);
    i += 4;
  } while (i < 256);
  i = 0;
  do {
    store<u32>(i, load<u32>(i, state) + load<u32>(i, WORKSPACE + 256), state);
    i += 4;
  } while (i < 32);
}
