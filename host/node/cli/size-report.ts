// The size report: bytes by section and by function, gzip, and linear memory, read from the .wasm files themselves.
//
// In come modules; out goes a report, as text or as JSON. `sesame size` reports on the modules of the installed
// package; scripts/size/main.ts adds the names of functions, the chart and the budgets. wasm-file.ts reads the files.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import {
  BOARD_ARGON2_MEMORY_KIB,
  BUILD_NAMES,
  type BuildName,
  buildNamed,
  MODULE_TYPES,
} from "../../../assembly/abi/builds.js";
import { plainModulePath } from "../modules.js";
import { ARGON2_MEMORY_KIB } from "../credentials/users-region.js";
import { readExportedGlobal, readFunctionBodies, readFunctionNames, readSections } from "../../core/wasm-file.js";

/** The builds of which a connection uses one. */
export const USERAUTH_MODULES = BUILD_NAMES.filter((name) => buildNamed(name).userauth);
/** The modules that every connection uses. */
export const COMMON_MODULES: readonly BuildName[] = MODULE_TYPES.filter(
  (type) => type !== "userauth" && type !== "shell",
);
export const MODULES = BUILD_NAMES;

const HEADER_BYTES = 8;
const GZIP_LEVEL = 9;

export interface ModuleSize {
  name: string;
  bytes: number;
  /** Bytes before `sesame build` appends credentials; absent where the module measured has none. */
  withoutCredentials?: number;
  /** With zlib's level 9. */
  gzip: number;
  /** Bytes of each section with its header, in the order of the file; `header` is the magic number and version. */
  sections: Record<string, number>;
  /** Bytes of each function's body with its size field, largest first. */
  functions: { name: string; bytes: number }[];
  /** Bytes of linear memory in use: `__heap_base`, without the blocks of `MeasureOptions.argon2KiB`. */
  memory: number;
}

export interface SizeReport {
  modules: ModuleSize[];
  /** Linear memory in use by the three modules of one connection, for each userauth build, in bytes. */
  connectionMemory: Record<string, number>;
}

export interface MeasureOptions {
  /** The same code compiled with function names; without it, exports give some names. */
  named?: Uint8Array;
  /** Argon2's blocks, in KiB, which are not counted. Default: those of `userauth`, which no board has. */
  argon2KiB?: number;
}

/** Measures one module. */
export function measureModule(name: string, bytes: Uint8Array, options: MeasureOptions = {}): ModuleSize {
  const { named = bytes, argon2KiB = name === "userauth" ? ARGON2_MEMORY_KIB : 0 } = options;
  const sections: Record<string, number> = { header: HEADER_BYTES };
  for (const { name: section, start, end } of readSections(bytes)) {
    sections[section] = (sections[section] ?? 0) + end - start;
  }
  const names = readFunctionNames(sameCode(bytes, named) ? named : bytes);
  const functions = readFunctionBodies(bytes)
    .map(({ start, end }, index) => ({ name: names.get(index) ?? `function ${index}`, bytes: end - start }))
    .sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name, "en"));
  const heapBase = readExportedGlobal(bytes, "__heap_base");
  if (heapBase === undefined) throw new Error(`${name} does not export __heap_base`);
  return {
    name,
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: GZIP_LEVEL }).length,
    sections,
    functions,
    memory: heapBase - argon2KiB * 1024,
  };
}

/** Names are only right where the code that has them is the code that is measured. */
function sameCode(a: Uint8Array, b: Uint8Array): boolean {
  const code = (bytes: Uint8Array): Buffer => {
    const section = readSections(bytes).find(({ name }) => name === "code");
    return Buffer.from(bytes.subarray(section?.contents ?? 0, section?.end ?? 0));
  };
  return code(a).equals(code(b));
}

/** The report on `modules`, which has every name of `MODULES`. */
export function reportSizes(modules: ModuleSize[]): SizeReport {
  const memory = (name: string): number => {
    const module = modules.find((candidate) => candidate.name === name);
    if (!module) throw new Error(`the report lacks ${name}`);
    return module.memory;
  };
  const common = COMMON_MODULES.reduce((sum, name) => sum + memory(name), 0);
  return {
    modules,
    connectionMemory: Object.fromEntries(USERAUTH_MODULES.map((name) => [name, common + memory(name)])),
  };
}

const NOTES = `All numbers are bytes. A connection uses one userauth module, transport and connection.
userauth is the full build, and userauth-board the same for boards. What Argon2 may use is a flag of the build (ARGON2_KIB): the memory of
userauth-board is with these ${BOARD_ARGON2_MEMORY_KIB} KiB, that of userauth without Argon2's blocks: ${group(ARGON2_MEMORY_KIB)} KiB.`;

/** The report as text: one column for each module. */
export function formatSizes({ modules, connectionMemory }: SizeReport): string {
  const sections = [...new Set(modules.flatMap((module) => Object.keys(module.sections)))];
  const rows = [
    ["", ...modules.map(({ name }) => name.replace("userauth-", ""))],
    ["total bytes", ...modules.map(({ bytes }) => group(bytes))],
    ...sections.map((section) => [`  ${section}`, ...modules.map((module) => group(module.sections[section]))]),
    ...(modules.some((module) => module.withoutCredentials !== undefined)
      ? [["without credentials", ...modules.map(({ withoutCredentials }) => group(withoutCredentials))]]
      : []),
    ["gzip", ...modules.map(({ gzip }) => group(gzip))],
    ["linear memory", ...modules.map(({ memory }) => group(memory))],
    ["memory of a connection", ...modules.map(({ name }) => group(connectionMemory[name]))],
  ];
  return `${formatTable(rows)}\n\n${NOTES}`;
}

/** The functions of each module as text, largest first. */
export function formatFunctions({ modules }: SizeReport): string {
  return modules
    .map(({ name, functions }) => {
      const total = functions.reduce((sum, { bytes }) => sum + bytes, 0);
      const rows = functions.map((entry) => [`  ${entry.name}`, group(entry.bytes)]);
      return formatTable([[`${name}, code by function`, group(total)], ...rows]);
    })
    .join("\n\n");
}

/** Columns of equal width; the first is aligned left, the others right. */
export function formatTable(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const align = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}

/** Thousands separated by commas; nothing for nothing. */
export function group(value: number | undefined): string {
  return value === undefined ? "" : value.toLocaleString("en-US");
}

/** `sesame size`: prints the report on the modules that this package ships. */
export function sizeCommand({ json = false }: { json?: boolean } = {}): void {
  const report = reportSizes(MODULES.map((name) => measureModule(name, readFileSync(plainModulePath(name)))));
  console.log(json ? JSON.stringify(report, null, 2) : `${formatSizes(report)}\n\n${formatFunctions(report)}`);
}
