// What the emulated Pico must keep to.

import type { Transport } from "../../assembly/abi/builds.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";
import type { BenchModule } from "./login.js";
import { type BoardBenchmark, total } from "./report.js";

interface Limit {
  seconds: number;
  ram: number;
  flash: number;
}

/** Seconds from the opening to the shell, bytes of RAM and flash. */
export const LIMITS: Record<Engine, Partial<Record<Transport, Partial<Record<BenchModule, Limit>>>>> = {
  wasm2c: {
    plain: {
      publickey: { seconds: 0.33, ram: 50_000, flash: 96_000 },
      board: { seconds: 0.76, ram: 92_000, flash: 107_500 },
    },
    full: {
      publickey: { seconds: 0.36, ram: 58_500, flash: 113_000 },
      board: { seconds: 0.78, ram: 100_500, flash: 124_500 },
    },
  },
  wasm3: {
    plain: {
      publickey: { seconds: 2.75, ram: 181_500, flash: 126_500 },
      board: { seconds: 8, ram: 221_000, flash: 133_000 },
    },
  },
  wamr: { plain: { publickey: { seconds: 3.2, ram: 130_000, flash: 159_500 } } },
  "wamr-fast": { plain: { publickey: { seconds: 2.25, ram: 179_000, flash: 170_000 } } },
};

export function exceeded({ board, engine, transport, module, hertz, flash, ram, steps }: BoardBenchmark): string[] {
  const limit = LIMITS[engine][transport]?.[module];
  if (board !== "rp2040" || hertz === undefined || !limit) return [];
  const name = `${board}, ${engine}, ${transport}, userauth-${module}`;
  const seconds = steps["open to shell"]! / hertz;
  const bytes = total(ram);
  const lines: string[] = [];
  if (seconds > limit.seconds) lines.push(`${name}: ${seconds.toFixed(3)} s to the shell, limit ${limit.seconds} s`);
  if (bytes > limit.ram) lines.push(`${name}: ${bytes} bytes of RAM, limit ${limit.ram}`);
  if (total(flash) > limit.flash) lines.push(`${name}: ${total(flash)} bytes of flash, limit ${limit.flash}`);
  return lines;
}
