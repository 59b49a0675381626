// The switchboard alone, with a stream and timers of the test: what SUCCESS ends, what may wait for new keys, and how
// long the last bytes may take.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { mock, test } from "node:test";
import { UserauthStatus } from "../../../../assembly/abi/index.js";
import type { Ending } from "../../../../host/node/switchboard/ending.js";
import type { TransportExports } from "../../../../host/node/modules.js";
import { keyPairFromSeed } from "../../../../host/node/credentials/openssh-keys.js";
import { Switchboard } from "../../../../host/node/switchboard/switchboard.js";
import type { SwitchboardOptions } from "../../../../host/node/switchboard/options.js";
import type { Judgement } from "../../../../host/node/userauth/userauth.js";
import { Command, fakeTransport } from "../../../support/fake-modules.js";
import { bytes, type Part, string } from "../../../../scripts/client/wire.js";

const LINGER_MS = 2_000;
const HELD_REPLIES_BYTES = 64 * 1024;
const HELD_REPLY_OVERHEAD_BYTES = 128;
const REKEY_MS = 1_000;
const SUCCESS_REPLY = Buffer.of(52);

/** A client's end of the stream that never closes by itself. */
class Client extends Duplex {
  /** What the switchboard has sent: the frames' payloads, in hexadecimal digits. */
  sent: string[] = [];
  ended = false;
  /** What `write` has not been told that it was taken. */
  #taken: (() => void) | undefined;
  takes = true;
  #rest = Buffer.alloc(0);

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
      const end = 4 + this.#rest.readUInt32BE();
      this.sent.push(this.#rest.subarray(4, end).toString("hex"));
      this.#rest = this.#rest.subarray(end);
    }
    if (this.takes) done();
    else this.#taken = done;
  }

  /** Takes what was written, now and later. */
  takeAll(): void {
    this.takes = true;
    this.#taken?.();
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }

  /** What the client sends. */
  async say(...parts: Part[]): Promise<void> {
    this.push(string(bytes(...parts)));
    await turn();
    await turn();
  }
}

interface Fixture {
  client: Client;
  switchboard: Switchboard;
  /** What the session has been given. */
  payloads: string[];
  endings: Ending[];
  counts: { sessions: number; judgements: number; closed: number; userauths: number; userauthEnds: number };
}

/** A switchboard whose userauth layer says the status that a request's second byte is, and whose session listens. */
async function open(more: Partial<SwitchboardOptions> = {}): Promise<Fixture> {
  const client = new Client({ allowHalfOpen: true, emitClose: true });
  const payloads: string[] = [];
  const endings: Ending[] = [];
  const counts = { sessions: 0, judgements: 0, closed: 0, userauths: 0, userauthEnds: 0 };
  const switchboard = new Switchboard({
    stream: client,
    modules: { transport: fakeTransport() },
    hostKey: keyPairFromSeed(new Uint8Array(32).fill(7)),
    rekeyIntervalMs: REKEY_MS,
    openUserauth: () => {
      counts.userauths++;
      return {
        receive: (payload) => {
          const status = payload[1] === 52 ? UserauthStatus.SUCCESS : (payload[1]! as UserauthStatus);
          return { status, replies: [status === UserauthStatus.SUCCESS ? SUCCESS_REPLY : Buffer.of(51)] };
        },
        end: () => {
          counts.userauthEnds++;
        },
      };
    },
    onUserauth: () => counts.judgements++,
    onSuccess: () => {
      counts.sessions++;
      return { receive: (payload) => payloads.push(Buffer.from(payload).toString("hex")), wake: () => {} };
    },
    onEnd: (ending) => endings.push(ending),
    onClose: () => counts.closed++,
    ...more,
  });
  switchboard.start();
  await turn();
  client.sent = [];
  return { client, switchboard, payloads, endings, counts };
}

test("what the userauth layer says after SUCCESS makes no second session, no judgement and no end", async () => {
  const { client, counts, payloads, switchboard } = await open();
  await client.say(50, 52);
  assert.deepEqual({ ...counts }, { sessions: 1, judgements: 1, closed: 0, userauths: 1, userauthEnds: 0 });
  for (const status of [52, UserauthStatus.PROTOCOL_ERROR, UserauthStatus.TOO_MANY_ATTEMPTS, UserauthStatus.FAILURE]) {
    await client.say(50, status);
    assert.ok(switchboard.alive, UserauthStatus[status]);
  }
  assert.deepEqual([counts.sessions, counts.judgements, counts.userauths], [1, 1, 1]);
  await client.say(80, "x");
  assert.deepEqual(payloads, ["5078"]);
  switchboard.destroy("application");
});

test("a judgement that comes when the connection has ended is nobody's", async () => {
  let judge: (status: UserauthStatus) => void = () => {};
  const { client, counts, switchboard } = await open({
    openUserauth: () => ({
      receive: () =>
        new Promise((resolve) => {
          judge = (status) => resolve({ status, replies: [SUCCESS_REPLY] });
        }),
      end: () => {},
    }),
  });
  await client.say(50, 52);
  switchboard.destroy("application");
  judge(UserauthStatus.SUCCESS);
  await turn();
  assert.deepEqual([counts.sessions, counts.judgements], [0, 0]);
  assert.deepEqual(client.sent, []);
});

test("a judgement whose replies end the connection is nobody's, be it SUCCESS", async () => {
  const { client, counts, endings } = await open({
    openUserauth: () => ({
      receive: () => ({ status: UserauthStatus.SUCCESS, replies: [Buffer.alloc(HELD_REPLIES_BYTES)] }),
      end: () => {},
    }),
  });
  await client.say(Command.BEGIN_KEY_EXCHANGE);
  await client.say(50, 52);
  assert.deepEqual(
    endings.map(({ cause }) => cause),
    ["held-replies"],
  );
  assert.deepEqual([counts.sessions, counts.judgements], [0, 0]);
});

test("replies that fill what may wait for new keys leave in order, and one byte more ends the connection", async () => {
  const largest = 4096;
  for (const excess of [0, 1]) {
    const { client, switchboard, endings } = await open();
    await client.say(50, 52);
    await client.say(Command.BEGIN_KEY_EXCHANGE);
    client.sent = [];
    let room = HELD_REPLIES_BYTES;
    const expected: string[] = [];
    for (let fill = 1; room > 0; fill++) {
      const length = Math.min(largest, room - HELD_REPLY_OVERHEAD_BYTES);
      room -= length + HELD_REPLY_OVERHEAD_BYTES;
      const reply = Buffer.alloc(length + (room === 0 ? excess : 0), fill);
      expected.push(reply.toString("hex"));
      switchboard.send(reply);
    }
    if (excess === 0) {
      assert.deepEqual(client.sent, []);
      await client.say(Command.END_KEY_EXCHANGE);
      assert.deepEqual(client.sent, expected);
      switchboard.send(Buffer.of(99));
      await turn();
      assert.equal(client.sent.at(-1), "63", "and what follows waits for nothing");
      switchboard.destroy("application");
    } else {
      assert.deepEqual(
        endings.map(({ cause }) => cause),
        ["held-replies"],
      );
    }
  }
});

test("room for replies is whole again after each key exchange", async () => {
  const { client, switchboard } = await open();
  await client.say(50, 52);
  for (let round = 0; round < 4; round++) {
    await client.say(Command.BEGIN_KEY_EXCHANGE);
    for (let count = 0; count < 7; count++) switchboard.send(Buffer.alloc(4000));
    await client.say(Command.END_KEY_EXCHANGE);
    assert.ok(switchboard.alive, `round ${round}`);
  }
  switchboard.destroy("application");
});

test("a client that does not close is let go two seconds after the last words, and not before", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  try {
    const { client, endings, counts } = await open();
    await client.say(50, UserauthStatus.PROTOCOL_ERROR);
    assert.match(client.sent.join(" "), /^33 0102/, "the reply, then the last words");
    assert.ok(client.ended, "nothing follows them");
    assert.deepEqual(
      endings.map(({ cause }) => cause),
      ["protocol-error"],
    );
    await client.say(50, 52);
    assert.deepEqual([counts.sessions, counts.judgements], [0, 1], "what still arrives is dropped");
    mock.timers.tick(LINGER_MS - 1);
    await turn();
    assert.deepEqual([client.destroyed, counts.closed], [false, 0]);
    mock.timers.tick(1);
    await turn();
    assert.deepEqual([client.destroyed, counts.closed], [true, 1]);
    assert.equal(endings.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("keys change by the clock as long as the connection lasts, and no timer outlives it", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  try {
    const { client, switchboard } = await open();
    mock.timers.tick(REKEY_MS);
    await turn();
    assert.deepEqual(client.sent, [], "not before the user is in");
    await client.say(50, 52);
    client.sent = [];
    mock.timers.tick(REKEY_MS - 1);
    await turn();
    assert.deepEqual(client.sent, []);
    mock.timers.tick(1);
    await turn();
    assert.deepEqual(client.sent, ["14"]);
    await client.say(Command.END_KEY_EXCHANGE);
    mock.timers.tick(REKEY_MS);
    await turn();
    assert.deepEqual(client.sent, ["14", "14"]);
    switchboard.destroy("application");
    mock.timers.tick(10 * REKEY_MS);
    assert.deepEqual(client.sent, ["14", "14"]);
  } finally {
    mock.timers.reset();
  }
});

test("while the client takes nothing of 256 kB, what it sends is not read", async () => {
  const { client, switchboard, payloads } = await open();
  await client.say(50, 52);
  client.takes = false;
  const frame = 4004;
  for (let sent = 0; sent <= 256 * 1024; sent += frame) switchboard.send(Buffer.alloc(4000, 99));
  await turn();
  assert.equal(switchboard.ready, false);
  await client.say(80, "x");
  assert.deepEqual(payloads, []);
  client.takeAll();
  await turn();
  await turn();
  assert.deepEqual(payloads, ["5078"]);
  assert.ok(switchboard.ready);
  switchboard.destroy("application");
});

test("the end tells the userauth layer and the server once, whatever comes after it", async () => {
  const { client, switchboard, endings, counts } = await open();
  await client.say(50, UserauthStatus.FAILURE);
  switchboard.destroy("login-timeout");
  switchboard.destroy("application");
  switchboard.disconnect(2, "application");
  await turn();
  assert.deepEqual(
    endings.map(({ cause }) => cause),
    ["login-timeout"],
  );
  assert.deepEqual([counts.userauthEnds, counts.closed, switchboard.alive], [1, 1, false]);
});

/** A transport module one of whose functions does something else. */
function transportWith(changes: Partial<TransportExports>): SwitchboardOptions["modules"] {
  const transport = fakeTransport();
  const instantiate = (): ReturnType<typeof transport.instantiate> => {
    const { exports, memory } = transport.instantiate();
    return { exports: { ...exports, ...changes }, memory };
  };
  return { transport: { ...transport, instantiate } };
}

test("a transport module that does not open, takes no input or does not send ends the connection", async () => {
  for (const [name, changes] of [
    ["open", { open: () => 0 }],
    ["inputCapacity", { inputCapacity: oneAfterTheOther(64, 0) }], // the first is for the entropy
    ["send", { send: () => 0 }],
  ] as const) {
    const { client, endings } = await open({ modules: transportWith(changes) });
    await client.say(50, UserauthStatus.FAILURE);
    assert.deepEqual(
      endings.map(({ cause }) => cause),
      ["module-error"],
      name,
    );
  }
});

/** One value, and then always the other. */
function oneAfterTheOther(first: number, others: number): () => number {
  let calls = 0;
  return () => (calls++ === 0 ? first : others);
}

test("entropy is wiped when the module has it", async () => {
  const entropy = new Uint8Array(64).fill(9);
  const { switchboard } = await open({ entropy: () => entropy });
  assert.ok(entropy.every((byte) => byte === 0));
  switchboard.destroy("application");
});

test("the session is given the messages 80 to 127 and no others", async () => {
  const { client, payloads, endings } = await open();
  await client.say(50, 52);
  await client.say(80);
  await client.say(127);
  assert.deepEqual([payloads, endings], [["50", "7f"], []]);
  await client.say(128);
  assert.deepEqual(payloads, ["50", "7f"]);
  assert.deepEqual(
    endings.map(({ cause }) => cause),
    ["module-error"],
  );
});

test("what the client sends waits until its last request has been judged", async () => {
  const received: number[] = [];
  let settle: (judgement: Judgement) => void = () => {};
  const { client, switchboard } = await open({
    openUserauth: () => ({
      receive: (payload) => {
        received.push(payload[1]!);
        return new Promise<Judgement>((resolve) => (settle = resolve));
      },
      end: () => {},
    }),
  });
  await client.say(50, 1);
  await client.say(50, 2);
  assert.deepEqual(received, [1]);
  settle({ status: UserauthStatus.FAILURE, replies: [Buffer.of(51)] });
  await turn();
  assert.deepEqual(received, [1, 2]);
  assert.deepEqual(client.sent, ["33"]);
  switchboard.destroy("application");
});

test("a judgement that fails ends the connection", async () => {
  const { client, endings } = await open({
    openUserauth: () => ({ receive: () => Promise.reject(new Error("the thread has ended")), end: () => {} }),
  });
  await client.say(50, 1);
  assert.deepEqual(
    endings.map(({ cause, error }) => [cause, error?.message]),
    [["module-error", "the thread has ended"]],
  );
});

test("no timer of a connection outlives it", async () => {
  const running = new Set<unknown>();
  const { setInterval: set, clearInterval: clear } = globalThis;
  globalThis.setInterval = ((...args: Parameters<typeof set>) => {
    const timer = set(...args);
    running.add(timer);
    return timer;
  }) as typeof set;
  globalThis.clearInterval = (timer) => {
    running.delete(timer);
    clear(timer);
  };
  try {
    const { client, switchboard } = await open();
    await client.say(50, 52);
    assert.equal(running.size, 1);
    switchboard.destroy("application");
    assert.equal(running.size, 0);
  } finally {
    Object.assign(globalThis, { setInterval: set, clearInterval: clear });
  }
});
