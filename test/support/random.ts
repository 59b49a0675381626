// Random numbers that can be repeated: SplitMix32 from a seed. FUZZ_SEED in the environment replaces a test's own seed.

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ value < 2^32. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  }

  /** 0 ≤ value < bound. */
  below(bound: number): number {
    return this.next() % bound;
  }

  chance(one: number): boolean {
    return this.below(one) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** The seed of a fuzz test: the environment's, or the test's own, so that every run in CI is the same. */
export function fuzzSeed(own: number): number {
  return Number(process.env["FUZZ_SEED"] ?? own) >>> 0;
}
