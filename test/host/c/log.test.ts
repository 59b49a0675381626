// What the C host writes of a client's bytes into its log (host/c/server/log.c): nothing that a terminal obeys.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, test } from "node:test";
import { compileDriver } from "../../support/c-driver.js";
import { needs } from "../../support/peers.js";

const options = needs("gcc");
/** LOG_LINE_BYTES of host/c/server/log.h. */
const LINE_BYTES = 240;
let driver = "";

before(() => {
  if (!options.skip) driver = compileDriver("host/c/log-driver", ["host/c/server/log.c"]);
});

function write(bytes: Uint8Array | string): [text: string, base64: string] {
  const { status, stdout, stderr } = spawnSync(driver, { input: Buffer.from(bytes as string, "utf8") });
  assert.equal(status, 0, stderr.toString());
  const [text = "", base64 = ""] = stdout.toString("utf8").split("\n");
  return [text, base64];
}

const textOf = (...bytes: number[]): string => write(Uint8Array.from(bytes))[0];

test("control characters are escaped: C0, DEL, and C1 as UTF-8 and as single bytes", options, () => {
  for (let code = 0; code < 0x100; code++) {
    const escaped = `\\x${code.toString(16).padStart(2, "0")}`;
    const printable = code >= 0x20 && code < 0x7f;
    assert.equal(textOf(code), printable ? String.fromCharCode(code) : escaped);
    if (code < 0x80) continue;
    const asUtf8 = Buffer.from(String.fromCharCode(code));
    const expected = code < 0xa0 ? `\\xc2${escaped}` : String.fromCharCode(code);
    assert.equal(write(asUtf8)[0], expected);
  }
});

test("what is UTF-8 stays, and what is not is escaped byte by byte", options, () => {
  const valid = "\u00a0\u07ff\u0800\u0fff\u1000\ud7ff\ue000\uffff\u{10000}\u{3ffff}\u{40000}\u{10ffff}ä漢😀";
  assert.equal(write(valid)[0], valid);
  const broken = [
    [0xc0, 0xaf],
    [0xc1, 0x9b],
    [0xe0, 0x82, 0x9b],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
    [0xf0, 0x80, 0x82, 0x9b],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xc3],
    [0xe6, 0xbc],
    [0xf0, 0x9f, 0x98],
    [0xfe],
  ];
  for (const bytes of broken) {
    const escaped = bytes.map((byte) => `\\x${byte.toString(16)}`).join("");
    assert.equal(textOf(...bytes, 0x2e), `${escaped}.`);
  }
});

test("a line is cut where it is full, and never in the middle of an end", options, () => {
  for (let before = LINE_BYTES - 5; before <= LINE_BYTES; before++) {
    const [text, base64] = write("x".repeat(before) + "\x1b\x1b");
    assert.equal(text, ("x".repeat(before) + "\\x1b\\x1b").slice(0, LINE_BYTES));
    assert.equal(base64.length, LINE_BYTES);
  }
});

test("Base64 without padding", options, () => {
  for (let length = 0; length <= 33; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => 251 * index + length);
    assert.equal(write(bytes)[1], Buffer.from(bytes).toString("base64").replace(/=+$/, ""));
  }
});
