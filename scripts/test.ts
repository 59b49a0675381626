// `npm test`: runs test/**/*.test.ts under node:test, against the modules in build/, without those of test/boards and
// test/host/c, which `npm run test:boards` runs. With arguments: only the files whose path contains one of them, as in
// `npm test -- userauth interop/openssh`.

import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

/** Of one file. What hangs is ended and fails, and the other files still run. */
const TIME_LIMIT_MS = 900_000;

/** They need compilers, emulators and minutes of their own. */
const BOARDS = ["test/boards/", "test/host/c/"];
/** As an argument: all of BOARDS. */
const ALL_BOARDS = "--boards";

const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2).flatMap((filter) => (filter === ALL_BOARDS ? BOARDS : [filter]));
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && isWanted(file))
  .sort();
if (files.length === 0) throw new Error(`no test file matches ${filters.join(" ")}`);

function needsBoardTools(file: string): boolean {
  return BOARDS.some((folder) => file.startsWith(folder));
}

function isWanted(file: string): boolean {
  return filters.length === 0 ? !needsBoardTools(file) : filters.some((part) => file.includes(part));
}

/**
 * Files for boards share the programs that they build, and run one after the other, but for the emulated Pico's: a
 * folder of those is a lane of its own, and lanes run side by side.
 */
function laneOf(file: string): string {
  if (!needsBoardTools(file)) return "";
  return file.startsWith("test/boards/rp2040/") ? dirname(file) : "host";
}

process.chdir(root);
const reports = [...new Set(files.map(laneOf))].map((lane) => {
  const paths = files.filter((file) => laneOf(file) === lane).map((file) => join(root, file));
  const results = run({ files: paths, concurrency: lane === "" ? availableParallelism() : 1, timeout: TIME_LIMIT_MS });
  results.on("test:fail", () => {
    process.exitCode = 1;
  });
  return results.compose(new spec()) as AsyncIterable<string>;
});
// the first one is seen as it goes on; what the others have to say meanwhile waits
for (const report of reports) {
  for await (const text of report) process.stdout.write(text);
}
