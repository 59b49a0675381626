// Arithmetic modulo any odd number of up to 4096 bits, by Montgomery's multiplication, for the verification of RSA and
// P-256 signatures. Everything here is public: values decide how long a function takes.
//
// A number is `numberBytes` of limbs of 30 bits, lowest first, in signed 32-bit words: the last limb has the sign. R is
// 2^30 to the power of their count and at least 2^5 times the modulus m. A sum is not reduced; a product, of factors
// whose own product is below m·R/16, lies between −17/16·m and m/16. So sums and differences of a few products can be
// factors again.
//
// In: big-endian numbers from rsa-verify.ts and p256-verify.ts. Out: whether numbers are below m, and whether they are
// 0 modulo m.

const LIMB_BITS: u32 = 30;
const LIMB_MASK: u32 = (1 << LIMB_BITS) - 1;

/** Of 4096 bits: 138 limbs. */
const NUMBER_CAPACITY: u32 = 552;
/** P-256 has 18 numbers of 40 bytes, RSA one of 552. */
const NUMBERS_CAPACITY: u32 = 720;
/** Nothing in all these bytes is needed from one verification to the next: other algorithms may use them in between. */
export const WORKSPACE_BYTES: u32 = 3 * NUMBER_CAPACITY + NUMBERS_CAPACITY;

/**
 * What a product is made in, the modulus m, and the second factor: at one distance from each other, so that one index
 * serves all.
 */
// @ts-expect-error the flag exists only when a build sets it: an address, 16-aligned, where it has so much memory for a while
const PRODUCT: usize = isDefined(MONTGOMERY_PTR) ? MONTGOMERY_PTR : memory.data(WORKSPACE_BYTES, 16);
export const MODULUS: usize = PRODUCT + NUMBER_CAPACITY;
export const FACTOR: usize = MODULUS + NUMBER_CAPACITY;
/** Where the numbers of a verification are. */
export const NUMBERS: usize = FACTOR + NUMBER_CAPACITY;
/** Where bytes can be put together for `readNumber`, which destroys them, as `multiply` does. */
export const BYTES: usize = PRODUCT;

const TO_MODULUS: usize = MODULUS - PRODUCT;
const TO_FACTOR: usize = FACTOR - PRODUCT;

/** Bytes of a number: an even count of limbs, for `multiply`'s sake. */
let numberBytes: u32;
/** 1/m modulo 2^30. */
let inverse: u32;
/** The highest 26 bits of m and 1: from which limb they are, by what to shift it, and their value plus 1. */
let topOffset: u32;
let topShift: u64;
let divisor: u64;

/** Makes the number of `length` bytes at `ptr`, odd and without leading zero bytes, the modulus. */
export function setModulus(ptr: usize, length: u32): void {
  // 30 times the limbs is 8·length + 5 or more.
  numberBytes = ((2 * length + 16) / 15) << 3;
  readNumber(MODULUS, ptr, length);
  const m = load<u32>(MODULUS);
  // Newton's method: 3, 6, 12, 24, 48 bits are right.
  let x = m;
  let n: u32 = 4;
  do x *= 2 - m * x;
  while (--n);
  inverse = x;
  const position = 8 * length - clz<u32>(load<u8>(ptr)) - 2;
  topOffset = (position / LIMB_BITS) << 2;
  topShift = position % LIMB_BITS;
  divisor = top(MODULUS) + 1;
}

/**
 * From the place of the modulus's highest 26 bits on, a number between 0 and 8·m: at most 29 bits, all within two
 * limbs.
 */
function top(a: usize): u64 {
  a += topOffset;
  return ((load<u32>(a) as u64) | ((load<u32>(a, 4) as u64) << LIMB_BITS)) >> topShift;
}

/** out = the `length` bytes at `ptr`, big-endian and no longer than the modulus. Whether it is below the modulus. */
export function readNumber(out: usize, ptr: usize, length: u32): bool {
  let limb = out;
  let bits: u64 = 0;
  // Fewer than none once the bytes are used up.
  let count: i32 = 0;
  do {
    while (count < (LIMB_BITS as i32) && length) {
      bits |= (load<u8>(ptr + --length) as u64) << (count as u64);
      count += 8;
    }
    store<u32>(limb, bits & LIMB_MASK);
    bits >>= LIMB_BITS;
    count -= LIMB_BITS;
    limb += 4;
  } while (limb != out + numberBytes);
  return combine(PRODUCT, out, 1, MODULUS, -1) < 0;
}

/** out = α·a + β·b, for |α| and |β| up to 2^30. Returns the last limb: its sign is that of the number. */
export function combine(out: usize, a: usize, alpha: i64, b: usize, beta: i64): i32 {
  const end = out + numberBytes;
  let sum: i64 = 0;
  do {
    sum = (sum >> LIMB_BITS) + alpha * (load<i32>(a) as i64) + beta * (load<i32>(b) as i64);
    store<i32>(out, sum & LIMB_MASK);
    out += 4;
    a += 4;
    b += 4;
  } while (out != end);
  store<i32>(out - 4, sum);
  return sum as i32;
}

/** out = a·b/R modulo m. `b` is left at `FACTOR`, and may be there; so may `out`, but `a` only if `b` is. */
export function multiply(out: usize, a: usize, b: usize): void {
  memory.copy(FACTOR, b, numberBytes);
  memory.fill(PRODUCT, 0, numberBytes);
  const end = a + numberBytes;
  const last = PRODUCT + numberBytes - 8;
  do {
    // Two limbs of a at once: a third fewer instructions than with one. As much of m is subtracted as makes the two
    // lowest limbs of the sum 0, which fall off. A column has four products and two limbs: its sum is below 2^62.
    const a0 = load<i32>(a) as i64;
    const a1 = load<i32>(a, 4) as i64;
    let b0 = load<i32>(FACTOR) as i64;
    let b1 = load<i32>(FACTOR, 4) as i64;
    let m0 = load<i32>(MODULUS) as i64;
    let m1 = load<i32>(MODULUS, 4) as i64;
    let sum = a0 * b0 + (load<i32>(PRODUCT) as i64);
    const q0 = quotient(sum);
    sum = ((sum - q0 * m0) >> LIMB_BITS) + a0 * b1 + a1 * b0 - q0 * m1 + (load<i32>(PRODUCT, 4) as i64);
    const q1 = quotient(sum);
    sum -= q1 * m0;
    let p = PRODUCT;
    do {
      b0 = load<i32>(p, TO_FACTOR + 8) as i64;
      m0 = load<i32>(p, TO_MODULUS + 8) as i64;
      sum = (sum >> LIMB_BITS) + a0 * b0 + a1 * b1 - q0 * m0 - q1 * m1 + (load<i32>(p, 8) as i64);
      store<i32>(p, sum & LIMB_MASK);
      b1 = load<i32>(p, TO_FACTOR + 12) as i64;
      m1 = load<i32>(p, TO_MODULUS + 12) as i64;
      sum = (sum >> LIMB_BITS) + a0 * b1 + a1 * b0 - q0 * m1 - q1 * m0 + (load<i32>(p, 12) as i64);
      store<i32>(p, sum & LIMB_MASK, 4);
      p += 8;
    } while (p != last);
    sum = (sum >> LIMB_BITS) + a1 * b1 - q1 * m1;
    store<i32>(p, sum & LIMB_MASK);
    store<i32>(p, sum >> LIMB_BITS, 4);
    a += 8;
  } while (a != end);
  memory.copy(out, PRODUCT, numberBytes);
}

/** What m is to be multiplied by to equal the sum modulo 2^30. */
function quotient(sum: i64): i64 {
  return (((sum as u32) * inverse) & LIMB_MASK) as i64;
}

/** a = a·R modulo m, between 0 and 1.002·m, for 0 ≤ a < 2·m. */
export function toMontgomeryVartime(a: usize): void {
  // Two steps for each limb. The quotient is too small, by less than 1 + 2^15·3/2^25.
  let n = numberBytes >> 1;
  do combine(a, a, 1 << 15, MODULUS, -(((top(a) << 15) / divisor) as i64));
  while (--n);
}

/** Makes of `a` the equal number in [0, m). */
export function reduceVartime(a: usize): void {
  while (combine(a, a, 1, MODULUS, -1) >= 0);
  while (combine(a, a, 1, MODULUS, 1) < 0);
}

/** Whether a = 0 modulo m. Reduces `a`. */
export function isZeroVartime(a: usize): bool {
  reduceVartime(a);
  const end = a + numberBytes;
  let bits: u32 = 0;
  do {
    bits |= load<u32>(a);
    a += 4;
  } while (a != end);
  return !bits;
}

/**
 * `FACTOR` = base^(e − 1), base and power multiplied by R, where e is the odd number of `length` bytes at `exponent`,
 * big-endian and 3 or more. One multiplication is left to the caller: it can be by a number that is not multiplied by
 * R, which makes one of the power.
 */
export function powerVartime(base: usize, exponent: usize, length: u32): void {
  memory.copy(FACTOR, base, numberBytes);
  let n = 8 * length;
  do n--;
  while (!exponentBit(exponent, length, n));
  while (true) {
    multiply(FACTOR, FACTOR, FACTOR);
    if (!--n) break;
    if (exponentBit(exponent, length, n)) multiply(FACTOR, base, FACTOR);
  }
}

function exponentBit(exponent: usize, length: u32, n: u32): u32 {
  return (load<u8>(exponent + (length - 1 - (n >> 3))) >> (n & 7)) & 1;
}
