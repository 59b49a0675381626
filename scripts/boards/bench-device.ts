// A device under measurement, and the measurement: what each of a client's steps costs it.

import type { RawClient } from "../../test/support/client.js";
import type { BenchStep } from "./bench-login.js";

export interface BenchDevice {
  /** Receives what the device sends. */
  readonly client: RawClient;
  readonly unit: "cycles" | "instructions";
  /** Of the board, where cycles are counted. */
  readonly hertz?: number;
  /** Bytes of the firmware: in flash, and of its variables in RAM. */
  readonly sizes: { flash: number; variables: number };
  /** Sends the step's data and waits for the answer; what that has cost. */
  run(step: BenchStep): Promise<number> | number;
  close(): void;
}

/** The cost of the steps, by name. */
export async function measureSteps(device: BenchDevice, steps: Iterable<BenchStep>): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  for (const step of steps) costs[step.name] = (costs[step.name] ?? 0) + (await device.run(step));
  return costs;
}
