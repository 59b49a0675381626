// The device shell of the C host: what its commands write the Node host's write too, byte for byte; the lines that are
// typed on a terminal, which the shell module edits (test/assembly/shell); and the commands that only a board has.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { needs } from "../../support/peers.js";
import { ADMINISTRATOR } from "../../../host/node/userauth/permissions.js";
import { Screen } from "../../support/screen.js";
import { checkScenario, SCENARIOS } from "../../support/shell-scenarios.js";
import { createDriver, hex, type Part, playOnNode, type Script, transcript } from "../../support/shell-driver.js";

const options = needs("gcc");
const board = createDriver();
after(() => board.remove());

async function assertSame(script: Script): Promise<void> {
  assert.deepEqual(board.play(script), await playOnNode(script, 0, ADMINISTRATOR), JSON.stringify(script));
}

const keys = (text: string): Part[] => Array.from(text);
const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";

/** What a person sees who types this. */
function typed(parts: Part[], { columns = 80, ...script }: Script & { columns?: number } = {}): string {
  const { output } = board.play({ terminal: columns, parts, ...script });
  const screen = new Screen(columns, !script.dumb);
  screen.write(output);
  return screen.text;
}

for (const scenario of SCENARIOS)
  test(scenario.name, options, () => checkScenario(scenario, (script, room) => board.play(script, room)));

test("a command writes and ends as on the Node host", options, async () => {
  const commands = [
    "echo  hello   world ",
    "echo",
    "",
    "  \t ",
    "led",
    "led on",
    "led off",
    "led purple",
    "exit",
    "exit 7",
  ];
  commands.push("exit 256", "exit -1", "exit x", "exit 1 2", "exit 007", "nosuch", "constructor", "ECHO a", "cats");
  commands.push("\x1b[2Jx y", `${"n".repeat(80)} x`, "ünknöwn", "漢字😀x", "😀".repeat(40), "echo a\nb\n", "\necho x");
  for (const exec of commands) {
    await assertSame({ exec });
    await assertSame({ exec, terminal: 80 });
  }
});

test("quotes keep blanks together and are left out, and a quote without an end is an error", options, () => {
  const wrong = (errors: string, status: number) => ({ output: "", errors, status });
  for (const [exec, expected] of [
    ["echo  a\tb\nc   d ", { output: "a b c d\n", errors: "", status: 0 }],
    [`'ec'ho "a  'b'" c\\ \\ d '' "e"`, { output: "a  'b' c  d  e\n", errors: "", status: 0 }],
    [`echo ""`, { output: "\n", errors: "", status: 0 }],
    ["led 'on'", { output: "LED on\n", errors: "", status: 0 }],
    ["led 'on off'", wrong("led: on or off\n", 2)],
    ["exit '3'", wrong("", 3)],
    ["version ''", wrong("version: there are no arguments\n", 2)],
    ["help a  b", wrong("a b: no such command; try help\n", 127)],
    ["'' x", wrong(": no such command; try help\n", 127)],
    ["echo 'a", wrong("a quote has no end\n", 2)],
    ['echo "a', wrong("a quote has no end\n", 2)],
  ] as const)
    assert.deepEqual(board.play({ exec }), expected, exec);
  const script = board.play({ parts: ['echo \'a\necho "b  c"\n'] });
  assert.deepEqual(script, { output: "b  c\n", errors: "a quote has no end\n", status: 0 });
});

test("history lists the lines that were typed on the terminal, the oldest first", options, () => {
  const parts = [
    "echo one\r",
    "echo one\r",
    "   \r",
    "cat\r",
    "copied\r",
    "\x04",
    "echo 'two\r",
    "nosuch\r",
    "history\r",
  ];
  assert.match(typed(parts), /sesame> history\n( {4}\d {2}.*\n)+sesame>$/);
  const listed = Array.from(typed(parts).matchAll(/^ {4}(\d) {2}(.*)$/gm), ([, number, line]) => `${number} ${line}`);
  assert.deepEqual(listed, ["1 echo one", "2 cat", "3 echo 'two", "4 nosuch", "5 history"]);
  assert.deepEqual(board.play({ parts: ["echo one\nhistory\n"] }).output, "one\n", "a script is not typed");
  for (const terminal of [80, undefined])
    assert.equal(board.play({ exec: "history", ...(terminal && { terminal }) }).output, "");
});

test("uptime counts days, hours and minutes as on the Node host", options, async () => {
  for (const seconds of [0, 59, 60, 61, 3599, 3600, 3660, 86_399, 86_400, 90_061, 8_640_000]) {
    // the clock does not begin with the program
    const lines = board.run(["started 123456789", `time ${seconds * 1000}`, `exec ${hex("uptime")}`]);
    assert.deepEqual(transcript(lines), await playOnNode({ exec: "uptime" }, seconds * 1000));
  }
});

test("help and info begin as on the Node host", options, async () => {
  for (const exec of ["help", "info"]) {
    const { output } = await playOnNode({ exec }, 0, ADMINISTRATOR);
    const here = board.play({ exec });
    assert.ok(here.output.startsWith(output), here.output);
    assert.equal(here.status, 0);
  }
  assert.match(board.play({ exec: "help" }).output, /^uart .*\nreboot .*\nbootsel .*\ncredentials .*\n$/m);
});

test(
  "info names version, engine, board, the last login's cycles and the memory that the board knows of",
  options,
  () => {
    const facts = board.play({ exec: "info" }, 1).output.split("\n").slice(4);
    const label = (text: string): string => text.padEnd(25);
    assert.deepEqual(facts, [
      `${label("version")}1.2.3`,
      `${label("engine")}wasm2c`,
      `${label("board")}Test board`,
      `${label("last login")}123456789 cycles`,
      `${label("heap")}1000 of 20000 bytes at most`,
      "",
    ]);
  },
);

test("a script is run as on the Node host, whatever pieces it comes in", options, async () => {
  const scripts = [
    "echo one\r\n\n  led on\nnosuch\necho las",
    "nosuch\n",
    "nosuch\n\nled\nexit\n",
    "exit 4\necho never\n",
    "exit 999\n",
    "echo a\ncat\nraw \0 \x04 rest\nexit 3\n",
    "nosuch\ncat\nexit 3",
    `${"x".repeat(1024)}\n${"y".repeat(1025)}\necho on\n`,
    `echo ${"z".repeat(1019)}\n`,
    "",
    "\r\n\r\r\n",
    "help me\n".slice(5),
  ];
  for (const script of scripts) {
    await assertSame({ parts: [script] });
    await assertSame({ parts: keys(script) });
  }
});

test("cat copies every byte as on the Node host", options, async () => {
  const all = Uint8Array.from({ length: 4096 }, (_, index) => index * 7);
  await assertSame({ exec: "cat", parts: [all, Buffer.of(3, 4, 26, 13, 10), "end"] });
  await assertSame({ exec: "cat", parts: [] });
});

test("Tab completes the names of the commands that the user may run, where a name stands", options, () => {
  assert.match(typed(["inf\t\r"]), /^sesame> info\nthe-transport/);
  assert.match(typed(["e\t\t"]), /^sesame> e\necho {2}exit\nsesame> e$/);
  assert.equal(typed(["echo inf\t\r"]), "sesame> echo inf\ninf\nsesame>");
  const keys = [`input ${hex("in\tfo\r")}`, `input ${hex("ec\thi\r")}`];
  const { output } = transcript(board.run(["permissions 02046563686f", "terminal 80", "shell", ...keys]));
  assert.match(output, /\r\ninfo: not permitted.*\r\nhi\r\n/s);
});

test("a terminal that changes its width shows the line whole, typed at a prompt or to cat", options, () => {
  const parts = [keys("0123456789abcdefghij"), { columns: 12 }, "XY"].flat();
  for (const [shown, script] of [
    ["sesame> 0123456789abcdefghij", {}],
    ["0123456789abcdefghij", { exec: "cat" }],
  ] as const) {
    const { output } = board.play({ terminal: 80, parts, ...script });
    assert.match(output, new RegExp(`${shown}\\x1b[^]*${shown}(\\x1b\\[J)?XY`), JSON.stringify(output));
  }
  const lines = board.run(["terminal 80", "room 0", "shell", "resize 9", "room 512", `input ${hex("echo 1\r")}`]);
  assert.match(transcript(lines).output, /1\r\n/);
});

test("a channel that takes one byte at a time gets the same bytes", options, () => {
  const scripts: Script[] = [
    { exec: "help" },
    { exec: "info" },
    { exec: "info", terminal: 80 },
    { exec: "nosuch", terminal: 80 },
    { exec: `echo ${"x".repeat(300)}` },
    { exec: "cat", parts: ["bytes".repeat(100)] },
    { parts: ["help\nnosuch\ninfo\ncat\nrest"] },
    { terminal: 10, parts: ["echo some text\x01\x0c\x03e\t\t", UP, { columns: 7 }, "help\r", UP, LEFT, "\x7f\r"] },
    { terminal: 80, parts: ["cat\r", "漢字\r", "\x04", "x\x07".repeat(400)] },
    { terminal: 80, dumb: true, parts: ["echo ab\x7f", LEFT, "\t\r", UP, DOWN, "\r"] },
  ];
  for (const script of scripts) {
    for (const room of [1, 2, 7])
      assert.deepEqual(board.play(script, room), board.play(script), JSON.stringify(script));
  }
});

test("a signal or a break ends what runs, and on a terminal is Ctrl-C", options, async () => {
  for (const interrupt of ["signal", "break"] as const) {
    for (const script of [
      { exec: "cat", parts: ["some bytes", { interrupt }, "more"] },
      { parts: ["echo one\nec", { interrupt }, "ho two\n"] },
      { parts: ["cat\ncopied", { interrupt }, "more"] },
    ]) {
      await assertSame(script);
      assert.equal(board.play(script).status, 130, JSON.stringify(script));
    }
    const alone = { exec: "cat", terminal: 80, parts: ["half a li", { interrupt }, "more"] };
    assert.match(board.play(alone).output, /half a li\^C\S*\r\n$/);
    assert.equal(board.play(alone).status, 130);
    const parts = ["echo no", { interrupt }, "echo yes\r", { interrupt }, "cat\r", "a\rb", { interrupt }, "exit\r"];
    assert.equal(
      typed(parts),
      "sesame> echo no^C\nsesame> echo yes\nyes\nsesame> ^C\nsesame> cat\na\na\nb^C\nsesame> exit",
    );
    assert.equal(board.play({ terminal: 80, parts }).status, 130);
  }
});

test("a signal ends the bridge and gives the port back; a break, which the port cannot send, does not", options, () => {
  const uart = `exec ${hex("uart")}`;
  const commands = [uart, "break", `serial ${hex("goes on")}`, "signal", "session 1", uart, `serial ${hex("free")}`];
  const lines = board.run(commands);
  assert.deepEqual(transcript(lines), { output: "goes on", errors: "", status: 130 });
  assert.equal(transcript(lines, 1).output, "free");
});

test("a command that is longer than a line is refused with a message", options, () => {
  const refused = { output: "", errors: "a line has more than 1024 bytes\n", status: 2 };
  assert.deepEqual(board.play({ exec: `echo ${"x".repeat(1020)}` }), refused);
  assert.deepEqual(board.play({ parts: [`echo ${"x".repeat(1020)}\n`] }), refused);
  assert.equal(board.play({ exec: `echo ${"x".repeat(1019)}` }).output.length, 1020);
});

test("an Escape key that stands alone does not change the key that comes much later", options, () => {
  const typed = ["terminal 0", "shell", `input ${hex("echo a\x1b")}`];
  const rest = [`input ${hex("b\r")}`, "eof"];
  assert.match(transcript(board.run([...typed, "time 500", ...rest])).output, /\r\nab\r\n/);
  assert.match(transcript(board.run([...typed, "time 499", ...rest])).output, /\r\na\r\n/);
});

test("random bytes do no harm, and the shell still works", options, () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400 }),
    fc.constantFrom(
      UP,
      DOWN,
      LEFT,
      "\x1b[",
      "\x1b",
      "\t",
      "\r",
      "\n",
      "\x03",
      "led on\r",
      "help\r",
      "uart\r",
      "credentials x\r",
    ),
    fc.string({ unit: "binary", maxLength: 50 }),
    fc.integer({ min: 0, max: 40 }).map((columns) => ({ columns })),
  );
  const scripts = fc.array(bytes, { minLength: 1, maxLength: 30 });
  const property = fc.property(
    scripts,
    fc.constantFrom(undefined, 0, 1, 3, 80),
    fc.integer({ min: 1, max: 600 }),
    (parts, terminal, room) => {
      const { output, status } = board.play(
        { ...(terminal === undefined ? {} : { terminal }), parts, eof: false },
        room,
      );
      const commands = [`room ${room}`, ...(terminal === undefined ? [] : [`terminal ${terminal}`])];
      const exec = Buffer.from(parts.find((part) => part instanceof Uint8Array) ?? []);
      board.run([...commands, `exec ${hex(exec)}`, "eof", "end"]);
      if (status !== undefined || terminal === undefined) return;
      // leaves an escape sequence, the bridge, cat, and a line, whatever of them there is
      const after = board.play({ terminal, parts: [...parts, "\x1d", "~~", "\x03", "echo alive\r"], eof: false }, room);
      assert.ok(after.output.startsWith(output));
      assert.ok(after.output.includes("\r\nalive\r\n") || after.status !== undefined);
    },
  );
  fc.assert(property, { numRuns: 150, seed: 20260102 });
});

// ---- what only a board has ----

const portBytes = (lines: string[]): string =>
  lines
    .filter((line) => line.startsWith("port "))
    .map((line) => Buffer.from(line.slice(5), "hex").toString())
    .join("");

test("uart carries every byte both ways, and Ctrl-] leaves", options, () => {
  const lines = board.run([
    "terminal 80",
    "shell",
    `input ${hex("uart 9600\r")}`,
    `input ${hex("AT\r\x03\x04\x1b[A\x7f")}`,
    `serial ${hex("OK\n\0\x1d\x1b[2J")}`,
    `input ${hex("last\x1decho back\r")}`,
    `serial ${hex("nobody listens")}`,
    "eof",
  ]);
  assert.ok(lines.includes("open 9600"));
  assert.equal(portBytes(lines), "AT\r\x03\x04\x1b[A\x7flast");
  assert.equal(lines.filter((line) => line === "close").length, 1);
  const { output, status } = transcript(lines);
  assert.match(output, /\r\nserial port at 9600 baud; Ctrl-\] leaves\r\nOK\n\0\x1d\x1b\[2J\r\nserial port left\r\n/);
  assert.match(output, /\r\nback\r\n/);
  assert.equal(status, 0);
});

test("Ctrl-] leaves a port that takes nothing, which then gets no byte of what comes behind", options, () => {
  const uart = ["terminal 80", "taken 0", "shell", `input ${hex("uart\r")}`];
  const lines = board.run([...uart, `input ${hex("stuck\x1decho back\r")}`, "taken 64", "eof"]);
  assert.equal(portBytes(lines), "");
  assert.match(transcript(lines).output, /\r\nserial port left\r\n.*\r\nback\r\n/s);
});

test("uart without a terminal hands on every byte, and ends with the input when the port has taken it", options, () => {
  const all = Buffer.from(Uint8Array.from({ length: 1000 }, (_, index) => index));
  const commands = ["taken 0", `exec ${hex("uart")}`, `serial ${hex(all)}`, `input ${hex(all)}`, "eof"];
  const waiting = board.run(commands);
  assert.ok(waiting.includes("open 115200"));
  assert.equal(transcript(waiting).status, undefined);
  const taken = [...commands, "taken 3", "taken 0", "time 499"];
  assert.equal(transcript(board.run(taken)).status, undefined, "an answer may be under way");
  const lines = board.run([...taken, "time 1"]);
  assert.equal(portBytes(lines), all.toString());
  assert.deepEqual(transcript(lines), { output: all.toString(), errors: "", status: 0 });
  assert.deepEqual(lines.slice(-2), ["close", "0 exit 0"]);
});

test("what the port answers after the end of the input arrives", options, () => {
  const asked = [`exec ${hex("uart")}`, `input ${hex("AT\r")}`, "eof", "time 499", `serial ${hex("OK")}`, "time 499"];
  assert.deepEqual(transcript(board.run(asked)), { output: "OK", errors: "", status: undefined });
  assert.deepEqual(transcript(board.run([...asked, "time 1"])), { output: "OK", errors: "", status: 0 });
});

test("a port that goes ends the bridge with a word, and is opened again when it is back", options, () => {
  const GONE = "port 3";
  const uart = `exec ${hex("uart")}`;
  const lines = board.run([uart, `serial ${hex("last words")}`, GONE, "session 1", uart]);
  assert.deepEqual(transcript(lines), { output: "last words", errors: "uart: the serial port has gone\n", status: 1 });
  const refused = { output: "", errors: "uart: the serial port cannot be opened; is it plugged in?\n", status: 1 };
  assert.deepEqual(transcript(lines, 1), refused);
  assert.deepEqual(board.run([uart, GONE, "session 1", "port 0", uart]).slice(-1), ["open 115200"]);
  const shell = ["terminal 80", "shell", `input ${hex("uart\r")}`, GONE, `input ${hex("echo still here\r")}`];
  assert.match(transcript(board.run(shell)).output, /uart: the serial port has gone\r\n.*\r\nstill here\r\n/s);
});

test("one session at a time has the serial port; one that is gone has it no longer", options, () => {
  const uart = `exec ${hex("uart")}`;
  const taken = board.run(["session 0", uart, "session 1", uart]);
  assert.deepEqual(transcript(taken, 1), {
    output: "",
    errors: "uart: another session has the serial port\n",
    status: 1,
  });
  const free = board.run(["session 0", uart, "end", "session 1", uart]);
  assert.deepEqual(free, ["open 115200", "close", "open 115200"]);
  const unshown = board.run(["session 0", "terminal 80", "room 0", uart, "end"]);
  assert.deepEqual(unshown, ["open 115200", "close"]);
});

test("uart refuses what is no speed, and says when there is no port", options, () => {
  for (const speed of ["0", "-1", "9600x", "12345678", "9600 8N1"]) {
    const { errors, status } = board.play({ exec: `uart ${speed}` });
    assert.equal(errors, "uart: the baud rate is a number from 1 to 9999999\n");
    assert.equal(status, 2);
  }
  const words = ["this board has no serial port", "the serial port has no such speed"];
  for (const [index, word] of words.entries()) {
    const { errors, status } = transcript(board.run([`port ${index + 1}`, `exec ${hex("uart")}`]));
    assert.equal(errors, `uart: ${word}\n`);
    assert.equal(status, 1);
  }
});

test("reboot and bootsel restart the device and end the session, or say that they cannot", options, () => {
  for (const [index, command] of ["reboot", "bootsel"].entries()) {
    const lines = board.run(["terminal 80", "shell", `input ${hex(`${command}\rmore`)}`]);
    assert.ok(lines.includes(`restart ${index}`));
    assert.match(transcript(lines).output, /\r\nrestarting.*\r\n$/);
    assert.equal(lines.at(-1), "0 exit 0");
    const refused = transcript(board.run(["refuse restart", `exec ${hex(command)}`]));
    assert.deepEqual(refused, { output: "", errors: `${command}: this board cannot be restarted so\n`, status: 1 });
  }
});

test("the LED is the board's, and the same for all sessions", options, () => {
  const lines = board.run(["session 0", `exec ${hex("led on")}`, "session 1", `exec ${hex("led")}`]);
  assert.ok(lines.includes("light 1"));
  assert.equal(transcript(lines, 1).output, "LED on\n");
});
