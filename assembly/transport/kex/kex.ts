// The key exchanges of a build behind one contract: how long each side's share is, how the server answers, and how K
// enters a hash.
//
// In: the client's share. Out: ours, and K, which stays here. A key exchange is one of these files and a line in each
// function; all of them hash with SHA-256. Next: ../key-exchange.ts.
//
// The flags stand in the conditions themselves: only so the compiler leaves out the memory of what is not called.

import { HAS_MLKEM768X25519 } from "../features";
import { CURVE25519_BYTES, hashCurve25519Secret, respondCurve25519, wipeCurve25519Secret } from "./curve25519";
import {
  hashHybridSecret,
  HYBRID_INIT_BYTES,
  HYBRID_REPLY_BYTES,
  respondHybrid,
  wipeHybridSecret,
} from "./mlkem768x25519";

export enum Kex {
  CURVE25519,
  /** mlkem768x25519-sha256. */
  HYBRID,
}

/** Of the string in the client's message. */
export function clientShareBytes(kex: Kex): u32 {
  return HAS_MLKEM768X25519 && kex == Kex.HYBRID ? HYBRID_INIT_BYTES : CURVE25519_BYTES;
}

/** Of the string in ours. */
export function serverShareBytes(kex: Kex): u32 {
  return HAS_MLKEM768X25519 && kex == Kex.HYBRID ? HYBRID_REPLY_BYTES : CURVE25519_BYTES;
}

/** Writes our share to `reply` and makes K; false if the client's is none. The lengths are those above. */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function respond(kex: Kex, reply: usize, clientShare: usize): bool {
  return HAS_MLKEM768X25519 && kex == Kex.HYBRID
    ? respondHybrid(reply, clientShare)
    : respondCurve25519(reply, clientShare);
}

/** Adds K to the hash. */
export function hashSharedSecret(kex: Kex): void {
  if (HAS_MLKEM768X25519 && kex == Kex.HYBRID) hashHybridSecret();
  else hashCurve25519Secret();
}

/** Forgets K. */
export function wipeSharedSecret(kex: Kex): void {
  if (HAS_MLKEM768X25519 && kex == Kex.HYBRID) wipeHybridSecret();
  else wipeCurve25519Secret();
}
