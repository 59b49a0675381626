// Passwords as cheap hashes: as few iterations as there can be for their number to matter, and salts that are the same
// in every run.

import { createHash, pbkdf2Sync } from "node:crypto";
import { argon2id } from "@noble/hashes/argon2.js";
import type { PasswordHash } from "../../host/node/credentials/phc.js";

/** A cheap hash of a password: as few iterations as there can be for their number to matter. */
export function pbkdf2Of(password: string | Uint8Array, iterations = 3): PasswordHash {
  const salt = createHash("sha256").update(password).digest().subarray(0, 16);
  return {
    algorithm: "pbkdf2-sha256",
    iterations,
    salt,
    hash: pbkdf2Sync(password, salt, iterations, 32, "sha256"),
  };
}

export function argon2idOf(password: string | Uint8Array, costs = { m: 32, t: 2, p: 2 }): PasswordHash {
  const salt = createHash("sha256").update(password).digest().subarray(16);
  return {
    algorithm: "argon2id",
    memoryKiB: costs.m,
    passes: costs.t,
    lanes: costs.p,
    salt,
    hash: argon2id(password, salt, { ...costs, dkLen: 32 }),
  };
}

/** The hash of another password with a record's salt and costs. */
export function rehash(record: PasswordHash, password: string): Uint8Array {
  if (record.algorithm === "pbkdf2-sha256") return pbkdf2Sync(password, record.salt, record.iterations, 32, "sha256");
  const { memoryKiB: m, passes: t, lanes: p } = record;
  return argon2id(password, record.salt, { m, t, p, dkLen: 32 });
}
