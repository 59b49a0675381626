// Points of edwards25519, −x² + y² = 1 + d·x²·y² (RFC 8032 §5.1), for ed25519-verify.ts: one accumulator in extended
// coordinates (x = X/Z, y = Y/Z, T = X·Y/Z), and tables of entries that are added to it. The formulas are those of
// Hisil, Wong, Carter and Dawson (2008); they are complete. Points are public here.
//
// An entry is 108 bytes: (y − x)/2, (y + x)/2 and d·x·y. With the halves an addition needs no 2·Z and no factor of a
// product weighs too much: see field25519.ts for weights, which stand behind the lines below.

import { FE_BYTES, feAddUnsigned, feMul, feSetSmall, feSquare, feSubUnsigned } from "./field25519";
import { feInvertVartime } from "./invert25519-vartime";
import { WORKSPACE } from "../hash/sha2-constants";

export const ENTRY_BYTES: u32 = 108;

/** 4·d */
// prettier-ignore
const FOUR_D: usize = memory.data<u32>([
  0xd65e2b2, 0x1d69b942, 0x1d8ab75, 0x526a0a, 0x1a26001c, 0xf2eef3, 0x738cc74, 0x1715b7ff, 0x480db3,
]);

const memoryOfPoints: usize = memory.data(7 * 36, 16);
export const X: usize = memoryOfPoints;
export const Y: usize = X + 36;
export const Z: usize = X + 72;
const T: usize = X + 108;
/** Scratch between the functions of this file, and for others between their calls. */
const H: usize = X + 144;
export const F: usize = X + 180;
const S: usize = X + 216;

/** The accumulator becomes the neutral element (0, 1). */
export function setIdentity(): void {
  feSetSmall(X, 0);
  feSetSmall(Y, 1);
  feSetSmall(Z, 1);
  feSetSmall(T, 0);
}

/** From E in T, F, G in X and H: X = E·F, Y = G·H, Z = F·G, and T = E·H where the next step is an addition. */
function complete(withT: bool): void {
  feMul(Y, X, H);
  feMul(Z, F, X);
  feMul(X, T, F);
  if (withT) feMul(T, T, H);
}

/** Doubles the accumulator, whose T need not be set. */
export function double(withT: bool): void {
  feSquare(H, X); // A
  feSquare(F, Y); // B
  feAddUnsigned(T, Y, Y);
  feMul(T, T, X); // E = 2·X·Y
  feSquare(Z, Z);
  feAddUnsigned(Z, Z, Z);
  feAddUnsigned(Z, Z, H); // 2·Z² + A: 3
  feSubUnsigned(X, F, H); // G = B − A: 1
  feAddUnsigned(H, H, F); // H = A + B: 2
  feSubUnsigned(F, Z, F); // F = 2·Z² + A − B: 3
  complete(withT);
}

/** Adds an entry to the accumulator, or subtracts it where `negative` is 1. */
export function addEntry(entry: usize, negative: u32, withT: bool): void {
  const swap = 36 * negative;
  feSubUnsigned(H, Y, X);
  feMul(H, H, entry + swap); // A
  feAddUnsigned(F, Y, X);
  feMul(F, F, entry + 36 - swap); // B
  feMul(S, T, entry + 72); // C
  feSubUnsigned(T, F, H); // E = B − A: 1
  feAddUnsigned(H, F, H); // H = B + A: 2
  feAddUnsigned(negative ? F : X, Z, S); // G = Z + C: 2
  feSubUnsigned(negative ? X : F, Z, S); // F = Z − C: 1
  complete(withT);
}

/** Makes entries of `count` (at most 16) points X, Y, Z that lie where the entries will be. None has Z = 0. */
export function makeEntries(entries: usize, count: u32): void {
  // One inversion for all: the products of the Zs before each are kept in the workspace.
  let prefix: usize = WORKSPACE;
  let entry = entries;
  const end = entries + count * ENTRY_BYTES;
  feSetSmall(F, 1);
  do {
    memory.copy(prefix, F, FE_BYTES);
    feMul(F, F, entry + 72);
    prefix += 36;
    entry += ENTRY_BYTES;
  } while (entry != end);
  feAddUnsigned(F, F, F);
  feInvertVartime(F, F);
  do {
    prefix -= 36;
    entry -= ENTRY_BYTES;
    feMul(H, F, prefix); // 1/2Z
    feMul(F, F, entry + 72);
    feMul(entry, entry, H);
    feMul(entry + 36, entry + 36, H);
    makeEntry(entry);
  } while (entry != entries);
}

/** Makes an entry of x/2 and y/2, which lie where it will be. */
export function makeEntry(entry: usize): void {
  feMul(S, entry, entry + 36);
  feMul(entry + 72, S, FOUR_D);
  feAddUnsigned(S, entry + 36, entry);
  feSubUnsigned(entry, entry + 36, entry);
  memory.copy(entry + 36, S, FE_BYTES);
}
