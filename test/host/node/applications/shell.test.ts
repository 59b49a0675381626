// The device shell on a channel of its own: commands, scripts, and what a terminal is sent. scenarios.test.ts has the
// keys.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Channel, type ChannelPort } from "../../../../host/node/switchboard/channel.js";
import { createDevice, type Device, serveShell, Session } from "../../../../host/node/index.js";
import type { CompiledModule } from "../../../../host/node/modules.js";
import type { ModuleSet } from "../../../../host/node/index.js";

function pretend<Type extends "transport" | "userauth" | "connection">(type: Type): CompiledModule<Type> {
  const instantiate = (): never => {
    throw new Error("not under test");
  };
  return { type, name: `the-${type}`, bytes: 1000, sha256: "ab".repeat(32), memoryBytes: 5000, instantiate };
}

const modules: ModuleSet = {
  transport: pretend("transport"),
  userauth: pretend("userauth"),
  connection: pretend("connection"),
};

/** The far end of a channel. */
class FarEnd implements ChannelPort {
  output = Buffer.alloc(0);
  errors = "";
  events: string[] = [];
  status: number | undefined;
  window = Infinity;
  readonly channel: Channel;
  readonly closed: Promise<unknown>;

  constructor(device: Device, pty = false) {
    this.channel = new Channel(this);
    this.closed = once(this.channel, "close");
    if (pty) this.channel.pty = { terminal: "xterm", columns: 80, rows: 24 };
    const session = new Session(1, "nowhere", () => {});
    serveShell(session, device);
    session.emit("channel", this.channel);
  }

  /** Makes the request that has this name, and waits for the channel's end if the input is to end. */
  async run(event: "exec" | "shell", command?: string, input: (string | Uint8Array)[] = [], eof = true): Promise<this> {
    assert.equal(this.channel.request(event, command === undefined ? [] : [command]), true);
    this.channel.answered();
    for (const part of input) {
      this.channel.receiveData(Buffer.from(part));
      await delay(1);
    }
    if (eof) {
      this.channel.receiveEof();
      await this.closed;
    }
    return this;
  }

  writable(): number {
    return Math.min(this.window, 1000);
  }

  write(bytes: Uint8Array, extended: boolean): void {
    if (extended) this.errors += Buffer.from(bytes).toString();
    else this.output = Buffer.concat([this.output, bytes]);
  }

  consumed(): void {}

  sendEof(): void {
    this.events.push("eof");
  }

  exit(status: number): void {
    this.status = status;
    this.events.push("exit");
  }

  close(): void {
    this.events.push("close");
    this.channel.receiveClose();
  }

  /** The output as a person sees it: escape sequences taken out. */
  get text(): string {
    return this.output.toString().replace(/\x1b\[(\?2004[hl]|\d*[A-Z])/g, "");
  }
}

const device = (): Device => createDevice(modules);
const exec = (command: string): Promise<FarEnd> => new FarEnd(device()).run("exec", command);

test("a command's output, its end and its status arrive in this order", async () => {
  const end = await exec("echo  hello   world ");
  assert.equal(end.output.toString(), "hello world\n");
  assert.deepEqual(end.events, ["eof", "exit", "close"]);
  assert.equal(end.status, 0);
});

test("an unknown command fails with 127 and says so on standard error, without control characters", async () => {
  for (const command of ["reboot now", "\x1b[2Jx", "constructor", "__proto__"]) {
    const end = await exec(command);
    assert.equal(end.status, 127, command);
    assert.equal(end.output.length, 0);
    assert.match(end.errors, /^[\x20-\x7e]+: no such command; try help\n$/);
  }
});

test("exit has the status it is given, and refuses what is none", async () => {
  assert.equal((await exec("exit 7")).status, 7);
  assert.equal((await exec("exit")).status, 0);
  for (const command of ["exit 256", "exit -1", "exit x", "exit 1 2"]) {
    const end = await exec(command);
    assert.equal(end.status, 2, command);
    assert.match(end.errors, /0 to 255/);
  }
});

test("info names the modules with size, memory and hash", async () => {
  const { output } = await exec("info");
  assert.match(output.toString(), /the-userauth +1000 bytes +5000 bytes of memory +sha256 (ab){32}\n/);
  assert.match(output.toString(), /together +3000 bytes +15000 bytes of memory\n/);
});

test("the LED is the same for all sessions", async () => {
  const shared = device();
  await new FarEnd(shared).run("exec", "led on");
  assert.equal((await new FarEnd(shared).run("exec", "led")).output.toString(), "LED on\n");
  await new FarEnd(shared).run("exec", "led off");
  assert.equal(shared.led, false);
  assert.equal((await new FarEnd(shared).run("exec", "led purple")).status, 2);
});

test("uptime counts from the device's start", async () => {
  const started = { ...device(), startedAt: performance.now() - 90_061_000 };
  assert.equal((await new FarEnd(started).run("exec", "uptime")).output.toString(), "up 1 d 1 h 1 min 1 s\n");
  assert.match((await exec("uptime")).output.toString(), /^up 0 s\n$/);
});

test("cat returns every byte and ends with the input", async () => {
  const all = Uint8Array.from({ length: 4096 }, (_, index) => index);
  const end = await new FarEnd(device()).run("exec", "cat", [all, all, Buffer.of(3, 4, 26, 13, 10)]);
  assert.deepEqual(end.output, Buffer.concat([all, all, Buffer.of(3, 4, 26, 13, 10)]));
  assert.equal(end.status, 0);
});

test("cat stops reading when the client takes nothing", async () => {
  const end = new FarEnd(device());
  end.window = 0;
  await end.run("exec", "cat", [], false);
  for (let count = 0; count < 100; count++) end.channel.receiveData(Buffer.alloc(4096, count));
  await delay(10);
  assert.ok(end.channel.writableLength <= 2 * end.channel.writableHighWaterMark);
  end.window = Infinity;
  end.channel.answered();
  end.channel.receiveEof();
  await end.closed;
  assert.equal(end.output.length, 409_600);
  assert.equal(end.output[409_599], 99);
});

test("a script's errors wait for the client as its output does", async () => {
  const end = new FarEnd(device());
  end.window = 0;
  await end.run("shell", undefined, [], false);
  for (let count = 0; count < 200; count++) end.channel.receiveData(Buffer.from("x\n".repeat(2000)));
  await delay(10);
  assert.ok(end.channel.stderr.writableLength < 256 * 1024, `${end.channel.stderr.writableLength} bytes wait`);
  assert.ok(end.channel.isPaused());
  end.window = Infinity;
  end.channel.answered();
  end.channel.receiveEof();
  await end.closed;
  assert.equal(end.errors.match(/no such command/g)?.length, 400_000);
  assert.equal(end.status, 127);
});

test("output and errors that wait are both waited for", async () => {
  const output = `echo ${"o".repeat(1000)}\n`.repeat(20);
  const errors = `${"x".repeat(1000)}\n`.repeat(600);
  for (const script of [output + errors, errors + output]) {
    const end = new FarEnd(device());
    end.window = 0;
    await end.run("shell", undefined, [script], false);
    const waiting = [end.channel, end.channel.stderr].filter((stream) => stream.writableNeedDrain);
    assert.equal(waiting.length, 1, "what follows has not been run");
    assert.ok(end.channel.isPaused());
    end.channel.receiveData(Buffer.from("echo end\nexit 6\n"));
    end.window = Infinity;
    end.channel.answered();
    await end.closed;
    assert.equal(end.errors.match(/no such command/g)?.length, 600);
    assert.equal(end.output.toString().match(/o{1000}\n/g)?.length, 20);
    assert.match(end.output.toString(), /\nend\n$/);
    assert.equal(end.status, 6);
  }
});

test("cat in a script copies the rest of it", async () => {
  const end = await new FarEnd(device()).run("shell", undefined, [
    "echo a\ncat\nraw",
    Buffer.of(0, 255, 4),
    "\nexit 3\n",
  ]);
  assert.deepEqual(end.output, Buffer.concat([Buffer.from("a\nraw"), Buffer.of(0, 255, 4), Buffer.from("\nexit 3\n")]));
  assert.equal(end.status, 0);
});

test("a line without end costs no memory and is refused", async () => {
  const end = await new FarEnd(device()).run("shell", undefined, [
    ...Array<string>(50).fill("x".repeat(4096)),
    "\necho on\n",
  ]);
  assert.match(end.errors, /more than 1024 bytes/);
  assert.equal(end.output.toString(), "on\n");
});

test("a terminal gets prompt, echo and CR LF", async () => {
  const end = await new FarEnd(device(), true).run("shell", undefined, ["echo hi\r", "exit 5\r"]);
  assert.equal(end.text, "sesame> echo hi\r\nhi\r\nsesame> exit 5\r\n");
  assert.equal(end.status, 5);
});

test("a command on a terminal writes CR LF, errors included", async () => {
  const end = await new FarEnd(device(), true).run("exec", "nosuch");
  assert.equal(end.output.toString(), "nosuch: no such command; try help\r\n");
});

test("a terminal that changes its size after exit is not written to", async () => {
  const end = new FarEnd(device(), true);
  const errors: unknown[] = [];
  end.channel.on("error", (error) => errors.push(error));
  end.window = 0;
  await end.run("shell", undefined, ["exit 3\r"], false);
  end.channel.windowChange(3, 3);
  end.channel.receiveData(Buffer.from("more\r\x1b"));
  await delay(5);
  end.window = Infinity;
  end.channel.answered();
  await end.closed;
  assert.equal(end.status, 3);
  assert.deepEqual(errors, []);
});

test("a signal or a break ends what runs: a command, a script, and on a terminal what Ctrl-C would", async () => {
  for (const [event, args] of [
    ["signal", ["INT"]],
    ["signal", ["TERM"]],
    ["signal", ["HUP"]],
    ["break", [500]],
  ] as const) {
    for (const [start, command, pty] of [
      ["exec", "cat", false],
      ["exec", "cat", true],
      ["shell", undefined, false],
    ] as const) {
      const far = new FarEnd(createDevice(modules), pty);
      assert.equal(far.channel.request(event, [...args]), false, "nothing runs yet");
      far.channel.answered();
      await far.run(start, command, ["half a line"], false);
      assert.equal(far.channel.request("signal", ["USR1"]), false, "a signal that nobody acts upon is refused");
      assert.equal(far.channel.request(event, [...args]), true);
      far.channel.answered();
      await far.closed;
      assert.equal(far.status, 130);
    }
    const shell = await new FarEnd(createDevice(modules), true).run("shell", undefined, ["echo no"], false);
    assert.equal(shell.channel.request(event, [...args]), true);
    shell.channel.answered();
    assert.match(shell.text, /\^C\r\nsesame> $/, "the line is left, and the shell goes on");
    assert.equal(shell.status, undefined);
    shell.channel.destroy();
  }
});

test("keys typed without end, yanked too, make no line without end", async () => {
  const end = new FarEnd(device(), true);
  await end.run("shell", undefined, [
    "y".repeat(3000),
    "\x15",
    "\x19".repeat(500),
    "\x15\x15",
    "echo fine\r",
    "exit\r",
  ]);
  assert.match(end.text, /\r\nfine\r\n/);
  assert.ok(end.output.length < 200_000);
});

test("a channel that closes in the middle of everything leaves nothing running", async () => {
  for (const [event, command, pty] of [
    ["exec", "cat", false],
    ["exec", "cat", true],
    ["shell", undefined, false],
    ["shell", undefined, true],
  ] as const) {
    const end = new FarEnd(device(), pty);
    end.window = 0;
    await end.run(event, command, ["help\r\n", "x".repeat(70_000)], false);
    end.channel.receiveClose();
    await end.closed;
    assert.ok(end.channel.destroyed);
  }
});
