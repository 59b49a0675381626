// `npm run bench:boards`: what the firmware costs on the emulated boards, with each engine and userauth build: flash,
// RAM, and cycles or instructions from the opening of the connection to the shell's prompt. Exit codes: 0 all is well,
// 1 it failed or exceeds a limit, 2 the command line is wrong.

import { Command, Option } from "commander";
import { type Transport, TRANSPORTS } from "../../assembly/abi/builds.js";
import { type Engine, ENGINES } from "../../host/node/firmware/embed-module.js";
import { runBoardCommand } from "../../boards/common/firmware/command.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { QEMU_MACHINES } from "../../boards/qemu/firmware.js";
import { picoTransport } from "../../host/node/firmware/pico-transport.js";
import type { ClientOptions } from "../client/client.js";
import { type BenchDevice, measureSteps } from "./device.js";
import { exceeded, LIMITS } from "./limits.js";
import {
  BENCH_CLIENTS,
  BENCH_MODULES,
  benchCredentials,
  benchLogin,
  benchSignature,
  infoStep,
  peaks,
  signingCredentials,
} from "./login.js";
import { openQemu } from "./qemu.js";
import { type BoardBenchmark, describe, writeTable } from "./report.js";
import { openRp2040 } from "./rp2040.js";

/** Builds the firmware of that name, for a client that speaks these algorithms. */
type Open = (
  name: string,
  credentials: BoardCredentials,
  algorithms: ClientOptions,
) => BenchDevice | Promise<BenchDevice>;

interface BenchOptions {
  json?: true;
  check?: true;
  write?: true;
  board?: string;
  engine?: string;
  transport?: string;
}

const BOARDS: { board: string; engine: Engine; open: Open }[] = [
  ...ENGINES.map((engine) => ({
    board: "rp2040",
    engine,
    open: (...firmware: Parameters<Open>) => openRp2040(engine, ...firmware),
  })),
  ...QEMU_MACHINES.flatMap((machine) =>
    ENGINES.map((engine) => ({
      board: machine,
      engine,
      open: (...firmware: Parameters<Open>) => openQemu(machine, engine, ...firmware),
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
  .addOption(new Option("--transport <name>", "only this one").choices(Object.keys(TRANSPORTS)))
  .action(bench);

await runBoardCommand(program);

async function bench(options: BenchOptions): Promise<void> {
  const results: BoardBenchmark[] = [];
  for (const { board, engine, open } of BOARDS) {
    if ((options.board ?? board) !== board || (options.engine ?? engine) !== engine) continue;
    // a check alone looks at what has a limit
    const onlyLimits = options.check && !options.write;
    const signature = onlyLimits ? undefined : await measureSignature(open);
    for (const transport of Object.keys(TRANSPORTS) as Transport[]) {
      if ((options.transport ?? transport) !== transport || !fits(board, engine, transport)) continue;
      for (const module of BENCH_MODULES.filter((module) => !onlyLimits || LIMITS[engine][transport]?.[module])) {
        const result = await measureLogin({ board, engine, module, transport }, signature, open);
        results.push(result);
        if (!options.json) console.log(describe(result));
      }
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

/** The Pico's heap is too small for an interpreter's form of the full transport and of the full userauth build. */
function fits(board: string, engine: Engine, transport: Transport): boolean {
  return board !== "rp2040" || transport === "plain" || transport === picoTransport(engine);
}

/** What the host key's signature costs, which a key exchange contains. */
async function measureSignature(open: Open): Promise<number> {
  const device = await open("signing", signingCredentials(), {});
  try {
    const costs = await measureSteps(device, benchSignature(device.client));
    return costs["signature"]! - costs["no signature"]!;
  } finally {
    device.close();
  }
}

async function measureLogin(
  firmware: Pick<BoardBenchmark, "board" | "engine" | "module" | "transport">,
  signature: number | undefined,
  open: Open,
): Promise<BoardBenchmark> {
  const { module, transport } = firmware;
  const credentials = benchCredentials(module, transport);
  const device = await open(`${module}-${transport}`, credentials, BENCH_CLIENTS[transport]);
  try {
    const { unit, hertz, client, sizes, moduleMemory } = device;
    const { "key exchange": keyExchange, ...others } = await measureSteps(device, benchLogin(client, module));
    const openToShell = Object.values(others).reduce((sum, cost) => sum + cost, keyExchange!);
    await device.run(infoStep(client));
    const { heap, stack } = peaks(client)!;
    return {
      ...firmware,
      unit,
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
