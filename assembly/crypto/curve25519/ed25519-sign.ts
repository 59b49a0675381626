// Ed25519 (RFC 8032 §5.1): public keys and deterministic signatures, for the server's host key.
// Comes in: a secret seed and a message. Goes out: 32 bytes of public key or 64 of signature.
// Next: upwards the key exchange (RFC 4253 §8); downwards sha512.ts and the ladder of x25519.ts.
//
// A multiple of the base point is computed on curve25519 by the ladder, whose last two points also give the
// v-coordinate (Okeya, Sakurai: CHES 2001), and is then mapped to the Edwards curve. This needs no arithmetic of
// Edwards points.

import { SHA512_SLACK_BYTES } from "../../abi/capacities";
import { feAdd, feInvert, feMul, feMulSmall, feSquare, feSub, feToBytes } from "./field25519";
import { addOrder } from "./group-order";
import { sha512 } from "../hash/sha512";
import { BASE_U, clamp, ctIsZero32, ladder, scalarCopy, t0, t1, wipeLadder, x2, x3, z2, z3 } from "./x25519";

/** Longest message: one SHA-512 hash. */
const MESSAGE_CAPACITY: u32 = 64;

/** Curve25519's coefficient A: v² = u³ + A·u² + u. */
const A: u32 = 486662;

/**
 * The field element 2 · √−486664 · v = −18 · 486664 / x, where v belongs to u = 9 and x is the x-coordinate of
 * Ed25519's base point.
 */
// prettier-ignore
const MAP_FACTOR: usize = memory.data<u32>([
  0xf0ce9b1b, 0x06e5a278, 0x10605bae, 0x0eec7332, 0x0244b112, 0x14276f51, 0x010ec579, 0x18e58b50, 0x005a3ca1,
]);

/** What is hashed: two strings of 32 bytes, the message, and room for the padding. Secret at times, like all below. */
const hashed: usize = memory.data(64 + MESSAGE_CAPACITY + SHA512_SLACK_BYTES + 64 + 64 + 32, 16);
const hashedMessage: usize = hashed + 64;
const hash: usize = hashedMessage + MESSAGE_CAPACITY + SHA512_SLACK_BYTES;
/** The nonce: a scalar of 32 bytes, then 32 zeros. */
const nonce: usize = hash + 64;
const zeros: usize = nonce + 32;
/** The secret scalar. */
const secret: usize = nonce + 64;
const SECRETS_BYTES: usize = secret + 32 - hashed;

/** The public key of a 32-byte secret `seed`: 32 bytes to `out`. Constant time. */
export function ed25519PublicKey(out: usize, seed: usize): void {
  expandSeed(seed);
  writeBaseMultiple(out, secret);
  wipe();
}

/**
 * Signature of `messageLength` bytes at `message` (public, at most 64) by the 32-byte secret `seed`: 64 bytes to `out`.
 * `publicKey` must be the seed's own, 32 bytes: a signature made with another one reveals the seed. Constant time.
 */
export function ed25519Sign(out: usize, seed: usize, publicKey: usize, message: usize, messageLength: u32): void {
  expandSeed(seed); // The second half of its hash stays in front of the message.
  memory.copy(hashedMessage, message, messageLength);
  sha512(hashed + 32, 32 + messageLength, hash);
  multiplyAdd(nonce, hash, zeros, hash);
  writeBaseMultiple(hashed, nonce);
  memory.copy(out, hashed, 32);
  memory.copy(hashed + 32, publicKey, 32);
  sha512(hashed, 64 + messageLength, hash);
  multiplyAdd(out + 32, hash, secret, nonce);
  wipe();
}

/** SHA-512 of the seed to `hashed`, its first half clamped to `secret`. */
function expandSeed(seed: usize): void {
  memory.copy(hashed, seed, 32);
  sha512(hashed, 32, hashed);
  clamp(secret, hashed);
}

function wipe(): void {
  memory.fill(hashed, 0, SECRETS_BYTES);
}

/**
 * Writes the encoding of scalar · B, B Ed25519's base point: 32 bytes to `out`. The 32-byte scalar is secret and any
 * below 2^255.
 *
 * With Q = k·P = (X : Z) and Q + P = (X' : Z'), P = (9, v), the curve's addition law gives v(Q) = N / (2·v·Z²·Z'), N =
 * ((X + 9·Z + 2·A·Z)·(9·X + Z) − 2·A·Z²)·Z' − (X − 9·Z)²·X'. Edwards coordinates are y = (X − Z)/(X + Z) and x =
 * √−486664 · u/v = MAP_FACTOR·X·Z·Z'/N. B has odd prime order, so v(Q) and u(Q) + 1 are not 0, and N is 0 only for Q =
 * O and for Q + P = O. N = 1 then gives the right y and x = 0: right for O, while −B (Z' = 0) has an odd x.
 */
export function writeBaseMultiple(out: usize, scalar: usize): void {
  ladder(scalar, 0);
  feMulSmall(t0, z2, BASE_U + 2 * A);
  feAdd(t0, t0, x2);
  feMulSmall(t1, x2, BASE_U);
  feAdd(t1, t1, z2);
  feMul(t0, t0, t1);
  feSquare(t1, z2);
  feMulSmall(t1, t1, 2 * A);
  feSub(t0, t0, t1);
  feMul(t0, t0, z3);
  feMulSmall(t1, z2, BASE_U);
  feSub(t1, x2, t1);
  feSquare(t1, t1);
  feMul(t1, t1, x3);
  feSub(t0, t0, t1); // N
  store<u32>(t0, load<u32>(t0) + isZero(t0));
  const isMinusBase = isZero(z3);
  feMul(z3, z3, x2);
  feMul(z3, z3, z2);
  feMul(z3, z3, MAP_FACTOR); // x · N
  feSub(x3, x2, z2);
  feAdd(x2, x2, z2);
  feMul(x3, x3, t0); // (X − Z) · N
  feMul(z3, z3, x2);
  feMul(t0, t0, x2); // (X + Z) · N
  feInvert(t0, t0);
  feMul(x3, x3, t0);
  feMul(z3, z3, t0);
  feToBytes(scalarCopy, z3);
  feToBytes(out, x3);
  const sign = (load<u8>(scalarCopy) | isMinusBase) << 7;
  store<u8>(out, load<u8>(out, 31) | sign, 31);
  wipeLadder();
}

/** 1 where the field element is 0, else 0. Its bytes go where `wipeLadder` clears them. */
function isZero(element: usize): u32 {
  feToBytes(scalarCopy, element);
  return ctIsZero32(scalarCopy);
}

/**
 * out = (x · a + addend) modulo L, 32 bytes, all secret. `x` and `addend` have 64 bytes, `a` has 32 and is below 2^255;
 * `out` is none of them.
 *
 * Horner's rule, 16 bits of x and of the addend at a time; out is signed in between. After each step -2^145 < out < L,
 * so that out · 2^16 + digit · a + digit fits 33 · 8 bits with a quotient |q| < 2^21 by 2^252.
 */
export function multiplyAdd(out: usize, x: usize, a: usize, addend: usize): void {
  memory.fill(out, 0, 32);
  let i: usize = 64;
  do {
    i -= 2;
    const digit = <u32>load<u16>(x + i);
    let lower = <u32>load<u16>(addend + i);
    let carry: u32 = 0;
    let j: usize = 0;
    do {
      // 65535 · 65535 + 65535 + 65535 = 2^32 − 1.
      carry += lower + digit * load<u16>(a + j);
      lower = load<u16>(out + j);
      store<u16>(out + j, carry);
      carry >>= 16;
      j += 2;
    } while (j < 32);
    carry += <i32>(<i16>lower);
    addOrder(out, -(<i32>((carry << 4) | (load<u16>(out, 30) >> 12))));
  } while (i);
  addOrder(out, -(load<i16>(out, 30) >> 15));
}
