// The files that are generated from assembly/abi, and what is to be in them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MODULE_TYPES } from "../../assembly/abi/builds.js";
import { abiHeader, C_NAMES, exportsHeader } from "./c.js";
import { replaceParts } from "./parts.js";
import { readConstants, readEnums } from "./sources.js";
import { abiTypes } from "./typescript.js";

/** Of which parts are generated. */
const WITH_PARTS = ["docs/abi.md", "host/c/sesame.cmake", "host/c/modules/embedded.h"];

/** Contents by path in the package. */
export async function generatedFiles(root: string): Promise<Record<string, string>> {
  const enums = readEnums(root, "index.ts");
  const constants = ["capacities.ts", "region.ts"].flatMap((file) => readConstants(root, file));
  return {
    "host/core/abi.ts": await abiTypes(constants),
    "host/c/modules/abi.h": abiHeader(enums, constants),
    ...Object.fromEntries(
      MODULE_TYPES.map((type) => [`host/c/modules/${C_NAMES[type]}_exports.h`, exportsHeader(type)]),
    ),
    ...Object.fromEntries(
      WITH_PARTS.map((path) => [path, replaceParts(readFileSync(join(root, path), "utf8"), constants)]),
    ),
  };
}
