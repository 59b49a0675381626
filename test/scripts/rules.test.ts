// docs/rules.md, which tells what the numbers in the names of tests mean.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../host/node/modules.js";

const root = packageRoot();
const page = readFileSync(join(root, "docs", "rules.md"), "utf8");
const rows = [...page.matchAll(/^\| (\d+) \|.*\| `([\w-]+)` \|$/gm)].map(([, number, file]) => ({
  number: Number(number),
  file: `${file}.test.ts`,
}));
const folder = join(root, "test", "rules");

test("every rule of docs/rules.md has a test that names it, and every test of a rule is there", () => {
  assert.deepEqual(
    rows.map(({ number }) => number),
    rows.map((_, index) => index + 1),
  );
  for (const { number, file } of rows)
    assert.match(`${file} ${readFileSync(join(folder, file), "utf8")}`, new RegExp(`rule[ -]0?${number}\\b`), file);
  const named = new Set(rows.map(({ file }) => file));
  assert.deepEqual(
    readdirSync(folder).filter((file) => !named.has(file)),
    [],
  );
});
