// Makes the password hashes that the full userauth build compares with: for `sesame passwd` and for programs that keep
// users.

import { pbkdf2Sync, randomBytes } from "node:crypto";
import { argon2id } from "@noble/hashes/argon2.js";
import { passwordBytes } from "./credentials.js";
import { HASH_BYTES } from "./phc.js";
import type { Argon2idHash, PasswordHash, Pbkdf2Hash } from "./phc.js";

/** A hash's algorithm and parameters. */
export type HashCosts = Omit<Argon2idHash, "salt" | "hash"> | Omit<Pbkdf2Hash, "salt" | "hash">;

/** OWASP's recommendations ("Password Storage Cheat Sheet"). */
export const ARGON2ID_COSTS: HashCosts = { algorithm: "argon2id", memoryKiB: 19_456, passes: 2, lanes: 1 };
export const PBKDF2_COSTS: HashCosts = { algorithm: "pbkdf2-sha256", iterations: 600_000 };

const SALT_BYTES = 16;

/**
 * Hashes a password of 1 to 127 bytes of UTF-8, with a fresh salt. Throws a `CredentialsError`. Takes a second or so.
 */
export function hashPassword(password: Uint8Array, costs: HashCosts = ARGON2ID_COSTS): PasswordHash {
  passwordBytes(password);
  const salt = randomBytes(SALT_BYTES);
  if (costs.algorithm === "pbkdf2-sha256") {
    return { ...costs, salt, hash: pbkdf2Sync(password, salt, costs.iterations, HASH_BYTES, "sha256") };
  }
  const { memoryKiB: m, passes: t, lanes: p } = costs;
  return { ...costs, salt, hash: argon2id(password, salt, { m, t, p, dkLen: HASH_BYTES }) };
}
