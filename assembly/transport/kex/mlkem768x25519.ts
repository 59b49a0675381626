// draft-ietf-sshm-mlkem-hybrid-kex §2: mlkem768x25519-sha256, which is broken only when both ML-KEM-768 and X25519 are.
//
// In: the client's encapsulation key and public key. Out: a ciphertext and our public key, and K, which enters hashes
// as a string. Next: ../key-exchange.ts.

import { sha256, SHA256_BYTES, SHA256_CONTEXT_BYTES, sha256Restore, sha256Save } from "../../crypto/hash/sha256";
import {
  CIPHERTEXT_BYTES,
  encapsulate,
  ENCAPSULATION_KEY_BYTES,
  SHARED_SECRET_BYTES,
} from "../../crypto/mlkem/mlkem768";
import { randomBytes32 } from "../../crypto/random";
import { hashString } from "../exchange-hash";
import { CURVE25519_BYTES, CURVE25519_SECRET_PTR, respondCurve25519, wipeCurve25519Secret } from "./curve25519";

/** C_INIT: the client's keys for ML-KEM and for X25519. */
export const HYBRID_INIT_BYTES: u32 = ENCAPSULATION_KEY_BYTES + CURVE25519_BYTES;
/** S_REPLY: the ciphertext, and our key for X25519. */
export const HYBRID_REPLY_BYTES: u32 = CIPHERTEXT_BYTES + CURVE25519_BYTES;

/** K_PQ and K_CL, then K: secret. What is random for ML-KEM is where K_CL comes. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SECRET_PTR: usize = memory.data(64, 16);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SECOND_PTR: usize = SECRET_PTR + SHARED_SECRET_BYTES;
/** The exchange hash, while K is made. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SUSPENDED_HASH_PTR: usize = memory.data(SHA256_CONTEXT_BYTES, 16);

/**
 * Answers the C_INIT at `clientShare` with S_REPLY at `reply`, and makes K = SHA-256(K_PQ || K_CL). False if the
 * encapsulation key is none (FIPS 203 §7.2) or K_CL is all zero: then `reply` is nobody's to use, and nothing secret is
 * left.
 */
export function respondHybrid(reply: usize, clientShare: usize): bool {
  randomBytes32(SECOND_PTR);
  const right =
    encapsulate(reply, SECRET_PTR, clientShare, SECOND_PTR) &&
    respondCurve25519(reply + CIPHERTEXT_BYTES, clientShare + ENCAPSULATION_KEY_BYTES);
  if (right) {
    memory.copy(SECOND_PTR, CURVE25519_SECRET_PTR, CURVE25519_BYTES);
    sha256Save(SUSPENDED_HASH_PTR);
    sha256(SECRET_PTR, SECRET_PTR, SHARED_SECRET_BYTES + CURVE25519_BYTES);
    sha256Restore(SUSPENDED_HASH_PTR);
    memory.fill(SUSPENDED_HASH_PTR, 0, SHA256_CONTEXT_BYTES);
  } else {
    memory.fill(SECRET_PTR, 0, SHARED_SECRET_BYTES);
  }
  memory.fill(SECOND_PTR, 0, CURVE25519_BYTES);
  wipeCurve25519Secret();
  return right;
}

/** Adds K to the hash as a string. */
export function hashHybridSecret(): void {
  hashString(SECRET_PTR, SHA256_BYTES);
}

export function wipeHybridSecret(): void {
  memory.fill(SECRET_PTR, 0, SHA256_BYTES);
}
