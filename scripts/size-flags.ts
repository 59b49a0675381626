// What each feature of the full userauth build costs, for `npm run size`: each row compiles the module without the feature and compares.

import { fileURLToPath } from "node:url";
import { formatTable, group, measureModule } from "../host/node/size.js";
import { compile } from "./compile.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** As a board has it: one page holds all. */
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

/** Bytes of the module, and of its linear memory without Argon2's blocks, without the features of some flags. */
async function measure(flags: string[]): Promise<{ bytes: number; memory: number }> {
  const use = { ARGON2_KIB, ...Object.fromEntries(flags.map((flag) => [flag, 0])) };
  const { bytes, memory } = measureModule("userauth", await compile({ root, target: "userauth", use }));
  return { bytes, memory: memory - (flags.includes("WITH_ARGON2ID") ? 0 : ARGON2_KIB * 1024) };
}

/** The table as text. */
export async function reportFeatures(): Promise<string> {
  const all = await measure([]);
  const rows = [
    ["userauth, full build", "bytes", "memory", "cost in bytes", "in memory"],
    ["everything", group(all.bytes), group(all.memory), "", ""],
  ];
  for (const [name, flags] of [...FEATURES, ["all but PBKDF2 and Ed25519", LEAST] as const]) {
    const { bytes, memory } = await measure([...flags]);
    rows.push([`without ${name}`, group(bytes), group(memory), group(all.bytes - bytes), group(all.memory - memory)]);
  }
  return `${formatTable(rows)}\n\nMemory is without Argon2's blocks, whose size is a flag of its own (ARGON2_KIB).`;
}
