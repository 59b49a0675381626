// The device shell of the C host: what the Node host's shell writes it writes too, byte for byte; and the commands that only
// a board has.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { needs } from "../../support/peers.js";
import { ADMINISTRATOR } from "../../../host/node/userauth/permissions.js";
import { createDriver, hex, type Part, playOnNode, type Script, transcript } from "../../support/shell-driver.js";

const options = needs("gcc");
const board = createDriver();
const likeNode = createDriver({ LINE_BYTES: 1024, HISTORY_BYTES: 33_000 });
after(() => [board, likeNode].forEach((driver) => driver.remove()));

async function assertSame(script: Script): Promise<void> {
  assert.deepEqual(likeNode.play(script), await playOnNode(script, 0, ADMINISTRATOR), JSON.stringify(script));
}

const keys = (text: string): Part[] => Array.from(text);
const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

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
      `${label("engine")}none`,
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
    `echo ${"z".repeat(1020)}`,
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

test("cat on a terminal repeats lines as on the Node host", options, async () => {
  await assertSame({ exec: "cat", terminal: 80, parts: ["one\r", "two\r", UP, "\r", "\x04"] });
  await assertSame({ exec: "cat", terminal: 80, parts: ["x\x03", "more"] });
  await assertSame({ exec: "cat", terminal: 20, parts: ["e\t\t", "x".repeat(50), "\r"] });
  await assertSame({
    terminal: 80,
    parts: ["cat\r", "one\r", "\x04", "echo after\r", UP, UP, "\r", "cat\r", "\x03", "\x04"],
  });
});

test("the keys of a terminal do what they do on the Node host", options, async () => {
  const sessions: Part[][] = [
    ["echo hi\r", "exit 5\r"],
    ["echo a\r\n", "echo b\n", "echo c\r", "\n", "\n", "exit\n"],
    ["echo badd\x7f\r", "rubbish\x15echo two\r", "rubbish\x03", UP, "\r", UP, UP, DOWN, DOWN, DOWN, "\r"],
    ["ab\x04", "\x01\x04\x04\x04"],
    ["x\x03\x04"],
    [
      "echo abc def",
      LEFT,
      LEFT,
      "\x17",
      "\x05",
      "X",
      "\x01",
      RIGHT,
      RIGHT,
      "\x0b",
      "\x08",
      "\x1b[3~",
      "\x1b[H",
      "\x1b[F",
      "\r",
    ],
    ["echo one\r", "echo two\r", "led\r", "ec", UP, UP, UP, UP, DOWN, DOWN, DOWN, "\r"],
    ["echo one\r", "echo one\r", "   \r", UP, UP, "\x03", UP, "\x15", "\r", UP, UP, "\r"],
    ["e", "\t", "\t", "\t", "x", "\t", "\r"],
    ["h", "\t", "\t", "\t", "\x15", "zz", "\t", "\t", "\x01", "\t"],
    ["xyz\x01ech", "\t", "\t", "\x1b[Z", "\r"],
    ["led on\r", "\x0c", "led\r", "echo text\x0c"],
    [
      "echo a_b c-d  e\x1bb\x1bb\x1bbX\x1bfY\x1b\x7fZ",
      "\x1b[1;5D",
      "\x1b[1;5C",
      "\x1b[1;5D",
      "\x1b[1;6D",
      "\x1b[1;3D",
      "\r",
    ],
    [
      "\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1bOH\x1bOF\x1bOA\x1bOB\x1bOC\x1bOD",
      "a\x1b\x1b[Db\x1bOPc\x1b[15~d\x1b[[Ae\x1b[24;5~f",
    ],
    ["echo \u00e9\u6f22\ud83d\ude00e\u0301", LEFT, LEFT, LEFT, "\x7f", RIGHT, "\x04", "z", "\r"],
    ["\x1a", "\x00\x11\x12\x13\x14\x16\x18", "echo alive\r"],
    [
      "echo a\x1c",
      "b\x1d\x1e\x1fc",
      "\x80\x85\x9b2Jd\x9f",
      "e\u2028f\u2029g",
      "\r",
      UP,
      "\x1c",
      UP,
      "h",
      "\t",
      "\x1c\t",
      "\r",
    ],
    ["one\x1b\x03two", "\x1b\rthree", "\x1b\tfour\r"],
  ];
  for (const parts of sessions) {
    for (const terminal of [80, 12, 0]) await assertSame({ terminal, parts });
  }
});

test("a line that is full rings the bell and can be shortened, as on the Node host", options, async () => {
  const parts = ["y".repeat(1030), UP, "\t", "z", "\x1b[D", "q", "\x7f", "q", "\x17", "echo \u00e9", "\r", "\x04"];
  await assertSame({ terminal: 80, parts });
  await assertSame({
    terminal: 80,
    parts: [...keys("x".repeat(1024)), "\x04", "\x1b[1;5D", "\x06", "\x01", "\x0b", "\r"],
  });
});

test(
  "a text that is pasted without an end rings once, and again when a key was heard in between",
  options,
  async () => {
    const parts = ["p".repeat(10_000), "\x7f\x7fqrs", "\x15", "t".repeat(10_000), "\r", "é".repeat(5_000)];
    const bells = ({ output }: { output: string }): number => output.split("\x07").length - 1;
    assert.equal(bells(board.play({ terminal: 80, parts })), 4);
    assert.equal(bells(await playOnNode({ terminal: 80, parts })), 4);
    await assertSame({ terminal: 80, parts: parts.slice(0, -1) });
  },
);

test(
  "lines that are wider than the terminal, and terminals that change, look as on the Node host",
  options,
  async () => {
    for (const columns of [1, 2, 8, 9, 10, 20]) {
      const text = "echo abcdefghijklmnopqrst";
      const moves = [LEFT.repeat(15), "X", "\x01", "\x05", "\x7f", { columns: 15 }, "\x02", "\x0c", "\x03"];
      await assertSame({
        terminal: columns,
        parts: [...keys(text), ...moves, text, "\x01", "\r", "\u6f22".repeat(9), "\x15", "\r"],
      });
    }
  },
);

const edits = fc.oneof(
  fc.constantFrom(...Array.from("abdehilmnopstvwxyz 0129_-.=")).map((key) => [key]),
  fc.constantFrom("é", "漢", "😀", "ü", "e\u0301").map((key) => [key]),
  fc
    .constantFrom(
      LEFT,
      RIGHT,
      UP,
      DOWN,
      "\x1b[H",
      "\x1b[F",
      "\x1b[3~",
      "\x1b[1;5D",
      "\x1b[1;5C",
      "\x1bb",
      "\x1bf",
      "\x1b\x7f",
    )
    .map((key) => [key]),
  fc.constantFrom(...Array.from("\x01\x02\x05\x06\x08\x0b\x0c\x0e\x10\x15\x17\x7f\r\n\x03")).map((key) => [key]),
  fc.constantFrom("\x04").map((key) => ["x", key]), // never on an empty line
  fc.constantFrom("e", "ex", "l", "in", "zz").map((word) => ["\x15", "\x0b", word, "\t", "\t", "\x15"]),
  fc.constantFrom("echo ", "led ", "nosuch ", "cat\r").map((word) => [word]),
  fc.integer({ min: 2, max: 40 }).map((columns) => [{ columns }]),
);

test("hundreds of random edits look as on the Node host", options, async () => {
  const scripts = fc.array(edits, { minLength: 20, maxLength: 150 });
  const property = fc.asyncProperty(scripts, fc.constantFrom(0, 7, 10, 20, 80), async (edits, terminal) => {
    await assertSame({ terminal, parts: edits.flat() });
  });
  await fc.assert(property, { numRuns: 100, seed: 20260101 });
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
      { exec: "cat", terminal: 80, parts: ["half a li", { interrupt }, "more"] },
      { parts: ["echo one\nec", { interrupt }, "ho two\n"] },
      { parts: ["cat\ncopied", { interrupt }, "more"] },
      {
        terminal: 80,
        parts: ["echo no", { interrupt }, "echo yes\r", { interrupt }, "cat\r", "a\rb", { interrupt }, "exit\r"],
      },
    ]) {
      await assertSame(script);
      assert.equal(board.play(script).status, 130, JSON.stringify(script));
    }
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
  const refused = { output: "", errors: "a line has more than 320 bytes\n", status: 2 };
  assert.deepEqual(board.play({ exec: `echo ${"x".repeat(316)}` }), refused);
  assert.equal(board.play({ exec: `echo ${"x".repeat(315)}` }).output.length, 316);
});

test("the history keeps as many of the newest lines as fit", options, () => {
  const line = (name: string, length: number): string => `echo ${name.repeat(length - 5)}`;
  const parts = [line("a", 100), line("b", 50), line("c", 90), line("d", 250)].flatMap((text) => [text, "\r"]);
  const shown = (count: number): string[] => {
    const { output } = board.play({ terminal: 0, parts: [...parts, ...Array<string>(count).fill(UP)] });
    return [output.slice(output.lastIndexOf("sesame> ") + 8).replace(/\x1b.*$/, "")];
  };
  assert.deepEqual(shown(1), [line("c", 90)]);
  assert.deepEqual(shown(2), [line("b", 50)]);
  assert.deepEqual(shown(3), [""]);
});

test("unknown escape sequences and bytes that are no UTF-8 are swallowed whole", options, () => {
  const swallowed = [
    "\x1b[?25h",
    "\x1b[24;80R",
    "\x1b[1;2;3~",
    "\x1b[>0;276;0c",
    "\x1b[[5~",
    "\x1b[999999999~",
    "\x1bOP",
  ];
  const broken = [
    [0xff],
    [0x80],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80],
    [0xc2, 0x9b],
    [0x1c],
  ];
  const parts = [...swallowed, ...broken.map((bytes) => Buffer.from(bytes))].flatMap((bytes) => ["+", bytes]);
  const { output } = board.play({ terminal: 0, parts: ["echo ", ...parts, "\r"] });
  assert.match(output, new RegExp(`\\r\\n\\+{${parts.length / 2}}\\r\\n`));
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
  assert.equal(portBytes(lines), "AT\r\x03\x04\x1b[A\x7f");
  assert.equal(lines.filter((line) => line === "close").length, 1);
  const { output, status } = transcript(lines);
  assert.match(output, /\r\nserial port at 9600 baud; Ctrl-\] leaves\r\nOK\n\0\x1d\x1b\[2J\r\nserial port left\r\n/);
  assert.match(output, /\r\nback\r\n/);
  assert.equal(status, 0);
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
