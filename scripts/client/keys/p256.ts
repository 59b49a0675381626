// P-256 in BigInt, for tests: what it takes to make the keys and signatures that no library makes.

import { createECDH } from "node:crypto";
import { inverse, mod, power, toBytes, toNumber } from "./modular.js";

export const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** A point, or infinity. */
export type Point = readonly [x: bigint, y: bigint] | null;

export const BASE: Point = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];

export function add(a: Point, b: Point): Point {
  if (!a) return b;
  if (!b) return a;
  const [[x1, y1], [x2, y2]] = [a, b];
  if (x1 === x2 && mod(y1 + y2, P) === 0n) return null;
  const slope = x1 === x2 ? (3n * x1 * x1 - 3n) * inverse(mod(2n * y1, P), P) : (y2 - y1) * inverse(mod(x2 - x1, P), P);
  const x = mod(slope * slope - x1 - x2, P);
  return [x, mod(slope * (x1 - x) - y1, P)];
}

export function multiply(factor: bigint, point: Point): Point {
  let sum: Point = null;
  for (let rest = mod(factor, N); rest > 0n; rest >>= 1n, point = add(point, point))
    if (rest & 1n) sum = add(sum, point);
  return sum;
}

/** A multiple of the base point, by node:crypto. */
export function multiplyBase(factor: bigint): Point {
  factor = mod(factor, N);
  if (factor === 0n) return null;
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(toBytes(factor, 32));
  const encoded = ecdh.getPublicKey();
  return [toNumber(encoded.subarray(1, 33)), toNumber(encoded.subarray(33))];
}

/** The point with this x and, of the two, an even y, if x³ − 3x + b has a root. */
export function pointWithX(x: bigint, b = B): Point {
  const square = mod(x * x * x - 3n * x + b, P);
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return null;
  return [x, y & 1n ? P - y : y];
}
