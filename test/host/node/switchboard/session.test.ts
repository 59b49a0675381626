// Between a connection's channels and its instance of the connection module (host/node/switchboard/session.ts): nothing
// happens to a connection that has ended, nor to another channel that has got a number.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "../../../../host/node/switchboard/channel.js";
import { ChannelHub, Session } from "../../../../host/node/switchboard/session.js";
import type { Switchboard } from "../../../../host/node/switchboard/switchboard.js";
import { loadModule, plainModulePath } from "../../../../host/node/modules.js";
import { CHANNEL_COUNT } from "../../../support/connection.js";
import { channelOpen, close, data } from "../../../../scripts/client/connection.js";

const connection = loadModule("connection", plainModulePath("connection"));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a hub uses of its switchboard. */
class FakeSwitchboard {
  alive = true;
  ready = true;
  readonly sent: Buffer[] = [];
  /** The next payload is too much. */
  isFull = false;
  onEnd: () => void = () => {};

  run(action: () => void): void {
    if (this.alive) action();
  }

  send(payload: Uint8Array): void {
    if (!this.alive) return;
    this.sent.push(Buffer.from(payload));
    if (!this.isFull) return;
    this.alive = false;
    this.onEnd();
  }
}

interface Fixture {
  switchboard: FakeSwitchboard;
  hub: ChannelHub;
  channels: Channel[];
  counts: { uses: number; errors: number };
}

function open(): Fixture {
  const switchboard = new FakeSwitchboard();
  const channels: Channel[] = [];
  const counts = { uses: 0, errors: 0 };
  const session = new Session(1, "test", () => {});
  session.on("channel", (channel) => channels.push(channel));
  const hub = new ChannelHub(
    switchboard as unknown as Switchboard,
    connection,
    8192,
    session,
    () => counts.errors++,
    () => counts.uses++,
  );
  switchboard.onEnd = () => hub.end();
  return { switchboard, hub, channels, counts };
}

test("when the answer to a message has ended the connection, the message itself has no effect any more", () => {
  const { switchboard, hub, channels, counts } = open();
  switchboard.isFull = true;
  hub.receive(channelOpen(7, 1000, 1000));
  assert.equal(switchboard.sent.length, 1);
  assert.deepEqual([channels.length, counts.uses], [0, 0]);
});

test("what a channel still wants when the client has closed it does not reach the channel that has its place now", async () => {
  const { switchboard, hub, channels } = open();
  hub.receive(channelOpen(7, 1000, 1000));
  channels[0]!.destroy();
  hub.receive(close(0));
  hub.receive(channelOpen(8, 1000, 1000));
  await turn();
  assert.equal(channels.length, 2);
  assert.deepEqual(
    switchboard.sent.map(([number]) => number),
    [91, 97, 91],
  );
  hub.receive(data(CHANNEL_COUNT, "to the second"));
  assert.equal(String(channels[1]!.read()), "to the second");
});

test("a channel writes when its switchboard is ready for it, and goes on when that wakes it", () => {
  const { switchboard, hub, channels } = open();
  hub.receive(channelOpen(7, 1000, 1000));
  switchboard.ready = false;
  channels[0]!.write("waits");
  assert.equal(switchboard.sent.length, 1);
  switchboard.ready = true;
  hub.wake();
  assert.deepEqual(switchboard.sent[1]?.subarray(9).toString(), "waits");
});
