// What the runner of mutations asks git.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

function git(root: string, ...args: string[]): string {
  return execFileSync("git", ["-C", root, ...args], { encoding: "utf8", maxBuffer: 1 << 24 });
}

/** The tree's files, those included that are not committed yet. */
export function listFiles(root: string): string[] {
  const names = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  return names.filter((name) => name !== "" && existsSync(join(root, name)));
}

/** The files that differ from those of a commit. */
export function changedSince(root: string, commit: string): Set<string> {
  return new Set(git(root, "diff", "--name-only", commit).split("\n"));
}

export function currentCommit(root: string): string {
  return git(root, "rev-parse", "HEAD").trim();
}
