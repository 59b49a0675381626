// Runs one test file until it ends, fails or takes too long, whichever comes first.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type Verdict = "passes" | "fails" | "hangs";

const FAILURE = /^\s*not ok (?!.*# (?:SKIP|TODO))/;

/** `temporary` is where the test's files go. The processes that the test has started end with it. */
export function runTest(root: string, file: string, temporary: string, limitMs: number): Promise<Verdict> {
  const args = ["--import", "tsx", "--test-reporter=tap", file];
  const env = { ...process.env, TMPDIR: temporary };
  // a process group of its own
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  return new Promise((resolve, reject) => {
    const conclude = (verdict: Verdict): void => {
      clearTimeout(timer);
      endGroup(child);
      resolve(verdict);
    };
    const timer = setTimeout(conclude, limitMs, "hangs");
    createInterface(child.stdout).on("line", (line) => {
      if (FAILURE.test(line)) conclude("fails");
    });
    child.on("error", reject);
    child.on("close", (status) => conclude(status === 0 ? "passes" : "fails"));
  });
}

function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, "SIGKILL");
  } catch {
    // all of it has ended
  }
}
