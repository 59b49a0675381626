// 1/a in GF(2^255 − 19) for public a, by the division steps of Bernstein and Yang ("Fast constant-time gcd computation
// and modular inversion", 2019, with Wuille's start δ = 1/2): a third of the instructions of the power in
// field25519.ts. The steps depend on the lowest bits alone, so 29 of them are done on one limb, and their matrix is
// then applied to the whole numbers.

import { feCentre, feFromBytes, feMulSmall, feSetSmall, feToBytes } from "./field25519";
import { WORKSPACE } from "../hash/sha2-constants";

/** 590 steps suffice for numbers of 256 bits. */
const BATCH_COUNT: u32 = 21;
const BATCH_STEPS: i32 = 29;

const LIMB_MASK: i64 = 0x1fffffff;

/** 2^(−21 · 29): every batch multiplies d and e by 2^29. */
// prettier-ignore
const SCALE: usize = memory.data<u32>([
  0x13c46e94, 0x595a0f9, 0x19f8e899, 0x10aa31a3, 0x100b58a4, 0x16c6c893, 0xbb830a, 0x1d9422c9, 0x52a234,
]);

/**
 * Scratch in the hash's workspace, of which the first 576 bytes stay untouched. Nine limbs each, and one before f, g
 * and t.
 */
const f: usize = WORKSPACE + 580;
const g: usize = f + 40;
const t: usize = f + 80;
const d: usize = f + 120;
const e: usize = f + 160;

/**
 * out = u·a + v·b, limbs of 29 bits, for |u| + |v| ≤ 2^29. Returns the carry. `row` is u + 2^32·v.
 */
function combine(out: usize, a: usize, b: usize, row: i64): i64 {
  const u: i64 = row as i32 as i64;
  const v: i64 = (row - u) >> 32;
  let carry: i64 = 0;
  let i: usize = 0;
  do {
    carry += u * (load<i32>(a + i) as i64) + v * (load<i32>(b + i) as i64);
    store<i32>(out + i, carry & LIMB_MASK);
    carry >>= 29;
    i += 4;
  } while (i < 36);
  return carry;
}

/** (u·f + v·g) / 2^29, which is exact: the lowest limb falls off before `out`. */
function combineShifted(out: usize, row: i64): void {
  store<i32>(out, combine(out - 4, f, g, row), 32);
}

/** u·d + v·e modulo p, in nine limbs of 29 bits: 2^261 is 1216. */
function combineModulo(out: usize, row: i64): void {
  feCentre(out, 1216 * combine(out, d, e, row));
}

/**
 * out = 1/a, weight 1, and 0 for 0; `a` of any weight. Overwrites what is in the workspace of SHA-512 from byte 576 on.
 */
export function feInvertVartime(out: usize, a: usize): void {
  feSetSmall(f, -19);
  store<u32>(f, 1 << 23, 32);
  feToBytes(d, a);
  feFromBytes(g, d);
  feSetSmall(d, 0);
  memory.copy(e, SCALE, 36);
  let zeta: i32 = -1; // −δ − 1/2
  let batches = BATCH_COUNT;
  do {
    let rowF: i64 = 1;
    let rowG: i64 = 1 << 32;
    let f0 = load<i32>(f);
    let g0 = load<i32>(g);
    let steps = BATCH_STEPS;
    while (true) {
      // Steps with g even: as many at once as there are zeros.
      const zeros = ctz(g0 | (-1 << steps));
      g0 >>= zeros;
      rowF <<= zeros as i64;
      zeta -= zeros;
      steps -= zeros;
      if (!steps) break;
      if (zeta < 0) {
        zeta = ~zeta;
        const oldF = f0;
        f0 = g0;
        g0 = -oldF;
        const oldRow = rowF;
        rowF = rowG;
        rowG = -oldRow;
      }
      g0 += f0;
      rowG += rowF;
    }
    combineShifted(t, rowF);
    combineShifted(g, rowG);
    memory.copy(f, t, 36);
    combineModulo(t, rowF);
    combineModulo(e, rowG);
    memory.copy(d, t, 36);
  } while (--batches);
  // f is now 1 or −1.
  feMulSmall(out, d, (load<i32>(f, 32) >> 31) | 1);
}
