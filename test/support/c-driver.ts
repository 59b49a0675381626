// Compiles files of host/c together with a driver of the tests for this machine, under sanitizers, and runs it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { folder } from "./programs.js";

const FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g"];
const SANITIZERS = ["-fsanitize=address,undefined,alignment", "-fno-sanitize-recover=all"];
const TIME_LIMIT_MS = 120_000;

let count = 0;

/** Compiles test/<driver>.c and `sources`; returns the program's path. */
export function compileDriver(driver: string, sources: readonly string[], definitions: readonly string[] = []): string {
  const root = packageRoot();
  const program = join(folder, `${basename(driver)}-${++count}`);
  const files = [...sources, `test/${driver}.c`].map((file) => join(root, file));
  const options = [...FLAGS, ...SANITIZERS, ...definitions.map((definition) => `-D${definition}`)];
  const include = `-I${join(root, "host", "c")}`;
  const { status, stderr } = spawnSync("gcc", [...options, include, ...files, "-o", program], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return program;
}

/** Runs it to its end, which must be a good one; returns what it has said. */
export function runDriver(program: string, args: readonly string[] = []): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: TIME_LIMIT_MS });
  assert.equal(status, 0, stderr.slice(-4_000));
  return stdout;
}
