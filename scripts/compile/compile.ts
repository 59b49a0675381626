// Compiles the builds of assembly/abi/builds.ts to build/<name>.wasm: asc with the options of asconfig.json, which all have, then
// Binaryen once more, which finds 9 to 36 bytes that asc's own pass leaves.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Binaryen from "binaryen";
import binaryen from "./binaryen.js";
import { type Build, buildNamed } from "../../assembly/abi/builds.js";
import { ARGON2_MEMORY_KIB, REGION_CAPACITY } from "../../host/node/credentials/users-region.js";
import { PLAIN_PAYLOAD_BYTES } from "../../host/node/modules.js";
import { Text } from "./text.js";

/** Where static data begins in a module that has no buffer at address 0. */
const MEMORY_BASE = 16;

export interface CompileOptions {
  /** Package root: the folder of asconfig.json. */
  root: string;
  /** The name of a build. */
  target: string;
  /** Flags, as `--use NAME=VALUE`, besides those that the build has, or in place of them. */
  use?: Record<string, number>;
  /** Pages of linear memory, where a flag makes the buffers outgrow one. */
  pages?: number;
  /** Keep function names, for reports. Never in a module that ships. */
  names?: boolean;
}

/** The module's bytes. Throws with the compiler's messages. */
export async function compile(options: CompileOptions): Promise<Uint8Array> {
  const { root, target, names = false } = options;
  const build = buildNamed(target);
  const use = { ...build.use, ...options.use };
  const pages = String(options.pages ?? build.pages ?? pagesOf(build, use));
  const args = [build.entry, "--config", join(root, "asconfig.json"), "--baseDir", root, "--outFile", "out.wasm"];
  args.push("--memoryBase", String(staticDataOf(build, use)), "--initialMemory", pages, "--maximumMemory", pages);
  if (names) args.push("--debug");
  for (const [name, value] of Object.entries(use)) args.push("--use", `${name}=${value}`);
  const text = new Text(root, use);
  let bytes: Uint8Array | undefined;
  const { default: asc } = await import("assemblyscript/asc"); // after Binaryen: see there
  const messages = asc.createMemoryStream();
  const { error } = await asc.main(args, {
    stderr: messages,
    readFile: (name: string, baseDir: string) => {
      const path = join(baseDir, name);
      return existsSync(path) ? text.expand(readFileSync(path, "utf8")) : null;
    },
    writeFile: (_name: string, contents: string | Uint8Array) => {
      bytes = contents as Uint8Array;
    },
  });
  if (error || !bytes) throw new Error(`asc failed on ${target}:\n${messages.toString()}`);
  return optimize(bytes, names);
}

/** A userauth module's buffer begins at address 0, the full build's credentials region behind it; there its static data begins. */
function staticDataOf({ module, userauth }: Build, use: Record<string, number>): number {
  if (module !== "userauth") return MEMORY_BASE;
  const { PAYLOAD_BYTES = PLAIN_PAYLOAD_BYTES, CREDENTIALS_BYTES = REGION_CAPACITY } = use;
  const region = userauth === "full" ? CREDENTIALS_BYTES : 0;
  return ((PAYLOAD_BYTES + 15) & ~15) + ((region + 15) & ~15);
}

/** One, but for the full userauth build: everything but its buffer, credentials region and Argon2's memory has less than 12 KiB. */
function pagesOf(build: Build, use: Record<string, number>): number {
  if (build.userauth !== "full") return 1;
  const { WITH_ARGON2ID = 1, ARGON2_KIB = ARGON2_MEMORY_KIB } = use;
  const bytes = staticDataOf(build, use) + 12 * 1024 + (WITH_ARGON2ID ? ARGON2_KIB * 1024 : 0);
  return Math.ceil(bytes / 65_536);
}

/** Binaryen's size passes over a finished module. */
function optimize(bytes: Uint8Array, names: boolean): Uint8Array {
  const module = binaryen.readBinary(bytes);
  // Without BulkMemory itself, which would add a DataCount section that memory.copy and memory.fill do not need.
  const { BulkMemoryOpt, MutableGlobals, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemoryOpt | MutableGlobals | SignExt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(2);
  binaryen.setDebugInfo(names);
  alignHeapBase(module);
  module.optimize();
  const optimized = module.emitBinary();
  module.dispose();
  return optimized;
}

/** WAMR gives an instance `__heap_base` bytes if they are a multiple of 16, and else a whole page. */
function alignHeapBase(module: Binaryen.Module): void {
  const name = binaryen.getExportInfo(module.getExport("__heap_base")).value;
  const { init } = binaryen.getGlobalInfo(module.getGlobal(name));
  const { value } = binaryen.getExpressionInfo(init) as Binaryen.ConstInfo;
  module.removeGlobal(name);
  module.addGlobal(name, binaryen.i32, false, module.i32.const((Number(value) + 15) & ~15));
}

/** Compiles `target` into build/. */
export async function compileTo(folder: string, options: CompileOptions): Promise<Uint8Array> {
  const bytes = await compile(options);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${options.target}.wasm`), bytes);
  return bytes;
}
