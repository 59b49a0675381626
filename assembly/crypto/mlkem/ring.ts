// FIPS 203 §4.3: the ring of polynomials modulo q = 3329 and x^256 + 1, and the number-theoretic transform (NTT) over
// it. Comes in: polynomials, perhaps secret. Goes out: the same, transformed or multiplied. No branch, no address and
// no division depends on a coefficient. Next: mlkem768.ts.
//
// A polynomial is 256 signed 16-bit numbers that stand for their residues. Bounds are those of the numbers, not of the
// residues.

export const COEFFICIENT_COUNT: u32 = 256;
export const POLYNOMIAL_BYTES: u32 = 2 * COEFFICIENT_COUNT;

/** q. */
export const MODULUS: i32 = 3329;
/** q⁻¹ modulo 2^16. */
const MODULUS_INVERSE: i32 = -3327;
/** 2^16 modulo q: what a Montgomery product with it leaves alone. */
const MONTGOMERY_ONE: u32 = 2285;
/** 2^32 / 128 modulo q: undoes the factors 128 of the inverse transform and 2^-16 of `multiplyAdd`. */
const INVERSE_SCALE: i32 = 1441;
/** A primitive 256th root of one. */
const ROOT: u32 = 17;
const ROOT_COUNT: u32 = 128;

/** 17^BitRev7(i) · 2^16 modulo q, from −1664 to 1664; zeros until `makeRoots`. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const ROOTS: usize = memory.data(256, 4);

/** The powers of the root, in the order of FIPS 203's appendix A. Does nothing when they are there. */
export function makeRoots(): void {
  if (load<i16>(ROOTS)) return;
  let power = MONTGOMERY_ONE;
  let reversed: u32 = 0;
  for (let i: u32 = 0; i < ROOT_COUNT; i++) {
    store<i16>(ROOTS + 2 * reversed, <i16>(power > 1664 ? power - MODULUS : power));
    power = (power * ROOT) % MODULUS;
    // the next number with its seven bits reversed: the carry goes to the right
    let bit: u32 = ROOT_COUNT >> 1;
    while (reversed & bit) {
      reversed ^= bit;
      bit >>= 1;
    }
    reversed ^= bit;
  }
}

/** a · b / 2^16 modulo q, for |a · b| < 2^15 · q: less than q either way. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function montgomery(a: i32, b: i32): i32 {
  const product = a * b;
  return (product - <i32>(<i16>(product * MODULUS_INVERSE)) * MODULUS) >> 16;
}

/** The residue from −1664 to 1664, for |a| < 2^16. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function reduce(a: i32): i32 {
  return a - ((a * 20159 + (1 << 25)) >> 26) * MODULUS;
}

/** The residue from 0 to q − 1 of a coefficient; for |a| < 2^15. */
export function canonical(a: i32): u32 {
  const residue = reduce(a);
  return residue + ((residue >> 31) & MODULUS);
}

/**
 * NTT (algorithm 9), for coefficients of at most 2 either way: at most 7 · q afterwards. Each of the seven layers adds
 * less than q.
 */
export function transform(polynomial: usize): void {
  let root = ROOTS;
  for (let distance: usize = POLYNOMIAL_BYTES / 2; distance >= 4; distance >>= 1) {
    for (let low = polynomial; low < polynomial + POLYNOMIAL_BYTES; low += distance) {
      root += 2;
      const zeta = <i32>load<i16>(root);
      for (const end = low + distance; low < end; low += 2) {
        const a = <i32>load<i16>(low);
        const t = montgomery(zeta, load<i16>(low + distance));
        store<i16>(low + distance, a - t);
        store<i16>(low, a + t);
      }
    }
  }
}

/** NTT⁻¹ (algorithm 10), times 2^16, for coefficients of at most 6 · q: less than q afterwards. */
export function transformBack(polynomial: usize): void {
  let root = ROOTS + 2 * ROOT_COUNT;
  for (let distance: usize = 4; distance < POLYNOMIAL_BYTES; distance <<= 1) {
    for (let low = polynomial; low < polynomial + POLYNOMIAL_BYTES; low += distance) {
      root -= 2;
      const zeta = <i32>load<i16>(root);
      for (const end = low + distance; low < end; low += 2) {
        const a = <i32>load<i16>(low);
        const b = <i32>load<i16>(low + distance);
        // |b − a| is at most 12 · q before the first layer, and |zeta| at most q / 2
        store<i16>(low, reduce(a + b));
        store<i16>(low + distance, montgomery(zeta, b - a));
      }
    }
  }
  for (let ptr = polynomial; ptr < polynomial + POLYNOMIAL_BYTES; ptr += 2) {
    store<i16>(ptr, montgomery(load<i16>(ptr), INVERSE_SCALE));
  }
}

/**
 * sum += a ∘ b / 2^16 (algorithms 11 and 12), all transformed: 128 products modulo x² − γ. For a of 0 to q − 1 and b of
 * at most 7 · q; the sum grows by less than 2 · q.
 */
export function multiplyAdd(sum: usize, a: usize, b: usize): void {
  let root = ROOTS + ROOT_COUNT;
  for (let i: u32 = 0; i < ROOT_COUNT; i++) {
    // γ is ±17^BitRev7(64 + i / 2)
    const zeta = <i32>load<i16>(root) * (1 - 2 * <i32>(i & 1));
    root += 2 * (i & 1);
    const a0 = <i32>load<i16>(a);
    const a1 = <i32>load<i16>(a, 2);
    const b0 = <i32>load<i16>(b);
    const b1 = <i32>load<i16>(b, 2);
    store<i16>(sum, <i32>load<i16>(sum) + montgomery(a0, b0) + montgomery(zeta, montgomery(a1, b1)));
    store<i16>(sum, <i32>load<i16>(sum, 2) + montgomery(a0, b1) + montgomery(a1, b0), 2);
    a += 4;
    b += 4;
    sum += 4;
  }
}
