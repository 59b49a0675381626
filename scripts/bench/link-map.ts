// Reads from a linker's map (GNU ld, -Map) how much of a program is the engine's, the modules' and the rest's.

import { readFileSync } from "node:fs";

/** The engine's own code and data; what was made of the modules, be it machine code or their bytes; all else. */
export const PARTS = ["runtime", "modules", "rest"] as const;
export type Part = (typeof PARTS)[number];

/** In bytes. */
export interface PartSizes {
  /** Code, constants, and the initial values of variables. */
  flash: Record<Part, number>;
  /** Variables, and code that runs from RAM. */
  ram: Record<Part, number>;
}

const HEADING = "Linker script and memory map";
/** A section of an object file: its name, which may stand on a line of its own; address; length; file. */
const SECTION = /^ (\.?\w\S*)(?:\n)? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S.*)$/gm;
/** Object files stand in the map by their paths, or by their names alone inside libsesame.a. */
const MODULES = /[/(](?:wasm2c_\w+|embedded)\.c\.o/;
/** host/c/engine, and the files of wasm3 and WAMR. */
const RUNTIME =
  /[/(](?:wasm2c|wasm3|wamr|multiply|m3_\w+|wasm_\w+|ems_\w+|bh_\w+|mem_alloc|invokeNative_general|platform)\.c\.o/;
/** What no image and no memory has. */
const NOT_LOADED = /^\.(debug|comment|ARM\.|riscv\.|stab|group)/;
const WITHOUT_INITIAL_VALUES = /^(\.bss|COMMON|\.uninitialized|\.heap|\.stack|\.tbss)/;

/**
 * Sums up the map at `path` of a program that has `flash` bytes there and `variables` bytes in RAM; what lies below
 * `ramStart` is in the flash. The rest is what the others leave: equal constants, which the linker has joined, stand in
 * the map more than once.
 */
export function readLinkMap(path: string, ramStart: number, flash: number, variables: number): PartSizes {
  const text = readFileSync(path, "utf8");
  const sizes: PartSizes = {
    flash: { runtime: 0, modules: 0, rest: 0 },
    ram: { runtime: 0, modules: 0, rest: 0 },
  };
  for (const [, name = "", address = "", length = "", file = ""] of text
    .slice(text.indexOf(HEADING))
    .matchAll(SECTION)) {
    if (NOT_LOADED.test(name)) continue;
    const part = partOf(file);
    const bytes = parseInt(length, 16);
    const isInRam = parseInt(address, 16) >= ramStart;
    if (isInRam) sizes.ram[part] += bytes;
    if (!isInRam || !WITHOUT_INITIAL_VALUES.test(name)) sizes.flash[part] += bytes;
  }
  sizes.flash.rest = flash - sizes.flash.runtime - sizes.flash.modules;
  sizes.ram.rest = variables - sizes.ram.runtime - sizes.ram.modules;
  return sizes;
}

function partOf(file: string): Part {
  if (MODULES.test(file)) return "modules";
  return RUNTIME.test(file) ? "runtime" : "rest";
}
