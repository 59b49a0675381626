// Packets longer than the buffers of a board's modules, which come in pieces; their sizes are those of
// assembly/transport/packet.ts.

import assert from "node:assert/strict";
import { TransportEvent } from "../../assembly/abi/index.js";
import { EXT_INFO_MARKER, type KexinitOptions, type RawClient, STRICT_MARKER } from "../../scripts/client/client.js";
import type { Session } from "./session.js";

/** Of a payload that is handed on as it is. */
export const CAPACITY = 4096;
/** RFC 4253 §6.1: of a whole packet. */
export const MOST_PACKET_BYTES = 35_000;
/**
 * The longest payload of such a packet: length, padding's length, 4 bytes of padding, tag, and what makes a multiple of
 * 8.
 */
export const LONGEST = 34_971;
/** The first piece, and where a later one begins at the input. */
export const PIECE_END = 4416;
export const PIECE_START = 2048;

/** A name-list of `length` bytes of names that nobody has, with a comma behind each. */
export function unknownNames(length: number): string {
  return `${"x".repeat(60)},`.repeat(length / 61 + 1).slice(-length);
}

/** The client's KEXINIT of `length` bytes: what both sides have stands at the end of the list of key exchanges. */
export function longKexinit(client: RawClient, length: number, options: KexinitOptions = {}): Uint8Array {
  const markers = [STRICT_MARKER, EXT_INFO_MARKER].slice(client.options.strict ? 0 : 1, client.options.extInfo ? 2 : 1);
  const names = [client.options.kex, ...markers].join(",");
  const others = length - client.kexinit({ ...options, kex: names }).length;
  return client.kexinit({ ...options, kex: unknownNames(others) + names });
}

/** What the transport module hands on of a payload. */
export function handedOn(session: Session, payload: Uint8Array): Uint8Array {
  const { exports, memory } = session.server.transport;
  let event = TransportEvent.CONTINUE;
  for (let rest = session.client.packet(payload); rest.length > 0;) {
    assert.equal(event, TransportEvent.CONTINUE);
    const slice = rest.subarray(0, exports.inputCapacity());
    memory.set(slice, exports.inputPtr());
    event = exports.receive(slice.length);
    rest = rest.subarray(slice.length);
  }
  assert.equal(event, TransportEvent.PAYLOAD);
  return memory.slice(exports.payloadPtr(), exports.payloadPtr() + exports.payloadLength());
}
