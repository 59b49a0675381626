// What is generated inside files that are otherwise written by hand: between a line "generated from FILE: PART" and
// "end of generated".

import { MODULE_TYPES } from "../../assembly/abi/builds.js";
import { type Export, EXPORTS } from "../../assembly/abi/exports.js";
import type { Fact } from "./sources.js";

const PART = /^(.*generated from \S+: (\S+).*\n)[^]*?^(?=.*end of generated)/gm;

function table(exports: readonly Export[]): string {
  const rows = exports.map(({ name, kind, parameters, result, docs }) => {
    const signature = kind === "function" ? `${name}(${parameters.join(", ")}): ${result}` : name;
    return `| \`${signature}\` | ${docs} |\n`;
  });
  return `\n| export | meaning |\n|---|---|\n${rows.join("")}\n`;
}

/** The constants NAME_…_OFFSET, each with the bytes up to the next one. */
function layout(constants: readonly Fact[], prefix: string, title: string): string {
  const offsets = constants.filter(({ name }) => name.startsWith(prefix) && name.endsWith("_OFFSET"));
  const rows = offsets.map(({ value, docs }, index) => {
    const next = offsets[index + 1]?.value;
    const last = Number(next) - 1;
    const bytes = next === undefined ? `from ${value}` : last > Number(value) ? `${value}–${last}` : value;
    return `| ${bytes} | ${docs} |\n`;
  });
  return `\n| bytes | ${title} |\n|---|---|\n${rows.join("")}\n`;
}

/** By name. */
const PARTS: Record<string, string | ((constants: readonly Fact[]) => string)> = {
  common: table([...EXPORTS.common, ...EXPORTS.buffers]),
  transport: table(EXPORTS.transport),
  userauth: table([...EXPORTS.verifyingUserauth, ...EXPORTS.userauth]),
  "full-userauth": table(EXPORTS.fullUserauth),
  connection: table(EXPORTS.connection),
  shell: table(EXPORTS.shell),
  "small-region": (constants) => layout(constants, "SMALL_", "small builds"),
  region: (constants) => layout(constants, "REGION_", "header"),
  user: (constants) => layout(constants, "USER_", "user"),
  "cmake-modules": `set(sesame_modules ${MODULE_TYPES.join(" ")})\n`,
  "embedded-modules": MODULE_TYPES.map((type) => `extern const engine_module_t embedded_${type};\n`).join(""),
};

/** The text with its parts made new. Throws for a part that there is not. */
export function replaceParts(text: string, constants: readonly Fact[] = []): string {
  return text.replace(PART, (_, first: string, name: string) => {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`no part ${name} is generated`);
    return first + (typeof part === "string" ? part : part(constants));
  });
}
