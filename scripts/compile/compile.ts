// Compiles the targets of asconfig.json to build/<target>.wasm: asc, then Binaryen once more, which finds 9 to 36 bytes that
// asc's own pass leaves.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Binaryen from "binaryen";
import binaryen from "./binaryen.js";
import { ARGON2_MEMORY_KIB, BOARD_ARGON2_MEMORY_KIB } from "../../host/node/credentials/users-region.js";

/** The targets that are the full userauth build, for Node and for boards, and their flags; of two equal ones in `use` asc would take
 * asconfig.json's. */
const FULL_USERAUTH: Record<string, Record<string, number>> = {
  userauth: {},
  "userauth-board": { ARGON2_KIB: BOARD_ARGON2_MEMORY_KIB },
};

/** The entry file of a target, relative to the package. */
export function entryOf(target: string): string {
  if (target in FULL_USERAUTH) return "assembly/userauth/full/index.ts";
  return target.startsWith("userauth-")
    ? `assembly/userauth/small/${target.slice(9)}.ts`
    : `assembly/${target}/index.ts`;
}

export interface CompileOptions {
  /** Package root: the folder of asconfig.json. */
  root: string;
  /** A target of asconfig.json. */
  target: string;
  /** Flags, as `--use NAME=VALUE`; none that the target has in asconfig.json. */
  use?: Record<string, number>;
  /** Pages of linear memory, where a flag makes the buffers outgrow one. */
  pages?: number;
  /** Keep function names, for reports. Never in a module that ships. */
  names?: boolean;
}

/** The module's bytes. Throws with the compiler's messages. */
export async function compile(options: CompileOptions): Promise<Uint8Array> {
  const { root, target, pages, names = false } = options;
  const use = { ...FULL_USERAUTH[target], ...options.use };
  const args = [entryOf(target), "--config", join(root, "asconfig.json"), "--target", target, "--baseDir", root];
  args.push("--outFile", "out.wasm");
  if (names) args.push("--debug");
  for (const [name, value] of Object.entries(use)) args.push("--use", `${name}=${value}`);
  if (target.startsWith("userauth")) args.push("--memoryBase", String(staticDataOf(target, use)));
  const pageCount = pages ?? (target in FULL_USERAUTH ? pagesOfUserauth(use) : undefined);
  if (pageCount !== undefined) args.push("--initialMemory", String(pageCount), "--maximumMemory", String(pageCount));
  let bytes: Uint8Array | undefined;
  const { default: asc } = await import("assemblyscript/asc"); // after Binaryen: see there
  const messages = asc.createMemoryStream();
  const { error } = await asc.main(args, {
    stderr: messages,
    readFile: (name: string, baseDir: string) => {
      try {
        return readFileSync(join(baseDir, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: string | Uint8Array) => {
      bytes = contents as Uint8Array;
    },
  });
  if (error || !bytes) throw new Error(`asc failed on ${target}:\n${messages.toString()}`);
  return optimize(bytes, names);
}

/** A userauth module's buffer begins at address 0, the full build's credentials region behind it; there its static data begins. */
function staticDataOf(
  target: string,
  { PAYLOAD_BYTES = 4096, CREDENTIALS_BYTES = 2048 }: Record<string, number>,
): number {
  const region = target in FULL_USERAUTH ? CREDENTIALS_BYTES : 0;
  return ((PAYLOAD_BYTES + 15) & ~15) + ((region + 15) & ~15);
}

/** Pages for the full build: everything but buffer, credentials region and Argon2's memory has less than 12 KiB. */
function pagesOfUserauth(use: Record<string, number>): number {
  const { WITH_ARGON2ID = 1, ARGON2_KIB = ARGON2_MEMORY_KIB } = use;
  const bytes = staticDataOf("userauth", use) + 12 * 1024 + (WITH_ARGON2ID ? ARGON2_KIB * 1024 : 0);
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
