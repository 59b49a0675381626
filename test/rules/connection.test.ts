// What other servers got wrong in RFC 4254. Each test carries the number of its rule in docs/security.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertOutput, CHANNEL_COUNT, Connection, MAXIMUM_PACKET } from "../support/connection.js";
import {
  channelOpen,
  close,
  data,
  eof,
  extendedData,
  globalRequest,
  request,
  windowAdjust,
} from "../../scripts/client/connection.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

/** The connection has ended: nothing is sent, nothing more is taken, no channel exists. */
function assertEnded(connection: Connection): void {
  assert.equal(connection.exports.outputLength(), 0);
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
    assert.equal(connection.exports.writable(channel), 0);
    assert.equal(connection.exports.close(channel), 0);
  }
  assert.equal(connection.exports.answer(1), 0);
  assert.equal(connection.receive(globalRequest("keepalive", true)), "PROTOCOL_ERROR");
  assert.equal(connection.receive(channelOpen(1, 1, 1)), "PROTOCOL_ERROR");
}

test("rule 1 (libssh CVE-2018-10933): a server's message coming from a client ends the connection", async () => {
  for (const message of [
    bytes(91, uint32(0), uint32(0), uint32(1000), uint32(1000)),
    bytes(92, uint32(0), uint32(1), string(""), string("")),
  ]) {
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(message), "PROTOCOL_ERROR", String(message[0]));
    assertEnded(connection);
  }
});

test("rule 2 (Erlang/OTP CVE-2025-32433): messages of the other protocols end the connection", async () => {
  for (let number = 0; number < 256; number++) {
    if (number >= 80 && number < 128) continue;
    const connection = await Connection.open();
    connection.openChannel();
    assert.equal(connection.receive(number, string("none")), "PROTOCOL_ERROR", String(number));
    assertEnded(connection);
  }
});

test("rule 2 (wolfSSH CVE-2024-2873): channel messages without a channel end the connection", async () => {
  for (const message of [
    windowAdjust(0, 1),
    data(0, "x"),
    extendedData(0, "x"),
    eof(0),
    close(0),
    request(0, "exec", true, string("x")),
    bytes(99, uint32(0)),
    bytes(100, uint32(0)),
  ]) {
    const connection = await Connection.open();
    assert.equal(connection.receive(message), "PROTOCOL_ERROR", String(message[0]));
    assertEnded(connection);
    for (const channel of [1, CHANNEL_COUNT, CHANNEL_COUNT + 1, 0x8000_0000, 0xffff_ffff]) {
      const other = await Connection.open();
      other.openChannel();
      const misdirected = Uint8Array.from(message);
      misdirected.set(uint32(channel), 1);
      assert.equal(other.receive(misdirected), "PROTOCOL_ERROR", `${String(message[0])} to channel ${channel}`);
    }
  }
});

test("rule 17 (libssh2 CVE-2026-55200): a string's length that wraps or exceeds the payload ends the connection", async () => {
  for (const length of [6, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff]) {
    for (const message of [
      bytes(80, uint32(length), "12345"),
      bytes(90, uint32(length), "12345"),
      bytes(94, uint32(0), uint32(length), "12345"),
      bytes(95, uint32(0), uint32(1), uint32(length), "12345"),
      bytes(98, uint32(0), uint32(length), "12345"),
      bytes(98, uint32(0), string("exec"), 1, uint32(length), "12345"),
      bytes(98, uint32(0), string("env"), 1, string("A"), uint32(length), "12345"),
    ]) {
      const connection = await Connection.open();
      connection.openChannel();
      assert.equal(connection.receive(message), "PROTOCOL_ERROR");
      assertEnded(connection);
    }
  }
});

test("rule 18 (russh CVE-2025-54804): a WINDOW_ADJUST beyond 2^32 - 1 ends the connection", async () => {
  const connection = await Connection.open();
  connection.openChannel(0, 1, 0xffff_fff0, 100);
  assert.equal(connection.receive(windowAdjust(0, 15)), "WINDOW_ADJUST");
  assert.equal(connection.receive(windowAdjust(0, 0)), "WINDOW_ADJUST");
  assert.equal(connection.exports.writable(0), 100);
  assert.equal(connection.receive(windowAdjust(0, 1)), "PROTOCOL_ERROR");
  assertEnded(connection);
});

test("rule 18 (russh CVE-2025-54804): data beyond the window or the maximum packet ends the connection", async () => {
  for (const content of [data, extendedData]) {
    const beyondWindow = await Connection.open(100);
    beyondWindow.openChannel();
    assert.equal(beyondWindow.receive(data(0, Buffer.alloc(60))), "DATA");
    assert.equal(beyondWindow.receive(content(0, Buffer.alloc(41))), "PROTOCOL_ERROR");
    assertEnded(beyondWindow);
  }
  const beyondPacket = await Connection.open(2 * MAXIMUM_PACKET);
  beyondPacket.openChannel();
  assert.equal(beyondPacket.receive(data(0, Buffer.alloc(MAXIMUM_PACKET + 1))), "PROTOCOL_ERROR");
  assertEnded(beyondPacket);
});

test("rule 18 (russh CVE-2025-54804): nothing the host consumes grants more than 2^32 - 1 bytes", async () => {
  const connection = await Connection.open(0xffff_ffff);
  connection.openChannel();
  connection.receive(data(0, "x"));
  assert.equal(connection.exports.consumed(0, 0xffff_ffff), 0);
  assert.equal(connection.exports.consumed(0, 0xffff_ffff), 0);
  assert.equal(connection.receive(data(0, "x")), "DATA");
});

test("rule 19 (Dropbear 2026.92): channels are capped, and a refused one costs nothing", async () => {
  const connection = await Connection.open();
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) connection.openChannel(channel);
  for (let attempt = 0; attempt < 100; attempt++) {
    assert.equal(connection.receive(channelOpen(attempt, 1, 1)), "NONE");
    assertOutput(connection, 92, uint32(attempt), uint32(4), string("no channel is free"), string(""));
  }
  assert.equal(connection.receive(close(3)), "CLOSE");
  connection.openChannel(3);
  assert.equal(connection.receive(channelOpen(1, 1, 1)), "NONE");
});

test("rule 19 (Dropbear 2026.92): a channel that we have closed counts until the client has closed it too", async () => {
  const connection = await Connection.open();
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
    connection.openChannel(channel);
    connection.exports.close(channel);
  }
  assert.equal(connection.receive(channelOpen(1, 1, 1)), "NONE");
  assert.equal(connection.receive(close(7)), "CLOSE");
  connection.openChannel(7);
});

test("rule 19 (Erlang CVE-2026-23943): requests do not queue: one is answered before the next is taken", async () => {
  const connection = await Connection.open();
  connection.openChannel();
  assert.equal(connection.receive(request(0, "env", true, string("A"), string("1"))), "ENV");
  assert.equal(connection.receive(request(0, "env", true, string("B"), string("2"))), "PROTOCOL_ERROR");
  assertEnded(connection);
});
