// Real time for a simulated processor: it calls slices of work on Node's event loop, one after another while there is
// work, and sleeps while the processor waits for a moment that lies in the future. Time that computing takes longer
// than on a board is not made up for.

import { CYCLES_PER_MS } from "./clock.js";

/**
 * Simulated time may be ahead by this much before a sleep is worth a timer: USB interrupts an idle device every
 * millisecond.
 */
const TOLERANCE_MS = 4;
/** A delay of Node's timers is made up for; more than this comes from computing. */
const CATCH_UP_MS = 20;
const MAX_TIMEOUT_MS = 60_000;

export class Pacer {
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #running = false;
  /** A moment in both times. */
  #anchor = { ms: 0, cycles: 0 };
  #asleepAt = -1;

  /** `slice` works for a few milliseconds and returns for how many more there will be nothing to do. */
  constructor(readonly slice: () => number) {}

  get running(): boolean {
    return this.#running;
  }

  start(cycles: number): void {
    this.#running = true;
    this.#anchor = { ms: performance.now(), cycles };
    this.wake();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** Ends a sleep. */
  wake(): void {
    if (!this.#running) return;
    this.#cancel();
    this.#immediate = setImmediate(() => this.#work());
  }

  /** By how many milliseconds a jump from `cycles` to `next` would be too early; 0 if it may be made. */
  earlyBy(next: number, cycles: number): number {
    const now = performance.now();
    if (now - this.#msOf(cycles) > CATCH_UP_MS && cycles !== this.#asleepAt) this.#anchor = { ms: now, cycles };
    this.#asleepAt = cycles;
    const early = this.#msOf(next) - now;
    return early > TOLERANCE_MS ? early : 0;
  }

  /** The cycle that corresponds to now; at least `cycles`. */
  cyclesNow(cycles: number): number {
    const elapsed = performance.now() - this.#anchor.ms;
    return Math.max(cycles, this.#anchor.cycles + Math.floor(elapsed * CYCLES_PER_MS));
  }

  #work(): void {
    const sleepMs = this.slice();
    if (!this.#running) return;
    if (sleepMs > 0) this.#timer = setTimeout(() => this.#work(), Math.min(sleepMs, MAX_TIMEOUT_MS));
    else this.#immediate = setImmediate(() => this.#work());
  }

  #msOf(cycles: number): number {
    return this.#anchor.ms + (cycles - this.#anchor.cycles) / CYCLES_PER_MS;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }
}
