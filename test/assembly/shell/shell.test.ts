// The shell module's lines on a terminal: what a person sees, whatever the keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ShellInput } from "../../../assembly/abi/index.js";
import { ShellModule } from "../../support/shell-module.js";
import { Screen } from "../../support/screen.js";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

/**
 * What a terminal of that width shows of prompt and line, and where its cursor is behind the first `cursor` characters.
 */
function expected(text: string, cursor: number, columns: number): { text: string; row: number; column: number } {
  const screen = new Screen(columns);
  const characters = Array.from(text);
  const part = new Screen(columns);
  part.write(`> ${characters.slice(0, cursor).join("")}`);
  screen.write(`> ${text}`);
  return { text: screen.text, ...part.cursor };
}

test("keys edit the line", () => {
  const edited = (keys: string): string => {
    const shell = new ShellModule().type(keys);
    return shell.line;
  };
  const cases: Record<string, string> = {
    "abc\x7f": "ab",
    "abc\x08": "ab",
    "abc\x01x": "xabc",
    "abc\x01\x05x": "abcx",
    "abc\x02x": "abxc",
    "abc\x01\x06x": "axbc",
    "abc\x01\x04": "bc",
    "abc\x01\x1b[3~": "bc",
    "abc\x02\x0b": "ab",
    "abc\x02\x15": "c",
    "one two\x17": "one ",
    "one two\x17\x19\x19": "one twotwo",
    "one two\x15\x19": "one two",
    "one two\x1bbx": "one xtwo",
    "one two\x01\x1bfx": "one xtwo",
    "one two\x01\x1bd": "two",
    "one two\x1b\x7f": "one ",
    "a_b c-d\x1b[1;5Dx": "a_b c-xd",
    "a b\x1b[1;5D\x1b[1;5D\x1b[1;5Cx": "a xb",
    [`abc${LEFT}${LEFT}${RIGHT}x`]: "abxc",
    "abc\x1b[Hx\x1b[Fy": "xabcy",
    "abc\x1bOHx\x1bOFy": "xabcy",
    "abc\x1b[1~x\x1b[4~y\x1b[7~z\x1b[8~": "zxabcy",
    "é漢😀\x7f\x7f": "é",
    "é漢😀\x02\x02x": "éx漢😀",
    "\x1a\x00\x11\x12\x13\x14\x16\x18\x1c\x1d\x1e\x1fok": "ok",
    "a\x1b[?25hb\x1b[24;80Rc\x1b[1;2;3~d\x1b[[5~e\x1b[999999999~f\x1bOPg": "abcdefg",
    "a\x80\x85\u2028\u2029\u0085b": "ab",
    "one\x1b\rtwo\x1b\tthree": "onetwothree",
    "\x1b[200~a\tb\x01c\x1b[201~\x01d": "da bc",
  };
  for (const [keys, line] of Object.entries(cases)) assert.equal(edited(keys), line, JSON.stringify(keys));
});

test("bytes that are no UTF-8 are swallowed, and what follows is heard", () => {
  for (const bytes of [
    [0xff],
    [0x80],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80],
    [0xc2, 0x9b],
  ]) {
    const shell = new ShellModule().type("a").type(Buffer.from(bytes)).type("b");
    assert.equal(shell.line, "ab", bytes.join());
  }
});

test("a line ends with CR, LF or both, and is kept until the next prompt", () => {
  const shell = new ShellModule().type("a\r\nb\nc\r\n\n\n");
  assert.deepEqual(shell.lines, ["a", "b", "c", "", ""]);
  assert.deepEqual(shell.history, ["c", "b", "a"]);
});

test("Ctrl-C leaves the line and keeps nothing of it, in the middle of everything", () => {
  for (const before of ["abc", "abc\x1b", "abc\x1b[1;", "abc\x1b[200~def", "abcé".slice(0, 4)]) {
    const shell = new ShellModule().type(`${before}\x03`);
    assert.deepEqual(shell.events, ["INTERRUPT"]);
    assert.match(shell.terminal.text, /^> abc.*\^C\n>$/);
    assert.deepEqual(shell.history, []);
    assert.equal(shell.type("x\x01y").line, "yx");
  }
});

test("Ctrl-D ends the input on an empty line only", () => {
  assert.deepEqual(new ShellModule().type("ab\x04").events, []);
  assert.deepEqual(new ShellModule().type("ab\x15\x04").events, ["END"]);
});

test("the history is searched for what is on the left of the cursor", () => {
  const shell = new ShellModule().type("echo one\rled on\recho two\r   \recho two\r");
  assert.deepEqual(shell.history, ["echo two", "led on", "echo one"]);
  assert.equal(shell.type(UP).line, "echo two");
  assert.equal(shell.type(UP + UP).line, "echo one");
  const bells = shell.terminal.bells;
  assert.equal(shell.type(UP).line, "echo one", "there is nothing older");
  assert.equal(shell.terminal.bells, bells + 1);
  assert.equal(shell.type(DOWN).line, "led on");
  assert.equal(shell.type(DOWN + DOWN).line, "");
  assert.equal(shell.type(`echo${UP}`).line, "echo two");
  assert.equal(shell.type(UP).line, "echo one");
  assert.equal(shell.type(DOWN).line, "echo two");
  assert.equal(shell.type(DOWN).line, "echo");
  assert.equal(shell.type("\x10\x10\x0e").line, "echo two", "Ctrl-P and Ctrl-N do the same");
});

test("the history keeps as many of the newest lines as fit", () => {
  const shell = new ShellModule();
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index} ${"x".repeat(50)}`);
  for (const line of lines) shell.type(`${line}\r`);
  const { history } = shell;
  assert.ok(history.length > 10 && history.length < 20);
  assert.deepEqual(history, lines.reverse().slice(0, history.length));
  shell.type(`${"y".repeat(1024)}\r`);
  assert.deepEqual(shell.history, history, "one that is longer than everything together is not kept");
  shell.type(`${"y".repeat(1023)}\r`);
  assert.deepEqual(shell.history, ["y".repeat(1023)]);
});

test("Tab completes a word, and shows the choice when it is pressed again", () => {
  const shell = new ShellModule().type("upt\t");
  assert.equal(shell.line, "uptime ");
  assert.equal(shell.type("\x15e\t").line, "e");
  const { bells } = shell.terminal;
  assert.equal(bells, 1);
  assert.equal(shell.type("\t").line, "e");
  assert.match(shell.terminal.text, /^> e\necho {2}exit\n> e$/);
  assert.equal(shell.type("x\t").line, "exit ");
  assert.equal(shell.type("\x15zz\t\t").line, "zz");
  const many = new ShellModule({ columns: 14 }).type("\t\t");
  assert.equal(many.terminal.text, ">\nhelp    info\nuptime  echo\ncat     led\nexit\n>");
});

test("Tab inserts what all words have in common", () => {
  const shell = new ShellModule({ words: ["restart", "restore", "rest"] }).type("r\t");
  assert.equal(shell.line, "rest");
  assert.equal(shell.type("o\t").line, "restore ");
});

test("a line that is full rings once, and again when another key was heard", () => {
  const shell = new ShellModule().type("p".repeat(10_000));
  assert.equal(shell.line.length, 1024);
  assert.equal(shell.terminal.bells, 1);
  shell.type("\x7f\x7fqrs");
  assert.equal(shell.terminal.bells, 2);
  assert.equal(shell.type("\x15").line, "");
  shell.type("é".repeat(5_000));
  assert.equal(shell.line, "é".repeat(512));
  assert.equal(shell.terminal.bells, 3);
});

test("a wide text of 10 kB that is pasted in the middle of a line costs little more than itself", () => {
  const shell = new ShellModule().type("begin end\x1b[D\x1b[D\x1b[D");
  const before = Buffer.concat(shell.sent).length;
  shell.type(`\x1b[200~${"漢".repeat(3_333)}\x1b[201~`);
  assert.equal(Array.from(shell.line).length, 9 + 338);
  assert.ok(Buffer.concat(shell.sent).length - before < 3_000);
  assert.equal(shell.terminal.bells, 1);
  assert.ok(shell.terminal.text.replaceAll("\n", "").replaceAll(" ", "").endsWith("漢end"));
});

test("the terminal marks what is pasted while a line is edited, and at no other time", () => {
  const shell = new ShellModule();
  assert.ok(shell.terminal.pasteMode);
  const states: boolean[] = [];
  const { handle } = shell;
  shell.handle = (event) => {
    states.push(shell.terminal.pasteMode);
    handle.call(shell, event);
  };
  shell.type("a\rb\x03\x04");
  assert.deepEqual(states, [false, false, false]);
});

test("a script's lines are its bytes, whatever they are, and the last one needs no end", () => {
  const shell = new ShellModule({ kind: ShellInput.SCRIPT }).type("a\r\n\n\tb\x03\x1b[A\nlast\r").end();
  assert.deepEqual(shell.lines, ["a", "", "\tb\x03\x1b[A", "last"]);
  assert.equal(Buffer.concat(shell.sent).length, 0);
  const long = new ShellModule({ kind: ShellInput.SCRIPT });
  long.type(`${"x".repeat(1024)}\n${"y".repeat(1025)}\nz`).end();
  assert.deepEqual(long.events, ["LINE", "TOO_LONG", "LINE", "END"]);
  assert.deepEqual(long.lines, ["x".repeat(1024), "z"]);
});

test("a command is one line, ends of line within it included", () => {
  const shell = new ShellModule({ kind: ShellInput.COMMAND }).type("echo a\nb\n").end();
  assert.deepEqual(shell.lines, ["echo a\nb\n"]);
});

test("a prompt leaves no byte of the line before in the memory", () => {
  const shell = new ShellModule({ remembers: false });
  shell.type(`credentials ${"U0VDUkVU".repeat(100)}\r`);
  assert.equal(shell.lines.length, 1);
  assert.ok(!shell.memory.includes("U0VDUkVU"));
});

test("an Escape key that stands alone does not change the key that comes much later", () => {
  assert.equal(new ShellModule().type("a b\x1bbx").line, "a xb");
  const shell = new ShellModule().type("a b\x1b");
  shell.exports.endEscape();
  assert.equal(shell.type("bx").line, "a bbx");
});

test("Ctrl-L shows the line alone", () => {
  const shell = new ShellModule().type("one\rtwo\x02\x0cx");
  assert.equal(shell.terminal.text, "> twxo");
});

test("a terminal that changes its width while a line is edited shows it whole", () => {
  const text = "abcdefghijklmnopqrstuvwxyz";
  const shell = new ShellModule({ columns: 40 }).type(`${text}\x02\x02`);
  shell.resize(10).type("X");
  assert.equal(shell.terminal.text, "> abcdefgh\nijklmnopqr\nstuvwxXyz");
});

test("a dumb terminal gets no escape sequence, and shows the line", () => {
  const shell = new ShellModule({ kind: ShellInput.DUMB_TERMINAL, columns: 20 });
  assert.equal(shell.type("echo badd\x7f\x7f\x7fye").terminal.text, "> echo bye");
  assert.equal(shell.type("\x17").terminal.text, "> echo");
  assert.equal(shell.type("\x15led on\r").terminal.text, "> led on\n>");
  assert.equal(shell.type(UP).terminal.text, "> led on\n> led on");
  assert.equal(shell.type(`${LEFT}\x01\x1bb!`).line, "led on!", "the cursor stays behind the line");
  shell.type("\x15").type("0123456789abcdefghijklm");
  assert.match(shell.terminal.text, /\n> 0123456789abcdefgh\nijklm$/);
  shell.type("\x7f".repeat(7));
  assert.match(shell.terminal.text, /\n> 0123456789abcdef$/, "what cannot be reached is written once more");
});

// ---- properties ----

/** The line as an array of characters: what each key does to it, in a few words. */
class Model {
  characters: string[] = [];
  cursor = 0;

  apply(key: string): void {
    const { characters, cursor } = this;
    const remove = (from: number, to: number): void => {
      characters.splice(from, to - from);
      this.cursor = from;
    };
    const kind = (character: string): number => (character === " " ? 0 : /[A-Za-z0-9_]/.test(character) ? 1 : 2);
    const left = (): number => {
      let at = cursor;
      while (at > 0 && kind(characters[at - 1]!) === 0) at--;
      const begun = at > 0 ? kind(characters[at - 1]!) : 0;
      while (at > 0 && kind(characters[at - 1]!) === begun) at--;
      return at;
    };
    const right = (): number => {
      let at = cursor;
      const begun = at < characters.length ? kind(characters[at]!) : 0;
      while (at < characters.length && kind(characters[at]!) === begun) at++;
      while (at < characters.length && kind(characters[at]!) === 0) at++;
      return at;
    };
    const actions: Record<string, () => void> = {
      "\x01": () => (this.cursor = 0),
      "\x05": () => (this.cursor = characters.length),
      [LEFT]: () => (this.cursor = Math.max(0, cursor - 1)),
      [RIGHT]: () => (this.cursor = Math.min(characters.length, cursor + 1)),
      "\x7f": () => remove(Math.max(0, cursor - 1), cursor),
      "\x1b[3~": () => remove(cursor, Math.min(characters.length, cursor + 1)),
      "\x0b": () => remove(cursor, characters.length),
      "\x15": () => remove(0, cursor),
      "\x17": () => remove(left(), cursor),
      "\x1bb": () => (this.cursor = left()),
      "\x1bf": () => (this.cursor = right()),
      "\x1bd": () => remove(cursor, right()),
    };
    if (key in actions) {
      actions[key]!();
    } else {
      characters.splice(cursor, 0, key);
      this.cursor++;
    }
  }
}

/** A combining acute accent. */
const MARK = "\u0301";

const edits = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Array.from("ab_ -.z")) },
  { weight: 2, arbitrary: fc.constantFrom("é", "漢", "한", "😀", MARK, "ü") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      LEFT,
      RIGHT,
      "\x01",
      "\x05",
      "\x7f",
      "\x1b[3~",
      "\x0b",
      "\x15",
      "\x17",
      "\x1bb",
      "\x1bf",
      "\x1bd",
    ),
  },
);

test("random edits leave the line, the screen and the cursor as they should be, whatever the pieces", () => {
  const property = fc.property(
    fc.array(edits, { maxLength: 120 }),
    fc.constantFrom(0, 3, 7, 10, 20, 80),
    fc.constantFrom(1, 3, 7, 1000),
    fc.constantFrom(1, 5, 1000),
    (keys, columns, room, piece) => {
      const model = new Model();
      for (const key of keys) {
        model.apply(key);
        fc.pre(model.characters[0] !== MARK); // it would be drawn on the prompt
      }
      const shell = new ShellModule({ columns, room }).type(keys.join(""), piece);
      const text = model.characters.join("");
      assert.equal(shell.line, text);
      const screen = expected(text, model.cursor, columns);
      assert.equal(shell.terminal.text, screen.text);
      assert.deepEqual(shell.terminal.cursor, { row: screen.row, column: screen.column });
    },
  );
  fc.assert(property, { numRuns: 2000, seed: 20260101 });
});

test("random bytes do no harm: no trap, no byte above __heap_base, and the shell still works", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 600 }),
    fc.constantFrom(UP, DOWN, LEFT, "\x1b[", "\x1b", "\t", "\t\t", "\r", "\n", "\x03", "\x04", "\x19", "\x1b[200~"),
    fc.constantFrom("led on\r", "漢".repeat(200), "x".repeat(700)),
    fc.string({ unit: "binary", maxLength: 50 }),
    fc.integer({ min: 0, max: 40 }),
  );
  const property = fc.property(
    fc.array(bytes, { maxLength: 40 }),
    fc.constantFrom(ShellInput.TERMINAL, ShellInput.DUMB_TERMINAL, ShellInput.SCRIPT, ShellInput.COMMAND),
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 1, max: 300 }),
    (parts, kind, columns, room) => {
      const shell = new ShellModule({ kind, columns, room });
      // how it looks is another test's matter
      shell.terminal.write = () => {};
      for (const part of parts) {
        if (typeof part === "number") shell.resize(part);
        else shell.type(part);
      }
      const base = Number(shell.exports.__heap_base.value);
      assert.ok(shell.memory.subarray(base).every((byte) => byte === 0));
      if (kind === ShellInput.COMMAND) return;
      shell.type(kind === ShellInput.SCRIPT ? "\necho alive\n" : "\x03echo alive\r");
      assert.equal(shell.lines.at(-1), "echo alive");
    },
  );
  fc.assert(property, { numRuns: 500, seed: 20260102 });
});

test("the shell's memory is at most 8 KiB", () => {
  assert.ok(Number(new ShellModule().exports.__heap_base.value) <= 8 * 1024);
});
