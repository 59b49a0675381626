import assert from "node:assert/strict";
import { test } from "node:test";
import { lineCountTable, readPage } from "../../scripts/line-counts.js";

test("docs/porting.md says how long the boards are (else: npx tsx scripts/line-counts.ts --write)", () => {
  assert.equal(readPage().table, lineCountTable());
});
