// Makes the C file of a module for engine/wasm2c.c: Binaryen lowers the accesses that may be unaligned, wasm2c of the
// package wabt translates, and what wasm2c puts around the module's own code is replaced by
// host/c/engine/wasm2c/prelude.h in front and the table of exports (host/c/engine/wasm2c/native.h) behind.
//
// wasm2c's output is read here as text. So package.json fixes its version, and whatever does not look as expected is an
// error.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryLengthOf, nativeHeader } from "../../host/node/firmware/embed-module.js";
import { BoardBuildError } from "../../host/node/firmware/build-error.js";
import binaryen from "./binaryen.js";

const { resolve: find } = createRequire(import.meta.url);

/** The C file of a module, which defines `const struct engine_native native_<name>`. `name`: lower-case letters. */
export function translateToC(name: string, wasm: Uint8Array): string {
  const memoryLength = memoryLengthOf(name, wasm);
  const { header, source } = runWasm2c(name, lowerAlignment(wasm));
  const code = codeOf(name, source);
  refuseRecursion(name, code);
  const exports = readExportTable(name, header);
  return `${nativeHeader(wasm)}
#define MEMORY_LENGTH ${memoryLength}u
#include "engine/wasm2c/prelude.h"

${part(header, RegExp(`typedef struct Z_${name}_instance_t {\n[^}]*} Z_${name}_instance_t;\n`))}
// Internal linkage, so that the compiler sees every caller.
${exports.map(({ prototype }) => `static ${prototype};\n`).join("")}
${code}
${exportTable(name, exports, startOf(name, source))}`;
}

/** A copy of the module whose accesses are all as aligned as they are wide. */
function lowerAlignment(wasm: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(wasm);
  const { BulkMemoryOpt, MutableGlobals, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemoryOpt | MutableGlobals | SignExt);
  module.runPasses(["alignment-lowering"]);
  const lowered = module.emitBinary();
  module.dispose();
  return lowered;
}

function runWasm2c(name: string, wasm: Uint8Array): { header: string; source: string } {
  const folder = mkdtempSync(join(tmpdir(), "sesame-wasm2c-"));
  try {
    const [input, output] = [join(folder, "module.wasm"), join(folder, "module.c")];
    writeFileSync(input, wasm);
    const args = [find("wabt/bin/wasm2c"), input, "-n", name, "-o", output];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new BoardBuildError(`wasm2c refuses ${name}.wasm: ${stderr}`);
    return { header: readFileSync(join(folder, "module.h"), "utf8"), source: readFileSync(output, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `pattern` matches in wasm2c's output. */
function part(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  if (!match) throw new BoardBuildError(`wasm2c's output is not as expected: it has no ${pattern}`);
  return match[0];
}

/**
 * The module's own code, from the prototypes to the exported functions, with accesses and 64-bit products as prelude.h
 * wants them.
 */
function codeOf(name: string, source: string): string {
  const before = part(source, /static void init_func_types\(void\) {\n(?: {2}func_types.*\n)*}\n/);
  const after = part(source, RegExp(`\nvoid Z_${name}_init_module\\(void\\) {\n[^]*$`));
  const code = source.slice(source.indexOf(before) + before.length, source.indexOf(after));
  const multiplied = code.replace(/^( *)(w2c_j\d+) \*= (w2c_j\d+);$/gm, "$1$2 = I64_MUL($2, $3);");
  return multiplied.replace(
    /\b(i(?:32|64)_(?:load|store)\w*)\(&instance->w2c_memory, \(u64\)\((w2c_\w+)\)(?: \+ (\d+)u?)?/g,
    (_, access: string, address: string, offset = "0") => `${access}(${address}, ${offset}u`,
  );
}

/** The calls that fill a new instance. Throws for a module with imports, a table or a start function. */
function startOf(name: string, source: string): string {
  const pattern = RegExp(`\nvoid Z_${name}_instantiate\\((.*)\\) {\n(?: {2}assert.*\n)*((?: {2}.*\n)*)}\n`);
  const [, parameters, calls] = pattern.exec(part(source, pattern))!;
  const known = /^(?: {2}init_(?:globals|memories|data_instances)\(instance\);\n)*$/;
  if (parameters !== `Z_${name}_instance_t* instance` || !known.test(calls!))
    throw new BoardBuildError(`${name}.wasm needs more to start than prelude.h offers:\n${calls}`);
  return calls!;
}

/** Throws when a function can call itself: nothing checks the depth of the stack. */
function refuseRecursion(name: string, code: string): void {
  const calls = new Map<string, Set<string>>();
  for (const [, caller, body] of code.matchAll(/^(?:static )?\w+\*? (\w+)\(Z_\w+\*? ?instance[^)]*\) {\n([^]*?)^}$/gm))
    calls.set(caller!, new Set(Array.from(body!.matchAll(/\b(\w+)\(instance\b/g), ([, callee]) => callee!)));
  const harmless = new Set<string>();
  const visit = (caller: string, path: string[]): void => {
    if (path.includes(caller))
      throw new BoardBuildError(`${name}.wasm is recursive: ${[...path, caller].join(" calls ")}`);
    if (harmless.has(caller)) return;
    for (const callee of calls.get(caller) ?? []) visit(callee, [...path, caller]);
    harmless.add(caller);
  };
  for (const caller of calls.keys()) visit(caller, []);
}

interface Export {
  name: string;
  /** What wasm2c makes of it: of a function the same, of a global a function that returns its address. */
  symbol: string;
  kind: "function" | "global" | "memory";
  prototype: string;
  parameters: number;
  returns: boolean;
}

const EXPORT_KINDS: Record<string, Export["kind"]> = { "u32*": "global", "wasm_rt_memory_t*": "memory" };

function readExportTable(name: string, header: string): Export[] {
  const exports: Export[] = [];
  for (const [, exportName, prototype] of header.matchAll(/^\/\* export: '(.*)' \*\/\n(.*);$/gm)) {
    const match = /^(u32|void|u32\*|wasm_rt_memory_t\*) (\w+)\(Z_\w+_instance_t\*(?: instance)?((?:, u32)*)\)$/.exec(
      prototype!,
    );
    if (!match)
      throw new BoardBuildError(`${name}.wasm exports ${exportName}, which is not of 32-bit integers: ${prototype}`);
    const [, type, symbol, parameters] = match;
    exports.push({
      name: exportName!,
      symbol: symbol!,
      kind: EXPORT_KINDS[type!] ?? "function",
      prototype: prototype!,
      parameters: parameters!.split(",").length - 1,
      returns: type !== "void",
    });
  }
  return exports;
}

/** Definitions of everything that `native_<name>` points to, and its own. `start`: the calls that fill an instance. */
function exportTable(name: string, exports: Export[], start: string): string {
  const functions = exports.filter(({ kind }) => kind === "function");
  const globals = exports.filter(({ kind }) => kind === "global");
  const calls = functions.map(({ symbol, parameters, returns }) => {
    const call = `${symbol}(${["state", ...Array.from({ length: parameters }, (_, index) => `arguments[${index}]`)].join(", ")});`;
    return `static u32 call_${symbol}(void *state, const u32 *arguments) {
  (void)arguments;
  ${returns ? `return ${call}` : `${call}\n  return 0;`}
}
`;
  });
  const addresses = globals.map(
    ({ symbol }) => `static const u32 *address_${symbol}(void *state) {\n  return ${symbol}(state);\n}\n`,
  );
  return `${[...calls, ...addresses].join("\n")}
static const native_function_t functions[] = {
${functions.map(({ name, parameters, symbol }) => `  {"${name}", ${parameters}, call_${symbol}},\n`).join("")}};

static const native_global_t globals[] = {
${globals.map(({ name, symbol }) => `  {"${name}", address_${symbol}},\n`).join("")}};

static void start(void *state, u8 *memory) {
  Z_${name}_instance_t *instance = state;
  instance->w2c_memory.data = memory;
${start}}

extern const struct engine_native native_${name};
const struct engine_native native_${name} = {
    .state_length = sizeof(Z_${name}_instance_t),
    .start = start,
    .functions = functions,
    .function_count = ${functions.length},
    .globals = globals,
    .global_count = ${globals.length},
};
`;
}
