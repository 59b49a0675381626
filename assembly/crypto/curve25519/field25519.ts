// Arithmetic in GF(2^255 − 19), for X25519 (RFC 7748) and Ed25519 (RFC 8032). In goes and out comes an address: an
// element is 36 bytes, nine signed 32-bit limbs of radix 2^29, the last of 23 bits. Every function is constant time and
// takes secrets; `out` may be one of the operands. Used by x25519.ts and edwards25519.ts.
//
// Bounds. An element of weight w has |limb 1| ≤ w·(2^29 + 2^18), |limb 8| ≤ w·2^23 and |others| ≤ w·2^29; it is centred
// if
// |limb 3| ≤ w·2^28. Products, squares, small multiples and decoded elements have weight 1, are centred, and are
// unsigned: only limbs 1 and 3 can be negative. In a sum weights add; centred and unsigned it is if both operands are.
// Storage holds weights up to 3. The weights of two factors may multiply to 4 if one of them is centred, else to 3
// (squares: 2): see feMul.

export const FE_BYTES: u32 = 36;

const LIMB_MASK: i64 = 0x1fffffff;
/**
 * The same in memory: as a constant each of its 36 uses in feMul and feSquare takes four bytes more than a local does.
 * 32 bits of it, so that a C compiler sees that what is masked is narrow: 3 % of a key exchange through wasm2c.
 */
const MASK: usize = memory.data<u32>([0x1fffffff]);
const TOP_MASK: i64 = 0x7fffff;
const HALF_LIMB: i64 = 0x10000000;
const LOW_SIGN: u64 = 0x80000000;

/** Scratch of feToBytes and feIsZero, wiped after use. */
const scratch: usize = memory.data(36, 16);
const scratchBytes: usize = memory.data(32, 16);

/** out = value < 2^28: weight 1. */
export function feSetSmall(out: usize, value: u32): void {
  memory.fill(out, 0, FE_BYTES);
  store<u32>(out, value);
}

/** out = a + b. */
export function feAdd(out: usize, a: usize, b: usize): void {
  store<i32>(out, load<i32>(a) + load<i32>(b));
  store<i32>(out, load<i32>(a, 4) + load<i32>(b, 4), 4);
  store<i32>(out, load<i32>(a, 8) + load<i32>(b, 8), 8);
  store<i32>(out, load<i32>(a, 12) + load<i32>(b, 12), 12);
  store<i32>(out, load<i32>(a, 16) + load<i32>(b, 16), 16);
  store<i32>(out, load<i32>(a, 20) + load<i32>(b, 20), 20);
  store<i32>(out, load<i32>(a, 24) + load<i32>(b, 24), 24);
  store<i32>(out, load<i32>(a, 28) + load<i32>(b, 28), 28);
  store<i32>(out, load<i32>(a, 32) + load<i32>(b, 32), 32);
}

/** out = a − b: weight and centring as of the sum, and signed. */
export function feSub(out: usize, a: usize, b: usize): void {
  store<i32>(out, load<i32>(a) - load<i32>(b));
  store<i32>(out, load<i32>(a, 4) - load<i32>(b, 4), 4);
  store<i32>(out, load<i32>(a, 8) - load<i32>(b, 8), 8);
  store<i32>(out, load<i32>(a, 12) - load<i32>(b, 12), 12);
  store<i32>(out, load<i32>(a, 16) - load<i32>(b, 16), 16);
  store<i32>(out, load<i32>(a, 20) - load<i32>(b, 20), 20);
  store<i32>(out, load<i32>(a, 24) - load<i32>(b, 24), 24);
  store<i32>(out, load<i32>(a, 28) - load<i32>(b, 28), 28);
  store<i32>(out, load<i32>(a, 32) - load<i32>(b, 32), 32);
}

/** out = a + b for unsigned operands, two limbs at a time. */
export function feAddUnsigned(out: usize, a: usize, b: usize): void {
  store<u64>(out, load<u64>(a, 0, 4) + load<u64>(b, 0, 4), 0, 4);
  store<u64>(out, load<u64>(a, 8, 4) + load<u64>(b, 8, 4), 8, 4);
  store<u64>(out, load<u64>(a, 16, 4) + load<u64>(b, 16, 4), 16, 4);
  store<u64>(out, load<u64>(a, 24, 4) + load<u64>(b, 24, 4), 24, 4);
  store<u32>(out, load<u32>(a, 32) + load<u32>(b, 32), 32);
}

/**
 * out = a − b for unsigned operands, two limbs at a time: signed, not centred, and of the larger of the two weights.
 * The difference of the even limbs is within ±2^31: the added bit keeps it from borrowing from the odd limb, and the
 * exclusive or takes it out.
 */
export function feSubUnsigned(out: usize, a: usize, b: usize): void {
  store<u64>(out, (load<u64>(a, 0, 4) - load<u64>(b, 0, 4) + LOW_SIGN) ^ LOW_SIGN, 0, 4);
  store<u64>(out, (load<u64>(a, 8, 4) - load<u64>(b, 8, 4) + LOW_SIGN) ^ LOW_SIGN, 8, 4);
  store<u64>(out, (load<u64>(a, 16, 4) - load<u64>(b, 16, 4) + LOW_SIGN) ^ LOW_SIGN, 16, 4);
  store<u64>(out, (load<u64>(a, 24, 4) - load<u64>(b, 24, 4) + LOW_SIGN) ^ LOW_SIGN, 24, 4);
  store<u32>(out, load<u32>(a, 32) - load<u32>(b, 32), 32);
}

/**
 * out = a · b, weight 1.
 *
 * No column overflows. In units of 2^58, for weight 1, a term of two full limbs is at most 1 (with limb 1: 1 + 2^-10),
 * one with limb 8 2^-6, and one with a centred limb 3 is 1/2. Column 7 has six full terms and two with limb 3: 7 units
 * if both operands are centred, 7 1/2 if one is, 8 if none. Column 8 has a full term less and two with limb 8, the
 * others have fewer terms. So with weights a sum is below 7.51 · 4 or 8.01 · 3, less than 30.1 units; the carry from
 * below adds less than 2^-24 and the fold 1216·2^29 < 2^-18, and an i64 holds 32. (Two uncentred operands of weight 2
 * would reach all 32.) The last carry: |u >> 23| < 2^40, times 19 < 2^45, so that limb 1 receives less than 2^16.
 */
export function feMul(out: usize, a: usize, b: usize): void {
  const mask: i64 = load<u32>(MASK);
  const a0: i64 = load<i32>(a);
  const a1: i64 = load<i32>(a, 4);
  const a2: i64 = load<i32>(a, 8);
  const a3: i64 = load<i32>(a, 12);
  const a4: i64 = load<i32>(a, 16);
  const a5: i64 = load<i32>(a, 20);
  const a6: i64 = load<i32>(a, 24);
  const a7: i64 = load<i32>(a, 28);
  const a8: i64 = load<i32>(a, 32);
  const b0: i64 = load<i32>(b);
  const b1: i64 = load<i32>(b, 4);
  const b2: i64 = load<i32>(b, 8);
  const b3: i64 = load<i32>(b, 12);
  const b4: i64 = load<i32>(b, 16);
  const b5: i64 = load<i32>(b, 20);
  const b6: i64 = load<i32>(b, 24);
  const b7: i64 = load<i32>(b, 28);
  const b8: i64 = load<i32>(b, 32);
  let t: i64 = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1;
  let u: i64 = a0 * b0 + 1216 * (t & mask);
  const r0: i64 = u & mask;
  t = (t >> 29) + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2;
  u = (u >> 29) + a0 * b1 + a1 * b0 + 1216 * (t & mask);
  const r1: i64 = u & mask;
  t = (t >> 29) + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3;
  u = (u >> 29) + a0 * b2 + a1 * b1 + a2 * b0 + 1216 * (t & mask);
  store<i32>(out, u & mask, 8);
  t = (t >> 29) + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4;
  u = (u >> 29) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + 1216 * (t & mask);
  u += HALF_LIMB;
  store<i32>(out, (u & mask) - HALF_LIMB, 12);
  t = (t >> 29) + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5;
  u = (u >> 29) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + 1216 * (t & mask);
  store<i32>(out, u & mask, 16);
  t = (t >> 29) + a6 * b8 + a7 * b7 + a8 * b6;
  u = (u >> 29) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + 1216 * (t & mask);
  store<i32>(out, u & mask, 20);
  t = (t >> 29) + a7 * b8 + a8 * b7;
  u = (u >> 29) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + 1216 * (t & mask);
  store<i32>(out, u & mask, 24);
  t = (t >> 29) + a8 * b8;
  u = (u >> 29) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + 1216 * (t & mask);
  store<i32>(out, u & mask, 28);
  u =
    (u >> 29) +
    a0 * b8 +
    a1 * b7 +
    a2 * b6 +
    a3 * b5 +
    a4 * b4 +
    a5 * b3 +
    a6 * b2 +
    a7 * b1 +
    a8 * b0 +
    1216 * (t >> 29);
  store<i32>(out, u & TOP_MASK, 32);
  u = r0 + 19 * (u >> 23);
  store<i32>(out, u & mask);
  store<i32>(out, r1 + (u >> 29), 4);
}

/**
 * out = a², weight 1, for a centred operand of weight at most 2 or another of 1: the columns of feMul, equal terms
 * joined.
 */
export function feSquare(out: usize, a: usize): void {
  const mask: i64 = load<u32>(MASK);
  const a0: i64 = load<i32>(a);
  const a1: i64 = load<i32>(a, 4);
  const a2: i64 = load<i32>(a, 8);
  const a3: i64 = load<i32>(a, 12);
  const a4: i64 = load<i32>(a, 16);
  const a5: i64 = load<i32>(a, 20);
  const a6: i64 = load<i32>(a, 24);
  const a7: i64 = load<i32>(a, 28);
  const a8: i64 = load<i32>(a, 32);
  const d0: i64 = a0 << 1;
  const d1: i64 = a1 << 1;
  const d2: i64 = a2 << 1;
  const d3: i64 = a3 << 1;
  const d4: i64 = a4 << 1;
  const d5: i64 = a5 << 1;
  const d6: i64 = a6 << 1;
  const d7: i64 = a7 << 1;
  let t: i64 = d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5;
  let u: i64 = a0 * a0 + 1216 * (t & mask);
  const r0: i64 = u & mask;
  t = (t >> 29) + d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5;
  u = (u >> 29) + d0 * a1 + 1216 * (t & mask);
  const r1: i64 = u & mask;
  t = (t >> 29) + d3 * a8 + d4 * a7 + d5 * a6;
  u = (u >> 29) + d0 * a2 + a1 * a1 + 1216 * (t & mask);
  store<i32>(out, u & mask, 8);
  t = (t >> 29) + d4 * a8 + d5 * a7 + a6 * a6;
  u = (u >> 29) + d0 * a3 + d1 * a2 + 1216 * (t & mask);
  u += HALF_LIMB;
  store<i32>(out, (u & mask) - HALF_LIMB, 12);
  t = (t >> 29) + d5 * a8 + d6 * a7;
  u = (u >> 29) + d0 * a4 + d1 * a3 + a2 * a2 + 1216 * (t & mask);
  store<i32>(out, u & mask, 16);
  t = (t >> 29) + d6 * a8 + a7 * a7;
  u = (u >> 29) + d0 * a5 + d1 * a4 + d2 * a3 + 1216 * (t & mask);
  store<i32>(out, u & mask, 20);
  t = (t >> 29) + d7 * a8;
  u = (u >> 29) + d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + 1216 * (t & mask);
  store<i32>(out, u & mask, 24);
  t = (t >> 29) + a8 * a8;
  u = (u >> 29) + d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + 1216 * (t & mask);
  store<i32>(out, u & mask, 28);
  u = (u >> 29) + d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + 1216 * (t >> 29);
  store<i32>(out, u & TOP_MASK, 32);
  u = r0 + 19 * (u >> 23);
  store<i32>(out, u & mask);
  store<i32>(out, r1 + (u >> 29), 4);
}

/** Limbs of k·a + addend brought into [0, 2^29) and [0, 2^23). Returns what is left over, a multiple of 2^255. */
function feCarry(out: usize, a: usize, k: i64, addend: i64): i64 {
  let i: usize = 0;
  do {
    addend += k * (load<i32>(a + i) as i64);
    store<i32>(out + i, addend & LIMB_MASK);
    addend >>= 29;
    i += 4;
  } while (i < 32);
  addend += k * (load<i32>(a, 32) as i64);
  store<i32>(out, addend & TOP_MASK, 32);
  return addend >> 23;
}

/** Limbs in [0, 2^29) and [0, 2^23) become an element of weight 1, centred; adds to limb 0, |addend| < 2^45. */
export function feCentre(out: usize, addend: i64): void {
  addend += load<i32>(out) as i64;
  store<i32>(out, addend & LIMB_MASK);
  store<i32>(out, (load<i32>(out, 4) as i64) + (addend >> 29), 4);
  const limb3: u32 = load<u32>(out, 12) + (HALF_LIMB as u32);
  store<u32>(out, (limb3 & (LIMB_MASK as u32)) - (HALF_LIMB as u32), 12);
  store<u32>(out, load<u32>(out, 16) + (limb3 >> 29), 16);
}

/** out = k · a, weight 1, for |k| < 2^20 and a of any weight that storage holds. */
export function feMulSmall(out: usize, a: usize, k: i32): void {
  feCentre(out, 19 * feCarry(out, a, k, 0));
}

/** out = a^(2^count) · b. Here `out` must not be `b`. */
function feSquareTimesMul(out: usize, a: usize, count: u32, b: usize): void {
  do {
    feSquare(out, a);
    a = out;
  } while (--count);
  feMul(out, out, b);
}

/** out = 1/a = a^(2^255 − 21), weight 1, and 0 for 0; `a` as in feSquare. Scratch is wiped. */
export function feInvert(out: usize, a: usize): void {
  const v = memory.data(5 * 36, 16);
  const u = v + 36;
  const e11 = v + 72;
  const ones10 = v + 108;
  const ones50 = v + 144;
  feSquare(v, a);
  feSquareTimesMul(u, v, 2, a);
  feMul(e11, u, v);
  feSquareTimesMul(v, e11, 1, u); // 2^5 − 1
  feSquareTimesMul(ones10, v, 5, v); // 2^10 − 1
  feSquareTimesMul(v, ones10, 10, ones10); // 2^20 − 1
  feSquareTimesMul(u, v, 20, v); // 2^40 − 1
  feSquareTimesMul(ones50, u, 10, ones10); // 2^50 − 1
  feSquareTimesMul(v, ones50, 50, ones50); // 2^100 − 1
  feSquareTimesMul(u, v, 100, v); // 2^200 − 1
  feSquareTimesMul(v, u, 50, ones50); // 2^250 − 1
  feSquareTimesMul(out, v, 5, e11);
  memory.fill(v, 0, 5 * 36);
}

/** Reads 32 bytes, little-endian; the top bit is ignored. Weight 1. A value of p or more is taken modulo p. */
export function feFromBytes(out: usize, ptr: usize): void {
  let bits: i64 = 0;
  let i: usize = 0;
  do {
    // i / 4 words have left 3 bits each: at most 21 + 32 bits.
    bits |= (load<u32>(ptr + i, 0, 1) as i64) << (((i >> 2) * 3) as i64);
    store<i32>(out + i, bits & LIMB_MASK);
    bits >>= 29;
    i += 4;
  } while (i < 32);
  store<i32>(out, bits & TOP_MASK, 32);
  feCentre(out, 0);
}

/** Writes the 32 bytes of the value in [0, p), little-endian, for `a` of any weight. */
export function feToBytes(ptr: usize, a: usize): void {
  // The first pass leaves [0, 2^255) plus 19 times a carry of less than 2^3; the second [0, 2^255) with its carry
  // added. The third adds 19 to see whether the value is p or more, and the fourth takes the 19 away again if it is
  // not.
  const carry = feCarry(scratch, scratch, 1, 19 * feCarry(scratch, a, 1, 0));
  feCarry(scratch, scratch, 1, 19 * feCarry(scratch, scratch, 1, 19 * carry + 19) - 19);
  let bits: i64 = load<i32>(scratch);
  let i: usize = 0;
  do {
    // 29 bits less 3 for every word written are waiting: at most 29 + 29.
    bits |= (load<i32>(scratch + i, 4) as i64) << ((29 - (i >> 2) * 3) as i64);
    store<u32>(ptr + i, bits, 0, 1);
    bits >>= 32;
    i += 4;
  } while (i < 32);
  memory.fill(scratch, 0, 36);
}

/** Whether a = 0 modulo p, for `a` of any weight. */
export function feIsZero(a: usize): bool {
  feToBytes(scratchBytes, a);
  return !(
    load<u64>(scratchBytes) |
    load<u64>(scratchBytes, 8) |
    load<u64>(scratchBytes, 16) |
    load<u64>(scratchBytes, 24)
  );
}
