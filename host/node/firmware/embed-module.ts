// One module as C: its `engine_module_t` (host/c/engine/engine.h), with the bytes of the file where the engine is an
// interpreter, or with the C that wasm2c makes of it.

import { createHash } from "node:crypto";
import { readExportedGlobal, readGlobals } from "../../core/wasm-file.js";
import { BoardBuildError } from "./build-error.js";

export const ENGINES = ["wasm2c", "wasm3", "wamr", "wamr-fast"] as const;
/** `wamr` is the classic interpreter of WAMR. */
export type Engine = (typeof ENGINES)[number];

/** A module to embed. */
export interface ModuleFile {
  /** File name without `.wasm`. */
  name: string;
  wasm: Uint8Array;
  /** The C that scripts/compile/wasm2c.ts makes of it, for the engine of that name. */
  native: () => string;
}

/** A module as it was embedded. */
export interface EmbeddedModule {
  /** File name without `.wasm`. */
  name: string;
  /** Of the .wasm file, in bytes. */
  length: number;
  /** Of the .wasm file, in hexadecimal. */
  sha256: string;
  /** Bytes of linear memory that an instance has. */
  memoryLength: number;
}

export interface ModuleSources {
  module: EmbeddedModule;
  /** C text that defines `const engine_module_t embedded_<part>`. */
  definition: string;
  /** The content of wasm2c_<part>.c, for that engine. */
  native?: string;
}

/** `part`: what the module is to the host, in lower-case letters. */
export function moduleSources(engine: Engine, part: string, { name, wasm, native }: ModuleFile): ModuleSources {
  const memoryLength = memoryLengthOf(name, wasm);
  // the first mutable global is to WAMR the stack pointer of C, which it watches unless it begins with 0
  if (engine.startsWith("wamr") && readGlobals(wasm)[0] !== 0)
    throw new BoardBuildError(`WAMR would misunderstand ${name}.wasm: its first global does not begin with 0`);
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  const isNative = engine === "wasm2c";
  const definition = `${
    isNative
      ? `extern const struct engine_native native_${part};`
      : byteArray(`static const uint8_t ${part}_wasm[${wasm.length}]`, wasm)
  }
const engine_module_t embedded_${part} = {
    .name = "${name}",
    .sha256 = "${sha256}",
    .wasm_length = ${wasm.length},
    .memory_length = ${memoryLength},
    ${isNative ? `.native = &native_${part}` : `.wasm = ${part}_wasm`},
};
`;
  return {
    module: { name, length: wasm.length, sha256, memoryLength },
    definition,
    ...(isNative && { native: native() }),
  };
}

/** Bytes of memory that an instance has. Throws a `BoardBuildError` for a module that does not say. */
export function memoryLengthOf(name: string, wasm: Uint8Array): number {
  const memoryLength = readExportedGlobal(wasm, "__heap_base");
  if (memoryLength === undefined) throw new BoardBuildError(`${name}.wasm does not export __heap_base`);
  return memoryLength;
}

/** The first line of the C that was made of a module: it tells of which. */
export function nativeHeader(wasm: Uint8Array): string {
  return `// Made by scripts/compile/wasm2c.ts of the module ${createHash("sha256").update(wasm).digest("hex")}.\n`;
}

/** The definition of a constant array. */
export function byteArray(declaration: string, bytes: Uint8Array): string {
  const rows = Array.from({ length: Math.ceil(bytes.length / 24) }, (_, row) =>
    Array.from(bytes.subarray(row * 24, row * 24 + 24), (byte) => `${byte},`).join(" "),
  );
  return `${declaration} = {\n    ${rows.join("\n    ")}\n};`;
}
