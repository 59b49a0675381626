// Rule 27: what can still be under way for a channel that was closed is ignored; one channel's end never ends another.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertOutput, CHANNEL_COUNT, Connection, lateMessages } from "../support/connection.js";
import { close, data, eof, extendedData, request, windowAdjust } from "../../scripts/client/connection.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

/** It is taken without a word and without an event, and the channel of that number lives. */
function assertIgnored(connection: Connection, messages: Uint8Array[], living: number): void {
  for (const message of [...messages, data(living, "")]) {
    assert.equal(connection.receive(message), "NONE", Buffer.from(message.subarray(0, 24)).toString("hex"));
    assertOutput(connection);
  }
  assert.equal(connection.receive(data(living, "alive")), "DATA");
  assert.equal(connection.eventText(), "alive");
}

for (const [name, sourced] of [
  ["the client", "mscdex/ssh2 PR 1483"],
  ["the server", "erlang/otp PR 8527"],
] as const) {
  test(`rule 27 (${sourced}): messages behind the CLOSE of a channel that ${name} closed first`, async () => {
    const connection = await Connection.open();
    connection.openChannel(0);
    connection.openChannel(1);
    if (name === "the server") {
      connection.exports.close(0);
      assertIgnored(connection, lateMessages(0), 1);
    }
    assert.equal(connection.receive(close(0)), "CLOSE");
    assertIgnored(connection, [...lateMessages(0), close(0), bytes(94, uint32(0)), bytes(98, uint32(0), "x")], 1);
  });
}

test("rule 27 (cowrie PR 40378): a message behind CLOSE never reaches the channel that has its place now", async () => {
  const connection = await Connection.open();
  connection.openChannel(0, 100, 1000, 1000);
  for (let use = 1; use <= 300; use++) {
    const before = CHANNEL_COUNT * (use - 1);
    assert.equal(connection.receive(close(before)), "CLOSE");
    assert.equal(connection.openChannel(0, 100 + use, 1000, 1000), CHANNEL_COUNT * use);
    assertIgnored(connection, [...lateMessages(before), close(before), ...lateMessages(0)], CHANNEL_COUNT * use);
    assert.equal(connection.exports.writable(0), 1000, "a WINDOW_ADJUST of the channel before it adds nothing");
    assert.equal(connection.receive(request(CHANNEL_COUNT * use, "env", false, string("A"), string("1"))), "ENV");
    connection.exports.answer(1);
  }
});

test("rule 27: a number that was never open is a protocol error, however many were", async () => {
  for (const number of [1, 7, 2 * CHANNEL_COUNT, CHANNEL_COUNT + 1, 0x7fff_fff8, 0xffff_fff8, 0xffff_ffff]) {
    for (const message of lateMessages(number)) {
      const connection = await Connection.open();
      connection.openChannel();
      connection.receive(close(0));
      assert.equal(connection.openChannel(), CHANNEL_COUNT);
      assert.equal(connection.receive(message), "PROTOCOL_ERROR", `${message[0]} to ${number}`);
    }
  }
});

test("rule 27: a second EOF and data behind EOF are ignored, and the channel lives on in the other direction", async () => {
  const connection = await Connection.open(1000);
  connection.openChannel(0, 5);
  connection.openChannel(1);
  assert.equal(connection.receive(eof(0)), "EOF");
  const late = [eof(0), data(0, "x"), data(0, ""), data(0, Buffer.alloc(1001)), extendedData(0, Buffer.alloc(600))];
  assertIgnored(connection, late, 1);
  assert.equal(connection.receive(windowAdjust(0, 9)), "WINDOW_ADJUST");
  assert.equal(connection.receive(request(0, "signal", false, string("TERM"))), "SIGNAL");
  connection.exports.answer(1);
  assert.deepEqual(Buffer.from(connection.write(0, "out")), Buffer.from(bytes(94, uint32(5), string("out"))));
});

test("rule 27: a success or failure that nobody asked for is ignored", async () => {
  const connection = await Connection.open();
  connection.openChannel();
  assertIgnored(connection, [bytes(99, uint32(0)), bytes(100, uint32(0)), bytes(81), bytes(82), bytes(81, "port")], 0);
});

type State = "open" | "eof" | "closing" | "closed";
interface Model {
  place: number;
  state: State;
  sendWindow: number;
  receiveWindow: number;
}

test("rule 27: for any sequence of messages the module's answers are those of a small model", async () => {
  const WINDOW = 500;
  const kinds = ["window", "data", "extended", "eof", "close", "shell", "success", "failure"] as const;
  const step = fc.record({
    kind: fc.constantFrom(...kinds, "open", "open", "serverClose", "serverClose"),
    /** Which of the channels that were opened so far, and one more. */
    which: fc.nat(),
    amount: fc.oneof(fc.nat(200), fc.nat(1000), fc.constant(0xffff_ffff)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const connection = await Connection.open(WINDOW);
      const models = new Map<number, Model>();
      for (const { kind, which, amount } of steps) {
        if (kind === "open") {
          const taken = new Set(
            [...models.values()].filter(({ state }) => state !== "closed").map(({ place }) => place),
          );
          const place = Array.from({ length: CHANNEL_COUNT }, (_, index) => index).find((index) => !taken.has(index));
          if (place === undefined) continue;
          const number = connection.openChannel(place, 50, amount, 100);
          assert.ok(!models.has(number), "no number comes twice");
          models.set(number, { place, state: "open", sendWindow: amount, receiveWindow: WINDOW });
          continue;
        }
        const numbers = [...models.keys()];
        const index = which % (numbers.length + 1);
        const number = numbers[index] ?? CHANNEL_COUNT * 1000;
        const model = models.get(number);
        if (kind === "serverClose") {
          if (!model || model.state === "closed") continue;
          const length = connection.exports.close(model.place);
          assert.equal(length, model.state === "closing" ? 0 : 5);
          model.state = "closing";
          continue;
        }
        const length = Math.min(amount, 1000);
        const message = {
          window: () => windowAdjust(number, amount),
          data: () => data(number, Buffer.alloc(length)),
          extended: () => extendedData(number, Buffer.alloc(length)),
          eof: () => eof(number),
          close: () => close(number),
          shell: () => request(number, "x11-req", true),
          success: () => bytes(99, uint32(number)),
          failure: () => bytes(100, uint32(number)),
        }[kind]();
        const expected = expect(model, kind, amount, length);
        const event = connection.receive(message);
        assert.equal(event, expected.event, `${kind} to ${number}`);
        if (event === "PROTOCOL_ERROR") return;
        assert.equal(connection.output()[0], expected.reply, `${kind} to ${number}`);
        if (event !== "NONE") assert.equal(connection.exports.eventChannel(), model!.place);
        if (event === "DATA") {
          connection.exports.consumed(model!.place, length);
          const output = Buffer.from(connection.output());
          if (output.length > 0) model!.receiveWindow += output.readUInt32BE(5);
        } else if (expected.reply === 93) {
          model!.receiveWindow += Buffer.from(connection.output()).readUInt32BE(5);
        }
      }
    }),
    { numRuns: 500 },
  );

  /** What the module must say, and the number of the message that it must answer with. */
  function expect(
    model: Model | undefined,
    kind: (typeof kinds)[number],
    amount: number,
    length: number,
  ): { event: string; reply?: number } {
    const ignored = { event: "NONE" };
    const error = { event: "PROTOCOL_ERROR" };
    if (!model) return error;
    const { state } = model;
    if (state === "closed") return ignored;
    if (kind === "close") {
      model.state = "closed";
      return state === "closing" ? { event: "CLOSE" } : { event: "CLOSE", reply: 97 };
    }
    if (state === "closing") return ignored;
    switch (kind) {
      case "window":
        model.sendWindow += amount;
        return model.sendWindow > 0xffff_ffff ? error : { event: "WINDOW_ADJUST" };
      case "shell":
        return { event: "NONE", reply: 100 };
      case "eof":
        model.state = "eof";
        return state === "eof" ? ignored : { event: "EOF" };
      case "data":
      case "extended": {
        if (state === "eof") return ignored;
        if (length > model.receiveWindow) return error;
        model.receiveWindow -= length;
        if (kind === "data") return length ? { event: "DATA" } : ignored;
        return WINDOW - model.receiveWindow >= WINDOW / 2 ? { event: "NONE", reply: 93 } : ignored;
      }
      default:
        return ignored;
    }
  }
});
