// RFC 4254 §9: the message numbers of the connection protocol, and the one output buffer where every reply is written.

import { CHANNEL_DATA_CAPACITY } from "../abi/capacities";
import { startWriting, writeByte, writeUint32, writtenLength } from "../wire/writer";

export const SSH_MSG_GLOBAL_REQUEST: u32 = 80;
export const SSH_MSG_REQUEST_SUCCESS: u32 = 81;
export const SSH_MSG_REQUEST_FAILURE: u32 = 82;
export const SSH_MSG_CHANNEL_OPEN: u32 = 90;
export const SSH_MSG_CHANNEL_OPEN_CONFIRMATION: u32 = 91;
export const SSH_MSG_CHANNEL_OPEN_FAILURE: u32 = 92;
export const SSH_MSG_CHANNEL_WINDOW_ADJUST: u32 = 93;
export const SSH_MSG_CHANNEL_DATA: u32 = 94;
export const SSH_MSG_CHANNEL_EXTENDED_DATA: u32 = 95;
export const SSH_MSG_CHANNEL_EOF: u32 = 96;
export const SSH_MSG_CHANNEL_CLOSE: u32 = 97;
export const SSH_MSG_CHANNEL_REQUEST: u32 = 98;
export const SSH_MSG_CHANNEL_SUCCESS: u32 = 99;
export const SSH_MSG_CHANNEL_FAILURE: u32 = 100;

/** byte number, uint32 recipient channel, uint32 length of the data. */
export const DATA_HEADER_BYTES: u32 = 9;
/** The same, with a uint32 data type code before the length. */
export const EXTENDED_DATA_HEADER_BYTES: u32 = 13;

/** Holds the longest data message; every other message is shorter than 36 bytes. */
export const OUTPUT: usize = memory.data(CHANNEL_DATA_CAPACITY + EXTENDED_DATA_HEADER_BYTES, 16);

/** Discards what an earlier call has written. */
export function clearOutput(): void {
  startWriting(OUTPUT);
}

/** Starts a message about a channel, by the client's number for it. Returns the message's length so far. */
export function writeMessage(number: u32, recipientChannel: u32): u32 {
  startWriting(OUTPUT);
  writeByte(number);
  writeUint32(recipientChannel);
  return writtenLength();
}
