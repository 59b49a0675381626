// `npm test`: runs test/**/*.test.ts under node:test, against the modules in build/. With arguments: only the files whose
// path contains one of them, as in `npm test -- userauth interop/openssh`.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2);
const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && (filters.length === 0 || filters.some((part) => file.includes(part))))
  .sort();
if (files.length === 0) throw new Error(`no test file matches ${filters.join(" ")}`);

const { status, signal } = spawnSync(
  process.execPath,
  ["--import", "tsx", "--test", "--test-reporter=spec", "--test-reporter-destination=stdout", ...files],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = signal ? 1 : (status ?? 1);
