// What a password's hash costs the Pico: a login that hashes for longer than the watchdog is patient never succeeds, so
// such a firmware is not built.

import type { HashCosts } from "../credentials/password-hash.js";
import { BoardBuildError } from "./build-error.js";
import type { Engine } from "./embed-module.js";

/**
 * Half of MODULE_CALL_LONGEST_MS (host/c/modules/module.h): who changes a password has two hashes computed in one call.
 */
export const HASH_LONGEST_SECONDS = 15;

/** Seconds at 125 MHz, measured in the emulated Pico (the table in docs/security.md). */
const MEASURED: Record<Engine, { iteration: number; argon2Start: number; argon2Block: number }> = {
  wasm2c: { iteration: 0.157e-3, argon2Start: 0.017, argon2Block: 0.4e-3 },
  wasm3: { iteration: 4.8e-3, argon2Start: 0.235, argon2Block: 4.64e-3 },
  wamr: { iteration: 5.58e-3, argon2Start: 0.294, argon2Block: 5.08e-3 },
  "wamr-fast": { iteration: 3.59e-3, argon2Start: 0.201, argon2Block: 3.64e-3 },
};

/**
 * The most that a board's own `credentials` lets a password cost (embedded_hash_limit in host/c/modules/embedded.h).
 */
export interface HashLimit {
  iterations: number;
  /** Of 1 KiB, each in every pass. */
  blocks: number;
}

/** Of a PC; boards that nobody has measured have a slower processor's. */
export const PC_HASH_LIMIT: HashLimit = { iterations: 10_000_000, blocks: 10_000_000 };

/** Of the Pico. */
export function hashLimit(engine: Engine): HashLimit {
  const { iteration, argon2Start, argon2Block } = MEASURED[engine];
  return {
    iterations: Math.floor(HASH_LONGEST_SECONDS / iteration),
    blocks: Math.floor((HASH_LONGEST_SECONDS - argon2Start) / argon2Block),
  };
}

/** How long the Pico verifies a password. */
export function secondsToVerify(engine: Engine, costs: HashCosts): number {
  const { iteration, argon2Start, argon2Block } = MEASURED[engine];
  return costs.algorithm === "argon2id"
    ? argon2Start + costs.memoryKiB * costs.passes * argon2Block
    : costs.iterations * iteration;
}

/** Throws a `BoardBuildError` for costs that are too high, and names those that are not. */
export function checkHashCosts(engine: Engine, costs: HashCosts): void {
  const seconds = secondsToVerify(engine, costs);
  if (seconds <= HASH_LONGEST_SECONDS) return;
  throw new BoardBuildError(
    `a password with ${describe(costs)} takes the Pico about ${Math.ceil(seconds)} s to verify with ${engine}; ` +
      `${HASH_LONGEST_SECONDS} s is the most, that is ${describe(largest(engine, costs))}`,
  );
}

/** With the same memory where one pass over it is not too much. */
function largest(engine: Engine, costs: HashCosts): HashCosts {
  const { iterations, blocks } = hashLimit(engine);
  if (costs.algorithm !== "argon2id") return { ...costs, iterations };
  const memoryKiB = Math.min(costs.memoryKiB, blocks);
  return { ...costs, memoryKiB, passes: Math.floor(blocks / memoryKiB) };
}

function describe(costs: HashCosts): string {
  return costs.algorithm === "argon2id"
    ? `Argon2id m=${costs.memoryKiB},t=${costs.passes},p=${costs.lanes}`
    : `PBKDF2 of ${costs.iterations} iterations`;
}
