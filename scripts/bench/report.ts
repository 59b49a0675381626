// What the benchmark has measured, as text and as README's table.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Transport, TRANSPORTS } from "../../assembly/abi/builds.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";
import { packageRoot } from "../../host/node/modules.js";
import type { Part } from "./link-map.js";
import type { BenchModule } from "./login.js";

/** What was measured of one firmware. Sizes in bytes, steps in the unit. */
export interface BoardBenchmark {
  board: string;
  engine: Engine;
  /** userauth-<module>.wasm */
  module: BenchModule;
  transport: Transport;
  unit: "cycles" | "instructions";
  /** Of the board, where cycles are counted. */
  hertz?: number;
  flash: Record<Part, number>;
  /**
   * The engine's variables and its heap but for the modules' memories; these; variables of all else; the stack at its
   * peak.
   */
  ram: Record<Part | "stack", number>;
  /** At its peak; part of the RAM. */
  heap: number;
  steps: Record<string, number>;
}

export function total(sizes: Record<string, number>): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0);
}

/** Replaces README's table. */
export function writeTable(results: BoardBenchmark[]): void {
  const path = join(packageRoot(), "README.md");
  const rows = results.flatMap(({ board, engine, transport, module, hertz, flash, ram, steps }) => {
    if (board !== "rp2040" || hertz === undefined) return [];
    const seconds = (name: string): string => `${(steps[name]! / hertz).toFixed(3)} s`;
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    const times = ["key exchange", "of it: signature", "login", "open to shell"].map(seconds);
    return [
      `| ${[engine, transport, `\`${module}\``, kilobytes(total(flash)), kilobytes(total(ram)), ...times].join(" | ")} |`,
    ];
  });
  const head = [
    "| engine | transport | userauth | flash | RAM | key exchange | of it: host signature | login | open to shell |",
    "|---|---|---|---|---|---|---|---|---|",
  ];
  const text = readFileSync(path, "utf8");
  const table = `<!-- bench -->\n\n${[...head, ...rows].join("\n")}\n\n<!-- end -->`;
  writeFileSync(path, text.replace(/<!-- bench -->.*?<!-- end -->/s, table));
}

export function describe({
  board,
  engine,
  transport,
  module,
  unit,
  hertz,
  flash,
  ram,
  heap,
  steps,
}: BoardBenchmark): string {
  const bytes = (count: number): string => count.toLocaleString("en-US");
  const parts = (sizes: Record<string, number>): string =>
    `${bytes(total(sizes))} bytes: ${Object.entries(sizes)
      .map(([part, size]) => `${part} ${bytes(size)}`)
      .join(", ")}`;
  const work = Object.entries(steps).map(([name, count]) => {
    const time = hertz === undefined ? "" : `, ${(count / hertz).toFixed(3)} s`;
    return `  ${name.padEnd(16)} ${(count / 1e6).toFixed(2).padStart(8)} million ${unit}${time}`;
  });
  return [
    `${board}, ${engine}, ${TRANSPORTS[transport]}, userauth-${module}`,
    `  flash ${parts(flash)}`,
    `  RAM   ${parts(ram)} (heap at its peak ${bytes(heap)})`,
    ...work,
  ].join("\n");
}
