// RFC 4254 §5.2: data in both directions, and the windows that bound it. What comes in is counted against the window we
// granted; what goes out is at most what the client granted.

import { ConnectionEvent } from "../abi/index";
import { CHANNEL_DATA_CAPACITY } from "../abi/capacities";
import { readUint32 } from "../wire/reader";
import { skipBytes, writeUint32, writtenLength } from "../wire/writer";
import { Channel, CLOSE_SENT, EOF_RECEIVED, EOF_SENT, findChannel, MAXIMUM_PACKET_SIZE, windowSize } from "./channels";
import { eventLength, readEventString } from "./event";
import { SSH_MSG_CHANNEL_DATA, SSH_MSG_CHANNEL_EXTENDED_DATA, SSH_MSG_CHANNEL_WINDOW_ADJUST } from "../wire/numbers";
import { clearOutput, DATA_HEADER_BYTES, EXTENDED_DATA_HEADER_BYTES, OUTPUT_PTR, writeMessage } from "./output";

// byte      SSH_MSG_CHANNEL_DATA          or  SSH_MSG_CHANNEL_EXTENDED_DATA
// uint32    recipient channel
//                                             uint32    data type code
// string    data
export function handleData(channel: Channel, extended: bool): ConnectionEvent {
  if (extended) readUint32();
  readEventString();
  const length = eventLength();
  if (length > channel.receiveWindow || length > MAXIMUM_PACKET_SIZE) return ConnectionEvent.PROTOCOL_ERROR;
  channel.receiveWindow -= length;
  // A session has no extended data from client to server: it is dropped, and costs the client no window.
  if (extended) addCredit(channel, length);
  return extended || !length ? ConnectionEvent.NONE : ConnectionEvent.DATA;
}

// byte      SSH_MSG_CHANNEL_WINDOW_ADJUST
// uint32    recipient channel
// uint32    bytes to add
export function handleWindowAdjust(channel: Channel): ConnectionEvent {
  const bytesToAdd = readUint32();
  // §5.2: the window is never more than 2^32 - 1 bytes.
  if (bytesToAdd > ~channel.sendWindow) return ConnectionEvent.PROTOCOL_ERROR;
  channel.sendWindow += bytesToAdd;
  return ConnectionEvent.WINDOW_ADJUST;
}

/** Adds to what the client may send; it is told when half the window has come together. */
function addCredit(channel: Channel, length: u32): void {
  channel.credit += length;
  if (channel.credit <= (windowSize - 1) >> 1 || channel.flags & (EOF_RECEIVED | CLOSE_SENT)) return;
  writeMessage(SSH_MSG_CHANNEL_WINDOW_ADJUST, channel.recipientChannel);
  writeUint32(channel.credit);
  channel.receiveWindow += channel.credit;
  channel.credit = 0;
}

/**
 * The application has taken `length` bytes of DATA; more than it was given counts as all of that. Returns the length of
 * a WINDOW_ADJUST, or 0 when none is due.
 */
export function consumed(number: u32, length: u32): u32 {
  clearOutput();
  const channel = findChannel(number);
  if (channel === null) return 0;
  const held = windowSize - channel.receiveWindow - channel.credit;
  addCredit(channel, min(length, held));
  return writtenLength();
}

/** How many bytes the next `write` may have. */
export function writable(number: u32): u32 {
  const channel = findChannel(number);
  if (channel === null || channel.flags & (EOF_SENT | CLOSE_SENT)) return 0;
  return min(min(channel.sendWindow, channel.sendMaximum), CHANNEL_DATA_CAPACITY);
}

/** Where the host writes the data of the next `write`. */
export function writePtr(): usize {
  return OUTPUT_PTR + DATA_HEADER_BYTES;
}

/**
 * Makes the `length` bytes at `writePtr` a CHANNEL_DATA message, or CHANNEL_EXTENDED_DATA of the type `extended`
 * (1: stderr). Returns the message's length, or 0 when there is no data or more than `writable`.
 */
export function write(number: u32, length: u32, extended: u32): u32 {
  clearOutput();
  const channel = findChannel(number);
  if (channel === null || !length || length > writable(number)) return 0;
  channel.sendWindow -= length;
  if (extended) {
    memory.copy(OUTPUT_PTR + EXTENDED_DATA_HEADER_BYTES, OUTPUT_PTR + DATA_HEADER_BYTES, length);
    writeMessage(SSH_MSG_CHANNEL_EXTENDED_DATA, channel.recipientChannel);
    writeUint32(extended);
  } else {
    writeMessage(SSH_MSG_CHANNEL_DATA, channel.recipientChannel);
  }
  writeUint32(length);
  skipBytes(length);
  return writtenLength();
}
