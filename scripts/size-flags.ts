// What each feature of the full userauth build costs, for `npm run size`: each row compiles the module without the feature and compares.

import { fileURLToPath } from "node:url";
import { formatTable, group, measureModule, type ModuleSize } from "../host/node/size.js";
import { compile } from "./compile.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** As a board has it: one page holds all. The 19 MiB of the default would be compiled ten times as long, for 70 bytes of addresses. */
const ARGON2_KIB = 40;

/** Features, by what a device's maker would leave out together. */
const FEATURES: [string, string[]][] = [
  ["Argon2id", ["WITH_ARGON2ID"]],
  ["PBKDF2", ["WITH_PBKDF2"]],
  ["RSA", ["WITH_RSA"]],
  ["ECDSA", ["WITH_ECDSA"]],
  ["RSA and ECDSA", ["WITH_RSA", "WITH_ECDSA"]],
  ["Ed25519", ["WITH_ED25519"]],
  ["security keys", ["WITH_SK"]],
  ["password change", ["WITH_PASSWORD_CHANGE"]],
  ["keyboard-interactive", ["WITH_KEYBOARD_INTERACTIVE"]],
  ["several factors", ["WITH_MULTI_FACTOR"]],
  ["banner", ["WITH_BANNER"]],
  ["host decisions", ["WITH_HOST_DECISIONS"]],
];
/** Ed25519 keys and passwords with PBKDF2: what is left when everything that can be left out is. */
const LEAST = FEATURES.flatMap(([, flags]) => flags).filter((flag) => !["WITH_PBKDF2", "WITH_ED25519"].includes(flag));

/** The full build for a board, without the features of some flags. */
export async function measureWithout(flags: string[]): Promise<ModuleSize> {
  const use = { ARGON2_KIB, ...Object.fromEntries(flags.map((flag) => [flag, 0])) };
  const wasm = await compile({ root, target: "userauth", use });
  return measureModule("userauth", wasm, { argon2KiB: flags.includes("WITH_ARGON2ID") ? 0 : ARGON2_KIB });
}

/** The table as text. */
export async function reportFeatures(): Promise<string> {
  const all = await measureWithout([]);
  const rows = [
    [`userauth for a board, with ${ARGON2_KIB} KiB for Argon2`, "bytes", "memory", "cost in bytes", "in memory"],
    ["everything", group(all.bytes), group(all.memory), "", ""],
  ];
  for (const [name, flags] of [...FEATURES, ["all but PBKDF2 and Ed25519", LEAST] as const]) {
    const { bytes, memory } = await measureWithout([...flags]);
    rows.push([`without ${name}`, group(bytes), group(memory), group(all.bytes - bytes), group(all.memory - memory)]);
  }
  return formatTable(rows);
}
