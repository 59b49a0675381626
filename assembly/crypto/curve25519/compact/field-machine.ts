// Arithmetic modulo p = 2^255 − 19 for the smallest RFC 8032 verification: a machine of 16 registers and one
// instruction,
//
//     o = a + b·c
//
// In: programs, and values that ed25519-verify.ts and sha512.ts write into registers. Everything is public.
//
// A register is 32 bytes, little-endian. A result is congruent to a + b·c modulo 2p = 2^256 − 38, so nothing but 38
// times what overflows has to be added. As 38 is never subtracted, a sum of 38 or more stays one: its representative is
// the one between 38 and 2^256 − 1. So 38 + 2x, written as an instruction, is 38 + 2·(x mod p) exactly: that tells
// zero, and even from odd.
//
// An instruction is 16 bits, o | a << 4 | b << 8 | c << 12. b and c may change places: b ≤ c says that another one
// follows, b > c ends the program. A product by a small number is cheap when that number is c.

export const D: u16 = 0; // −121665 / 121666, of the curve −x² + y² = 1 + d·x²·y²
export const I: u16 = 1; // the odd square root of −1, so that its square is 2p − 1 and not p − 1
export const ONE: u16 = 2;
export const ZERO: u16 = 3;
export const MINUS_1: u16 = 4; // 2p − 1 = 2^256 − 39
export const K38: u16 = 5; // 38; 0 until the first DECODE
export const MINUS_D: u16 = 6;
/**
 * A point: X, Y, Z and T with x = X/Z, y = Y/Z and x·y = T/Z. The first is the sum so far, the second is what is added.
 */
export const X1: u16 = 7;
export const Y1: u16 = 8;
export const Z1: u16 = 9;
export const T1: u16 = 10;
export const X2: u16 = 11;
export const Y2: u16 = 12;
export const Z2: u16 = 13;
export const T2: u16 = 14;
/** Where a result is made, with 32 more bytes behind it. It keeps the last one; b and c cannot be it. */
export const RESULT: u16 = 15;

export const REGISTER_BYTES: u32 = 32;
export const POINT_BYTES: u32 = 4 * REGISTER_BYTES;

/** A place for the encoding of −B, of which the last two bytes are the first below; y is 4/5 = 0x6666…6658. */
const BASE_PLACE: usize = memory.data(36, 16);
export const BASE: usize = BASE_PLACE + 6;

// prettier-ignore
const CODE: usize = memory.data<u16>([
  0xe666,

  // ROOT: MINUS_D = T1³ and, on the way, Y1 = T1². For integers below 2^85 that is exact.
  Y1 | ZERO << 4 | T1 << 8 | T1 << 12,
  MINUS_D | ZERO << 4 | T1 << 8 | Y1 << 12,

  // DECODE: of an encoded point, Y2 = 2y. With u = 4 − 4y² and v = 4 + 4d·y², x² = −u/v; w = u·v.
  Z2 | ONE << 4 | ONE << 8 | ONE << 12,
  T2 | Z2 << 4 | Z2 << 8 | Z2 << 12,       // 6
  K38 | Z2 << 4 | T2 << 8 | T2 << 12,
  MINUS_1 | ZERO << 4 | I << 8 | I << 12,
  X1 | ZERO << 4 | Z2 << 8 | Z2 << 12,     // 4
  T1 | ZERO << 4 | Y2 << 8 | Y2 << 12,
  Y1 | X1 << 4 | MINUS_1 << 8 | T1 << 12,  // u
  X1 | X1 << 4 | D << 8 | T1 << 12,        // v
  T1 | ZERO << 4 | X1 << 8 | Y1 << 12,     // w
  Z1 | ZERO << 4 | T1 << 8 | T1 << 12,
  Z1 | ZERO << 4 | T1 << 8 | Z1 << 12,     // w³

  // POWER: 250 times make w^((p − 5)/8) of w, as (p − 5)/8 = 2^252 − 3 = 2^250·1 + 3·(2^250 − 1).
  T1 | ZERO << 4 | T1 << 8 | T1 << 12,
  T1 | ZERO << 4 | T1 << 8 | Z1 << 12,

  // CANDIDATE: the next of the four values u·w^((p − 5)/8)·i^n. If w is a square, ±x are two of them, those with u +
  // v·x² = 0.
  T1 | ZERO << 4 | I << 8 | T1 << 12,
  X2 | ZERO << 4 | Y1 << 8 | T1 << 12,
  MINUS_D | ZERO << 4 | X2 << 8 | X2 << 12,
  MINUS_D | Y1 << 4 | MINUS_D << 8 | X1 << 12,
  T2 | ZERO << 4 | X2 << 8 | Y2 << 12,     // 2xy
  X2 | ZERO << 4 | X2 << 8 | Z2 << 12,     // 2x
  Z1 | K38 << 4 | MINUS_1 << 8 | X2 << 12, // 38 + 2·(−x mod p)
  RESULT | K38 << 4 | Z2 << 8 | MINUS_D << 12,

  // ADD: add-2008-hwcd for a = −1, which is complete: it also doubles. Point 2 is lost.
  T1 | ZERO << 4 | T1 << 8 | T2 << 12,
  Z1 | ZERO << 4 | Z1 << 8 | Z2 << 12,
  T2 | Z1 << 4 | D << 8 | T1 << 12,        // G = Z1·Z2 + d·T1·T2
  Z1 | Z1 << 4 | MINUS_D << 8 | T1 << 12,  // F = Z1·Z2 − d·T1·T2
  T1 | ZERO << 4 | X1 << 8 | X2 << 12,
  T1 | T1 << 4 | Y1 << 8 | Y2 << 12,       // H = Y1·Y2 + X1·X2
  Z2 | ZERO << 4 | X1 << 8 | Y2 << 12,
  Z2 | Z2 << 4 | Y1 << 8 | X2 << 12,       // E = X1·Y2 + Y1·X2
  X1 | ZERO << 4 | Z1 << 8 | Z2 << 12,
  Y1 | ZERO << 4 | T1 << 8 | T2 << 12,
  T1 | ZERO << 4 | T1 << 8 | Z2 << 12,
  Z1 | ZERO << 4 | T2 << 8 | Z1 << 12,

  // START: x·y·(x² + y²) of point 2 is zero if its order is 1, 2, 4 or 8. It becomes the difference of Y1 and Z1.
  X1 | ZERO << 4 | X2 << 8 | X2 << 12,
  X1 | X1 << 4 | Y2 << 8 | Y2 << 12,
  Y1 | Z1 << 4 | X1 << 8 | T2 << 12,

  // CHECK: whether Y1 and Z1 differ; of points of the curve, y = 1 is the neutral one's alone. That is what point 1
  // becomes.
  X2 | Y1 << 4 | MINUS_1 << 8 | Z1 << 12,
  MINUS_D | ZERO << 4 | D << 8 | MINUS_1 << 12,
  X1 | ZERO << 4 | ZERO << 8 | ZERO << 12,
  T1 | ZERO << 4 | ZERO << 8 | ZERO << 12,
  Y1 | ONE << 4 | ZERO << 8 | ZERO << 12,
  Z1 | ONE << 4 | ZERO << 8 | ZERO << 12,
  RESULT | K38 << 4 | X2 << 8 | K38 << 12,

  // The registers begin: D, I and the first bytes of ONE.
  0x78a3, 0x1359, 0x4dca, 0x75eb, 0xd8ab, 0x4141, 0x0a4d, 0x0070, 0xe898, 0x7779, 0x4079, 0x8cc7, 0xfe73, 0x2b6f, 0x6cee, 0x5203,
  0x5f3d, 0xb5f1, 0xe4d8, 0x3b11, 0x1b87, 0x52d0, 0xe7f9, 0xd0bc, 0x2858, 0xc204, 0xff66, 0xd4b2, 0x20f4, 0xb03e, 0xdb7f, 0x547c,
  1,
], 2);

/** Programs, as `run` takes them: two bytes before the first instruction. */
export const ROOT: usize = CODE;
export const DECODE: usize = ROOT + 2 * 2;
export const POWER: usize = DECODE + 2 * 11;
export const CANDIDATE: usize = POWER + 2 * 2;
export const ADD: usize = CANDIDATE + 2 * 8;
export const START: usize = ADD + 2 * 12;
export const CHECK: usize = START + 2 * 3;
export const REGISTERS: usize = CHECK + 2 + 2 * 7;

/**
 * The rest of ONE, the registers behind it and the second half of the result. All numbers behind are zeros, and not in
 * the binary.
 */
const REST: usize = memory.data(17 * REGISTER_BYTES - 66, 1);
if (CODE != BASE + 30 || REST != REGISTERS + 66) ERROR("what has to be contiguous is not");

/** Where a register is, from `REGISTERS`. */
const RESULT_OFFSET: u32 = RESULT * REGISTER_BYTES;
const REGISTER_MASK: u32 = 15 * REGISTER_BYTES;

/**
 * Adds `factor` times the 32 bytes at `b` to those at `o`, and returns what overflows. Both addresses are from
 * `REGISTERS`; `b` is a multiple of 32. Two words at a time, and none for 0, only make it faster. The sum in `carry` is
 * at most 2^64 − 1.
 */
export function addMultipleVartime(o: u32, b: u32, factor: u32): u32 {
  const wide = <u64>factor;
  let carry: u64 = 0;
  if (factor) {
    do {
      carry = (carry >> 32) + load<u32>(o, REGISTERS) + load<u32>(b, REGISTERS) * wide;
      store<u32>(o, <u32>carry, REGISTERS);
      carry = (carry >> 32) + load<u32>(o, REGISTERS + 4) + load<u32>(b, REGISTERS + 4) * wide;
      store<u32>(o, <u32>carry, REGISTERS + 4);
      o += 8;
      b += 8;
    } while (b % REGISTER_BYTES);
  }
  return <u32>(carry >> 32);
}

/** Runs a program. Returns 1 if its last result is 39 or more and 0 if it is 38: see above. */
export function runVartime(program: usize): u32 {
  let b: u32, c: u32;
  do {
    const instruction = <u32>load<u16>((program += 2));
    b = (instruction >> 3) & REGISTER_MASK;
    c = (instruction >> 7) & REGISTER_MASK;
    memory.copy(REGISTERS + RESULT_OFFSET, REGISTERS + ((instruction << 1) & REGISTER_MASK), REGISTER_BYTES);
    do {
      // The result is the last register: its word is at the same place as that of c, in all bits set that tell
      // registers apart.
      const o = c | RESULT_OFFSET;
      store<u32>(o, addMultipleVartime(o, b, load<u32>(c, REGISTERS)), REGISTERS + REGISTER_BYTES);
      c += 4;
    } while (c % REGISTER_BYTES);
    let overflow = addMultipleVartime(RESULT_OFFSET, RESULT_OFFSET + REGISTER_BYTES, 38);
    do overflow = addMultipleVartime(RESULT_OFFSET, K38 * REGISTER_BYTES, overflow);
    while (overflow);
    memory.copy(REGISTERS + ((instruction << 5) & REGISTER_MASK), REGISTERS + RESULT_OFFSET, REGISTER_BYTES);
  } while (b < c); // c is behind its register now
  return addMultipleVartime(RESULT_OFFSET, MINUS_1 * REGISTER_BYTES, 1);
}
