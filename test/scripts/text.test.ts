// Names in the sources of modules: what the compiler is given in their place.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Text } from "../../scripts/compile/text.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = new Text((path) => readFileSync(join(root, path), "utf8"), {});

test("a literal and a name become their bytes, and a string has its length in front", () => {
  assert.equal(text.expand(`memory.data<u8>([...ascii("a,b"), 0])`), "memory.data<u8>([97,44,98, 0])");
  assert.equal(text.expand("[...ascii(NO_COMPRESSION)]"), "[110,111,110,101]");
  assert.equal(text.expand("[...sshString(NO_COMPRESSION)]"), "[0,0,0,4,110,111,110,101]");
  assert.equal(text.expand(`[...sshString("")]`), "[0,0,0,0]");
  assert.equal(text.expand("[...counted(NONE)]"), "[4,110,111,110,101]");
  assert.equal(text.expand(`load<u32>(ptr) == word("none")`), "load<u32>(ptr) == 0x656e6f6e");
  assert.equal(text.expand("PTR + byteLength(SSH_ED25519) + 1"), "PTR + 11 + 1");
});

test("what is declared stays, and no constant text reaches the compiler", () => {
  const declared = "export declare function ascii(text: string): u8[];";
  assert.equal(text.expand(declared), declared);
  assert.equal(text.expand(`export const A: string = "a";`), "export const A: i32 = 0;");
  assert.equal(text.expand(`export const A: u32 = 1;`), "export const A: u32 = 1;");
});

test("text that is not ASCII, and a name that nobody knows, are refused", () => {
  assert.throws(() => text.expand(`[...ascii("é")]`), /not ASCII/);
  assert.throws(() => text.expand("[...ascii(NO_SUCH_NAME)]"));
  assert.throws(() => text.expand(`[...counted("${"a".repeat(256)}")]`), /longer than a byte tells/);
});
