// RFC 9106: Argon2id, version 0x13, without secret value and associated data.
// Comes in: a password, secret; a salt and the costs, public. Goes out: the tag; the memory is left zero.

import { BLAKE2B_BYTES, blake2bFinish, blake2bStart, blake2bUpdate } from "../hash/blake2b";

const VERSION: u32 = 0x13;
const TYPE_ARGON2ID: u32 = 2;

/** Slices of a lane; only at their ends do lanes wait for each other. */
const SLICE_COUNT: u32 = 4;

/** A block is 8 rows of 16 words of 64 bits. */
const BLOCK_BYTES: u32 = 1024;
const ROW_BYTES: usize = 128;
const BLOCK_WORDS: u32 = 128;

/** Nothing in these bytes is needed from one hash to the next, and nothing before the password has been read. */
export const ARGON2_WORKSPACE_BYTES: u32 = 2 * BLOCK_BYTES;
const ADDRESSES_BYTES: i32 = 1024 + 8;

/** What `compress` takes, and behind it half of its work. Secret, wiped. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
// @ts-expect-error the flag exists only when a build sets it: an address, 16-aligned, where it has so much memory for a while
export const ARGON2_WORKSPACE: usize = isDefined(ARGON2_PTR)
  ? ARGON2_PTR
  : memory.data(ARGON2_WORKSPACE_BYTES as i32, 16);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const input: usize = ARGON2_WORKSPACE;
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const transposed: usize = input + BLOCK_BYTES;

/** The pseudo-random values that do not depend on the password, and a number to be hashed. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const addresses: usize = memory.data(ADDRESSES_BYTES, 16);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const number: usize = addresses + BLOCK_BYTES;

/** H_0 and behind it the two numbers that tell the first blocks apart; before `addresses` are needed. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const seed: usize = addresses;

/**
 * The tag of `outLength` bytes, at least 4, to `out`. The password is secret; its length, the salt and the costs are
 * public: 1 to 2^30 - 1 passes, at least one lane, at least 8 KiB for each lane. `blocks`: memoryKiB · 1,024 bytes of
 * memory, 8-aligned, apart from all else, zero afterwards. Lanes are computed one after the other. The executed
 * instructions depend on lengths and costs alone; the addresses of reads depend on the password from the first pass's
 * third slice on, as the RFC has it.
 */
export function argon2id(
  out: usize,
  outLength: u32,
  password: usize,
  passwordLength: u32,
  salt: usize,
  saltLength: u32,
  blocks: usize,
  memoryKiB: u32,
  passes: u32,
  lanes: u32,
): void {
  const segmentLength = memoryKiB / (SLICE_COUNT * lanes);
  const columns = SLICE_COUNT * segmentLength;
  const laneBytes = columns * BLOCK_BYTES;
  const memoryBytes = lanes * laneBytes;

  blake2bStart(BLAKE2B_BYTES);
  hashNumber(lanes);
  hashNumber(outLength);
  hashNumber(memoryKiB);
  hashNumber(passes);
  hashNumber(VERSION);
  hashNumber(TYPE_ARGON2ID);
  hashNumber(passwordLength);
  blake2bUpdate(password, passwordLength);
  hashNumber(saltLength);
  blake2bUpdate(salt, saltLength);
  hashNumber(0); // no secret value
  hashNumber(0); // no associated data
  blake2bFinish(seed);

  // `compress` adds to what is there, as every pass but the first needs it
  memory.fill(blocks, 0, memoryBytes);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const laneStart = blocks + lane * laneBytes;
    store<u32>(seed, lane, BLAKE2B_BYTES + 4);
    store<u32>(seed, 0, BLAKE2B_BYTES);
    hashLong(laneStart, BLOCK_BYTES, seed, BLAKE2B_BYTES + 8);
    store<u32>(seed, 1, BLAKE2B_BYTES);
    hashLong(laneStart + BLOCK_BYTES, BLOCK_BYTES, seed, BLAKE2B_BYTES + 8);
  }

  // RFC 9106 §3.4: a segment is a lane's part of a slice; slices are counted on from pass to pass
  for (let slice: u32 = 0; slice < passes * SLICE_COUNT; slice++) {
    const independent = slice < SLICE_COUNT / 2;
    const segmentStart = (slice % SLICE_COUNT) * segmentLength;
    // how many columns a lane has ready from other slices, and where the oldest of them is
    const ready = min(slice, SLICE_COUNT - 1) * segmentLength;
    const oldest = slice < SLICE_COUNT ? 0 : segmentStart + segmentLength;
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const laneStart = blocks + lane * laneBytes;
      let current = laneStart + segmentStart * BLOCK_BYTES;
      let previous = (segmentStart ? current : laneStart + laneBytes) - BLOCK_BYTES;
      for (let index: u32 = 0; index < segmentLength; index++) {
        if (independent && !(index % BLOCK_WORDS)) {
          makeAddresses(lane, slice, memoryBytes / BLOCK_BYTES, passes, index / BLOCK_WORDS + 1);
        }
        // a lane's first two blocks are there
        if (slice || index >= 2) {
          const random = load<u64>(independent ? addresses + (index % BLOCK_WORDS) * 8 : previous);
          // §3.4.2: which block is referenced; secret from the third slice on, so there are no branches. To what is
          // ready, a block's own lane adds this segment's blocks before the previous one. The first block of a segment
          // may not refer to the last one that is ready.
          const referenceLane = slice ? <u32>(random >> 32) % lanes : lane;
          const area = <u64>(ready + select<u32>(index - 1, -u32(!index), referenceLane == lane));
          const square = (<u64>(<u32>random) * <u64>(<u32>random)) >> 32;
          const position = <u32>(area - 1 - ((area * square) >> 32));
          const reference = blocks + referenceLane * laneBytes + ((oldest + position) % columns) * BLOCK_BYTES;
          memory.copy(input, previous, BLOCK_BYTES);
          xorBlock(input, reference);
          compress(current);
        }
        previous = current;
        current += BLOCK_BYTES;
      }
    }
  }

  memory.fill(input, 0, BLOCK_BYTES);
  for (let end = blocks + laneBytes; end <= blocks + memoryBytes; end += laneBytes) xorBlock(input, end - BLOCK_BYTES);
  hashLong(out, outLength, input, BLOCK_BYTES);
  memory.fill(input, 0, ARGON2_WORKSPACE_BYTES);
  memory.fill(addresses, 0, ADDRESSES_BYTES);
  memory.fill(blocks, 0, memoryBytes);
}

/** LE32 of a public number, appended to the message of BLAKE2b. */
function hashNumber(value: u32): void {
  store<u32>(number, value);
  blake2bUpdate(number, 4);
}

/** RFC 9106 §3.3: H', a hash of `outLength` bytes to `out`, of `length` bytes at `ptr`. */
function hashLong(out: usize, outLength: u32, ptr: usize, length: u32): void {
  blake2bStart(min(outLength, BLAKE2B_BYTES));
  hashNumber(outLength);
  blake2bUpdate(ptr, length);
  blake2bFinish(out);
  // each hash is that of the one before and takes the place of its second half
  while (outLength > BLAKE2B_BYTES) {
    outLength -= BLAKE2B_BYTES / 2;
    blake2bStart(min(outLength, BLAKE2B_BYTES));
    blake2bUpdate(out, BLAKE2B_BYTES);
    blake2bFinish((out += BLAKE2B_BYTES / 2));
  }
}

/** RFC 9106 §3.4.1.2: the 128 values number `counter` of a segment of the first pass. Nothing here is secret. */
function makeAddresses(lane: u32, slice: u32, blockCount: u32, passes: u32, counter: u32): void {
  memory.fill(input, 0, BLOCK_BYTES);
  store<u64>(input, lane, 8);
  store<u64>(input, slice, 16);
  store<u64>(input, blockCount, 24);
  store<u64>(input, passes, 32);
  store<u64>(input, TYPE_ARGON2ID, 40);
  store<u64>(input, counter, 48);
  memory.fill(addresses, 0, BLOCK_BYTES);
  compress(addresses);
  memory.copy(input, addresses, BLOCK_BYTES);
  memory.fill(addresses, 0, BLOCK_BYTES);
  compress(addresses);
}

/** RFC 9106 §3.5: G of the two blocks whose sum is `input`, added to the block at `out`; to add is XOR. */
function compress(out: usize): void {
  xorBlock(out, input);
  permuteRows(input, transposed);
  permuteRows(transposed, input);
  xorBlock(out, input);
}

/** Adds the block at `ptr` to the block at `out`. */
function xorBlock(out: usize, ptr: usize): void {
  const end = out + BLOCK_BYTES;
  do {
    store<u64>(out, load<u64>(out) ^ load<u64>(ptr));
    store<u64>(out, load<u64>(out, 8) ^ load<u64>(ptr, 8), 8);
    store<u64>(out, load<u64>(out, 16) ^ load<u64>(ptr, 16), 16);
    store<u64>(out, load<u64>(out, 24) ^ load<u64>(ptr, 24), 24);
    out += 32;
    ptr += 32;
  } while (out < end);
}

/**
 * RFC 9106 §3.6: P on each row of the block `from`, written to the columns of the block `to`, a pair of words being one
 * element. So the second call of two permutes the columns and puts all back into its place, and every address is a
 * constant. Each half of P works on the columns of the 4 × 4 words a, b, c, d and then turns the last three rows.
 * With the diagonals written out instead, the whole hash takes 5 % fewer instructions, and 344 bytes more.
 */
function permuteRows(from: usize, to: usize): void {
  const end = from + BLOCK_BYTES;
  do {
    let a0 = load<u64>(from);
    let a1 = load<u64>(from, 8);
    let a2 = load<u64>(from, 16);
    let a3 = load<u64>(from, 24);
    let b0 = load<u64>(from, 32);
    let b1 = load<u64>(from, 40);
    let b2 = load<u64>(from, 48);
    let b3 = load<u64>(from, 56);
    let c0 = load<u64>(from, 64);
    let c1 = load<u64>(from, 72);
    let c2 = load<u64>(from, 80);
    let c3 = load<u64>(from, 88);
    let d0 = load<u64>(from, 96);
    let d1 = load<u64>(from, 104);
    let d2 = load<u64>(from, 112);
    let d3 = load<u64>(from, 120);
    let half: u32 = 2;
    do {
      a0 = add(a0, b0);
      d0 = rotr(d0 ^ a0, 32);
      c0 = add(c0, d0);
      b0 = rotr(b0 ^ c0, 24);
      a0 = add(a0, b0);
      d0 = rotr(d0 ^ a0, 16);
      c0 = add(c0, d0);
      b0 = rotr(b0 ^ c0, 63);
      a1 = add(a1, b1);
      d1 = rotr(d1 ^ a1, 32);
      c1 = add(c1, d1);
      b1 = rotr(b1 ^ c1, 24);
      a1 = add(a1, b1);
      d1 = rotr(d1 ^ a1, 16);
      c1 = add(c1, d1);
      b1 = rotr(b1 ^ c1, 63);
      a2 = add(a2, b2);
      d2 = rotr(d2 ^ a2, 32);
      c2 = add(c2, d2);
      b2 = rotr(b2 ^ c2, 24);
      a2 = add(a2, b2);
      d2 = rotr(d2 ^ a2, 16);
      c2 = add(c2, d2);
      b2 = rotr(b2 ^ c2, 63);
      a3 = add(a3, b3);
      d3 = rotr(d3 ^ a3, 32);
      c3 = add(c3, d3);
      b3 = rotr(b3 ^ c3, 24);
      a3 = add(a3, b3);
      d3 = rotr(d3 ^ a3, 16);
      c3 = add(c3, d3);
      b3 = rotr(b3 ^ c3, 63);
      const b = b0;
      b0 = b1;
      b1 = b2;
      b2 = b3;
      b3 = b;
      const cEven = c0;
      c0 = c2;
      c2 = cEven;
      const cOdd = c1;
      c1 = c3;
      c3 = cOdd;
      const d = d3;
      d3 = d2;
      d2 = d1;
      d1 = d0;
      d0 = d;
    } while (--half);
    // after two turns, rows b and d are still turned by half
    store<u64>(to, a0);
    store<u64>(to, a1, 8);
    store<u64>(to, a2, 128);
    store<u64>(to, a3, 136);
    store<u64>(to, b2, 256);
    store<u64>(to, b3, 264);
    store<u64>(to, b0, 384);
    store<u64>(to, b1, 392);
    store<u64>(to, c0, 512);
    store<u64>(to, c1, 520);
    store<u64>(to, c2, 640);
    store<u64>(to, c3, 648);
    store<u64>(to, d2, 768);
    store<u64>(to, d3, 776);
    store<u64>(to, d0, 896);
    store<u64>(to, d1, 904);
    from += ROW_BYTES;
    to += 16;
  } while (from < end);
}

/** The addition of Argon2: with twice the product of the low halves. */
// @ts-expect-error AssemblyScript knows decorators of functions
@inline
function add(x: u64, y: u64): u64 {
  return x + y + ((<u64>(<u32>x) * <u64>(<u32>y)) << 1);
}
