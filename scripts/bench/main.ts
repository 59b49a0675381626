// `npm run bench:boards`: what the firmware costs on the emulated boards, with each engine and userauth build: flash, RAM, and cycles or
// instructions from the opening of the connection to the shell's prompt. Exit codes: 0 all is well, 1 it failed or exceeds a limit, 2
// the command line is wrong.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { packageRoot } from "../../host/node/modules.js";
import { type BenchDevice, measureSteps } from "./device.js";
import {
  BENCH_MODULES,
  benchCredentials,
  benchLogin,
  type BenchModule,
  benchSignature,
  infoStep,
  peaks,
  signingCredentials,
} from "./login.js";
import { openQemu } from "./qemu.js";
import { openRp2040 } from "./rp2040.js";
import type { Part } from "./link-map.js";
import { runBoardCommand } from "../../boards/common/firmware/command.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { QEMU_MACHINES } from "../../boards/qemu/firmware.js";
import { type Engine, ENGINES } from "../../host/node/firmware/embed-module.js";

type Open = (name: string, credentials: BoardCredentials) => BenchDevice | Promise<BenchDevice>;

/** What was measured of one firmware. Sizes in bytes, steps in the unit. */
interface BoardBenchmark {
  board: string;
  engine: Engine;
  /** userauth-<module>.wasm */
  module: BenchModule;
  unit: "cycles" | "instructions";
  /** Of the board, where cycles are counted. */
  hertz?: number;
  flash: Record<Part, number>;
  /** The engine's variables and its heap but for the modules' memories; these; variables of all else; the stack at its peak. */
  ram: Record<Part | "stack", number>;
  /** At its peak; part of the RAM. */
  heap: number;
  steps: Record<string, number>;
}

interface BenchOptions {
  json?: true;
  check?: true;
  write?: true;
  board?: string;
  engine?: string;
}

interface Limit {
  seconds: number;
  ram: number;
  flash: number;
}

/** What the emulated Pico must keep to: seconds from the opening to the shell, bytes of RAM and flash. */
const LIMITS: Record<Engine, Partial<Record<BenchModule, Limit>>> = {
  wasm2c: {
    publickey: { seconds: 0.33, ram: 51_500, flash: 89_000 },
    board: { seconds: 0.76, ram: 93_500, flash: 100_500 },
  },
  wasm3: {
    publickey: { seconds: 2.7, ram: 161_500, flash: 122_500 },
    board: { seconds: 8, ram: 222_500, flash: 129_000 },
  },
  wamr: { publickey: { seconds: 3.2, ram: 109_500, flash: 155_000 } },
  "wamr-fast": { publickey: { seconds: 2.2, ram: 157_000, flash: 165_500 } },
};

const BOARDS: { board: string; engine: Engine; open: Open }[] = [
  ...ENGINES.map((engine) => ({
    board: "rp2040",
    engine,
    open: (name: string, credentials: BoardCredentials) => openRp2040(engine, name, credentials),
  })),
  ...QEMU_MACHINES.flatMap((machine) =>
    ENGINES.map((engine) => ({
      board: machine,
      engine,
      open: (name: string, credentials: BoardCredentials) => openQemu(machine, engine, name, credentials),
    })),
  ),
];

const program = new Command("bench:boards")
  .description("flash, RAM and computing time of the firmware on emulated boards")
  .option("--json", "for programs")
  .option("--check", "fail when the Pico's firmware exceeds its limits")
  .option("--write", "put the Pico's numbers into README.md")
  .addOption(new Option("--board <name>", "only this one").choices(["rp2040", ...QEMU_MACHINES]))
  .addOption(new Option("--engine <name>", "only this one").choices(ENGINES))
  .action(bench);

await runBoardCommand(program);

async function bench(options: BenchOptions): Promise<void> {
  const results: BoardBenchmark[] = [];
  for (const { board, engine, open } of BOARDS) {
    if ((options.board ?? board) !== board || (options.engine ?? engine) !== engine) continue;
    // a check alone looks at what has a limit
    const onlyLimits = options.check && !options.write;
    const modules = BENCH_MODULES.filter((module) => !onlyLimits || LIMITS[engine][module]);
    const signature = onlyLimits ? undefined : await measureSignature(open);
    for (const module of modules) {
      const result = await measureLogin(board, engine, module, signature, open);
      results.push(result);
      if (!options.json) console.log(describe(result));
    }
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
  if (options.write) writeTable(results);
  if (!options.check) return;
  for (const line of results.flatMap(exceeded)) {
    console.error(`FAIL  ${line}`);
    process.exitCode = 1;
  }
}

/** What the host key's signature costs, which a key exchange contains. */
async function measureSignature(open: Open): Promise<number> {
  const device = await open("signing", signingCredentials());
  try {
    const costs = await measureSteps(device, benchSignature(device.client));
    return costs["signature"]! - costs["no signature"]!;
  } finally {
    device.close();
  }
}

async function measureLogin(
  board: string,
  engine: Engine,
  module: BenchModule,
  signature: number | undefined,
  open: Open,
): Promise<BoardBenchmark> {
  const device = await open(module, benchCredentials(module));
  try {
    const { unit, hertz, client, sizes, moduleMemory } = device;
    const { "key exchange": keyExchange, ...others } = await measureSteps(device, benchLogin(client, module));
    const openToShell = Object.values(others).reduce((sum, cost) => sum + cost, keyExchange!);
    await device.run(infoStep(client));
    const { heap, stack } = peaks(client)!;
    return {
      ...{ board, engine, module, unit },
      ...(hertz !== undefined && { hertz }),
      flash: sizes.flash,
      ram: {
        ...sizes.ram,
        runtime: sizes.ram.runtime + heap - moduleMemory,
        modules: sizes.ram.modules + moduleMemory,
        stack,
      },
      heap,
      steps: {
        "key exchange": keyExchange!,
        ...(signature !== undefined && { "of it: signature": signature }),
        ...others,
        "open to shell": openToShell,
      },
    };
  } finally {
    device.close();
  }
}

function exceeded({ board, engine, module, hertz, flash, ram, steps }: BoardBenchmark): string[] {
  const limit = LIMITS[engine][module];
  if (board !== "rp2040" || hertz === undefined || !limit) return [];
  const name = `${board}, ${engine}, userauth-${module}`;
  const seconds = steps["open to shell"]! / hertz;
  const bytes = total(ram);
  const lines: string[] = [];
  if (seconds > limit.seconds) lines.push(`${name}: ${seconds.toFixed(3)} s to the shell, limit ${limit.seconds} s`);
  if (bytes > limit.ram) lines.push(`${name}: ${bytes} bytes of RAM, limit ${limit.ram}`);
  if (total(flash) > limit.flash) lines.push(`${name}: ${total(flash)} bytes of flash, limit ${limit.flash}`);
  return lines;
}

function total(sizes: Record<string, number>): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0);
}

/** Replaces README's table. */
function writeTable(results: BoardBenchmark[]): void {
  const path = join(packageRoot(), "README.md");
  const rows = results.flatMap(({ board, engine, module, hertz, flash, ram, steps }) => {
    if (board !== "rp2040" || hertz === undefined) return [];
    const seconds = (name: string): string => `${(steps[name]! / hertz).toFixed(3)} s`;
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    const times = ["key exchange", "of it: signature", "login", "open to shell"].map(seconds);
    return [`| ${[engine, `\`${module}\``, kilobytes(total(flash)), kilobytes(total(ram)), ...times].join(" | ")} |`];
  });
  const head = [
    "| engine | userauth | flash | RAM | key exchange | of it: host signature | login | open to shell |",
    "|---|---|---|---|---|---|---|---|",
  ];
  const text = readFileSync(path, "utf8");
  const table = `<!-- bench -->\n\n${[...head, ...rows].join("\n")}\n\n<!-- end -->`;
  writeFileSync(path, text.replace(/<!-- bench -->.*?<!-- end -->/s, table));
}

function describe({ board, engine, module, unit, hertz, flash, ram, heap, steps }: BoardBenchmark): string {
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
    `${board}, ${engine}, userauth-${module}`,
    `  flash ${parts(flash)}`,
    `  RAM   ${parts(ram)} (heap at its peak ${bytes(heap)})`,
    ...work,
  ].join("\n");
}
