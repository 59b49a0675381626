// RFC 4254 §6: the names of the channel type and of the requests that the application hears of.

import { ConnectionEvent } from "../abi/index";
import { LAST_REQUEST } from "../abi/ranges";
import { ascii, byteLength, counted } from "../wire/ascii";
import { ctDifference } from "../wire/compare";
import {
  BREAK,
  ENV,
  EXEC,
  EXIT_STATUS_NAME,
  KEEPALIVE_NAME,
  PTY_REQ,
  SESSION,
  SHELL,
  SIGNAL,
  SUBSYSTEM,
  WINDOW_CHANGE,
} from "../wire/names";

/**
 * In the order of ConnectionEvent, from OPEN to BREAK; then, without lengths, what we send: a table more would cost 8
 * bytes.
 */
const NAMES_PTR: usize = memory.data<u8>([
  ...counted(SESSION),
  ...counted(PTY_REQ),
  ...counted(ENV),
  ...counted(SHELL),
  ...counted(EXEC),
  ...counted(SUBSYSTEM),
  ...counted(WINDOW_CHANGE),
  ...counted(SIGNAL),
  ...counted(BREAK),
  ...ascii(EXIT_STATUS_NAME),
  ...ascii(KEEPALIVE_NAME),
  ...ascii("packets of 0 bytes"),
  ...ascii("only sessions here"),
  ...ascii("no channel is free"),
]);
const EVENT_COUNT: u32 = LAST_REQUEST - ConnectionEvent.OPEN + 1;
const CHANNEL_NAMES_BYTES: u32 = byteLength(SESSION) + byteLength(PTY_REQ) + byteLength(ENV) + byteLength(SHELL);
const PROGRAM_NAMES_BYTES: u32 = byteLength(EXEC) + byteLength(SUBSYSTEM);
const TERMINAL_NAMES_BYTES: u32 = byteLength(WINDOW_CHANGE) + byteLength(SIGNAL) + byteLength(BREAK);

export const EXIT_STATUS_PTR: usize =
  NAMES_PTR + EVENT_COUNT + CHANNEL_NAMES_BYTES + PROGRAM_NAMES_BYTES + TERMINAL_NAMES_BYTES;
export const EXIT_STATUS_LENGTH: u32 = byteLength(EXIT_STATUS_NAME);
export const KEEPALIVE_PTR: usize = EXIT_STATUS_PTR + EXIT_STATUS_LENGTH;
export const KEEPALIVE_LENGTH: u32 = byteLength(KEEPALIVE_NAME);
/** Why a channel is not opened: a sentence for each reason, from SSH_OPEN_CONNECT_FAILED on, all of the same length. */
export const REFUSALS_PTR: usize = KEEPALIVE_PTR + KEEPALIVE_LENGTH;
export const REFUSAL_LENGTH: u32 = byteLength("no channel is free");

/** OPEN for the channel type "session", the event of a request's name, or NONE. */
export function eventOfName(ptr: usize, length: u32): ConnectionEvent {
  let name = NAMES_PTR;
  for (let event = ConnectionEvent.OPEN; event <= LAST_REQUEST; event++) {
    const nameLength: u32 = load<u8>(name++);
    if (nameLength == length && !ctDifference(ptr, name, length - 1)) return event;
    name += nameLength;
  }
  return ConnectionEvent.NONE;
}
