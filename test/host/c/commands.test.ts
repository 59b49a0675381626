// The commands of the device shell on both hosts: what is said of them, what they refuse, who is here and what has
// happened; and commands of somebody else's, whose output may be long and take its time.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { CommandTable } from "../../../host/node/index.js";
import { ADMINISTRATOR } from "../../../host/node/userauth/permissions.js";
import { needs } from "../../support/peers.js";
import { createDriver, hex, playOnNode, type Script, type Transcript, transcript } from "../../support/shell-driver.js";

const options = needs("gcc");
const board = createDriver();
after(() => board.remove());

/** The driver's extensions, as an application of Node's has them. */
const commands: CommandTable = {
  count: {
    usage: "count TO [slowly]",
    help: "counts",
    audience: "administrators",
    run: async ({ words: [to, how], output, signal }) => {
      for (let number = 1; number <= Number(to); number++) {
        if (how === "slowly") await delay(1000, undefined, { signal });
        await output.write(`${String(number).padStart(5)}\n`);
      }
      return 9;
    },
  },
  uptime: { help: "in place of ours", run: ({ output }) => output.write("since always\n") },
  hello: {
    usage: "hello NAME",
    help: "greets",
    run: ({ words, output }) => {
      if (words.length !== 1) throw new Error("who?");
      return output.write(`hello ${words[0]}\n`);
    },
  },
};

const extended = (exec: string): Transcript => transcript(board.run(["extend", `exec ${hex(exec)}`]));
const onNode = (exec: string, extra = {}): Promise<Transcript> => playOnNode({ exec }, 0, ADMINISTRATOR, extra);

test("help NAME and NAME --help explain on both hosts, and run nothing", options, async () => {
  for (const [name, said] of [
    ["help", "usage: help [NAME]\nthis list, or what is said of one command\n"],
    ["echo", "usage: echo TEXT\nprints the text\n"],
    ["exit", "usage: exit [STATUS]\nleaves\n"],
    ["log", "usage: log [LINES]\nthe last lines of the log\n"],
  ] as const) {
    for (const exec of [`help ${name}`, `${name} --help`, `  ${name}   --help `]) {
      const explained = { output: said, errors: "", status: 0 };
      assert.deepEqual(board.play({ exec }), explained, exec);
      assert.deepEqual(await onNode(exec), explained, exec);
    }
  }
  for (const name of ["reboot", "bootsel", "uart", "credentials"]) {
    const lines = board.run([`exec ${hex(`${name} --help`)}`]);
    assert.ok(!lines.some((line) => /^(restart|open|stored)/.test(line)), name);
    assert.match(transcript(lines).output, new RegExp(`^usage: ${name}`));
  }
});

test("a command without arguments refuses them on both hosts, and does nothing", options, async () => {
  for (const name of ["cat", "version", "info", "uptime", "free", "who"]) {
    const refused = { output: "", errors: `${name}: there are no arguments\n`, status: 2 };
    assert.deepEqual(board.play({ exec: `${name} now` }), refused);
    assert.deepEqual(await onNode(`${name} now`), refused);
  }
  for (const name of ["reboot", "bootsel"]) {
    const lines = board.run([`exec ${hex(`${name} now`)}`]);
    assert.deepEqual(transcript(lines), { output: "", errors: `${name}: there are no arguments\n`, status: 2 });
    assert.ok(!lines.some((line) => line.startsWith("restart")));
  }
});

test("one wrong character is told from a command that is not there, alike on both hosts", options, async () => {
  for (const [typed, meant] of [
    ["hlep", "help"],
    ["led2", "led"],
    ["ecco", "echo"],
    ["uptme", "uptime"],
    ["kat", "cat"],
    ["exitt", "exit"],
    ["ls", undefined],
    ["hpel", undefined],
    ["xyz", undefined],
    ["éch", undefined],
  ] as const) {
    for (const exec of [typed, `help ${typed}`]) {
      const { errors, status } = board.play({ exec });
      assert.ok(errors.endsWith(meant ? `; did you mean ${meant}?\n` : "; try help\n"), errors);
      assert.equal(status, 127);
      assert.equal((await onNode(exec)).errors, errors);
    }
  }
  const permissions = { commands: ["echo"] };
  assert.match((await playOnNode({ exec: "ledd" }, 0, permissions)).errors, /try help/, "not of what is not permitted");
});

test("version and free say what there is; quit and logout leave as exit does", options, async () => {
  assert.equal(board.play({ exec: "version" }).output, "sesame 1.2.3, wasm2c, Test board\n");
  assert.match((await onNode("version")).output, /^sesame \d+\.\d+\.\d+, V8 .*, Node v.*\n$/);
  assert.equal(board.play({ exec: "free" }, 1).output, `${"heap".padEnd(25)}1000 of 20000 bytes at most\n`);
  assert.match((await onNode("free")).output, /^heap +\d+ of \d+ bytes\nresident +\d+ bytes\n$/);
  for (const name of ["quit", "logout"]) {
    for (const exec of [name, `${name} 7`, `${name} 256`]) assert.deepEqual(board.play({ exec }), await onNode(exec));
    assert.deepEqual(board.play({ exec: `${name} x` }).errors, `${name}: the status is a number from 0 to 255\n`);
    assert.equal(board.play({ parts: [`nosuch\n${name}\necho no\n`] }).status, 127);
  }
});

test("who names those who are logged in, alike on both hosts", options, async () => {
  const lines = board.run([
    "login 1 ann 192.0.2.1",
    "time 3600000",
    "login 3 b\x1b[2J\u00e9\u0085",
    "time 5000",
    `exec ${hex("who")}`,
  ]);
  const users = [
    { id: 1, user: "ann", from: "192.0.2.1", forMs: 3_605_000 },
    { id: 3, user: "b\x1b[2J\u00e9\u0085", from: "", forMs: 5_000 },
  ];
  const { output } = transcript(lines);
  assert.equal(
    output,
    "connection 1: ann from 192.0.2.1 for 1 h 0 min 5 s\nconnection 3: b\\x1b[2Jé\\xc2\\x85 for 5 s\n",
  );
  assert.equal((await onNode("who", { users })).output, output);
});

const line = (number: number): string => `line ${number} ${"x".repeat(40)}`;

test("log shows the last lines that fit, with their seconds, and nothing that a terminal obeys", options, () => {
  const logged = Array.from({ length: 60 }, (_, number) => ["time 1000", `log ${hex(line(number))}`]).flat();
  const shown = (exec: string, room = 512): string[] =>
    transcript(board.run([`room ${room}`, ...logged, `log ${hex("\x1b[2J\x07")}`, `exec ${hex(exec)}`])).output.split(
      "\n",
    );
  const all = shown("log");
  const [last, ...before] = all.slice(0, -1).reverse();
  assert.equal(last, "[60] client: \\x1b[2J\\x07");
  assert.ok(before.length >= 15 && before.length < 25, `${before.length} lines`);
  before.forEach((text, index) => assert.equal(text, `[${60 - index}] client: ${line(59 - index)}`));
  assert.deepEqual(shown("log", 1), all, "however slowly the client takes it");
  assert.deepEqual(shown("log 2"), [before[0], last, ""]);
  assert.deepEqual(shown("log 0"), [""]);
  assert.deepEqual(shown("log 4000000000"), all);
  for (const exec of ["log x", "log 1 2", "log -1"])
    assert.deepEqual(board.play({ exec }), { output: "", errors: "log: how many lines is a number\n", status: 2 });
});

test("lines that go while log is being read are left out, and none is cut", options, () => {
  const some = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `log ${hex(line(from + index))}`);
  // the client takes nothing while more than the ring holds is logged
  const lines = board.run([...some(0, 15), "room 0", `exec ${hex("log")}`, ...some(15, 60), "room 5", "time 0"]);
  const { output, status } = transcript(lines);
  assert.equal(status, 0);
  for (const text of output.split("\n").slice(0, -1)) assert.match(text, /^\[0\] client: line \d+ x{40}$/);
});

test("on Node log shows what the server's log was given, bounded and escaped", async () => {
  const log = Array.from({ length: 3000 }, (_, number) => ({ event: "test", number, text: "\x1b[2J\x85".repeat(3) }));
  const { output } = await onNode("log", { log });
  const lines = output.split("\n").slice(0, -1);
  assert.ok(output.length <= 65_536 + lines.length && output.length > 60_000);
  assert.match(lines.at(-1), /^time=\S+ event=test number=2999 text="(\\u001b\[2J\\u0085)+"$/);
  const two = (await onNode("log 2", { log })).output;
  assert.deepEqual(two.match(/number=\d+/g), ["number=2998", "number=2999"]);
  assert.equal((await onNode("log 0", { log })).output, "");
  assert.match((await onNode("log x", { log })).errors, /^log: how many lines is a number\n$/);
});

test("somebody else's commands are listed, explained, meant, and take the place of ours", options, async () => {
  const listed = ({ output }: Transcript): string[] => output.split("\n").map((text) => text.split(" ")[0]!);
  for (const help of [listed(extended("help")), listed(await onNode("help", { commands }))]) {
    assert.deepEqual(help.slice(-4), ["count", "uptime", "hello", ""]);
    assert.equal(help.filter((name) => name === "uptime").length, 1);
  }
  for (const exec of ["help count", "count --help", "uptime", "hello you", "hello", "hello a b", "hallo", "uptime x"]) {
    const here = extended(exec);
    assert.deepEqual(await onNode(exec, { commands }), here, exec);
    assert.ok(here.output + here.errors !== "");
  }
  const tabs = transcript(board.run(["extend", "terminal 80", "shell", `input ${hex("cou\t2\r")}`])).output;
  assert.match(tabs, /count 2\S*\r\n {4}1\r\n {4}2\r\n/);
});

test("a name that no user's record could list is refused on Node", async () => {
  for (const name of ["", "two words", "ü"]) {
    const table = { [name]: { help: "", run: () => {} } };
    await assert.rejects(onNode("help", { commands: table }), /is no name of a command/);
  }
});

const counted = (to: number): string =>
  Array.from({ length: to }, (_, index) => `${String(index + 1).padStart(5)}\n`).join("");

test(
  "output that is far longer than the client's room arrives whole, with the status that the command ends with",
  options,
  async () => {
    const whole = { output: counted(10_000), errors: "", status: 9 };
    for (const room of [1, 7, 512])
      assert.deepEqual(transcript(board.run([`room ${room}`, "extend", `exec ${hex("count 10000")}`])), whole);
    assert.deepEqual(await onNode("count 3", { commands }), { ...whole, output: counted(3) });
  },
);

test("a command writes later what comes later, and a script goes on behind it", options, () => {
  const script = ["extend", "shell", `input ${hex("count 2 slowly\necho after\n")}`, "eof"];
  assert.equal(transcript(board.run(script)).output, "");
  assert.equal(transcript(board.run([...script, "time 1000"])).output, counted(1));
  const { output, status } = transcript(board.run([...script, "time 1000", "time 1000"]));
  assert.equal(output, `${counted(2)}after\n`);
  assert.equal(status, 0);
});

test("Ctrl-C ends a command that takes its time, and what was typed ahead of it", options, () => {
  const typed = ["extend", "terminal 80", "shell", `input ${hex("count 9 slowly\r")}`, "time 1000"];
  const { output } = transcript(board.run([...typed, `input ${hex("echo lost\r\x03echo kept\r")}`, "time 1000"]));
  assert.match(output, /\r\n {4}1\r\n\^C\r\n.*echo kept\S*\r\nkept\r\n/);
  assert.ok(!output.includes("lost") && !output.includes("    2"));
  const ahead = transcript(
    board.run([...typed.slice(0, 3), `input ${hex("count 1 slowly\recho ahead\r")}`, "time 1000"]),
  );
  assert.match(ahead.output, / {4}1\r\n.*\r\nahead\r\n/, "without Ctrl-C it is kept");
  for (const interrupt of ["signal", "break"]) {
    const alone = board.run(["extend", `exec ${hex("count 9 slowly")}`, "time 1000", interrupt]);
    assert.deepEqual(transcript(alone), { output: counted(1), errors: "", status: 130 });
  }
});

test("on Node what follows a command that takes its time waits for it; Ctrl-C and the client's going end it", async () => {
  const play = (script: Script): Promise<Transcript> => playOnNode(script, 0, ADMINISTRATOR, { commands });
  const script = await play({ parts: ["count 2\necho a", "fter\nnosuch\ncount 1"] });
  assert.equal(script.output, `${counted(2)}after\n${counted(1)}`);
  assert.equal(script.status, 9);
  const typed = await play({ terminal: 80, parts: ["count 2\recho ahead\r", "exit\r"] });
  assert.match(typed.output, /count 2\S*\r\n {4}1\r\n {4}2\r\n.*echo ahead\S*\r\nahead\r\n/);
  for (const ended of ["\x03", { interrupt: "signal" }, { interrupt: "break" }] as const) {
    const parts = ["count 2 slowly\r", "echo lost\r", ended, "echo kept\r", "exit\r"];
    const { output, status } = await play({ terminal: 80, parts });
    assert.match(output, /slowly\S*\r\n\^C\r\n.*kept\S*\r\n/);
    assert.ok(!output.includes("lost"));
    assert.equal(status, 0);
    assert.equal((await play({ exec: "count 2 slowly", terminal: 80, parts: [ended] })).status, 130);
  }
  for (const interrupt of ["signal", "break"] as const)
    assert.equal((await play({ exec: "count 2 slowly", parts: [{ interrupt }] })).status, 130);
  let ended = 0;
  const forever: CommandTable = {
    forever: {
      help: "writes without end",
      run: async ({ output }) => {
        try {
          for (;;) await output.write("more\n".repeat(1000));
        } finally {
          ended++;
        }
      },
    },
  };
  for (const script of [
    { exec: "forever", eof: false },
    { terminal: 80, parts: ["forever\r"], eof: false },
  ])
    await playOnNode(script, 0, ADMINISTRATOR, { commands: forever });
  await delay(10);
  assert.equal(ended, 2, "whose client has gone");
});
