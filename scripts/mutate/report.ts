// What became of the mutations: a table, the survivors with their reasons, and whether that is good enough.

import { formatTable } from "../../host/node/cli/size-report.js";
import { type Mutation, partOf } from "./list.js";
import type { JobResult } from "./worker.js";

const LEAST_SCORE = 0.95;

export interface Outcome {
  mutation: Mutation;
  result: JobResult;
}

const isKilled = ({ result: { verdict } }: Outcome): boolean => verdict === "fails" || verdict === "hangs";
const isSurvivor = ({ result }: Outcome): boolean => result.verdict === "passes";
const isStale = ({ result }: Outcome): boolean => result.verdict === "stale";

/** Prints it; whether enough was noticed and nothing is unexpected. */
export function report(outcomes: readonly Outcome[], json: boolean): boolean {
  const killed = outcomes.filter(isKilled);
  const survivors = outcomes.filter(isSurvivor);
  const stale = outcomes.filter(isStale);
  const score = killed.length / (killed.length + survivors.length);
  const unexpected = survivors.filter(({ mutation }) => mutation.survives === undefined);
  const needless = killed.filter(({ mutation }) => mutation.survives !== undefined);
  if (json) {
    const results = outcomes.map(({ mutation: { file, line, find, replace, survives }, result }) => ({
      ...{ file, line, find, replace, survives },
      ...result,
    }));
    console.log(JSON.stringify({ score, results }, null, 2));
  } else {
    console.log(tableOf(outcomes));
    for (const outcome of survivors) console.log(describe(outcome, outcome.mutation.survives ?? "NO REASON IS GIVEN"));
    for (const outcome of needless)
      console.log(describe(outcome, `is killed by ${outcome.result.by}: drop its reason`));
    for (const outcome of stale) console.log(describe(outcome, `does not compile: ${outcome.result.by}`));
    console.log(`${killed.length} of ${killed.length + survivors.length} killed: ${(100 * score).toFixed(1)} %`);
  }
  return score >= LEAST_SCORE && unexpected.length + needless.length + stale.length === 0;
}

function describe({ mutation: { file, line, find, replace } }: Outcome, why: string): string {
  return `\n${file}:${line}\n  - ${find}\n  + ${replace}\n  ${why}`;
}

function tableOf(outcomes: readonly Outcome[]): string {
  const parts = [...new Set(outcomes.map(({ mutation }) => partOf(mutation)))].sort();
  const row = (name: string, of: readonly Outcome[]): string[] => {
    const hangs = of.filter(({ result }) => result.verdict === "hangs").length;
    const seconds = of.reduce((sum, { result }) => sum + result.seconds, 0);
    const counts = [of.length, of.filter(isKilled).length, hangs, of.filter(isSurvivor).length, Math.round(seconds)];
    return [name, ...counts.map(String)];
  };
  const rows = parts.map((part) =>
    row(
      part,
      outcomes.filter(({ mutation }) => partOf(mutation) === part),
    ),
  );
  return formatTable([["", "mutations", "killed", "by time", "survive", "s"], ...rows, row("all", outcomes)]);
}
