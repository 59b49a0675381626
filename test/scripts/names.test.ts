// What the names of constants in assembly/ tell: an address ends in _PTR, an offset in _OFFSET, a flag of the build
// begins with HAS_. In assembly/crypto, addresses are registers of the arithmetic and have the letters of their papers.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../host/node/package-root.js";

const CONSTANT = /^(?:export )?const ([A-Z][A-Z0-9_]*): (\w+) =/gm;
const NUMBERS = /_(?:OFFSET|BYTES|COUNT|CAPACITY|LENGTH)$/;

function misnamed(path: string, source: string): string[] {
  return [...source.matchAll(CONSTANT)]
    .filter(([, name = "", type]) => {
      const isNumber = NUMBERS.test(name);
      if (type === "usize" && !path.startsWith("crypto/")) return !isNumber && !name.endsWith("_PTR");
      if (path.endsWith("features.ts")) return type === "bool" && !name.startsWith("HAS_");
      return type === "u32" && name.endsWith("_PTR");
    })
    .map(([, name]) => `${path}: ${name}`);
}

test("addresses, offsets and flags are told apart by their names", () => {
  const folder = join(packageRoot(), "assembly");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  assert.ok(files.length > 50);
  assert.deepEqual(
    files.flatMap((path) => misnamed(path.replaceAll("\\", "/"), readFileSync(join(folder, path), "utf8"))),
    [],
  );
});

test("a name that tells something else is found", () => {
  assert.deepEqual(misnamed("wire/a.ts", "const TABLE: usize = memory.data(4);"), ["wire/a.ts: TABLE"]);
  assert.deepEqual(misnamed("transport/features.ts", "export const AES: bool = true;"), ["transport/features.ts: AES"]);
  assert.deepEqual(misnamed("wire/a.ts", "const SIZE_PTR: u32 = 4;"), ["wire/a.ts: SIZE_PTR"]);
});
