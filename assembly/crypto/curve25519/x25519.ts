// X25519 (RFC 7748 §5), and the Montgomery ladder that ed25519-sign.ts uses too.
// Comes in: a secret scalar and a public point. Goes out: the u-coordinate of their product, public or a shared secret.
// Next: upwards the key exchange of RFC 8731, downwards field25519.ts.

import {
  FE_BYTES,
  feAdd,
  feFromBytes,
  feInvert,
  feMul,
  feMulSmall,
  feSetSmall,
  feSquare,
  feSub,
  feToBytes,
} from "./field25519";

export const X25519_BYTES: u32 = 32;

/** u-coordinate of the base point: of curve25519's, and of Ed25519's seen on that curve. */
export const BASE_U: u32 = 9;

/** Seven field elements of 36 bytes and a scalar of 32. All secret: `wipeLadder` clears them. */
const registers: usize = memory.data(7 * 36 + 32, 16);
const REGISTERS_BYTES: i32 = 7 * 36 + 32;

/** After `ladder`: x2 : z2 is the projective u-coordinate of k·P, and x3 : z3 that of (k + 1)·P. */
export const x2: usize = registers;
export const z2: usize = registers + 36;
export const x3: usize = registers + 72;
export const z3: usize = registers + 108;

/** Scratch of the ladder, and then of its caller. */
export const t0: usize = registers + 144;
export const t1: usize = registers + 180;
const u: usize = registers + 216;

/** Place of a clamped scalar. */
export const scalarCopy: usize = registers + 252;

/**
 * u-coordinate of scalar · point: 32 bytes to `out`, from a secret 32-byte `scalar`, which is clamped in a copy, and a
 * 32-byte `point`, of which any value is taken. The caller rejects an all-zero result (`ctIsZero32`): RFC 8731 §3.
 * Constant time.
 */
export function x25519(out: usize, scalar: usize, point: usize): void {
  clamp(scalarCopy, scalar);
  feFromBytes(u, point);
  ladder(scalarCopy, u);
  writeAffine(out);
}

/** The public key of a secret scalar: 32 bytes to `out`. Constant time. */
export function x25519Base(out: usize, scalar: usize): void {
  clamp(scalarCopy, scalar);
  ladder(scalarCopy, 0);
  writeAffine(out);
}

function writeAffine(out: usize): void {
  feInvert(z2, z2);
  feMul(x2, x2, z2);
  feToBytes(out, x2);
  wipeLadder();
}

/** Whether the 32 bytes at `ptr` are all zero, in constant time. */
export function ctIsZero32(ptr: usize): bool {
  return !(load<u64>(ptr, 0, 1) | load<u64>(ptr, 8, 1) | load<u64>(ptr, 16, 1) | load<u64>(ptr, 24, 1));
}

/** Copies a 32-byte scalar and makes it a multiple of 8 between 2^254 and 2^255. */
export function clamp(out: usize, scalar: usize): void {
  memory.copy(out, scalar, X25519_BYTES);
  store<u8>(out, load<u8>(out) & 248);
  store<u8>(out, (load<u8>(out, 31) & 127) | 64, 31);
}

/**
 * k·P and (k + 1)·P for the k < 2^255 in the 32 bytes at `scalar`, secret, and the point P whose u-coordinate is the
 * field element at `point`; for the base point, u = 9, `point` is 0. Right for every k where u is not 0. The same
 * instructions for all k.
 */
export function ladder(scalar: usize, point: usize): void {
  feSetSmall(x2, 1);
  feSetSmall(z2, 0);
  feSetSmall(x3, BASE_U);
  if (point) memory.copy(x3, point, FE_BYTES);
  feSetSmall(z3, 1);
  let swap: u64 = 0;
  let i: i32 = 254;
  do {
    const bit: u64 = (load<u8>(scalar + (i >> 3)) >> (i & 7)) & 1;
    ctSwapPoints(swap ^ bit);
    swap = bit;
    feAdd(t0, x2, z2); // A
    feSub(z2, x2, z2); // B
    feSub(x2, x3, z3); // D
    feAdd(z3, x3, z3); // C
    feMul(x3, x2, t0); // DA
    feMul(z3, z3, z2); // CB
    feSub(x2, x3, z3);
    feAdd(x3, x3, z3);
    feSquare(x3, x3);
    feSquare(x2, x2);
    if (point) feMul(z3, point, x2);
    else feMulSmall(z3, x2, BASE_U);
    feSquare(t0, t0); // AA
    feSquare(z2, z2); // BB
    feMul(x2, t0, z2);
    feSub(z2, t0, z2); // E
    feMulSmall(t1, z2, 121665);
    feAdd(t1, t1, t0);
    feMul(z2, z2, t1);
  } while (--i >= 0);
  ctSwapPoints(swap);
}

/** Exchanges the two points of the ladder where `bit` is 1. */
function ctSwapPoints(bit: u64): void {
  const mask: u64 = 0 - bit;
  let i: usize = 0;
  do {
    const first = load<u64>(i, registers);
    const second = load<u64>(i, registers + 72);
    const difference = mask & (first ^ second);
    store<u64>(i, first ^ difference, registers);
    store<u64>(i, second ^ difference, registers + 72);
    i += 8;
  } while (i < 72);
}

/** Clears all that the ladder and its callers had in the registers. */
export function wipeLadder(): void {
  memory.fill(registers, 0, REGISTERS_BYTES);
}
