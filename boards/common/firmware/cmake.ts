// Configures and builds a board's folder with CMake and Ninja. What is missing on the machine is said by the name of
// its package.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { BoardBuildError } from "../../../host/node/firmware/build-error.js";

/** Debian's packages of the programs that builds use. */
const PACKAGES: Record<string, string> = {
  cmake: "cmake",
  ninja: "ninja-build",
  gcc: "gcc",
  cargo: "cargo",
  "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi picolibc-arm-none-eabi",
  "qemu-system-arm": "qemu-system-arm",
  "qemu-system-riscv32": "qemu-system-misc",
  "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
};

export interface CmakeOptions {
  /** The folder with CMakeLists.txt. */
  source: string;
  /** Where everything that is made goes. */
  folder: string;
  /** Cache variables. */
  variables?: Record<string, string>;
  /** Default: all. */
  targets?: readonly string[];
  /** Programs that the build needs besides cmake and ninja. */
  programs?: readonly string[];
}

/** Throws a `BoardBuildError` that names the packages of those programs that are not there. */
export function requirePrograms(programs: readonly string[]): void {
  const missing = programs.filter((program) => spawnSync(program, ["--version"]).error !== undefined);
  if (missing.length === 0) return;
  const packages = missing.map((program) => PACKAGES[program] ?? program).join(" ");
  throw new BoardBuildError(
    `${missing.join(", ")}: not found. On Debian: apt-get install ${packages} (scripts/install-board-tools.sh installs all)`,
  );
}

/** Builds; throws a `BoardBuildError` with what the tools said. */
export function buildWithCmake({ source, folder, variables = {}, targets = [], programs = [] }: CmakeOptions): void {
  requirePrograms(["cmake", "ninja", ...programs]);
  mkdirSync(folder, { recursive: true });
  const definitions = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  runTool("cmake", ["-G", "Ninja", "-S", source, "-B", folder, ...definitions]);
  runTool("ninja", ["-C", folder, ...targets]);
}

/** What is made carries credentials: nobody else may read it. */
const OWNER_ONLY = 0o077;

function runTool(program: string, args: readonly string[]): void {
  const umask = process.umask(OWNER_ONLY);
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  process.umask(umask);
  if (status !== 0) throw new BoardBuildError(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
}
