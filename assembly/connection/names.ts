// RFC 4254 §6: the names of the channel type and of the requests that the application hears of.

import { ConnectionEvent } from "../abi";
import { ctDifference } from "../wire/compare";

/** In the order of ConnectionEvent, from OPEN to SIGNAL: the length of a name, then the name. Last, a name we send. */
const NAMES: usize = memory.data<u8>([
  // session
  7, 0x73, 0x65, 0x73, 0x73, 0x69, 0x6f, 0x6e,
  // pty-req
  7, 0x70, 0x74, 0x79, 0x2d, 0x72, 0x65, 0x71,
  // env
  3, 0x65, 0x6e, 0x76,
  // shell
  5, 0x73, 0x68, 0x65, 0x6c, 0x6c,
  // exec
  4, 0x65, 0x78, 0x65, 0x63,
  // subsystem
  9, 0x73, 0x75, 0x62, 0x73, 0x79, 0x73, 0x74, 0x65, 0x6d,
  // window-change
  13, 0x77, 0x69, 0x6e, 0x64, 0x6f, 0x77, 0x2d, 0x63, 0x68, 0x61, 0x6e, 0x67, 0x65,
  // signal
  6, 0x73, 0x69, 0x67, 0x6e, 0x61, 0x6c,
  // exit-status
  0x65, 0x78, 0x69, 0x74, 0x2d, 0x73, 0x74, 0x61, 0x74, 0x75, 0x73,
]);

export const EXIT_STATUS: usize = NAMES + 62;
export const EXIT_STATUS_LENGTH: u32 = 11;

/** OPEN for the channel type "session", the event of a request's name, or NONE. */
export function eventOfName(ptr: usize, length: u32): ConnectionEvent {
  let name = NAMES;
  for (let event = ConnectionEvent.OPEN; event <= ConnectionEvent.SIGNAL; event++) {
    const nameLength: u32 = load<u8>(name++);
    if (nameLength == length && !ctDifference(ptr, name, length - 1)) return event;
    name += nameLength;
  }
  return ConnectionEvent.NONE;
}
