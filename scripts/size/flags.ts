// What each feature of the transport and of the full userauth build costs, for `npm run size`: each row compiles the
// module without the feature and compares.

import { fileURLToPath } from "node:url";
import { formatTable, group, measureModule, type ModuleSize } from "../../host/node/cli/size-report.js";
import { BOARD_ARGON2_MEMORY_KIB, type BuildName } from "../../assembly/abi/builds.js";
import { compile } from "../compile/compile.js";
import { type Features, TRANSPORT_FEATURES, USERAUTH_FEATURES } from "./build-flags.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Ed25519 keys and passwords with PBKDF2: what is left when everything that can be left out is. */
const LEAST = USERAUTH_FEATURES.flatMap(([, flags]) => flags).filter(
  (flag) => !["WITH_PBKDF2", "WITH_ED25519"].includes(flag),
);

/** The builds that have features, with what else is left out together. */
const FEATURED: readonly (readonly [name: BuildName, title: string, features: Features])[] = [
  ["transport-full", "transport-full", TRANSPORT_FEATURES],
  [
    "userauth-board",
    `userauth-board, with ${BOARD_ARGON2_MEMORY_KIB} KiB for Argon2`,
    [...USERAUTH_FEATURES, ["all but PBKDF2 and Ed25519", LEAST]],
  ],
];

/** What a build has without a feature, in bytes. */
interface FeatureSize {
  feature: string;
  flags: readonly string[];
  bytes: number;
  memory: number;
  /** What the feature costs. */
  cost: { bytes: number; memory: number };
}

export interface FeatureReport {
  module: BuildName;
  title: string;
  /** Of the build with every feature. */
  bytes: number;
  memory: number;
  without: FeatureSize[];
}

/** The full userauth build for a board, or another one, without the features of some flags. */
export async function measureWithout(
  flags: readonly string[],
  target: BuildName = "userauth-board",
): Promise<ModuleSize> {
  const use = Object.fromEntries(flags.map((flag) => [flag, 0]));
  return measureModule(target, await compile({ root, target, use }));
}

/** Of each build that has features. */
export async function measureFeatures(): Promise<FeatureReport[]> {
  const reports: FeatureReport[] = [];
  for (const [module, title, features] of FEATURED) {
    const { bytes, memory } = await measureWithout([], module);
    const without: FeatureSize[] = [];
    for (const [feature, flags] of features) {
      const rest = await measureWithout(flags, module);
      const cost = { bytes: bytes - rest.bytes, memory: memory - rest.memory };
      without.push({ feature, flags, bytes: rest.bytes, memory: rest.memory, cost });
    }
    reports.push({ module, title, bytes, memory, without });
  }
  return reports;
}

/** A table for each, as text. */
export function formatFeatures(reports: readonly FeatureReport[]): string {
  const tables = reports.map(({ title, bytes: all, memory: allMemory, without }) =>
    formatTable([
      [title, "bytes", "memory", "cost in bytes", "in memory"],
      ["everything", group(all), group(allMemory), "", ""],
      ...without.map(({ feature, bytes, memory, cost }) => [
        `without ${feature}`,
        ...[bytes, memory, cost.bytes, cost.memory].map(group),
      ]),
    ]),
  );
  return tables.join("\n\n");
}
