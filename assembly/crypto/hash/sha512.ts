// FIPS 180-4 §6.4: SHA-512 of a message that lies in memory as a whole.
// Comes in: the message, which may be secret. Goes out: 64 bytes.
// Next: ed25519-sign.ts, or the verification of a client's signature.

import { SHA512_SLACK_BYTES } from "../../abi/capacities";
import { copySwapped, INITIAL_STATE, ROUND_CONSTANTS, WORKSPACE, wipeWorkspace } from "./sha2-constants";

const BLOCK_BYTES: u32 = 128;
export const SHA512_BYTES: u32 = 64;

/** Eight words of state, last one first: secret. */
const state: usize = memory.data(64, 16);

/**
 * SHA-512 of `length` bytes at `ptr`; 64 bytes to `out`, which may overlap the message. Pads in place: up to
 * SHA512_SLACK_BYTES behind the message are overwritten. The message may be secret, its length is public.
 */
export function sha512(ptr: usize, length: u32, out: usize): void {
  const end = ptr + length;
  memory.fill(end, 0, SHA512_SLACK_BYTES);
  store<u8>(end, 0x80);
  const last = ptr + ((length + 16) & -BLOCK_BYTES);
  store<u32>(last, bswap(length << 3), 124);
  memory.copy(state, INITIAL_STATE, SHA512_BYTES);
  for (; ptr <= last; ptr += BLOCK_BYTES) compress(ptr);
  copySwapped(out, state, SHA512_BYTES, 60);
  memory.fill(state, 0, SHA512_BYTES);
  wipeWorkspace();
}

/** One block. Each round also computes the schedule's word 16 rounds ahead: one loop instead of two. */
function compress(block: usize): void {
  memory.copy(WORKSPACE, state, SHA512_BYTES);
  copySwapped(WORKSPACE + 64, block, BLOCK_BYTES, 4);
  let i: usize = 0;
  do {
    const w = load<u64>(i, WORKSPACE + 64);
    const w1 = load<u64>(i, WORKSPACE + 72);
    const w14 = load<u64>(i, WORKSPACE + 176);
    const sigma0 = rotr(w1, 1) ^ rotr(w1, 8) ^ (w1 >> 7);
    const sigma1 = rotr(w14, 19) ^ rotr(w14, 61) ^ (w14 >> 6);
    store<u64>(i, w + sigma0 + load<u64>(i, WORKSPACE + 136) + sigma1, WORKSPACE + 192);
    const h = load<u64>(i, WORKSPACE);
    const g = load<u64>(i, WORKSPACE + 8);
    const f = load<u64>(i, WORKSPACE + 16);
    const e = load<u64>(i, WORKSPACE + 24);
    const d = load<u64>(i, WORKSPACE + 32);
    const c = load<u64>(i, WORKSPACE + 40);
    const b = load<u64>(i, WORKSPACE + 48);
    const a = load<u64>(i, WORKSPACE + 56);
    const t = h + w + load<u64>(i, ROUND_CONSTANTS) + (g ^ (e & (f ^ g))) + rotr(e ^ rotr(e ^ rotr(e, 23), 4), 14);
    store<u64>(i, d + t, WORKSPACE + 32);
    store<u64>(i, t + ((a & b) ^ (c & (a ^ b))) + rotr(a ^ rotr(a ^ rotr(a, 5), 6), 28), WORKSPACE + 64);
    i += 8;
  } while (i < 640);
  i = 0;
  do {
    store<u64>(i, load<u64>(i, state) + load<u64>(i, WORKSPACE + 640), state);
    i += 8;
  } while (i < 64);
}
