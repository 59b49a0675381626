// What each feature of the full userauth build costs, for `npm run size`: each row compiles the module without the feature and compares.

import { fileURLToPath } from "node:url";
import { formatTable, group, measureModule, type ModuleSize } from "../../host/node/cli/size-report.js";
import { BOARD_ARGON2_MEMORY_KIB } from "../../assembly/abi/builds.js";
import { compile } from "../compile/compile.js";
import { USERAUTH_FEATURES } from "./build-flags.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Ed25519 keys and passwords with PBKDF2: what is left when everything that can be left out is. */
const LEAST = USERAUTH_FEATURES.flatMap(([, flags]) => flags).filter(
  (flag) => !["WITH_PBKDF2", "WITH_ED25519"].includes(flag),
);

/** The full build for a board, without the features of some flags. */
export async function measureWithout(flags: string[]): Promise<ModuleSize> {
  const use = Object.fromEntries(flags.map((flag) => [flag, 0]));
  const wasm = await compile({ root, target: "userauth-board", use });
  return measureModule("userauth-board", wasm);
}

/** The table as text. */
export async function reportFeatures(): Promise<string> {
  const all = await measureWithout([]);
  const rows = [
    [`userauth-board, with ${BOARD_ARGON2_MEMORY_KIB} KiB for Argon2`, "bytes", "memory", "cost in bytes", "in memory"],
    ["everything", group(all.bytes), group(all.memory), "", ""],
  ];
  for (const [name, flags] of [...USERAUTH_FEATURES, ["all but PBKDF2 and Ed25519", LEAST] as const]) {
    const { bytes, memory } = await measureWithout([...flags]);
    rows.push([`without ${name}`, group(bytes), group(memory), group(all.bytes - bytes), group(all.memory - memory)]);
  }
  return formatTable(rows);
}
