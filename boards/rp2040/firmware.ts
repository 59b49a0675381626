// Builds the firmware of the Raspberry Pi Pico: modules and credentials into C, C into a program, the program into a
// UF2 image.

import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { picoTransport } from "../../host/node/firmware/pico-transport.js";
import { packageRoot } from "../../host/node/modules.js";
import { BoardBuildError } from "../../host/node/firmware/build-error.js";
import { buildWithCmake } from "../common/firmware/cmake.js";
import { type EmbeddedModule, embedModules } from "../../host/node/firmware/embed.js";
import { hashLimit } from "../../host/node/firmware/hash-cost.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { picoSdkFolder } from "./pico-sdk.js";
import { uf2Image } from "./uf2.js";
import { engineSources } from "../common/firmware/engine-sources.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";

const FILES = ["sesame.elf", "sesame.bin", "sesame.uf2"] as const;

/** All in bytes. */
export interface Rp2040Memory {
  /** The program, initial values of variables included. */
  flash: number;
  /** What is left for the program, without the store's sectors. */
  flashCapacity: number;
  /** Variables. */
  ram: number;
  stack: number;
  /** What is left for the heap. */
  heapCapacity: number;
}

export interface Rp2040Firmware {
  elf: string;
  /** The flash's content from its start. */
  bin: string;
  uf2: string;
  modules: EmbeddedModule[];
  memory: Rp2040Memory;
}

/**
 * Builds in build/boards/rp2040/<engine>, and copies the files to the folder above, where those of the last build
 * stand.
 */
export function buildRp2040(engine: Engine, credentials: BoardCredentials): Rp2040Firmware {
  const shared = join(packageRoot(), "build", "boards", "rp2040");
  const firmware = buildRp2040In(join(shared, engine), engine, credentials);
  for (const file of FILES) copyFileSync(join(shared, engine, file), join(shared, file));
  return firmware;
}

/** Builds in a folder of one's own, an absolute path. */
export function buildRp2040In(folder: string, engine: Engine, credentials: BoardCredentials): Rp2040Firmware {
  const generated = join(folder, "generated");
  const sdk = picoSdkFolder();
  const modules = embedModules({
    engine,
    folder: generated,
    hashLimit: hashLimit(engine),
    transport: picoTransport(engine),
    ...credentials,
  });
  buildWithCmake({
    source: join(packageRoot(), "boards", "rp2040"),
    folder,
    programs: ["arm-none-eabi-gcc"],
    variables: {
      CMAKE_BUILD_TYPE: "MinSizeRel",
      PICO_SDK_PATH: sdk,
      SESAME_ENGINE: engine,
      SESAME_GENERATED: generated,
      ...engineSources(engine),
    },
  });
  const [elf, bin, uf2] = FILES.map((file) => join(folder, file)) as [string, string, string];
  const program = readFileSync(bin);
  const memory = measure(elf, program.length);
  // all at once: a session that replaces the credentials has the userauth module judge them
  const moduleMemory = modules.reduce((sum, { memoryLength }) => sum + memoryLength, 0);
  if (moduleMemory > memory.heapCapacity)
    throw new BoardBuildError(`the modules need ${moduleMemory} bytes of RAM, and ${memory.heapCapacity} are left`);
  writeFileSync(uf2, uf2Image(program), { mode: 0o600 });
  return { elf, bin, uf2, modules, memory };
}

function measure(elf: string, flash: number): Rp2040Memory {
  const { stdout, status } = spawnSync("arm-none-eabi-nm", [elf], { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
  if (status !== 0) throw new BoardBuildError(`arm-none-eabi-nm cannot read ${elf}`);
  const symbol = (name: string): number => {
    const value = new RegExp(`^([0-9a-f]{8}) . ${name}$`, "m").exec(stdout)?.[1];
    if (value === undefined) throw new BoardBuildError(`${elf} has no symbol ${name}`);
    return parseInt(value, 16);
  };
  return {
    flash,
    flashCapacity: symbol("sesame_program_limit") - symbol("__flash_binary_start"),
    ram: symbol("__end__") - symbol("ram_vector_table"),
    stack: symbol("__StackTop") - symbol("sesame_stack_bottom"),
    heapCapacity: symbol("sesame_heap_end") - symbol("__end__"),
  };
}
