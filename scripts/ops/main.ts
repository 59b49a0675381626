// `npm run ops`: prints how many WebAssembly instructions each hot operation executes (instrument.ts says what counts).
//
//   --json         as JSON
//   --by-function  by function, from a build of the same code with names
//   --check        compares with budgets.json instead of printing; exits 1 on a failure
//   --tighten      writes what is measured into budgets.json
//   --budgets=F    uses F in place of budgets.json
//
// scenarios.ts has the operations; budgets.ts compares.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatTable, group, MODULES } from "../../host/node/cli/size-report.js";
import { guardStandardStreams } from "../../host/node/cli/standard-streams.js";
import { applyBudgets } from "../budgets.js";
import type { CountedModule } from "../compile/instrument.js";
import { runScenarios } from "./scenarios.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const args = process.argv.slice(2);
guardStandardStreams("ops");
const budgetsPath = args.find((arg) => arg.startsWith("--budgets="))?.slice(10) ?? join(root, "budgets.json");
const byFunction = args.includes("--by-function");

/** Instructions by operation, as "module: operation". */
const counts: Record<string, number> = {};
const rows: string[][] = [];
for (const name of MODULES) {
  const shipped = readFileSync(join(root, "build", `${name}.wasm`));
  const wasm = byFunction ? await compileWithNames(name) : shipped;
  runScenarios(name, wasm, (operation: string, module: CountedModule, run: () => void) => {
    const functions = module.countByFunction(run);
    const count = functions.reduce((sum, [, value]) => sum + value, 0);
    counts[`${name}: ${operation}`] = count;
    rows.push([`${name}: ${operation}`, group(count)]);
    if (byFunction) for (const [function_, value] of functions) rows.push([`    ${function_}`, group(value)]);
  });
}

applyBudgets(budgetsPath, { instructions: counts }, args);
if (args.includes("--json")) console.log(JSON.stringify(counts, null, 2));
else if (!args.includes("--check")) console.log(formatTable([["executed instructions", ""], ...rows]));

/** Loads the compiler only where it is needed: a check takes a second, not ten. */
async function compileWithNames(target: string): Promise<Uint8Array> {
  const { compile } = await import("../compile/compile.js");
  return compile({ root, target, names: true });
}
