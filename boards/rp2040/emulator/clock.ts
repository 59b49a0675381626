// Simulated time. The clock is the processor's cycle counter: rp2040js asks for nanoseconds and alarms, and gets both
// from cycles, so that timers, watchdog and USB depend on the program alone and never on the machine the emulator runs
// on.

import type { RP2040 } from "rp2040js";

type Clock = RP2040["clock"];
type ClockAlarm = ReturnType<Clock["createAlarm"]>;

/** The RP2040's system clock as the SDK sets it up. The emulator runs at it from reset on. */
export const CLOCK_HZ = 125_000_000;
export const CYCLES_PER_MICROSECOND = CLOCK_HZ / 1_000_000;
export const CYCLES_PER_MS = CLOCK_HZ / 1000;
const NANOS_PER_CYCLE = 1_000_000_000 / CLOCK_HZ;

class Alarm implements ClockAlarm {
  at = Infinity;

  constructor(
    readonly clock: CycleClock,
    readonly callback: () => void,
  ) {}

  schedule(deltaNanos: number): void {
    this.scheduleCycles(Math.ceil(deltaNanos / NANOS_PER_CYCLE));
  }

  scheduleCycles(delta: number): void {
    this.at = this.clock.cycles + delta;
    this.clock.scheduled.add(this);
    this.clock.changed();
  }

  cancel(): void {
    this.at = Infinity;
    this.clock.scheduled.delete(this);
    this.clock.changed();
  }
}

/** The clock of one run from reset to reset; `counter` is the processor that counts. */
export class CycleClock implements Clock {
  counter: { cycles: number } = { cycles: 0 };
  /** The cycle at which the run loop must stop executing instructions: the next alarm, or `stopAt`. */
  nextAt = Infinity;
  readonly scheduled = new Set<Alarm>();
  #stopAt = Infinity;

  /** `epoch`: cycles that passed before this reset; the chip's own time starts at 0. */
  constructor(readonly epoch: number) {
    this.counter.cycles = epoch;
  }

  get cycles(): number {
    return this.counter.cycles;
  }

  get nanos(): number {
    return (this.counter.cycles - this.epoch) * NANOS_PER_CYCLE;
  }

  createAlarm(callback: () => void): Alarm {
    return new Alarm(this, callback);
  }

  set stopAt(cycle: number) {
    this.#stopAt = cycle;
    this.changed();
  }

  /** Calls what is due, in order. */
  fire(): void {
    for (;;) {
      const alarm = this.#earliest();
      if (!alarm || alarm.at > this.counter.cycles) return;
      alarm.cancel();
      alarm.callback();
    }
  }

  changed(): void {
    this.nextAt = Math.min(this.alarmAt, this.#stopAt);
  }

  /** The cycle of the next alarm. */
  get alarmAt(): number {
    return this.#earliest()?.at ?? Infinity;
  }

  // A handful is scheduled at any time: a heap would gain nothing
  #earliest(): Alarm | undefined {
    let earliest: Alarm | undefined;
    for (const alarm of this.scheduled) if (alarm.at < (earliest?.at ?? Infinity)) earliest = alarm;
    return earliest;
  }
}
