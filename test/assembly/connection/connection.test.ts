import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ConnectionEvent } from "../../../assembly/abi/index.js";
import {
  assertOutput,
  CHANNEL_COUNT,
  Connection,
  DATA_CAPACITY,
  lateMessages,
  MAXIMUM_PACKET,
  OUTPUT_CAPACITY,
  validMessages,
  WINDOW,
} from "../../support/connection.js";
import {
  channelOpen,
  close,
  data,
  eof,
  extendedData,
  globalRequest,
  ptyRequest,
  request,
  windowAdjust,
} from "../../../scripts/client/connection.js";
import { loadModule, moduleBytes } from "../../support/modules.js";
import { boolean, bytes, string, uint32 } from "../../../scripts/client/wire.js";

describe("connection module", () => {
  test("imports nothing, runs no start function, fits in one page and exports where its memory ends", async () => {
    const module = new WebAssembly.Module(moduleBytes("connection"));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const { exports } = await loadModule("connection");
    const heapBase = exports.__heap_base as WebAssembly.Global;
    assert.ok(heapBase.value <= 9216, `${heapBase.value} bytes of memory`);
    assert.equal((exports.memory as WebAssembly.Memory).buffer.byteLength, 65536);
  });

  test("an open session channel is confirmed with our number, window and maximum packet size", async () => {
    const connection = await Connection.open();
    assert.equal(connection.receive(channelOpen(0xfeed, 1000, 500)), "OPEN");
    assert.equal(connection.exports.eventChannel(), 0);
    assertOutput(connection, 91, uint32(0xfeed), uint32(0), uint32(WINDOW), uint32(MAXIMUM_PACKET));
  });

  test("the table ends with its last place: no call reaches what lies behind it", async () => {
    const connection = await Connection.open();
    const { exports, memory } = connection;
    const placeOf = (sender: number): number => {
      connection.receive(channelOpen(sender, 1000, 1000));
      return Buffer.from(memory.buffer).indexOf(Buffer.from(Uint32Array.of(sender).buffer)) - 4;
    };
    const first = placeOf(0x1a2b3c4d);
    const size = placeOf(0x5a6b7c8d) - first;
    assert.ok(first > 0 && size > 0, "flags, then the client's number for the channel");
    const behind = first + CHANNEL_COUNT * size;
    memory.copyWithin(behind, first, first + size);
    const calls = [exports.writable, (place: number) => exports.exit(place, 0), exports.sendEof, exports.close];
    for (const call of calls) {
      assert.equal(call(CHANNEL_COUNT), 0);
      assert.notEqual(call(1), 0, "of an open channel");
    }
    assert.equal(connection.write(CHANNEL_COUNT, "x").length, 0);
  });

  test("a channel type other than session is refused with SSH_OPEN_UNKNOWN_CHANNEL_TYPE", async () => {
    for (const type of ["direct-tcpip", "x11", "", "sessio", "sessions", "Session", "pty-req"]) {
      const connection = await Connection.open();
      const rest = type === "direct-tcpip" ? bytes(string("host"), uint32(22), string("::1"), uint32(9)) : bytes();
      assert.equal(connection.receive(channelOpen(9, 1, 1, type), rest), "NONE", type);
      assertOutput(connection, 92, uint32(9), uint32(3), string("only sessions here"), string(""));
      connection.openChannel(0);
    }
  });

  test("a channel in whose packets nothing can be sent is refused with a sentence", async () => {
    const connection = await Connection.open();
    assert.equal(connection.receive(channelOpen(9, 1000, 0)), "NONE");
    assertOutput(connection, 92, uint32(9), uint32(2), string("packets of 0 bytes"), string(""));
    connection.openChannel(0, 9, 1000, 1);
    assert.equal(connection.exports.writable(0), 1);
  });

  test("global requests are answered with REQUEST_FAILURE where an answer is wanted", async () => {
    const connection = await Connection.open();
    assert.equal(connection.receive(globalRequest("keepalive@openssh.com", true)), "NONE");
    assertOutput(connection, 82);
    assert.equal(connection.receive(globalRequest("tcpip-forward", true, string("::"), uint32(80))), "NONE");
    assertOutput(connection, 82);
    assert.equal(connection.receive(globalRequest("no-more-sessions@openssh.com", false)), "NONE");
    assertOutput(connection);
  });

  test("keepalive asks the client for an answer, and whichever comes is no event", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    for (const answer of [bytes(82), bytes(81), bytes(81, uint32(7))]) {
      const message = bytes(80, string("keepalive@openssh.com"), boolean(true));
      assert.equal(connection.exports.keepalive(), message.length);
      assert.deepEqual(Buffer.from(connection.output()), Buffer.from(message));
      assert.equal(connection.receive(answer), "NONE");
      assertOutput(connection);
    }
    assert.equal(connection.receive(request(0, "shell", true)), "SHELL");
    assert.equal(connection.exports.keepalive(), 0, "the shell request is answered first");
    assert.equal(connection.exports.answer(1), 5);
    assert.equal(connection.receive(bytes(91)), "PROTOCOL_ERROR");
    assert.equal(connection.exports.keepalive(), 0);
    assertOutput(connection);
  });

  test("unassigned message numbers are left to SSH_MSG_UNIMPLEMENTED, and the connection goes on", async () => {
    const connection = await Connection.open();
    for (let number = 80; number < 128; number++) {
      if (!((number > 82 && number < 90) || number > 100)) continue;
      assert.equal(connection.receive(number, "anything"), "UNIMPLEMENTED", String(number));
      assertOutput(connection);
    }
    connection.openChannel();
  });
});

describe("connection requests", () => {
  test("pty-req reports terminal name, size and modes", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(ptyRequest(0)), "PTY_REQ");
    assert.equal(connection.eventText(), "xterm-256color");
    assert.equal(connection.valueText(), "5\0\0\0\u0001\0");
    assert.deepEqual([connection.exports.columns(), connection.exports.rows()], [80, 24]);
    assertOutput(connection);
  });

  test("env reports name and value; exec, subsystem and signal their string; shell nothing", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(request(0, "env", false, string("LANG"), string("de_DE.UTF-8"))), "ENV");
    assert.deepEqual([connection.eventText(), connection.valueText()], ["LANG", "de_DE.UTF-8"]);
    assert.equal(connection.exports.answer(1), 0);
    for (const [type, event] of [
      ["exec", "EXEC"],
      ["subsystem", "SUBSYSTEM"],
      ["signal", "SIGNAL"],
    ] as const) {
      assert.equal(connection.receive(request(0, type, false, string(`the ${type}`))), event);
      assert.equal(connection.eventText(), `the ${type}`);
      assert.equal(connection.exports.answer(0), 0);
    }
    assert.equal(connection.receive(request(0, "shell", false)), "SHELL");
  });

  test("break reports its length in milliseconds", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 4);
    assert.equal(connection.receive(request(0, "break", true, uint32(0x12345))), "BREAK");
    assert.equal(connection.exports.columns(), 0x12345);
    assert.equal(connection.exports.answer(0), 5);
    assertOutput(connection, 100, uint32(4));
  });

  test("the application's answer becomes CHANNEL_SUCCESS or CHANNEL_FAILURE, once, when the client wants one", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 0xabcd);
    for (const accept of [1, 0]) {
      assert.equal(connection.receive(request(0, "env", true, string("A"), string(""))), "ENV");
      assert.equal(connection.exports.answer(accept), 5);
      assertOutput(connection, accept ? 99 : 100, uint32(0xabcd));
      assert.equal(connection.exports.answer(accept), 0, "a second answer to one request");
      assertOutput(connection);
    }
  });

  test("window-change reports the new size, and is acknowledged if the client asks for that", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 5);
    const size = [132, 50, 0, 0].map(uint32);
    assert.equal(connection.receive(request(0, "window-change", false, ...size)), "WINDOW_CHANGE");
    assert.deepEqual([connection.exports.columns(), connection.exports.rows()], [132, 50]);
    assertOutput(connection);
    assert.equal(connection.receive(request(0, "window-change", true, ...size)), "WINDOW_CHANGE");
    assertOutput(connection, 99, uint32(5));
  });

  test("requests we do not know are refused, whatever follows their names", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 6);
    for (const type of [
      "keepalive@openssh.com",
      "x11-req",
      "auth-agent-req@openssh.com",
      "session",
      "exit-status",
      "",
    ]) {
      assert.equal(connection.receive(request(0, type, true, "anything")), "NONE", type);
      assertOutput(connection, 100, uint32(6));
      assert.equal(connection.receive(request(0, type, false)), "NONE", type);
      assertOutput(connection);
    }
  });

  test("only one of shell, exec and subsystem succeeds on a channel; a refused one leaves room for another", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 6);
    assert.equal(connection.receive(request(0, "subsystem", true, string("sftp"))), "SUBSYSTEM");
    connection.exports.answer(0);
    const starts = [
      (channel: number) => request(channel, "shell", true),
      (channel: number) => request(channel, "exec", true, string("x")),
      (channel: number) => request(channel, "subsystem", true, string("x")),
    ];
    for (const [index, start] of starts.entries()) {
      const channel = index ? connection.openChannel(0, 6) : 0;
      assert.equal(connection.receive(start(channel)), ["SHELL", "EXEC", "SUBSYSTEM"][index]);
      connection.exports.answer(1);
      for (const second of starts) {
        assert.equal(connection.receive(second(channel)), "NONE");
        assertOutput(connection, 100, uint32(6));
      }
      if (index < 2) connection.receive(close(channel));
    }
    // another channel has a start of its own
    connection.openChannel(1, 7);
    assert.equal(connection.receive(request(1, "shell", true)), "SHELL");
  });

  test("a request that the application has left unanswered ends the connection at the next message", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(request(0, "shell", false)), "SHELL");
    assert.equal(connection.receive(data(0, "x")), "PROTOCOL_ERROR");
  });

  test("exit-status goes out once, wants no reply and never follows CLOSE", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 0x01020304);
    assert.equal(connection.exports.exit(0, 0x8000_0001), 25);
    assertOutput(connection, 98, uint32(0x01020304), string("exit-status"), 0, uint32(0x8000_0001));
    assert.equal(connection.exports.exit(0, 0), 0);
    assertOutput(connection);
    connection.openChannel(1);
    connection.exports.close(1);
    assert.equal(connection.exports.exit(1, 0), 0);
  });
});

describe("connection data", () => {
  test("data is delivered as it is; an empty message is no event", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(data(0, "hello")), "DATA");
    assert.equal(connection.eventText(), "hello");
    assert.equal(connection.receive(data(0, "")), "NONE");
    assert.equal(connection.receive(data(0, Buffer.alloc(MAXIMUM_PACKET, 7))), "DATA");
    assert.deepEqual(connection.eventBytes(), new Uint8Array(MAXIMUM_PACKET).fill(7));
  });

  test("WINDOW_ADJUST is sent when half the window has been consumed, for all that was", async () => {
    const connection = await Connection.open(1000);
    connection.openChannel(0, 42);
    connection.receive(data(0, Buffer.alloc(1000)));
    assert.equal(connection.exports.consumed(0, 499), 0);
    assert.equal(connection.exports.consumed(0, 1), 9);
    assertOutput(connection, 93, uint32(42), uint32(500));
    assert.equal(connection.receive(data(0, Buffer.alloc(500))), "DATA");
    assert.equal(connection.exports.consumed(0, 1000), 9);
    assertOutput(connection, 93, uint32(42), uint32(1000));
  });

  test("an application that consumes more than it was given grants no more than the window", async () => {
    const connection = await Connection.open(1000);
    connection.openChannel(0, 42);
    connection.receive(data(0, Buffer.alloc(600)));
    assert.equal(connection.exports.consumed(0, 0xffff_ffff), 9);
    assertOutput(connection, 93, uint32(42), uint32(600));
    assert.equal(connection.exports.consumed(0, 600), 0);
    // what was consumed and not yet granted is not held either
    connection.receive(data(0, Buffer.alloc(400)));
    assert.equal(connection.exports.consumed(0, 400), 0);
    assert.equal(connection.exports.consumed(0, 400), 0);
    assert.equal(connection.receive(data(0, Buffer.alloc(601))), "PROTOCOL_ERROR");
  });

  test("windows of 1, 2 and 3 bytes never stall, and none grants 0 bytes", async () => {
    for (const windowSize of [1, 2, 3]) {
      const connection = await Connection.open(windowSize);
      connection.openChannel(0, 42);
      let granted = windowSize;
      for (let count = 0; count < 10; count++) {
        assert.ok(granted > 0, "the client is never stuck");
        assert.equal(connection.receive(data(0, "x")), "DATA");
        granted -= 1;
        assert.equal(connection.exports.consumed(0, 0), 0);
        if (connection.exports.consumed(0, 1)) granted += Buffer.from(connection.output()).readUInt32BE(5);
      }
    }
  });

  test("extended data from the client is dropped and costs it no window", async () => {
    const connection = await Connection.open(1000);
    connection.openChannel(0, 42);
    assert.equal(connection.receive(extendedData(0, Buffer.alloc(400))), "NONE");
    assertOutput(connection);
    assert.equal(connection.receive(extendedData(0, Buffer.alloc(400))), "NONE");
    assertOutput(connection, 93, uint32(42), uint32(800));
    assert.equal(connection.exports.consumed(0, 800), 0);
    assert.equal(connection.receive(data(0, Buffer.alloc(1000))), "DATA");
  });

  test("no WINDOW_ADJUST after the client's EOF or our CLOSE", async () => {
    for (const end of ["eof", "close"]) {
      const connection = await Connection.open(1000);
      connection.openChannel();
      connection.receive(data(0, Buffer.alloc(900)));
      if (end === "eof") assert.equal(connection.receive(eof(0)), "EOF");
      else connection.exports.close(0);
      assert.equal(connection.exports.consumed(0, 900), 0, end);
    }
  });

  test("write makes CHANNEL_DATA, or CHANNEL_EXTENDED_DATA for stderr", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 77);
    assert.deepEqual(connection.write(0, "hello"), new Uint8Array(bytes(94, uint32(77), string("hello"))));
    const long = Uint8Array.from({ length: DATA_CAPACITY }, (_, index) => index * 7);
    const message = new Uint8Array(bytes(95, uint32(77), uint32(1), string(long)));
    assert.deepEqual(connection.write(0, long, 1), message);
    assert.equal(message.length, OUTPUT_CAPACITY);
  });

  test("writable is the smallest of window, maximum packet and buffer; write takes no byte more and not none", async () => {
    for (const [window, maximum] of [
      [0, 100],
      [5, 100],
      [100, 1],
      [0xffff_ffff, 0xffff_ffff],
    ] as const) {
      const connection = await Connection.open();
      connection.openChannel(0, 1, window, maximum);
      const expected = Math.min(window, maximum, DATA_CAPACITY);
      assert.equal(connection.exports.writable(0), expected);
      assert.equal(connection.exports.write(0, expected + 1, 0), 0);
      assert.equal(connection.exports.write(0, 0xffff_ffff, 1), 0);
      assert.equal(connection.exports.write(0, 0, 0), 0);
      if (expected) assert.equal(connection.write(0, Buffer.alloc(expected)).length, 9 + expected);
      assert.equal(connection.exports.writable(0), Math.min(window - expected, maximum, DATA_CAPACITY));
    }
  });

  test("a client's WINDOW_ADJUST is reported and lets the application write on", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 1, 3, 100);
    connection.write(0, "abc");
    assert.equal(connection.exports.writable(0), 0);
    assert.equal(connection.receive(windowAdjust(0, 2)), "WINDOW_ADJUST");
    assert.equal(connection.exports.writable(0), 2);
  });
});

describe("connection ends of a channel", () => {
  test("EOF is sent once; the exit status may follow it, data may not", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 8);
    assert.equal(connection.exports.sendEof(0), 5);
    assertOutput(connection, 96, uint32(8));
    assert.equal(connection.exports.sendEof(0), 0);
    assert.equal(connection.exports.writable(0), 0);
    assert.equal(connection.write(0, "x").length, 0);
    assert.equal(connection.exports.exit(0, 0), 25);
  });

  test("after the client's EOF the application may still write", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 8);
    assert.equal(connection.receive(eof(0)), "EOF");
    assert.equal(connection.write(0, "x").length, 10);
  });

  test("the client's CLOSE is answered at once, reported, and frees the number", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 8);
    assert.equal(connection.receive(close(0)), "CLOSE");
    assert.equal(connection.exports.eventChannel(), 0);
    assertOutput(connection, 97, uint32(8));
    assert.equal(connection.exports.writable(0), 0);
    assert.equal(connection.write(0, "x").length, 0);
    assert.equal(connection.exports.sendEof(0), 0);
    assert.equal(connection.exports.close(0), 0);
    assert.equal(connection.exports.exit(0, 0), 0);
    assert.equal(connection.exports.consumed(0, 1), 0);
    connection.openChannel(0, 9);
  });

  test("after our CLOSE the place stays taken, and what the client still sends is swallowed, until its CLOSE", async () => {
    const connection = await Connection.open();
    connection.openChannel(0, 8);
    connection.receive(data(0, "x"));
    assert.equal(connection.exports.close(0), 5);
    assertOutput(connection, 97, uint32(8));
    assert.equal(connection.exports.close(0), 0);
    assert.equal(connection.exports.writable(0), 0);
    connection.openChannel(1, 9);
    for (const late of lateMessages(0)) {
      assert.equal(connection.receive(late), "NONE");
      assertOutput(connection);
    }
    assert.equal(connection.receive(close(0)), "CLOSE");
    assertOutput(connection);
    connection.openChannel(0, 10);
  });

  test("a place that is used again starts without the past of the channel before it, and with another number", async () => {
    const connection = await Connection.open(1000);
    connection.openChannel(0, 8, 5, 5);
    connection.receive(request(0, "shell", false));
    connection.exports.answer(1);
    connection.receive(data(0, Buffer.alloc(1000)));
    connection.exports.consumed(0, 400);
    connection.exports.exit(0, 0);
    connection.exports.sendEof(0);
    connection.receive(eof(0));
    connection.receive(close(0));
    assert.equal(connection.openChannel(0, 9, 50, 50), CHANNEL_COUNT);
    assert.equal(connection.exports.consumed(0, 1000), 0);
    assert.equal(connection.exports.writable(0), 50);
    assert.equal(connection.receive(data(CHANNEL_COUNT, Buffer.alloc(1000))), "DATA");
    assert.equal(connection.receive(request(CHANNEL_COUNT, "shell", false)), "SHELL");
    assert.equal(connection.exports.answer(1), 0);
    assert.equal(connection.exports.exit(0, 0), 25);
    assert.equal(connection.exports.sendEof(0), 5);
  });

  test("an answer to a request is withheld when the application has closed the channel in between", async () => {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(request(0, "shell", true)), "SHELL");
    assert.equal(connection.exports.close(0), 5);
    assert.equal(connection.exports.answer(1), 0);
    assert.equal(connection.receive(close(0)), "CLOSE");
  });

  test("calls about channels that do not exist do nothing", async () => {
    const connection = await Connection.open();
    for (const number of [0, 7, 8, 0x7fff_ffff, 0xffff_ffff]) {
      assert.equal(connection.exports.writable(number), 0);
      assert.equal(connection.exports.write(number, 1, 0), 0);
      assert.equal(connection.exports.consumed(number, 1), 0);
      assert.equal(connection.exports.sendEof(number), 0);
      assert.equal(connection.exports.close(number), 0);
      assert.equal(connection.exports.exit(number, 0), 0);
      assert.equal(connection.exports.answer(1), 0);
      assert.equal(connection.exports.outputLength(), 0);
    }
    connection.openChannel();
  });
});

describe("connection properties", () => {
  test("every message cut short at any byte is a protocol error", async () => {
    for (const [name, message] of [...validMessages(), ["global request", globalRequest("keepalive", true)] as const]) {
      for (let length = 0; length < message.length; length++) {
        const connection = await Connection.open();
        connection.openChannel();
        assert.equal(connection.receive(message.subarray(0, length)), "PROTOCOL_ERROR", `${name} cut to ${length}`);
        assert.equal(connection.exports.outputLength(), 0);
      }
    }
  });

  test("every message with a byte too many is a protocol error", async () => {
    for (const [name, message] of validMessages()) {
      const connection = await Connection.open();
      connection.openChannel();
      assert.equal(connection.receive(message, 0), "PROTOCOL_ERROR", name);
      const fresh = await Connection.open();
      fresh.openChannel();
      assert.notEqual(fresh.receive(message), "PROTOCOL_ERROR", name);
    }
  });

  test("random bytes never trap, never change memory outside the buffers and state, and fail for good", async () => {
    const connection = await Connection.open();
    const bytesUsed = connection.exports.__heap_base.value as number;
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.tuple(fc.integer({ min: 80, max: 100 }), fc.uint8Array({ maxLength: 64 })).map(([n, rest]) => bytes(n, rest)),
      // close to the truth: a valid message with one byte changed
      fc
        .tuple(
          fc.constantFrom(...validMessages().map(([, valid]) => valid)),
          fc.nat(),
          fc.integer({ min: 0, max: 255 }),
        )
        .map(([valid, position, value]) => {
          const changed = Uint8Array.from(valid);
          changed[position % changed.length] = value;
          return changed;
        }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
        const fresh = await Connection.open();
        fresh.openChannel();
        let failed = false;
        for (const payload of messages) {
          const event = fresh.receive(payload);
          assert.notEqual(event, "no event");
          if (failed) assert.equal(event, "PROTOCOL_ERROR");
          failed = event === "PROTOCOL_ERROR";
          assert.ok(fresh.exports.outputLength() <= OUTPUT_CAPACITY);
          if (failed) assert.equal(fresh.exports.outputLength(), 0);
          fresh.exports.answer(1);
        }
        if (failed)
          for (let channel = 0; channel < CHANNEL_COUNT; channel++) assert.equal(fresh.exports.writable(channel), 0);
        assert.ok(fresh.memory.subarray(bytesUsed).every((byte) => byte === 0));
        const input = fresh.exports.inputPtr();
        assert.ok(
          fresh.memory.subarray(input + 128, input + fresh.exports.inputCapacity()).every((byte) => byte === 0),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("a length beyond the input buffer is a protocol error, not a read", async () => {
    for (const length of [4097, 65536, 0x7fff_ffff, 0xffff_ffff]) {
      const connection = await Connection.open();
      connection.memory.set(globalRequest("x", true), connection.exports.inputPtr());
      assert.equal(connection.exports.receive(length), ConnectionEvent.PROTOCOL_ERROR);
    }
  });

  test("windows in both directions agree with a model over random sequences", async () => {
    const windowSize = 1000;
    const channel = fc.integer({ min: 0, max: 2 });
    const amount = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 1200 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
    );
    const action = fc.record({
      kind: fc.constantFrom("open", "data", "data", "extended", "consumed", "consumed", "adjust", "write", "write"),
      channel,
      amount,
    });
    interface Model {
      send: number;
      maximum: number;
      /** What the client may still send, as the client counts it. */
      granted: number;
      held: number;
    }
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const connection = await Connection.open(windowSize);
        const models: Model[] = [];
        const takeAdjust = (model: Model): void => {
          const output = Buffer.from(connection.output());
          if (!output.length) return;
          assert.equal(output[0], 93);
          const bytesToAdd = output.readUInt32BE(5);
          assert.ok(bytesToAdd >= windowSize / 2);
          model.granted += bytesToAdd;
        };
        for (const { kind, channel, amount } of actions) {
          if (kind === "open") {
            if (models.length > 2) continue;
            connection.openChannel(models.length, 50, amount, (amount >>> 3) + 1);
            models.push({ send: amount, maximum: (amount >>> 3) + 1, granted: windowSize, held: 0 });
            continue;
          }
          const model = models[channel];
          if (!model) continue;
          if (kind === "data" || kind === "extended") {
            const length = Math.min(amount, 1200);
            const content = Buffer.alloc(length);
            const event = connection.receive(kind === "data" ? data(channel, content) : extendedData(channel, content));
            if (length > model.granted) {
              assert.equal(event, "PROTOCOL_ERROR");
              return;
            }
            model.granted -= length;
            assert.equal(event, kind === "data" && length ? "DATA" : "NONE");
            if (kind === "data") model.held += length;
            takeAdjust(model);
          } else if (kind === "consumed") {
            connection.exports.consumed(channel, amount);
            model.held -= Math.min(amount, model.held);
            takeAdjust(model);
          } else if (kind === "adjust") {
            const event = connection.receive(windowAdjust(channel, amount));
            if (model.send + amount > 0xffff_ffff) {
              assert.equal(event, "PROTOCOL_ERROR");
              return;
            }
            model.send += amount;
            assert.equal(event, "WINDOW_ADJUST");
          } else {
            const room = Math.min(model.send, model.maximum, DATA_CAPACITY);
            assert.equal(connection.exports.writable(channel), room);
            const length = Math.min(amount, 4000);
            const taken = length > 0 && length <= room;
            assert.equal(connection.write(channel, Buffer.alloc(length)).length, taken ? 9 + length : 0);
            if (taken) model.send -= length;
          }
          // the application never holds more than the window, and the client is stuck only while it holds data
          assert.ok(model.granted + model.held <= windowSize);
          if (!model.held) assert.ok(model.granted > windowSize / 2);
        }
      }),
      { numRuns: 500 },
    );
  });
});
