// A channel as a stream: what it keeps for a reader, what the client's close does to it, and whom an application's
// error ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Channel, type ChannelPort } from "../../../../host/node/switchboard/channel.js";

/** A port whose client takes as much as the window has. */
class Port implements ChannelPort {
  window = Infinity;
  consumedBytes = 0;
  closes = 0;

  writable(): number {
    return Math.min(this.window, 1000);
  }

  write(bytes: Uint8Array): void {
    this.window -= bytes.length;
  }

  consumed(length: number): void {
    this.consumedBytes += length;
  }

  statuses: number[] = [];

  sendEof(): void {}

  exit(status: number): void {
    this.statuses.push(status);
  }

  close(): void {
    this.closes++;
  }
}

function open(): { channel: Channel; port: Port; errors: string[] } {
  const port = new Port();
  const channel = new Channel(port);
  const errors: string[] = [];
  channel.on("error", (error: Error) => errors.push(error.message));
  return { channel, port, errors };
}

test("a window of one-byte messages is kept in few pieces, whole and in order", async () => {
  const { channel, port } = open();
  const sent = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7) ^ (index >> 8)));
  for (const byte of sent) channel.receiveData(Uint8Array.of(byte));
  assert.equal(port.consumedBytes, 0, "nothing is read, nothing is credited");
  const pieces: Buffer[] = [];
  channel.on("data", (bytes: Buffer) => pieces.push(bytes));
  channel.receiveEof();
  await once(channel, "end");
  assert.deepEqual(Buffer.concat(pieces), sent);
  assert.equal(port.consumedBytes, sent.length);
  assert.ok(pieces.length <= 65_536 / 4_096 + 2, `${pieces.length} pieces`);
});

test("a paused reader is given nothing more, and what it has not seen is not credited", async () => {
  const { channel, port } = open();
  channel.once("data", () => channel.pause());
  for (let count = 0; count < 64; count++) channel.receiveData(Buffer.alloc(1024));
  await delay(5);
  assert.ok(port.consumedBytes <= 8_192, `${port.consumedBytes} bytes were credited`);
});

test("what the client sent before EOF and CLOSE reaches a reader that comes late", async () => {
  for (const read of [
    (channel: Channel) => channel.setEncoding("utf8").toArray() as Promise<string[]>,
    async (channel: Channel) => {
      const parts: string[] = [];
      for await (const part of channel) {
        parts.push(String(part));
        await delay(1);
        channel.write("got it"); // nobody hears it, and nothing waits for it
      }
      return parts;
    },
  ]) {
    const { channel, port, errors } = open();
    for (let count = 0; count < 10; count++) channel.receiveData(Buffer.alloc(2000, 0x30 + count));
    channel.receiveEof();
    channel.receiveClose();
    await delay(5);
    assert.equal(channel.destroyed, false);
    const closed = once(channel, "close");
    assert.equal((await read(channel)).join("").length, 20_000);
    await closed;
    assert.deepEqual(errors, []);
    assert.equal(port.closes, 0, "a closed channel is not closed again");
  }
});

test("a reader that waits for its writes reads to the end though the client has closed", async () => {
  const { channel, port, errors } = open();
  port.window = 0;
  let received = 0;
  channel.on("data", (bytes: Buffer) => {
    received += bytes.length;
    if (channel.write(bytes)) return;
    channel.pause();
    channel.once("drain", () => channel.resume());
  });
  for (let count = 0; count < 40; count++) channel.receiveData(Buffer.alloc(4096));
  await delay(5);
  assert.ok(received < 40 * 4096);
  channel.receiveEof();
  channel.receiveClose();
  await once(channel, "close");
  assert.equal(received, 40 * 4096);
  assert.deepEqual(errors, []);
});

test("the client's close destroys a channel at once when nobody has anything left to read", () => {
  const unreadWithoutEof = open().channel;
  unreadWithoutEof.receiveData(Buffer.from("x"));
  const nobodyReads = open().channel;
  nobodyReads.receiveEof();
  const exits = open();
  exits.port.window = 0;
  exits.channel.receiveData(Buffer.from("x"));
  exits.channel.receiveEof();
  exits.channel.write("output");
  exits.channel.exit(0);
  for (const channel of [unreadWithoutEof, nobodyReads, exits.channel]) {
    channel.receiveClose();
    assert.equal(channel.destroyed, true);
  }
});

test("a program exits once: what it says later changes nothing", async () => {
  const { channel, port } = open();
  channel.exit(3);
  channel.exit(0);
  await delay(5);
  channel.exit(1);
  await delay(5);
  assert.deepEqual(port.statuses, [3]);
  assert.equal(port.closes, 1);
});

test("writing without end to a closed channel lets others have their turn", async () => {
  const { channel } = open();
  let writes = 0;
  const next = (error?: Error | null): void => {
    writes++;
    if (!error) channel.write("y\n", next);
  };
  channel.receiveData(Buffer.from("unread"));
  channel.receiveEof();
  channel.receiveClose();
  next();
  await delay(10);
  assert.ok(writes > 1);
  channel.destroy();
});

test("what a listener throws ends its channel, whichever listener and whenever", async () => {
  const fail = (): never => {
    throw new Error("a bug");
  };
  const provoke: Record<string, (channel: Channel, port: Port) => void> = {
    data: (channel) => {
      channel.on("data", fail);
      channel.receiveData(Buffer.from("x"));
    },
    "data, later": (channel) => {
      channel.receiveData(Buffer.from("x"));
      channel.on("data", fail);
    },
    readable: (channel) => {
      channel.on("readable", fail);
      channel.receiveData(Buffer.from("x"));
    },
    end: (channel) => {
      channel.resume().on("end", fail);
      channel.receiveEof();
    },
    "window-change": (channel) => {
      channel.on("window-change", fail);
      channel.windowChange(1, 1);
    },
    drain: (channel, port) => {
      port.window = 0;
      channel.write(Buffer.alloc(100_000));
      channel.on("drain", fail);
      port.window = Infinity;
      channel.answered();
    },
    "drain of the errors": (channel, port) => {
      port.window = 0;
      channel.stderr.write(Buffer.alloc(100_000));
      channel.stderr.on("drain", fail);
      port.window = Infinity;
      channel.answered();
    },
    close: (channel) => {
      channel.on("close", fail);
      channel.destroy();
    },
  };
  for (const [what, action] of Object.entries(provoke)) {
    const { channel, port, errors } = open();
    action(channel, port);
    await delay(2);
    assert.deepEqual(errors, ["a bug"], what);
    assert.equal(channel.destroyed, true, what);
    assert.equal(port.closes, 1, what);
  }
});
