// What C is told of assembly/abi: host/c/modules/abi.h, and for each module the table of its exports.

import { type ModuleType, USERAUTH_NUMBERS } from "../../assembly/abi/builds.js";
import { type Export, EXPORTS } from "../../assembly/abi/exports.js";
import type { Enumeration, Fact } from "./sources.js";
import { comment, header, upperSnake } from "./text.js";

/** Enumerators begin with the enumeration's name, but for these. */
const SHORT_PREFIXES: Record<string, string> = { UserauthStatus: "USERAUTH_", DisconnectReason: "DISCONNECT_" };

/** What a module's part of host/c/modules is called; in C a connection and the shell are something else. */
export const C_NAMES: Record<ModuleType, string> = {
  transport: "transport",
  userauth: "userauth",
  connection: "channels",
  shell: "lines",
};

/**
 * The groups of a module's exports that C calls, in the order of what builds have; each but the first with the name of
 * its builds.
 */
const GROUPS: Record<ModuleType, Record<string, readonly Export[]>> = {
  transport: { "": [...EXPORTS.buffers, ...EXPORTS.transport] },
  userauth: { "": EXPORTS.userauth, VERIFYING: EXPORTS.verifyingUserauth, FULL: EXPORTS.fullUserauth },
  connection: { "": [...EXPORTS.buffers, ...EXPORTS.connection] },
  shell: { "": [...EXPORTS.buffers, ...EXPORTS.shell] },
};

function guarded(file: string, contents: string): string {
  const guard = `SESAME_${upperSnake(file.replace(/^.*\/|\.h$/g, ""))}_H`;
  return `#ifndef ${guard}\n#define ${guard}\n\n${contents}\n#endif\n`;
}

function enumeration({ name, docs, members }: Enumeration): string {
  const tag = upperSnake(name).toLowerCase();
  const prefix = SHORT_PREFIXES[name] ?? `${upperSnake(name)}_`;
  const enumerators = members.map(
    ({ name: member, value, docs: of }) => `${comment(of, "  ")}  ${prefix}${member} = ${value},\n`,
  );
  return `${comment(docs)}typedef enum ${tag} {\n${enumerators.join("")}} ${tag}_t;\n`;
}

function functionsOf(module: ModuleType): [group: string, functions: Export[]][] {
  return Object.entries(GROUPS[module]).map(([group, exports]) => [
    group,
    exports.filter(({ kind }) => kind === "function"),
  ]);
}

/** The most functions that a module exports. */
function mostFunctions(): number {
  const modules = Object.keys(GROUPS) as ModuleType[];
  return Math.max(...modules.map((module) => functionsOf(module).flatMap(([, functions]) => functions).length));
}

/** host/c/modules/abi.h. */
export function abiHeader(enums: Enumeration[], constants: Fact[]): string {
  const builds: Enumeration = {
    name: "UserauthBuild",
    docs: "The userauth builds of docs/userauth.md. A store keeps the number: it never gets another meaning.",
    members: Object.entries(USERAUTH_NUMBERS).map(([name, number]) => ({
      name: upperSnake(name),
      value: String(number),
      docs: "",
    })),
  };
  const defines = constants.map(({ name, value, docs }) => `${comment(docs)}#define ${name} ${value}\n`);
  const most = `${comment("The most functions that a module exports.")}#define MODULE_EXPORTS ${mostFunctions()}\n`;
  return (
    `${header("assembly/abi", "what crosses the border between host and modules")}\n` +
    guarded("abi.h", [...[...enums, builds].map(enumeration), ...defines, most].join("\n"))
  );
}

/** host/c/modules/<name>_exports.h: the functions that a module exports, by index. */
export function exportsHeader(module: ModuleType): string {
  const name = C_NAMES[module];
  const prefix = upperSnake(name);
  const index = (entry: Export): string => `${prefix}_${upperSnake(entry.name)}`;
  const groups = functionsOf(module);
  const counts = groups.map(([group]) => `${prefix}_${group === "" ? "" : `${group}_`}EXPORTS`);
  const enumerators = groups.flatMap(([, functions], position) => [
    ...functions.map(
      (entry, place) => `  ${index(entry)}${position > 0 && place === 0 ? ` = ${counts[position - 1]!}` : ""},\n`,
    ),
    `  ${counts[position]!},\n`,
  ]);
  const rows = groups.flatMap(([, functions]) =>
    functions.map((entry) => `    [${index(entry)}] = {"${entry.name}", ${entry.parameters.length}},\n`),
  );
  return (
    `${header("assembly/abi/exports.ts", `what ${name}.c calls, which docs/abi.md explains`)}\n` +
    guarded(
      `${name}_exports.h`,
      `#include "modules/module.h"\n\nenum {\n${enumerators.join("")}};\n\n` +
        `static const module_export_t ${name}_exports[${counts.at(-1)}] = {\n${rows.join("")}};\n`,
    )
  );
}
