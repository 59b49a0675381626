// The shell module's words and quoting, compared with bash's.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { ShellInput } from "../../../assembly/abi/index.js";
import { needs } from "../../support/peers.js";
import { ShellModule } from "../../support/shell-module.js";

/** Line for line: how many words, then the words; or that it was refused. NUL behind everything. */
const SCRIPT = `
set -f
while IFS= read -r -d '' line; do
  if eval "set -- $line" 2>/dev/null; then printf '%s\\0' "$#" "$@"; else printf '%s\\0' refused; fi
done`;

function wordsInBash(lines: string[]): (string[] | undefined)[] {
  const input = lines.map((line) => `${line}\0`).join("");
  const { status, stdout } = spawnSync("bash", ["--norc", "-c", SCRIPT], { input, encoding: "utf8" });
  assert.equal(status, 0);
  const fields = stdout.split("\0").slice(0, -1);
  const all: (string[] | undefined)[] = [];
  while (fields.length > 0) {
    const count = fields.shift()!;
    all.push(count === "refused" ? undefined : fields.splice(0, Number(count)));
  }
  assert.equal(all.length, lines.length);
  return all;
}

/** Without a terminal, one command: every byte belongs to the line. */
function words(line: string | Uint8Array): string[] | undefined {
  const shell = new ShellModule({ kind: ShellInput.COMMAND }).type(line);
  shell.exports.end();
  const { words } = shell;
  assert.equal(shell.line, Buffer.from(line as string).toString(), "the line stays as it was typed");
  return words;
}

test("quotes and backslashes make the words that bash makes", needs("bash"), () => {
  const lines = [
    "",
    " \t ",
    "echo a  b",
    `echo "a  b"`,
    `echo 'a  b' c`,
    `a"b c"'d e'f\\ g`,
    `''`,
    `a '' "" b`,
    `""''`,
    `'it'\\''s'`,
    `"it's" '"'`,
    `"a\\"b" "a\\\\b" "a\\xb" "\\$HOME" "\\\`"`,
    `'a\\b' 'a\\'`,
    `\\a\\\\b\\"\\'`,
    "one\\\ntwo",
    `"one\\\ntwo" "one\ntwo" 'one\\\ntwo'`,
    "a \\\n b",
    "trailing\\",
    `é 漢 "😀 x"`,
    `"`,
    `'`,
    `echo it's`,
    `"a\\"`,
    `a "b`,
  ];
  const inBash = wordsInBash(lines);
  for (const [index, line] of lines.entries()) assert.deepEqual(words(line), inBash[index], JSON.stringify(line));
});

test("hundreds of random lines have the words that bash makes of them", needs("bash"), () => {
  const characters = fc.constantFrom(...Array.from(`ab -é漢 \t''""\\\\`));
  const lines = fc.sample(fc.string({ unit: characters, maxLength: 20 }), { numRuns: 2000, seed: 20260101 });
  const inBash = wordsInBash(lines);
  for (const [index, line] of lines.entries()) assert.deepEqual(words(line), inBash[index], JSON.stringify(line));
  assert.ok(inBash.includes(undefined) && inBash.some((words) => words?.includes("")), "all of it was tried");
});

test("ends of lines are blanks, and what has a meaning for shells alone is a character like any other", () => {
  assert.deepEqual(words("a\nb\r\n\v\fc\n"), ["a", "b", "c"]);
  const text = "$a `b` *?[c] ~ #d ;|&<>() !e {f,g} h=i";
  assert.deepEqual(words(text), text.split(" "));
});

test("no word has a NUL, whatever it stands beside", () => {
  assert.deepEqual(words(`a\0b \0 \\\0 "\0" c\0`), ["ab", "", "c"]);
});

test("words fill the longest line, each with its NUL, and the last byte is the last one's", () => {
  assert.deepEqual(words("x".repeat(1024)), ["x".repeat(1024)]);
  assert.deepEqual(words(`${"x ".repeat(511)}xx`), [...Array<string>(511).fill("x"), "xx"]);
  assert.equal(words("'' ".repeat(341))?.length, 341);
});

test("a prompt leaves no byte of the words in the memory, of those of an unfinished quote neither", () => {
  for (const line of ["secret 'TOP SECRET'", "secret 'TOP SECRET"]) {
    const shell = new ShellModule({ remembers: false });
    shell.handle = () => shell.exports.splitWords();
    shell.type(`${line}\r`);
    assert.ok(shell.memory.includes("TOP SECRET\0") || shell.words === undefined);
    shell.prompt();
    assert.ok(!shell.memory.includes("TOP SECRET"));
    assert.equal(shell.exports.wordsLength(), 0);
  }
});

test("words of any bytes change nothing but their buffer, and are the same when they are asked for again", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 1024 }),
    fc
      .string({ unit: fc.constantFrom(...Array.from("a '\"\\\n\0")), maxLength: 1024 })
      .map((text) => Buffer.from(text)),
  );
  const property = fc.property(bytes, (line) => {
    const shell = new ShellModule({ kind: ShellInput.COMMAND }).type(line);
    shell.exports.end();
    const before = Buffer.from(shell.memory);
    const { words } = shell;
    assert.ok(shell.exports.wordsLength() <= line.length + 1);
    assert.deepEqual(shell.words, words);
    const start = shell.exports.wordsPtr();
    shell.memory.copy(before, start, start, start + 1025);
    assert.ok(before.equals(shell.memory));
  });
  fc.assert(property, { numRuns: 500, seed: 20260102 });
});
