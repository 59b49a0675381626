// `npm test`: runs test/**/*.test.ts under node:test, against the modules in build/, without those of test/boards, which
// `npm run test:boards` runs. With arguments: only the files whose path contains one of them, as in
// `npm test -- userauth interop/openssh`.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

/** Of one file. What hangs is ended and fails, and the other files still run. */
const TIME_LIMIT_MS = 900_000;

/** They need compilers, emulators and minutes of their own. */
const BOARDS = join("test", "boards");

const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2);
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && isWanted(file))
  .sort()
  .map((file) => join(root, file));
if (files.length === 0) throw new Error(`no test file matches ${filters.join(" ")}`);

function isWanted(file: string): boolean {
  return filters.length === 0 ? !file.startsWith(BOARDS) : filters.some((part) => file.includes(part));
}

process.chdir(root);
// the files of test/boards share the programs that they build: one after the other
const concurrency = files.some((file) => file.includes(BOARDS)) ? 1 : true;
const results = run({ files, concurrency, timeout: TIME_LIMIT_MS });
results.on("test:fail", () => {
  process.exitCode = 1;
});
(results.compose(new spec()) as NodeJS.ReadableStream).pipe(process.stdout);
