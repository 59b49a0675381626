// RFC 8731: curve25519-sha256.
//
// In: the client's public key. Out: ours, and K, which enters hashes as an mpint. Next: ../key-exchange.ts.

import { ctIsZero32, x25519, x25519Base } from "../../crypto/curve25519/x25519";
import { randomBytes32 } from "../../crypto/random";
import { hashString } from "../exchange-hash";

/** Of either side's public key, and of K. */
export const CURVE25519_BYTES: u32 = 32;

/** Our ephemeral scalar: secret, wiped. */
const EPHEMERAL_PTR: usize = memory.data(CURVE25519_BYTES, 16);

/** K, secret: a zero byte, so that the number is positive, and 32 bytes. */
const SHARED_SECRET_PTR: usize = memory.data(1 + CURVE25519_BYTES, 16);
/** The same as an octet string. */
export const CURVE25519_SECRET_PTR: usize = SHARED_SECRET_PTR + 1;

/**
 * Answers the 32 bytes at `clientShare` with 32 at `reply`, and makes K. False if it is all zero (§3): then `reply` is
 * nobody's to use.
 */
export function respondCurve25519(reply: usize, clientShare: usize): bool {
  randomBytes32(EPHEMERAL_PTR);
  x25519Base(reply, EPHEMERAL_PTR);
  x25519(CURVE25519_SECRET_PTR, EPHEMERAL_PTR, clientShare);
  memory.fill(EPHEMERAL_PTR, 0, CURVE25519_BYTES);
  return !ctIsZero32(CURVE25519_SECRET_PTR);
}

/** Adds K to the hash as an mpint: no leading zero bytes but the one that keeps it positive. */
export function hashCurve25519Secret(): void {
  let ptr = SHARED_SECRET_PTR;
  let length: u32 = 1 + CURVE25519_BYTES;
  while (length && !load<u8>(ptr) && load<i8>(ptr, 1) >= 0) {
    ptr++;
    length--;
  }
  hashString(ptr, length);
}

export function wipeCurve25519Secret(): void {
  memory.fill(SHARED_SECRET_PTR, 0, 1 + CURVE25519_BYTES);
}
