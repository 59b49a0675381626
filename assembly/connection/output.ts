// RFC 4254: the connection protocol's one output buffer, where every reply is written.

import { CHANNEL_DATA_CAPACITY } from "../abi/capacities";
import { startWriting, writeByte, writeUint32, writtenLength } from "../wire/writer";

/** byte number, uint32 recipient channel, uint32 length of the data. */
export const DATA_HEADER_BYTES: u32 = 9;
/** The same, with a uint32 data type code before the length. */
export const EXTENDED_DATA_HEADER_BYTES: u32 = 13;

/** Holds the longest data message; every other message is shorter than 36 bytes. */
export const OUTPUT_PTR: usize = memory.data(CHANNEL_DATA_CAPACITY + EXTENDED_DATA_HEADER_BYTES, 16);

/** Discards what an earlier call has written. */
export function clearOutput(): void {
  startWriting(OUTPUT_PTR);
}

/** Starts a message about a channel, by the client's number for it. Returns the message's length so far. */
export function writeMessage(number: u32, recipientChannel: u32): u32 {
  startWriting(OUTPUT_PTR);
  writeByte(number);
  writeUint32(recipientChannel);
  return writtenLength();
}
