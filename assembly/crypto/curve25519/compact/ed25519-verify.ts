// RFC 8032 §5.1.7 in the least code, for one embedded key; docs/security.md says which equation is checked. Everything
// is public.
//
// In: signatures, with the key that is to have made them. Out: whether it has. The arithmetic is in field-machine.ts.
//
// S·B − k·A − R is computed with one addition formula, bit by bit from the highest of 512: k is the hash as it is, not
// reduced modulo L. All points are decoded with the other sign, the base point from the encoding of −B.

import {
  ADD,
  addMultipleVartime,
  BASE,
  CANDIDATE,
  CHECK,
  DECODE,
  K38,
  POINT_BYTES,
  POWER,
  REGISTER_BYTES,
  REGISTERS,
  runVartime,
  START,
  X1,
  X2,
  Y2,
  Z1,
} from "./field-machine";
import { DIGEST, HASHED_ELSEWHERE, sha512, VARIABLES } from "../../hash/compact-sha512";

const POINT_1: usize = REGISTERS + X1 * REGISTER_BYTES;
const POINT_2: usize = REGISTERS + X2 * REGISTER_BYTES;

/** B, −R and −A, where the hash's variables have been. */
const BASE_POINT: usize = VARIABLES;
const R_POINT: usize = VARIABLES + POINT_BYTES;
const KEY_POINT: usize = VARIABLES + 2 * POINT_BYTES;

/**
 * Whether a signature is valid. `s` is its second half; at `hashInput` are its first half R, the public key A and the
 * message, `length` bytes together, and 144 bytes of room behind them, which are overwritten.
 *
 * True if S < 2^252, R and A are canonical encodings of points of the curve, the order of A is not 1, 2, 4 or 8, and
 * S·B = R + k·A. No signature is ever made with an S from 2^252 to L − 1: there is one in 2^127.
 */
export function verifyVartime(s: usize, hashInput: usize, length: u32): bool {
  // A build that has another SHA-512 leaves the hash at `DIGEST` before.
  if (!HASHED_ELSEWHERE) sha512(hashInput, length);
  memory.fill(BASE, 0x66, 30);
  store<u8>(BASE, 0x58);
  decode(BASE, BASE_POINT);
  const valid =
    decode(hashInput, R_POINT) * decode(hashInput + 32, KEY_POINT) * runVartime(START) * u32(load<u8>(s, 31) < 16);
  let n: u32 = 512;
  do {
    add(POINT_1);
    const byte = --n >> 3;
    const bit = n & 7;
    if (((<u32>load<u8>(byte ^ 7, DIGEST)) >> bit) & 1) add(KEY_POINT);
    if (((<u32>load<u8>(s + byte)) >> bit) & u32(byte < 32)) add(BASE_POINT);
  } while (n);
  add(R_POINT);
  // `valid` is 0 or the product of two numbers up to 4.
  return runVartime(CHECK) * 31 < valid;
}

/**
 * Decodes the point of which 32 bytes are the encoding, changes its sign, and writes it to `point`. Returns 0 if the
 * encoding is not canonical or there is no such point, otherwise a number up to 4. The first call may not find out that
 * y ≥ p.
 */
function decode(encoded: usize, point: usize): u32 {
  memory.copy(REGISTERS + Y2 * REGISTER_BYTES, encoded, 32);
  // 2y overflows by x's sign; 38 + 2y overflows if y ≥ p. DECODE makes 38 anew.
  const expected =
    u32(!addMultipleVartime(Y2 * REGISTER_BYTES, Y2 * REGISTER_BYTES, 1)) * 2 +
    addMultipleVartime(K38 * REGISTER_BYTES, Y2 * REGISTER_BYTES, 1);
  runVartime(DECODE);
  // 250 steps, then four candidates for −x until one is on the curve and bit 1 of 38 + 2·(x mod p), which is not that
  // of x, as expected.
  let left: u32 = 255;
  let isWrong: u32;
  do {
    left--;
    isWrong =
      runVartime(left > 4 ? POWER : CANDIDATE) | (((<u32>load<u8>(REGISTERS, Z1 * REGISTER_BYTES)) & 2) ^ expected);
  } while (left * isWrong);
  memory.copy(point, POINT_2, POINT_BYTES);
  return left;
}

/** Adds a point to point 1. */
function add(point: usize): void {
  memory.copy(POINT_2, point, POINT_BYTES);
  runVartime(ADD);
}
