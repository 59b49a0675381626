// A device under measurement, and the measurement: what each of a client's steps costs it.

import type { RawClient } from "../client/client.js";
import type { BenchStep } from "./login.js";
import type { EmbeddedModule } from "../../host/node/firmware/embed.js";
import type { PartSizes } from "./link-map.js";

export interface BenchDevice {
  /** Receives what the device sends. */
  readonly client: RawClient;
  readonly unit: "cycles" | "instructions";
  /** Of the board, where cycles are counted. */
  readonly hertz?: number;
  /** Of the firmware, without the heap. */
  readonly sizes: PartSizes;
  /** Bytes of heap that are the memories of one client's modules. */
  readonly moduleMemory: number;
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

/**
 * Bytes of the modules' memories, in the order of `embedModules`: the connection module comes when the userauth module
 * has gone.
 */
export function moduleMemoryOf(modules: EmbeddedModule[]): number {
  const [transport, userauth, connection] = modules.map(({ memoryLength }) => memoryLength) as [number, number, number];
  return transport + Math.max(userauth, connection);
}
