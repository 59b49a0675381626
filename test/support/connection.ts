// One instance of the connection module under a test's control, and messages to try on it.

import assert from "node:assert/strict";
import { ConnectionEvent } from "../../assembly/abi/index.js";
import type { ConnectionExports } from "../../host/node/modules.js";
import { loadModule } from "./modules.js";
import {
  channelOpen,
  close,
  data,
  eof,
  extendedData,
  ptyRequest,
  request,
  windowAdjust,
} from "../../scripts/client/connection.js";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

/** The receive window of each channel in these tests. */
export const WINDOW = 8192;
/** The maximum packet size that the module announces, in builds with the default capacities. */
export const MAXIMUM_PACKET = 4083;
/** Longest data of one outgoing message, in builds with the default capacities. */
export const DATA_CAPACITY = 2048;
/** The longest message that the module makes: DATA_CAPACITY bytes of extended data. */
export const OUTPUT_CAPACITY = DATA_CAPACITY + 13;
export const CHANNEL_COUNT = 8;

export class Connection {
  readonly exports: ConnectionExports;
  readonly memory: Uint8Array;

  private constructor(exports: ConnectionExports) {
    this.exports = exports;
    this.memory = new Uint8Array(exports.memory.buffer);
  }

  static async open(windowSize = WINDOW): Promise<Connection> {
    const instance = await loadModule("connection");
    const connection = new Connection(instance.exports as unknown as ConnectionExports);
    connection.exports.open(windowSize);
    return connection;
  }

  /** Hands over a payload; returns the event's name, which failing assertions then print. */
  receive(...parts: Part[]): string {
    const payload = bytes(...parts);
    this.memory.set(payload, this.exports.inputPtr());
    return ConnectionEvent[this.exports.receive(payload.length)] ?? "no event";
  }

  /** What the last call wants to have sent. */
  output(): Uint8Array {
    const start = this.exports.outputPtr();
    return this.memory.slice(start, start + this.exports.outputLength());
  }

  eventBytes(): Uint8Array {
    const start = this.exports.eventPtr();
    return this.memory.slice(start, start + this.exports.eventLength());
  }

  eventText(): string {
    return Buffer.from(this.eventBytes()).toString();
  }

  valueText(): string {
    const start = this.exports.valuePtr();
    return Buffer.from(this.memory.slice(start, start + this.exports.valueLength())).toString();
  }

  /** Writes as a host does; returns the payload, empty when the module refuses. */
  write(channel: number, data: string | Uint8Array, extended = 0): Uint8Array {
    const content = Buffer.from(data);
    this.memory.set(content.subarray(0, DATA_CAPACITY), this.exports.writePtr());
    const length = this.exports.write(channel, content.length, extended);
    assert.equal(length, this.exports.outputLength(), "write returns what outputLength says");
    return this.output();
  }

  /**
   * Opens a channel, which must get the place `expected`; returns the number that the client is told, the same when the
   * place is new.
   */
  openChannel(expected = 0, sender = 100 + expected, window = 0x20_0000, maximum = 32768): number {
    assert.equal(this.receive(channelOpen(sender, window, maximum)), "OPEN");
    assert.equal(this.exports.eventChannel(), expected);
    return Buffer.from(this.output()).readUInt32BE(5);
  }
}

/** The message that a module's output is expected to be. */
export function assertOutput(connection: Connection, ...parts: Part[]): void {
  assert.deepEqual(Buffer.from(connection.output()).toString("hex"), Buffer.from(bytes(...parts)).toString("hex"));
}

/** What may still be under way to a channel that was closed: whatever else there is but CLOSE. */
export function lateMessages(channel: number): Uint8Array[] {
  return [
    windowAdjust(channel, 100),
    windowAdjust(channel, 0xffff_ffff),
    data(channel, "late"),
    data(channel, Buffer.alloc(MAXIMUM_PACKET)),
    extendedData(channel, Buffer.alloc(MAXIMUM_PACKET)),
    eof(channel),
    request(channel, "signal", false, string("INT")),
    request(channel, "exec", true, string("late")),
    request(channel, "unknown", true),
    bytes(99, uint32(channel)),
    bytes(100, uint32(channel)),
  ];
}

/** Every message that a client may send on channel 0, well-formed and without trailing bytes. */
export function validMessages(): [string, Uint8Array][] {
  const size = [132, 50, 0, 0].map(uint32);
  return [
    ["channel open", channelOpen(7, 1000, 1000)],
    ["window adjust", windowAdjust(0, 5)],
    ["data", data(0, "hello")],
    ["extended data", extendedData(0, "hello")],
    ["eof", eof(0)],
    ["close", close(0)],
    ["pty-req", ptyRequest(0)],
    ["env", request(0, "env", true, string("LANG"), string("C"))],
    ["shell", request(0, "shell", true)],
    ["exec", request(0, "exec", true, string("uptime"))],
    ["subsystem", request(0, "subsystem", true, string("sftp"))],
    ["window-change", request(0, "window-change", false, ...size)],
    ["signal", request(0, "signal", false, string("INT"))],
    ["break", request(0, "break", false, uint32(500))],
  ];
}
