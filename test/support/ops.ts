// Instruction counts of the built modules, for tests of invariants about time: equal counts, or bounds on them.

import { readFileSync } from "node:fs";
import { instantiateCounted, type CountedModule } from "../../scripts/instrument.js";

/** A counted instance of build/<name>.wasm, development credentials included. */
export function countedModule(name: string): CountedModule {
  return instantiateCounted(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));
}
