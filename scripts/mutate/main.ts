// `npm run mutate`: breaks the sources in many small ways, one at a time, and shows which of them no test notices. The
// list is in test/mutations.
//
// Exits with 1 when less than 95 % are noticed, when one survives without a reason in the list, and when the list is
// stale. Before all that the tests have to pass on the tree as it is, and to fail on mutations that nothing can
// survive: test/mutations/control.ts.

import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { controls } from "../../test/mutations/control.js";
import { changedSince, currentCommit } from "./git.js";
import { expandAll, type Mutation, readList } from "./list.js";
import { Pool } from "./pool.js";
import { type Outcome, report } from "./report.js";
import { sample } from "./sample.js";
import { TestTimes } from "./times.js";

interface Options {
  only: string;
  changed?: string;
  sample?: number;
  seed?: string;
  jobs: number;
  json: boolean;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const options = new Command("mutate")
  .description("breaks the sources in many small ways, one at a time, and shows which of them no test notices")
  .option("--only <part>", "mutations of files whose path contains this", "")
  .option("--changed <commit>", "mutations of files that differ from those of that commit")
  .option("--sample <number>", "so many, among those that no reason lets survive", parseCount)
  .option("--seed <text>", "what chooses them (default: the commit, so that a run can be repeated)")
  .option("--jobs <number>", "copies of the tree that are worked in at once", parseCount, 2)
  .option("--json", "the results as JSON on standard output", false)
  .parse()
  .opts<Options>();
const times = new TestTimes();

const list = await readList(root);
const chosen = choose(list);
if (chosen.length === 0) {
  say(`mutate: no mutation of ${list.length} is of such a file`);
  process.exit(2);
}
say(`${chosen.length} of ${list.length} mutations`);
const kinds = new Set(chosen.map(({ kind }) => kind));
const mustBeSeen = expandAll(root, controls).filter(({ kind }) => kinds.has(kind));
const pool = await Pool.open(root, Math.min(options.jobs, chosen.length));
try {
  await checkThatTestsPass([...mustBeSeen, ...chosen]);
  await checkThatFailuresAreSeen(mustBeSeen);
  const isGood = report(await run(chosen), options.json);
  process.exitCode = isGood ? 0 : 1;
} finally {
  await pool.close();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("it is not a number from 1 on.");
  return count;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function choose(mutations: readonly Mutation[]): Mutation[] {
  const changed = options.changed === undefined ? undefined : changedSince(root, options.changed);
  const wanted = mutations.filter(({ file }) => file.includes(options.only) && (!changed || changed.has(file)));
  return options.sample === undefined ? wanted : sample(wanted, options.sample, options.seed ?? currentCommit(root));
}

/** The unmutated control, which also tells how long each test file takes. */
async function checkThatTestsPass(mutations: readonly Mutation[]): Promise<void> {
  const files = [...new Set(mutations.flatMap(({ tests }) => tests))];
  const failures: string[] = [];
  await pool.run(
    files,
    (file) => ({ tests: [{ file, limitMs: TestTimes.CONTROL_LIMIT_MS }] }),
    (file, { verdict, seconds }) => {
      times.set(file, seconds);
      if (verdict !== "passes") failures.push(`${file} ${verdict}`);
    },
  );
  if (failures.length > 0) throw new Error(`without any mutation:\n${failures.join("\n")}`);
  say(`control: ${files.length} test files pass on the tree as it is`);
}

/**
 * A runner that does not see failures would call every mutation a survivor, or killed by the first test whatever it
 * does.
 */
async function checkThatFailuresAreSeen(mutations: readonly Mutation[]): Promise<void> {
  const survivors = (await run(mutations)).filter(({ result }) => result.verdict !== "fails");
  if (survivors.length > 0) {
    throw new Error(`control: not noticed: ${survivors.map(({ mutation }) => mutation.file).join(", ")}`);
  }
  say(`control: the tests fail on ${mutations.length} mutations that nothing can survive`);
}

async function run(mutations: readonly Mutation[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await pool.run(
    mutations,
    ({ file, text, tests }) => ({ mutated: { file, text }, tests: times.inOrder(file, tests) }),
    (mutation, result) => {
      outcomes.push({ mutation, result });
      times.countKill(mutation.file, result);
      const { verdict, by, seconds } = result;
      const word = { passes: "SURVIVES", fails: "killed", hangs: "killed, hangs", stale: "STALE" }[verdict];
      const what = `${mutation.file}:${mutation.line}  ${by.split("\n")[0]}`;
      say(`[${outcomes.length}/${mutations.length}] ${word}  ${what}  ${seconds.toFixed(1)} s`);
    },
  );
  return outcomes;
}
