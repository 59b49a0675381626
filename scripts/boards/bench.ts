// `npm run bench:boards`: what the C host costs on the emulated boards, with each engine and userauth build: flash, RAM, and cycles or
// instructions from the opening of the connection to the shell's prompt. `--json` for programs, `--check` compares with the limits.

import { Command, Option } from "commander";
import { BENCH_BUILDS, type BenchBuild, STEPS, type StepName } from "./bench-login.js";
import { benchQemu } from "./bench-qemu.js";
import { benchRp2040 } from "./bench-rp2040.js";
import { runBoardCommand } from "./command.js";
import { QEMU_ENGINES, QEMU_MACHINES } from "./qemu-build.js";
import { RP2040_ENGINES } from "./rp2040-build.js";

/** What was measured of one firmware. Sizes in bytes. */
export interface BoardBenchmark {
  board: string;
  engine: string;
  userauth: BenchBuild;
  unit: "cycles" | "instructions";
  /** Of the board, where cycles are counted. */
  hertz?: number;
  flash: number;
  ram: { variables: number; heap: number; stack: number };
  steps: Record<StepName | "open to shell", number>;
}

interface BenchOptions {
  json?: true;
  check?: true;
  board: string;
}

/** What the emulated Pico must keep to: seconds from opening to shell by public key, bytes of RAM and flash. */
const LIMITS = {
  wasm2c: { seconds: 1, ram: 64_000, flash: 160_000 },
  wasm3: { seconds: 6, ram: undefined, flash: undefined },
} as const;

const program = new Command("bench:boards")
  .description("flash, RAM and computing time of the firmware on emulated boards")
  .option("--json", "for programs")
  .option("--check", "fail when the Pico's firmware exceeds its limits")
  .addOption(new Option("--board <name>", "only this one").choices(["rp2040", ...QEMU_MACHINES, "all"]).default("all"))
  .action(bench);

await runBoardCommand(program);

async function bench(options: BenchOptions): Promise<void> {
  const results: BoardBenchmark[] = [];
  const wanted = (board: string): boolean => options.board === "all" || options.board === board;
  const add = (result: BoardBenchmark): void => {
    results.push(result);
    if (!options.json) console.log(describe(result));
  };
  for (const userauth of BENCH_BUILDS) {
    if (wanted("rp2040")) for (const engine of RP2040_ENGINES) add(benchRp2040(engine, userauth));
    for (const machine of QEMU_MACHINES.filter(wanted))
      for (const engine of QEMU_ENGINES) add(await benchQemu(machine, engine, userauth));
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
  if (options.check) for (const line of results.flatMap(exceeded)) fail(line);
}

function fail(line: string): void {
  console.error(`FAIL  ${line}`);
  process.exitCode = 1;
}

function exceeded({ board, engine, userauth, hertz, flash, ram, steps }: BoardBenchmark): string[] {
  const limits = Object.entries(LIMITS).find(([name]) => name === engine)?.[1];
  if (board !== "rp2040" || !limits || hertz === undefined) return [];
  const name = `${board} ${engine} userauth-${userauth}`;
  const seconds = steps["open to shell"] / hertz;
  const used = ram.variables + ram.heap + ram.stack;
  return [
    ...(userauth === "publickey" && seconds > limits.seconds
      ? [`${name}: ${seconds.toFixed(2)} s to the shell, limit ${limits.seconds} s`]
      : []),
    ...(limits.ram !== undefined && used > limits.ram ? [`${name}: ${used} bytes of RAM, limit ${limits.ram}`] : []),
    ...(limits.flash !== undefined && flash > limits.flash
      ? [`${name}: ${flash} bytes of flash, limit ${limits.flash}`]
      : []),
  ];
}

function describe({ board, engine, userauth, unit, hertz, flash, ram, steps }: BoardBenchmark): string {
  const bytes = (count: number): string => count.toLocaleString("en-US");
  const { variables, heap, stack } = ram;
  const work = [...STEPS, "open to shell" as const].map((step) => {
    const millions = `${(steps[step] / 1e6).toFixed(2)} M ${unit}`;
    const time = hertz === undefined ? "" : `, ${(steps[step] / hertz).toFixed(3)} s`;
    return `  ${step.padEnd(14)} ${millions}${time}`;
  });
  return [
    `${board}, ${engine}, userauth-${userauth}`,
    `  flash          ${bytes(flash)} bytes`,
    `  RAM            ${bytes(variables + heap + stack)} bytes: ${bytes(variables)} variables, ${bytes(heap)} heap, ${bytes(stack)} stack`,
    ...work,
  ].join("\n");
}
