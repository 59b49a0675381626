// In which order the tests of a mutation run, and how long each may take.

import type { Job, JobResult } from "./worker.js";

export class TestTimes {
  /** Of a test file on the tree as it is. */
  static readonly CONTROL_LIMIT_MS = 600_000;
  readonly #seconds = new Map<string, number>();
  /** How many mutations of a file each test file has noticed. */
  readonly #kills = new Map<string, number>();

  set(test: string, seconds: number): void {
    this.#seconds.set(test, seconds);
  }

  countKill(file: string, { verdict, by }: JobResult): void {
    if (verdict !== "fails") return;
    const key = `${file} ${by}`;
    this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1);
  }

  /** Those first that have noticed most in this file. A mutant that needs much longer than the original hangs. */
  inOrder(file: string, tests: readonly string[]): Job["tests"] {
    const kills = (test: string): number => this.#kills.get(`${file} ${test}`) ?? 0;
    return [...tests]
      .sort((a, b) => kills(b) - kills(a))
      .map((test) => ({ file: test, limitMs: 20_000 + 6_000 * this.#seconds.get(test)! }));
  }
}
