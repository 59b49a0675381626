// The one check of text: every encoding that editors and shells write is read as the same text, and all else is refused
// with its line. Every entrance goes through it: that is tested at the entrances.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "../../../../host/core/json-text.js";
import { decodeText, linesOf, shellQuoted, shown, TextError } from "../../../../host/node/credentials/text.js";
import { run } from "../../../support/programs.js";

const utf16le = (text: string): Buffer => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, "utf16le")]);
const utf16be = (text: string): Buffer => Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(text, "utf16le").swap16()]);
const marked = (text: string): Buffer => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(text)]);

/** What people may write: no NUL, and no byte order mark within. */
const plainText = fc.string({ unit: "binary" }).filter((text) => !/[\0\ufeff]/.test(text));

test("UTF-8 with and without a byte order mark and UTF-16 in both orders are the same text", () => {
  fc.assert(
    fc.property(plainText, (text) => {
      for (const encode of [Buffer.from, marked, utf16le, utf16be]) assert.equal(decodeText(encode(text)), text);
    }),
  );
});

test("no bytes are read as a text that has a NUL, half a character or a byte order mark, nor as one that would be other bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let text: string;
      try {
        text = decodeText(bytes);
      } catch (error) {
        assert.ok(error instanceof TextError);
        return;
      }
      assert.doesNotMatch(text, /[\0\ufeff]|\p{Surrogate}/u);
      assert.ok([text, `\ufeff${text}`].some((again) => Buffer.from(again).equals(bytes)) || bytes[0]! >= 0xfe);
    }),
    { numRuns: 2000 },
  );
});

test("what is refused is named with its line", () => {
  for (const [bytes, message] of [
    [Buffer.from("ok\nJ\xfcrgen", "latin1"), /^line 2: it is not UTF-8; save it as UTF-8$/],
    [Buffer.from("a\r\nb\rc\0d"), /^line 3: a NUL$/],
    [Buffer.from("secret", "utf16le"), /^line 1: it is UTF-16 without a byte order mark/],
    [Buffer.from("secret", "utf16le").swap16(), /^line 1: it is UTF-16 without a byte order mark/],
    [Buffer.concat([Buffer.from("a\n"), marked("b")]), /^line 2: a byte order mark/],
    [utf16le("a\n\ud800b"), /^line 2: half of a surrogate pair/],
    [utf16le("ab").subarray(0, 5), /UTF-16, and ends within a character/],
    [utf16be("ab").subarray(0, 5), /UTF-16, and ends within a character/],
    [Buffer.of(0xed, 0xa0, 0x80), /^line 1: it is not UTF-8/],
    [Buffer.of(0xc0, 0x80), /^line 1: it is not UTF-8/],
  ] as const) {
    assert.throws(() => decodeText(bytes), { name: "TextError", message });
  }
});

test("lines end with LF, CR LF or CR", () => {
  assert.deepEqual(linesOf("a\nb\r\nc\rd\n\ne"), ["a", "b", "c", "d", "", "e"]);
});

test("JSON is read as by JSON.parse, but for properties given twice", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const value: unknown = JSON.parse(text);
      const twice = JSON.stringify(value) !== text;
      if (!twice || !/there twice/.test(problemOf(text))) assert.deepEqual(parseJson(text), value);
      assert.deepEqual(parseJson(JSON.stringify(value, null, 2)), value);
    }),
  );
});

test("what is no JSON for JSON.parse is none here", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    "1",
    "-0.5e3",
    "01",
    "true",
    "nul",
    " ",
    "\n",
    '"',
    "\\",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join("");
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text), TextError);
        return;
      }
      const problem = problemOf(text);
      if (problem === "") assert.deepEqual(parseJson(text), value);
      else assert.match(problem, /is there twice/);
    }),
    { numRuns: 5000 },
  );
});

test("what is wrong with JSON is said with its line and nothing of the text", () => {
  for (const [text, message] of [
    ['{"a": 1,\n"a": 2}', /^line 2: it is no JSON: the property "a" is there twice$/],
    ['{"a": {"b": 1, "\\u0062": 2}}', /the property "b" is there twice/],
    ["[\n1,\n]", /^line 3: it is no JSON: there is a comma before \]$/],
    ['{"a": 1\n"b": 2}', /^line 2: it is no JSON: , or \} is wanted$/],
    ["{'secret': 1}", /^line 1: it is no JSON: neither a string in double quotes/],
    ['{"a": "secret', /^line 1: it is no JSON: neither a string/],
    ['{"a": tru}', /^line 1: it is no JSON: neither/],
    ["", /^line 1: it is no JSON: a value is wanted, but it ends$/],
    ["{} {}", /something follows the end/],
    ["[".repeat(100), /nested too deeply/],
  ] as const) {
    assert.throws(() => parseJson(text), { name: "TextError", message });
  }
  assert.deepEqual(Object.keys(parseJson('{"__proto__": 1}') as object), ["__proto__"]);
});

test("a name that is shown cannot be taken for anything else, and a word for a shell is that word", async () => {
  assert.equal(shown("jürgen.k@host"), "jürgen.k@host");
  assert.equal(shown("ann b"), '"ann b"');
  assert.equal(shown("a\u001b[m"), '"a\\u001b[m"');
  for (const word of ["ann b", "it's", "$HOME", "a;b", "`x`", "", "a\nb", "jürgen", "-n"]) {
    const { stdout } = await run("/bin/sh", ["-c", `printf %s ${shellQuoted(word)}`]);
    if (word !== "-n") assert.equal(stdout.toString(), word);
  }
});

function problemOf(text: string): string {
  try {
    parseJson(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
