// The Node host's instances of the shell module: when there is one, how it is fed, what becomes of one that misbehaves,
// and what is left.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { CommandTable } from "../../../../host/node/index.js";
import { serveShell, Session } from "../../../../host/node/index.js";
import { createDevice } from "../../../../host/node/applications/device.js";
import {
  type Instance,
  loadModule,
  ModuleError,
  type ShellExports,
  wideModulePath,
} from "../../../../host/node/modules.js";
import { Channel } from "../../../../host/node/switchboard/channel.js";
import type { ModuleSet } from "../../../../host/node/switchboard/options.js";

/** A channel whose client takes `window` bytes. */
class Client {
  output = "";
  errors = "";
  status: number | undefined;
  window = Infinity;
  error: unknown;
  readonly channel: Channel;
  /** Whatever the reason. */
  readonly closed: Promise<void>;

  constructor(terminal: boolean, commands: CommandTable = {}) {
    this.channel = new Channel({
      writable: () => Math.min(1000, this.window),
      write: (bytes, extended) => {
        this.window -= bytes.length;
        this[extended ? "errors" : "output"] += Buffer.from(bytes).toString();
      },
      consumed: () => {},
      sendEof: () => {},
      exit: (status) => {
        this.status = status;
      },
      close: () => this.channel.receiveClose(),
    });
    this.channel.on("error", (error: unknown) => (this.error = error));
    this.closed = new Promise<void>((resolve) => {
      this.channel.once("close", () => resolve());
    });
    if (terminal) this.channel.pty = { terminal: "xterm", columns: 80, rows: 24 };
    const session = new Session(1, "nowhere", () => {});
    serveShell(session, createDevice({} as ModuleSet), { commands });
    session.emit("channel", this.channel);
  }

  request(event: "shell" | "exec", ...args: string[]): boolean {
    const accepted = this.channel.request(event, args);
    this.channel.answered();
    return accepted;
  }

  async type(keys: string): Promise<this> {
    this.channel.receiveData(Buffer.from(keys));
    return this.wait();
  }

  async wait(): Promise<this> {
    for (let turns = 0; turns < 5; turns++) await turn();
    return this;
  }

  /** The client takes so many bytes more. */
  async take(bytes: number): Promise<this> {
    this.window += bytes;
    this.channel.answered();
    return this.wait();
  }
}

const module = loadModule("shell", wideModulePath("shell"));
const { instantiate } = module;

/** All instances that are made while the test runs; `change` may break them. */
function watchInstances(t: TestContext, change?: (exports: ShellExports) => Partial<ShellExports>) {
  const made: Instance<ShellExports>[] = [];
  module.instantiate = () => {
    const instance = instantiate();
    made.push(instance);
    return change ? { ...instance, exports: { ...instance.exports, ...change(instance.exports) } } : instance;
  };
  t.after(() => (module.instantiate = instantiate));
  return made;
}

const holds = ({ exports }: Instance<ShellExports>, text: string): boolean =>
  Buffer.from(exports.memory.buffer).includes(text);

test("an instance is made for a shell or a command, and when the channel closes nothing is left in it", async (t) => {
  const made = watchInstances(t);
  for (const terminal of [true, false]) {
    const client = new Client(terminal);
    assert.equal(made.length, 0, "nothing was asked for");
    client.request("shell");
    await client.type("echo TOP SECRET\necho half of a SECRET");
    assert.equal(made.length, 1);
    assert.ok(holds(made[0]!, "SECRET"), "or this tests nothing");
    client.channel.receiveClose();
    await client.closed;
    assert.ok(Buffer.from(made.pop()!.exports.memory.buffer).every((byte) => byte === 0));
  }
  const command = new Client(false);
  command.request("exec", "echo SECRET");
  await command.closed;
  assert.equal(command.output, "SECRET\n");
  assert.ok(Buffer.from(made.pop()!.exports.memory.buffer).every((byte) => byte === 0));
});

test("lines of a command that says so are not kept, whatever its arguments", async (t) => {
  const made = watchInstances(t);
  const client = new Client(true, { pin: { usage: "pin NUMBER", help: "takes a PIN", secret: true, run: () => {} } });
  client.request("shell");
  await client.type('pin 1234\r"p"in 5678\recho kept\r');
  assert.ok(holds(made[0]!, "echo kept"));
  assert.ok(!holds(made[0]!, "1234") && !holds(made[0]!, "5678"));
  client.channel.destroy();
});

test("an instance that cannot be made refuses the request and ends the channel alone", async (t) => {
  module.instantiate = () => {
    throw new RangeError("no address space");
  };
  t.after(() => (module.instantiate = instantiate));
  const client = new Client(true);
  assert.equal(client.request("shell"), false);
  await client.closed;
  assert.ok(client.error instanceof RangeError);
});

test("a module that traps, points outside its memory or makes no progress ends its channel", async (t) => {
  const cases: Record<string, (exports: ShellExports) => Partial<ShellExports>> = {
    "it traps": () => ({
      receive: () => {
        throw new WebAssembly.RuntimeError("unreachable");
      },
    }),
    "a line outside": () => ({ linePtr: () => 0x7fff_ffff }),
    "words outside": () => ({ wordsLength: () => -1 }),
    "output outside": ({ output }) => ({ output: (room) => output(room) && 1_000_000 }),
    "it takes nothing": () => ({ consumed: () => 0 }),
    "it takes more than there is": () => ({ consumed: () => 10_000 }),
    "its output never ends": () => ({ output: () => 256 }),
    "an event that is none": ({ receive }) => ({ receive: (length) => receive(length) * 0 + 99 }),
  };
  for (const [name, change] of Object.entries(cases)) {
    const made = watchInstances(t, change);
    const client = new Client(true);
    client.window = 10_000;
    client.request("shell");
    await client.type("led on\r");
    if (name === "its output never ends") client.channel.destroy();
    await client.closed;
    assert.ok(
      Buffer.from(made[0]!.exports.memory.buffer).every((byte) => byte === 0),
      name,
    );
    const isFault = client.error instanceof ModuleError || client.error instanceof WebAssembly.RuntimeError;
    assert.equal(isFault, name !== "its output never ends", `${name}: ${String(client.error)}`);
  }
});

test("echo waits for the client, and what is typed meanwhile is not read", async () => {
  const client = new Client(true);
  client.window = 0;
  client.request("shell");
  for (let count = 0; count < 500; count++) await client.type(`${"x".repeat(900)}\x15`);
  assert.ok(client.channel.isPaused());
  assert.ok(client.channel.writableLength <= client.channel.writableHighWaterMark + 256);
  await client.type("echo end\r");
  await client.take(Infinity);
  for (let turns = 0; turns < 3_000 && !client.output.endsWith("sesame> "); turns++) await turn();
  assert.match(client.output, /end\S*\r\nend\r\n\S*sesame> $/);
  client.channel.destroy();
});

test("Ctrl-C reaches a command whose output the client does not take", async () => {
  let ended = "";
  const forever: CommandTable = {
    forever: {
      help: "writes without end",
      run: async ({ output, signal }) => {
        try {
          for (;;) await output.write("more\n".repeat(1000));
        } finally {
          ended = signal.aborted ? "interrupted" : "otherwise";
        }
      },
    },
  };
  const client = new Client(true, forever);
  client.request("shell");
  client.window = 10_000;
  await client.type("forever\r");
  await client.type("typed ahead");
  assert.equal(ended, "");
  await client.type("\x03echo on\r");
  assert.equal(ended, "interrupted");
  await client.take(Infinity);
  assert.match(client.output, /\^C\r\n\S*sesame> echo on\S*\r\non\r\n/);
  client.channel.destroy();
});

test("what is typed while a command runs is kept for the next line, up to a limit", async () => {
  let finish = (): void => {};
  const slow: CommandTable = {
    slow: { help: "takes its time", run: () => new Promise<void>((resolve) => (finish = resolve)) },
  };
  const client = new Client(true, slow);
  client.request("shell");
  await client.type("slow\recho one\r");
  for (let count = 0; count < 100; count++) await client.type("y".repeat(1000));
  finish();
  await client.wait();
  assert.match(client.output, /one\r\n\S*sesame> y{100,1024}$/);
  client.channel.destroy();
});

test("an Escape key that stands alone does not change the key that comes half a second later", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [milliseconds, line] of [
    [499, "a xb"],
    [500, "a bbx"],
  ] as const) {
    const client = new Client(true);
    client.request("shell");
    await client.type("echo a b\x1b");
    t.mock.timers.tick(milliseconds);
    await client.type("bx\r");
    assert.ok(client.output.endsWith(`\r\n${line}\r\n\x1b[?2004hsesame> `), JSON.stringify(client.output));
    client.channel.destroy();
  }
});

test("a command may be as long as a packet", async () => {
  const client = new Client(false);
  client.request("exec", `echo "${"y ".repeat(15_000)}"`);
  await client.closed;
  assert.equal(client.output, `${"y ".repeat(15_000)}\n`);
  assert.equal(client.status, 0);
});
