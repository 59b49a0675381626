// The health tests of host/c/server/entropy.c, compiled for this machine: sources that must be refused are, and good
// ones never.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Random } from "../../support/random.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const header = readFileSync(join(root, "host", "c", "server", "entropy.h"), "utf8");
const constant = (name: string): number => Number(new RegExp(`#define ${name} (\\d+)`).exec(header)![1]);
const WINDOW = constant("ENTROPY_WINDOW");
const STARTUP_SAMPLES = constant("ENTROPY_STARTUP_SAMPLES");
const DISTANCES = constant("ENTROPY_DISTANCES");
const READING_SAMPLES = 512 * 8;
const REPEATS = "the samples repeat themselves";
const BIASED = "one value is far more frequent";
/** Of the likelier value, in a source of 1/2 bit of min-entropy for each sample: the least that the tests assume. */
const ASSUMED_PROBABILITY = 2 ** -0.5;
/** Of a false alarm. */
const ALPHA = 2 ** -40;

interface Report {
  readings: number;
  taken: number;
  failure: string;
  wiped: number;
  refusedAgain: number;
}

const folder = mkdtempSync(join(tmpdir(), "sesame-entropy-"));
after(() => rmSync(folder, { recursive: true }));
const driver = join(folder, "entropy-driver");
const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-fsanitize=address,undefined"];
const sources = ["host/c/server/entropy.c", "test/host/c/entropy-driver.c"].map((file) => join(root, file));
const compiler = spawnSync("cc", [...flags, `-I${join(root, "host", "c")}`, ...sources, "-o", driver], {
  encoding: "utf8",
});
assert.equal(compiler.status, 0, `cc: ${compiler.error?.message ?? compiler.stderr}`);

function run(count: number, sample: (index: number) => number): Report {
  const { stdout, stderr, status } = spawnSync(driver, {
    input: Uint8Array.from({ length: count }, (_, i) => sample(i)),
  });
  assert.equal(status, 0, stderr.toString());
  return JSON.parse(stdout.toString()) as Report;
}

/** A source of independent samples that are 1 with the given probability. */
function biased(probability: number, seed: number): () => number {
  const random = new Random(seed);
  return () => Number(random.next() < probability * 2 ** 32);
}

function assertRefused(report: Report, failure: string, what: string): void {
  assert.equal(report.failure, failure, what);
  assert.equal(report.wiped, 1, `${what}: the refused reading holds samples`);
  assert.equal(report.refusedAgain, 1, `${what}: a later reading succeeds`);
}

test("a source that never changes is refused before its first byte is used", () => {
  for (const value of [0, 1]) {
    const report = run(STARTUP_SAMPLES, () => value);
    assertRefused(report, REPEATS, `all ${value}`);
    assert.equal(report.taken, constant("ENTROPY_REPETITION_CUTOFF"), "samples until it is noticed");
  }
});

test("a source that repeats a pattern, alternates for example, is refused before its first byte is used", () => {
  for (let period = 2; period <= DISTANCES; period++) {
    const pattern = new Random(period).bytes(period);
    pattern[0] = 0;
    pattern[period - 1] = 1;
    const report = run(STARTUP_SAMPLES, (index) => pattern[index % period]! & 1);
    assertRefused(report, REPEATS, `period ${period}`);
  }
});

test("a source that gets stuck while it is in use is refused in that reading", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const good = biased(0.5, seed);
    const stuckFrom = STARTUP_SAMPLES + 3 * READING_SAMPLES + 100 * seed;
    const report = run(stuckFrom + 200, (index) => (index < stuckFrom ? good() : 1));
    assertRefused(report, REPEATS, `seed ${seed}`);
    assert.equal(report.readings, 3);
  }
});

test("a heavily biased source is refused before its first byte is used", () => {
  for (const probability of [0.1, 0.12, 0.88, 0.9, 0.97]) {
    for (let seed = 1; seed <= 20; seed++) {
      const report = run(STARTUP_SAMPLES, biased(probability, seed));
      assert.notEqual(report.failure, "", `probability ${probability}, seed ${seed}`);
      assert.equal(report.readings, 0);
    }
  }
  assertRefused(run(STARTUP_SAMPLES, biased(0.88, 1)), BIASED, "no long repetition");
});

test("good and mildly biased sources are never refused", () => {
  const readings = 250;
  for (const probability of [0.5, 0.4, 0.6, ASSUMED_PROBABILITY]) {
    for (const seed of [1, 2]) {
      const report = run(STARTUP_SAMPLES + readings * READING_SAMPLES, biased(probability, seed));
      assert.equal(report.failure, "", `probability ${probability}, seed ${seed}`);
      assert.equal(report.readings, readings);
    }
  }
});

test("the cutoffs are those of SP 800-90B §4.4 for the assumed entropy and the stated rate of false alarms", () => {
  assert.equal(constant("ENTROPY_REPETITION_CUTOFF"), 1 + Math.ceil(Math.log2(ALPHA) / Math.log2(ASSUMED_PROBABILITY)));
  assert.equal(constant("ENTROPY_PROPORTION_CUTOFF"), 1 + criticalValue(WINDOW, ASSUMED_PROBABILITY, ALPHA));
  // a reading, the one that includes the start-up test, is refused wrongly in at most this many cases
  const repetitions = (STARTUP_SAMPLES + READING_SAMPLES) * DISTANCES * ALPHA;
  const proportions = 2 * ((STARTUP_SAMPLES + READING_SAMPLES) / WINDOW) * ALPHA;
  assert.ok(repetitions + proportions < 2 ** -23);
});

/** The smallest k so that more than k of n samples have the likelier value with a probability of at most alpha. */
function criticalValue(n: number, probability: number, alpha: number): number {
  let term = probability ** n; // of exactly k
  let tail = 0; // of more than k
  let k = n;
  while (tail + term <= alpha) {
    tail += term;
    term *= (k / (n - k + 1)) * ((1 - probability) / probability);
    k--;
  }
  return k;
}
