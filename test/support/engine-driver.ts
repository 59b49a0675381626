// The driver of an engine (test/host/c/engine-driver.c), compiled with modules of a test's own, under the sanitizers.

import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import binaryen from "../../scripts/compile/binaryen.js";
import { translateToC } from "../../scripts/compile/wasm2c.js";
import { buildWithCmake } from "../../boards/common/firmware/cmake.js";
import { type Engine, moduleSources } from "../../host/node/firmware/embed-module.js";
import { wamrFolder, wasm3Folder } from "../../boards/common/firmware/engine-sources.js";
import { needs } from "./peers.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Of 0.5 and 0.9; only the latter validates. */
const WASM3_FILES = [
  "bind",
  "code",
  "compile",
  "core",
  "env",
  "exec",
  "function",
  "info",
  "module",
  "parse",
  "validate",
];
const WASM3_FLAGS = [
  "-Dd_m3HasFloat=0",
  "-Dd_m3VerboseErrorMessages=0",
  "-Dd_m3MaxFunctionStackHeight=256",
  "-Dd_m3CodePageAlignSize=1024",
  "-DNDEBUG",
];
const SANITIZERS = ["-g", "-fsanitize=address,undefined,alignment", "-fno-sanitize-recover=all"];

export interface EngineDriver {
  /** The answers to commands; fails when the driver does not end as it should, a sanitizer's finding included. */
  run(commands: readonly string[]): string[];
  /** The same for commands that a sanitizer is expected to end: what it wrote. */
  sanitizerReport(commands: readonly string[]): string;
  remove(): void;
}

/** Options for a test that needs the engine. */
export function needsEngine(engine: Engine): { skip?: string } {
  if (engine === "wasm2c") return needs("gcc");
  return engine === "wasm3" ? needs("gcc") : needs("gcc", "cargo");
}

/** A module from WebAssembly's text format. */
export function parseModule(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  const { BulkMemory, BulkMemoryOpt, MutableGlobals, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | SignExt);
  assert.ok(module.validate(), text);
  const bytes = Uint8Array.from(module.emitBinary());
  module.dispose();
  return bytes;
}

/**
 * The driver with `modules`, by names of lower-case letters, in their order; behind them one that the build has given
 * nothing to run.
 */
export function buildEngineDriver(engine: Engine, modules: Record<string, Uint8Array>): EngineDriver {
  const folder = mkdtempSync(join(tmpdir(), "sesame-engine-"));
  const names = Object.keys(modules);
  const sources = Object.entries(modules).map(([name, wasm]) => ({
    name,
    ...moduleSources(engine, name, { name, wasm, native: () => translateToC(name, wasm) }),
  }));
  const own = [join(ROOT, `host/c/engine/${engine.replace("-fast", "")}.c`), join(ROOT, "test/host/c/engine-driver.c")];
  const foreign: string[] = [];
  writeFileSync(
    join(folder, "modules.c"),
    `#include "engine/engine.h"
${sources.map(({ definition }) => definition).join("\n")}
static const engine_module_t embedded_nothing = {.name = "nothing", .memory_length = 8};
extern const engine_module_t *const driver_modules[];
const engine_module_t *const driver_modules[] = {${[...names, "nothing"].map((name) => `&embedded_${name}`).join(", ")}};
`,
  );
  own.push(join(folder, "modules.c"));
  for (const { name, native } of sources) {
    if (native === undefined) continue;
    writeFileSync(join(folder, `${name}.c`), native);
    foreign.push(join(folder, `${name}.c`));
  }
  const includes = [`-I${join(ROOT, "host/c")}`];
  const libraries: string[] = [];
  const foreignFlags = ["-w"];
  if (engine === "wasm3") {
    includes.push(`-I${wasm3Folder()}`, ...WASM3_FLAGS);
    foreign.push(...WASM3_FILES.map((file) => join(wasm3Folder(), `m3_${file}.c`)).filter(existsSync));
    foreignFlags.push("-fno-sanitize=undefined");
  }
  if (engine.startsWith("wamr")) {
    includes.push(`-I${join(wamrFolder(), "core", "iwasm", "include")}`);
    libraries.push(wamrLibrary(engine), "-lm");
  }
  const common = ["-std=gnu11", "-D_GNU_SOURCE", "-O1", ...SANITIZERS, ...includes];
  const objects = [
    ...compile(folder, own, [...common, "-Wall", "-Wextra", "-Werror"]),
    ...compile(folder, foreign, [...common, ...foreignFlags]),
  ];
  const program = join(folder, "driver");
  gcc([...SANITIZERS, "-Wl,--wrap=free", ...objects, ...libraries, "-o", program]);

  const start = (commands: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(program, { input: commands.map((command) => `${command}\n`).join(""), encoding: "utf8" });
  return {
    run(commands) {
      const { status, stdout, stderr } = start(commands);
      assert.deepEqual([status, stderr], [0, ""]);
      return stdout.split("\n").slice(0, -1);
    },
    sanitizerReport(commands) {
      const { status, stderr } = start(commands);
      assert.notEqual(status, 0);
      return stderr;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The interpreter as a library, without sanitizers: it computes with pointers in ways of its own. */
function wamrLibrary(engine: Engine): string {
  const target = join(ROOT, "build", "boards", "engines", engine);
  buildWithCmake({
    source: join(ROOT, "host/c/engine/wamr"),
    folder: target,
    programs: ["gcc"],
    variables: { CMAKE_C_COMPILER: "gcc", SESAME_ENGINE: engine, WAMR_ROOT: wamrFolder() },
  });
  return join(target, "libwamr.a");
}

function compile(folder: string, files: readonly string[], flags: readonly string[]): string[] {
  return files.map((file) => {
    const object = join(folder, `${file.replace(/^.*\//, "")}.o`);
    gcc([...flags, "-c", file, "-o", object]);
    return object;
  });
}

function gcc(args: readonly string[]): void {
  const { status, stderr } = spawnSync("gcc", args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}
