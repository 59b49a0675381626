// edwards25519 in BigInt, for tests: what it takes to make the signatures that no library makes.

import { createHash } from "node:crypto";

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export type Point = readonly [x: bigint, y: bigint];

export function mod(value: bigint, modulus = P): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** 1/value modulo p, by Euclid. */
export function inverse(value: bigint): bigint {
  let [a, b, u, v] = [mod(value), P, 1n, 0n];
  while (a > 1n) [a, b, u, v] = [b % a, a, v - (b / a) * u, u];
  return mod(u);
}

export const D = mod(-121665n * inverse(121666n));

export function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const product = mod(D * x1 * x2 * y1 * y2);
  return [mod((x1 * y2 + x2 * y1) * inverse(1n + product)), mod((y1 * y2 + x1 * x2) * inverse(1n - product))];
}

export function multiply(factor: bigint, point: Point): Point {
  let sum: Point = [0n, 1n];
  for (let addend = point, rest = factor; rest > 0n; rest >>= 1n, addend = add(addend, addend)) {
    if (rest & 1n) sum = add(sum, addend);
  }
  return sum;
}

export const BASE: Point = [
  15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  46316835694926478169428394003475163141307993866256225615783033603165251855960n,
];

/** A point of order 8. */
export const TORSION: Point = [
  14399317868200118260347934320527232580618823971194345261214217575416788799818n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
];

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt("0x" + (Buffer.from(bytes).reverse().toString("hex") || "0"));
}

export function toLittleEndian(value: bigint, length = 32): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex").reverse();
}

export function encodePoint([x, y]: Point): Buffer {
  return toLittleEndian(y | ((x & 1n) << 255n));
}

/** k = SHA-512(R ‖ A ‖ M) modulo L. */
export function challenge(r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return mod(fromLittleEndian(createHash("sha512").update(r).update(publicKey).update(message).digest()), L);
}

/** The secret scalar of a seed (RFC 8032 §5.1.5). */
export function secretScalar(seed: Uint8Array): bigint {
  const hash = createHash("sha512").update(seed).digest().subarray(0, 32);
  return (fromLittleEndian(hash) & (2n ** 254n - 8n)) | (2n ** 254n);
}
