// FIPS 202: Keccak-f[1600] and the sponge over it, for SHA-3 and SHAKE.
// Comes in: a message, which may be secret. Goes out: the state, of which the caller reads a block at a time.
// Next: ../mlkem/mlkem768.ts.

/** 25 lanes of 64 bits, little-endian, in the order of FIPS 202 §3.1.2. Secret when what it has absorbed is. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
export const KECCAK_STATE: usize = memory.data(200, 16);
const STATE_BYTES: u32 = 200;

export const SHA3_256_RATE_BYTES: u32 = 136;
export const SHA3_512_RATE_BYTES: u32 = 72;
export const SHAKE128_RATE_BYTES: u32 = 168;
export const SHAKE256_RATE_BYTES: u32 = 136;

/** FIPS 202 §6.1 and §6.2: what follows the message, with the first bit of the padding. */
export const SHA3_SUFFIX: u32 = 0x06;
export const SHAKE_SUFFIX: u32 = 0x1f;

const ROUNDS: u32 = 24;
const ROW_BYTES: usize = 40;

/** §3.2.5: the bits of each round's constant that can be set, those at 0, 1, 3, 7, 15, 31 and 63, from bit 0 on. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
// prettier-ignore
const ROUND_BITS: usize = memory.data<u8>([
  0x01, 0x1a, 0x5e, 0x70, 0x1f, 0x21, 0x79, 0x55, 0x0e, 0x0c, 0x35, 0x26,
  0x3f, 0x4f, 0x5d, 0x53, 0x52, 0x48, 0x16, 0x66, 0x79, 0x58, 0x21, 0x74,
]);

/** Absorbs all of a message and its padding: the first `rate` bytes of the state are the first block of output. */
export function keccak(rate: u32, suffix: u32, message: usize, length: u32): void {
  memory.fill(KECCAK_STATE, 0, STATE_BYTES);
  let offset: u32 = 0;
  const end = message + length;
  while (message < end) {
    xorByte(offset++, load<u8>(message++));
    if (offset == rate) {
      permute();
      offset = 0;
    }
  }
  xorByte(offset, suffix);
  xorByte(rate - 1, 0x80);
  permute();
}

/** Forgets what was absorbed. */
export function wipeKeccak(): void {
  memory.fill(KECCAK_STATE, 0, STATE_BYTES);
}

// @ts-expect-error a decorator of AssemblyScript
@inline
function xorByte(offset: u32, byte: u32): void {
  store<u8>(KECCAK_STATE + offset, load<u8>(KECCAK_STATE + offset) ^ byte);
}

function parity(column: usize): u64 {
  return (
    load<u64>(column) ^ load<u64>(column, 40) ^ load<u64>(column, 80) ^ load<u64>(column, 120) ^ load<u64>(column, 160)
  );
}

/**
 * ρ and π of a lane: puts it, rotated, where another one was; returns that one after θ, which adds `d` to its column.
 */
// @ts-expect-error a decorator of AssemblyScript
@inline
function move(state: usize, lane: usize, value: u64, distance: u64, d: u64): u64 {
  const replaced = load<u64>(state + 8 * lane) ^ d;
  store<u64>(state + 8 * lane, rotl(value, distance));
  return replaced;
}

/** §3.3: the next block of output. Its instructions and addresses do not depend on the state. */
export function permute(): void {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    // the compiler keeps the address in a local, and each access is shorter than with a constant
    const state = KECCAK_STATE;

    const c0 = parity(state);
    const c1 = parity(state + 8);
    const c2 = parity(state + 16);
    const c3 = parity(state + 24);
    const c4 = parity(state + 32);
    const d0 = c4 ^ rotl(c1, 1);
    const d1 = c0 ^ rotl(c2, 1);
    const d2 = c1 ^ rotl(c3, 1);
    const d3 = c2 ^ rotl(c4, 1);
    const d4 = c3 ^ rotl(c0, 1);

    // θ, ρ and π: each lane goes where another one was. The distances are constants, since a 32-bit processor rotates
    // 64 bits by an unknown distance in a loop or a call.
    store<u64>(state, load<u64>(state) ^ d0);
    let lane = load<u64>(state, 8) ^ d1;
    lane = move(state, 10, lane, 1, d0);
    lane = move(state, 7, lane, 3, d2);
    lane = move(state, 11, lane, 6, d1);
    lane = move(state, 17, lane, 10, d2);
    lane = move(state, 18, lane, 15, d3);
    lane = move(state, 3, lane, 21, d3);
    lane = move(state, 5, lane, 28, d0);
    lane = move(state, 16, lane, 36, d1);
    lane = move(state, 8, lane, 45, d3);
    lane = move(state, 21, lane, 55, d1);
    lane = move(state, 24, lane, 2, d4);
    lane = move(state, 4, lane, 14, d4);
    lane = move(state, 15, lane, 27, d0);
    lane = move(state, 23, lane, 41, d3);
    lane = move(state, 19, lane, 56, d4);
    lane = move(state, 13, lane, 8, d3);
    lane = move(state, 12, lane, 25, d2);
    lane = move(state, 2, lane, 43, d2);
    lane = move(state, 20, lane, 62, d0);
    lane = move(state, 14, lane, 18, d4);
    lane = move(state, 22, lane, 39, d2);
    lane = move(state, 9, lane, 61, d4);
    lane = move(state, 6, lane, 20, d1);
    move(state, 1, lane, 44, d1);

    // χ
    for (let row = state; row < state + STATE_BYTES; row += ROW_BYTES) {
      const r0 = load<u64>(row);
      const r1 = load<u64>(row, 8);
      const r2 = load<u64>(row, 16);
      const r3 = load<u64>(row, 24);
      const r4 = load<u64>(row, 32);
      store<u64>(row, r0 ^ (r2 & ~r1));
      store<u64>(row, r1 ^ (r3 & ~r2), 8);
      store<u64>(row, r2 ^ (r4 & ~r3), 16);
      store<u64>(row, r3 ^ (r0 & ~r4), 24);
      store<u64>(row, r4 ^ (r1 & ~r0), 32);
    }

    // ι
    const bits = <u64>load<u8>(ROUND_BITS + round);
    const constant =
      (bits & 3) |
      ((bits & 4) << 1) |
      ((bits & 8) << 4) |
      ((bits & 16) << 11) |
      ((bits & 32) << 26) |
      ((bits >> 6) << 63);
    store<u64>(state, load<u64>(state) ^ constant);
  }
}
