// What somebody does with the device shell, and what comes of it: the same on both hosts. A test gives each scenario to
// its host, which takes the keys and says what it wrote.

import assert from "node:assert/strict";
import { Screen } from "./screen.js";
import type { Part, Script, Transcript } from "./shell-driver.js";

/** A host: plays a session whose channel takes `room` bytes at a time. */
export type Play = (script: Script, room: number) => Transcript | Promise<Transcript>;

export interface Scenario {
  name: string;
  script: Script;
  /** What the terminal shows in the end. */
  screen?: string;
  /** Bells that it has rung. Default: none. */
  bells?: number;
  /** Without a terminal: what was written. */
  output?: string;
  errors?: string;
  /** Default: 0. Undefined where the session goes on. */
  status?: number | undefined;
  /** Most bytes that may be written for it. */
  mostBytes?: number;
}

const [UP, DOWN, RIGHT, LEFT] = ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"] as const;
const PROMPT = "sesame> ";
/** As much room as a packet has, and as little as there can be. */
const ROOMS = [1000, 1];

/** On a terminal of 80 columns; the shell is left with `exit`. */
function typed(name: string, parts: Part[], rows: string[], more: Partial<Scenario> = {}): Scenario {
  const screen = [...rows, `${PROMPT}exit`].join("\n");
  return { name, script: { terminal: 80, parts: [...parts, "exit\r"] }, screen, ...more };
}

/** Without a terminal. */
function script(name: string, text: string, output: string, errors = "", status = 0): Scenario {
  return { name, script: { parts: [text] }, output, errors, status };
}

const dumb = (scenario: Scenario): Scenario => ({ ...scenario, script: { ...scenario.script, dumb: true } });

const WIDE_PASTE = "漢".repeat(3_333);
const LINE_BYTES = 1024;

export const SCENARIOS: readonly Scenario[] = [
  // ---- a terminal ----
  typed(
    "a terminal gets prompt, echo and answers",
    ["echo hi\r", "nosuch\r"],
    [`${PROMPT}echo hi`, "hi", `${PROMPT}nosuch`, "nosuch: no such command; try help"],
    { status: 127 },
  ),
  typed(
    "a line ends with CR, LF or both",
    ["echo a\r\necho b\necho c\r", "\n"],
    [`${PROMPT}echo a`, "a", `${PROMPT}echo b`, "b", `${PROMPT}echo c`, "c"],
  ),
  typed("exit has the status that it is given", ["exit 5\r"], [], { screen: `${PROMPT}exit 5`, status: 5 }),
  typed(
    "arrows, Home, End, Delete and Backspace edit the line",
    [`ecko hxllo${LEFT}${LEFT}${LEFT}\x7fe`, `\x1b[H${RIGHT}${RIGHT}\x1b[3~h`, "\x1b[F!\r"],
    [`${PROMPT}echo hello!`, "hello!"],
  ),
  typed(
    "Alt-B and Alt-F go a word at a time, and so do the arrows with Control",
    ["echo one_1 two-2\x1bb\x1bb\x1bbX\x1bfY\x1b[1;5D\x1b[1;5D \x1b[1;5C\x1b[1;5CZ\r"],
    [`${PROMPT}echo  one_1 XtwoYZ-2`, "one_1 XtwoYZ-2"],
  ),
  typed(
    "Ctrl-A, E, K, U, W and Y move, cut out and insert",
    ["one two\x17\x01\x0b\x15echo \x19\x19\x01\x05!\r"],
    [`${PROMPT}echo one one !`, "one one !"],
  ),
  typed(
    "Ctrl-C leaves the line, in a key's sequence too, and the shell goes on",
    ["rubbish\x03", "more\x1b[1;\x03", "echo on\r"],
    [`${PROMPT}rubbish^C`, `${PROMPT}more^C`, `${PROMPT}echo on`, "on"],
  ),
  typed("after Ctrl-C the status is 130", ["rubbish\x03"], [`${PROMPT}rubbish^C`], { status: 130 }),
  {
    name: "Ctrl-D deletes in a line, and leaves the shell on an empty one",
    script: { terminal: 80, parts: ["echo ab\x02\x04\r", "x\x04\x7f\x04", "echo never\r"] },
    screen: `${PROMPT}echo a\na\n${PROMPT}`.trimEnd(),
  },
  typed("Ctrl-L shows the line alone", ["echo gone\recho on\x02\x02\x0cX\r"], [`${PROMPT}echo Xon`, "Xon"]),
  typed(
    "Up and Down look for what is on the left of the cursor",
    [`echo one\rled\recho two\r${UP}${UP}${UP}\r`, `ec${UP}${UP}${UP}${DOWN}\r`],
    [
      `${PROMPT}echo one`,
      "one",
      `${PROMPT}led`,
      "LED off",
      `${PROMPT}echo two`,
      "two",
      `${PROMPT}echo one`,
      "one",
      `${PROMPT}echo two`,
      "two",
    ],
  ),
  typed(
    "Tab completes the names of commands, and shows the choice when it is pressed again",
    ["ech\thi\r", "echo e\t\r", "e\t\tx\t", "\x15"],
    [`${PROMPT}echo hi`, "hi", `${PROMPT}echo e`, "e", `${PROMPT}e`, "echo  exit"],
    { bells: 1 },
  ),
  typed(
    "text in any script is edited character by character",
    [`echo é漢😀ü${LEFT}\x7f${LEFT}x\r`],
    [`${PROMPT}echo éx漢ü`, "éx漢ü"],
  ),
  typed(
    "keys without a meaning, and bytes that are no text, do nothing",
    ["echo \x1a\x00\x1b[15~a\x1b[24;80Rb", Uint8Array.of(0xff, 0x80, 0xc2, 0x9b), "\x1bOPc\u2028\r"],
    [`${PROMPT}echo abc`, "abc"],
  ),

  // ---- long lines ----
  typed(
    "a wide text of 10 kB that is pasted rings once, and what has room is the line",
    [`echo \x1b[200~${WIDE_PASTE}\x1b[201~\r`, "\x0c"],
    [],
    { bells: 1, mostBytes: 3_000 },
  ),
  typed(
    "a text of 10 kB rings once, and again when a key was heard in between",
    [`${"p".repeat(10_000)}\x7f\x7fqrs`, "\x15", `${"q".repeat(10_000)}\x15\x0c`],
    [],
    { bells: 3 },
  ),
  {
    name: "the line that is full is run as it is",
    script: { terminal: 0, parts: [`echo ${WIDE_PASTE}\r`, "exit\r"] },
    screen: [`${PROMPT}echo ${WIDE_PASTE.slice(0, 339)}`, WIDE_PASTE.slice(0, 339), `${PROMPT}exit`].join("\n"),
    bells: 1,
  },
  {
    name: "a terminal that changes its width while a line is edited shows it whole",
    script: {
      terminal: 40,
      parts: ["echo abcdefghijklmnopqrstuvwxyz\x02\x02", { columns: 15 }, "X", { columns: 80 }, "\r", "exit\r"],
    },
    screen: `${PROMPT}echo abcdefghijklmnopqrstuvwxXyz\nabcdefghijklmnopqrstuvwxXyz\n${PROMPT}exit`,
  },

  // ---- cat, and what interrupts it ----
  typed(
    "cat repeats lines until Ctrl-D; they are not in the history, and no names of commands",
    ["echo hi\r", "cat\r", "ex\t\r", "\x04", `${UP}${UP}\r`],
    [`${PROMPT}echo hi`, "hi", `${PROMPT}cat`, "ex", "ex", `${PROMPT}echo hi`, "hi"],
  ),
  {
    name: "cat as a command on a terminal repeats lines until Ctrl-D",
    script: { exec: "cat", terminal: 80, parts: ["one\r", "e\t\x7ftwo\r", "\x04"] },
    screen: "one\none\ntwo\ntwo",
  },
  ...(["signal", "break"] as const).flatMap((interrupt): Scenario[] => [
    {
      name: `a ${interrupt} on a terminal does what Ctrl-C does`,
      script: { terminal: 80, parts: ["echo no", { interrupt }, "cat\r", "a\rb", { interrupt }, "exit\r"] },
      screen: [`${PROMPT}echo no^C`, `${PROMPT}cat`, "a", "a", "b^C", `${PROMPT}exit`].join("\n"),
      status: 130,
    },
    {
      name: `a ${interrupt} ends cat as a command on a terminal`,
      script: { exec: "cat", terminal: 80, parts: ["half", { interrupt }, "more"] },
      screen: "half^C",
      status: 130,
    },
    {
      name: `a ${interrupt} ends a script`,
      script: { parts: ["echo one\nec", { interrupt }, "ho two\n"] },
      output: "one\n",
      errors: "",
      status: 130,
    },
  ]),
  {
    name: "the client's EOF ends the shell, and what was not finished is not run",
    script: { terminal: 80, parts: ["nosuch\r", "echo half"] },
    screen: `${PROMPT}nosuch\nnosuch: no such command; try help\n${PROMPT}echo half`,
    status: 127,
  },

  // ---- dumb terminals ----
  dumb(
    typed(
      "a dumb terminal gets no escape sequence",
      [`echo badd\x7f\x7f\x7fye\r${UP}${LEFT}\x01!\r`],
      [`${PROMPT}echo bye`, "bye", `${PROMPT}echo bye!`, "bye!"],
    ),
  ),
  dumb(
    typed(
      "what a dumb terminal cannot reach is written once more",
      ["x\x03", "\x0c", "echo on", "\x0c", "\r"],
      [`${PROMPT}x^C`, PROMPT.trimEnd(), `${PROMPT}echo on`, `${PROMPT}echo on`, "on"],
    ),
  ),

  typed(
    "history numbers the lines that were typed, those that were not run too, the oldest first",
    ["echo  one\r", "\r", "nosuch\rno\x03", "echo '\r", "history\r"],
    [
      `${PROMPT}echo  one`,
      "one",
      PROMPT.trimEnd(),
      `${PROMPT}nosuch`,
      "nosuch: no such command; try help",
      `${PROMPT}no^C`,
      `${PROMPT}echo '`,
      "a quote has no end",
      `${PROMPT}history`,
      "    1  echo  one",
      "    2  nosuch",
      "    3  echo '",
      "    4  history",
    ],
  ),
  script("there is no history without a terminal", "echo one\nhistory\n", "one\n"),

  // ---- words ----
  typed(
    "quotes and backslashes keep blanks, and quoted parts join",
    [`echo "a  b" 'c  d' e\\ \\ f g''"h"\r`, `"echo"   one    two \r`],
    [`${PROMPT}echo "a  b" 'c  d' e\\ \\ f g''"h"`, "a  b c  d e  f gh", `${PROMPT}"echo"   one    two`, "one two"],
  ),
  typed(
    "a line with an unfinished quote is not run, and can be mended",
    ["echo it's\r", `${UP}'\r`],
    [`${PROMPT}echo it's`, "a quote has no end", `${PROMPT}echo it's'`, "its"],
  ),
  {
    name: "an unfinished quote in a command has status 2",
    script: { exec: 'echo "' },
    output: "",
    errors: "a quote has no end\n",
    status: 2,
  },
  { name: "ends of lines in a command are blanks", script: { exec: "\necho a\nb\n" }, output: "a b\n", errors: "" },
  { name: "no command is one that does nothing", script: { exec: " \t" }, output: "", errors: "" },
  script(
    "a script's words have quotes, too, and an unfinished one is no end of it",
    `echo "a  b"\necho '\nled "on"\n`,
    "a  b\nLED on\n",
    "a quote has no end\n",
  ),

  // ---- without a terminal ----
  script(
    "a script is run line by line, without prompt and echo, and its last line needs no end",
    "echo one\r\n\n  led on\nnosuch\necho las\x1b[At",
    "one\nLED on\nlas\x1b[At\n",
    "nosuch: no such command; try help\n",
  ),
  script(
    "the status of a script is that of its last command",
    "nosuch\n\n",
    "",
    "nosuch: no such command; try help\n",
    127,
  ),
  script("exit ends a script", "exit 4\necho never\n", "", "", 4),
  script("cat in a script copies the rest of it", "echo a\ncat\nraw\0\x04\nexit 3", "a\nraw\0\x04\nexit 3"),
  script(
    "a line that is too long is refused, and the next one is run",
    `${"x".repeat(LINE_BYTES + 1)}\necho ${"y".repeat(LINE_BYTES - 5)}\n`,
    `${"y".repeat(LINE_BYTES - 5)}\n`,
    `a line has more than ${LINE_BYTES} bytes\n`,
  ),
];

/** The screen after the output, which changed its width between the parts that the script says. */
async function show({ terminal, dumb, ...rest }: Script, output: string, play: Play, room: number): Promise<Screen> {
  const screen = new Screen(terminal!, !dumb);
  const bytes = Buffer.from(output);
  let shown = 0;
  for (const [index, part] of (rest.parts ?? []).entries()) {
    if (typeof part === "string" || !("columns" in part)) continue;
    const before = {
      ...rest,
      terminal: terminal!,
      dumb: dumb ?? false,
      parts: rest.parts!.slice(0, index),
      eof: false,
    };
    const { length } = Buffer.from((await play(before, room)).output);
    screen.write(bytes.subarray(shown, length));
    screen.resize(part.columns);
    shown = length;
  }
  screen.write(bytes.subarray(shown));
  return screen;
}

/** Plays a scenario on a host and compares. */
export async function checkScenario(
  { script, screen, bells = 0, mostBytes, ...expected }: Scenario,
  play: Play,
): Promise<void> {
  for (const room of ROOMS) {
    const { output, errors, status } = await play(script, room);
    assert.equal(status, "status" in expected ? expected.status : 0, output);
    assert.ok(mostBytes === undefined || Buffer.byteLength(output) <= mostBytes, `${Buffer.byteLength(output)} bytes`);
    if (script.terminal === undefined) {
      assert.deepEqual({ output, errors }, { output: expected.output, errors: expected.errors });
      continue;
    }
    const shown = await show(script, output, play, room);
    assert.equal(shown.text, screen);
    assert.equal(shown.bells, bells, "bells");
    assert.equal(shown.pasteMode, false, "the terminal marks what is pasted only while a line is edited");
  }
}
