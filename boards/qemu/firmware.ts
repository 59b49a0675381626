// Builds boards/qemu: the C host for machines that QEMU emulates.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { buildWithCmake } from "../common/firmware/cmake.js";
import { type EmbeddedModule, embedModules } from "../../host/node/firmware/embed.js";
import { type PartSizes, readLinkMap } from "../../scripts/bench/link-map.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { engineSources } from "../common/firmware/engine-sources.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";

/** Each with its QEMU and its compiler. */
const MACHINES = {
  "mps2-an385": { emulator: ["qemu-system-arm"], compiler: "arm-none-eabi-gcc", ramStart: 0x2000_0000 },
  virt: {
    emulator: ["qemu-system-riscv32", "-bios", "none"],
    compiler: "riscv64-unknown-elf-gcc",
    ramStart: 0x8040_0000,
  },
} as const;

export type QemuMachine = keyof typeof MACHINES;
export const QEMU_MACHINES = Object.keys(MACHINES) as QemuMachine[];

export interface QemuBuild {
  machine: QemuMachine;
  modules: EmbeddedModule[];
  elf: string;
}

/**
 * Builds in build/boards/qemu/<machine>/<engine>, or in `folder`. Throws a `BoardBuildError` when it does not succeed.
 */
export function buildQemu(
  machine: QemuMachine,
  engine: Engine,
  credentials: BoardCredentials,
  folder = join(packageRoot(), "build", "boards", "qemu", machine, engine),
): QemuBuild {
  const generated = join(folder, "generated");
  const modules = embedModules({ engine, ...credentials, folder: generated });
  const source = join(packageRoot(), "boards", "qemu");
  const { compiler, emulator } = MACHINES[machine];
  buildWithCmake({
    source,
    folder,
    programs: [compiler, emulator[0]],
    variables: {
      CMAKE_TOOLCHAIN_FILE: join(source, `toolchain-${machine}.cmake`),
      SESAME_MACHINE: machine,
      SESAME_ENGINE: engine,
      SESAME_GENERATED: generated,
      ...engineSources(engine),
    },
  });
  return { machine, modules, elf: join(folder, "sesame.elf") };
}

/** What the program takes of flash and RAM, part by part. */
export function measureQemu({ machine, elf }: QemuBuild): PartSizes {
  const { compiler, ramStart } = MACHINES[machine];
  const { stdout } = spawnSync(compiler.replace(/gcc$/, "size"), [elf], { encoding: "utf8" });
  const [text, data, bss] = stdout.split("\n")[1]!.trim().split(/\s+/).map(Number) as [number, number, number];
  return readLinkMap(`${elf}.map`, ramStart, text + data, data + bss);
}

export interface QemuRunOptions {
  /** Where the machine finds and leaves its store; made when there is none. */
  state: string;
  /** File from which the machine reads entropy. Default: /dev/urandom. */
  entropy?: string;
  /** The machine logs the instructions of every call into a module. */
  counting?: boolean;
}

/** Starts the machine: its serial port is the process's standard input and output, its console standard error. */
export function runQemu({ machine, elf }: QemuBuild, options: QemuRunOptions): ChildProcessWithoutNullStreams {
  const { state, entropy = "/dev/urandom", counting = false } = options;
  const [emulator, ...options_] = MACHINES[machine].emulator;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const args = [resolve(entropy), ...(counting ? ["count"] : [])].map((arg) => `arg=${arg}`);
  return spawn(
    emulator,
    [
      ...["-M", machine, ...options_, "-nographic", "-monitor", "none", "-kernel", elf, "-icount", "shift=0"],
      ...["-chardev", "stdio,id=client,signal=off", "-serial", "chardev:client"],
      ...["-semihosting-config", ["enable=on", "target=native", ...args].join(",")],
    ],
    { cwd: state },
  );
}
