// A process that makes mutations in its own copy of the tree, one after the other, and runs tests there: see main.ts.

import { runTest, type Verdict } from "./run-test.js";
import { BuildError, Workspace } from "./workspace.js";

export interface Job {
  /** A mutated file; without one the tests run on the tree as it is. */
  mutated?: { file: string; text: string } | undefined;
  /** In this order, until one does not pass. */
  tests: readonly { file: string; limitMs: number }[];
}

export interface JobResult {
  /** "stale": the mutation does not compile. */
  verdict: Verdict | "stale";
  /** The test file that did not pass, or the compiler's words. */
  by: string;
  seconds: number;
}

const workspace = new Workspace(process.argv[2]!);
process.on("disconnect", () => {
  workspace.remove();
  process.exit();
});
process.on("message", (job: Job) => {
  void work(job).then((result) => process.send!(result));
});
process.send!("ready");

async function work({ mutated, tests }: Job): Promise<JobResult> {
  const start = performance.now();
  const result = (verdict: JobResult["verdict"], by = ""): JobResult => ({
    verdict,
    by,
    seconds: (performance.now() - start) / 1000,
  });
  try {
    if (mutated) await workspace.apply(mutated.file, mutated.text);
    for (const { file, limitMs } of tests) {
      const verdict = await runTest(workspace.folder, file, workspace.temporary, limitMs);
      if (verdict !== "passes") return result(verdict, file);
    }
    return result("passes");
  } catch (error) {
    if (error instanceof BuildError) return result("stale", error.message);
    throw error;
  } finally {
    workspace.restore();
    workspace.cleanTemporary();
  }
}
