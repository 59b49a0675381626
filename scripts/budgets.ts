// budgets.json: the most that each measured number may be. A number above its budget fails the check; one below it may
// have its budget lowered, so that no later change spends the gain unseen.

import { readFileSync, writeFileSync } from "node:fs";
import { group } from "../host/node/cli/size-report.js";

/** Budgets by the name of what is measured. */
export type Budgets = Record<string, number>;
export type BudgetKind = "bytes" | "bytes of linear memory" | "instructions";
export type BudgetFile = Record<BudgetKind, Budgets>;

export interface Verdict {
  ok: boolean;
  /** One line for each number that is not exactly its budget. */
  lines: string[];
}

export function readBudgets(path: string): BudgetFile {
  return JSON.parse(readFileSync(path, "utf8")) as BudgetFile;
}

/**
 * Compares what was measured with the budgets of one kind. A budget that nothing measures fails, and so does the
 * reverse.
 */
export function checkBudgets(kind: BudgetKind, measured: Budgets, budgets: Budgets): Verdict {
  const lines: string[] = [];
  let ok = true;
  const fail = (line: string): void => {
    ok = false;
    lines.push(`FAIL  ${line}`);
  };
  for (const [name, value] of Object.entries(measured)) {
    const budget = budgets[name];
    if (budget === undefined) fail(`${name}: ${group(value)} ${kind}, no budget`);
    else if (value > budget) fail(`${name}: ${group(value)} ${kind}, budget ${group(budget)}`);
    else if (value < budget) {
      lines.push(`ok    ${name}: ${group(value)} ${kind}, budget ${group(budget)} can be lowered`);
    }
  }
  for (const name of Object.keys(budgets)) if (!(name in measured)) fail(`${name}: has a budget but was not measured`);
  return { ok, lines };
}

/**
 * `--check` and `--tighten` of the reports: exits 1 when over budget; writes what was measured into the file at `path`.
 */
export function applyBudgets(path: string, measured: Partial<BudgetFile>, args: string[]): void {
  const file = readBudgets(path);
  const kinds = Object.keys(measured) as BudgetKind[];
  if (args.includes("--tighten")) {
    for (const kind of kinds) file[kind] = measured[kind]!;
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  }
  if (!args.includes("--check")) return;
  for (const kind of kinds) {
    const { ok, lines } = checkBudgets(kind, measured[kind]!, file[kind]);
    for (const line of lines) console.error(line);
    if (!ok) process.exitCode = 1;
  }
}
