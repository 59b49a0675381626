// RFC 4254 §5.1, §5.3: the table of session channels, from CHANNEL_OPEN to CLOSE. Data and windows: flow.ts; requests:
// requests.ts.

import { ConnectionEvent } from "../abi/index";
import { CHANNEL_COUNT, PAYLOAD_CAPACITY } from "../abi/capacities";
import { bytesRemaining, readBytes, readString, readUint32, stringLength } from "../wire/reader";
import { writeString, writeUint32 } from "../wire/writer";
import { eventChannel, setEventChannel } from "./event";
import {
  SSH_MSG_CHANNEL_CLOSE,
  SSH_MSG_CHANNEL_DATA,
  SSH_MSG_CHANNEL_EOF,
  SSH_MSG_CHANNEL_OPEN_CONFIRMATION,
  SSH_MSG_CHANNEL_OPEN_FAILURE,
  SSH_MSG_CHANNEL_REQUEST,
} from "../wire/numbers";
import { clearOutput, EXTENDED_DATA_HEADER_BYTES, writeMessage } from "./output";
import { eventOfName, REFUSAL_LENGTH, REFUSALS_PTR } from "./names";

/**
 * The announced maximum packet size: the most data that fits in a payload, in the longer of the two data messages, and
 * no more than surely fits in RFC 4253 §6.1's packet of 35,000 bytes.
 */
const MOST_DATA_BYTES: u32 = PAYLOAD_CAPACITY - EXTENDED_DATA_HEADER_BYTES;
export const MAXIMUM_PACKET_SIZE: u32 = MOST_DATA_BYTES < 32768 ? MOST_DATA_BYTES : 32768;

const SSH_OPEN_CONNECT_FAILED: u32 = 2;
const SSH_OPEN_UNKNOWN_CHANNEL_TYPE: u32 = 3;
const SSH_OPEN_RESOURCE_SHORTAGE: u32 = 4;

// Flags of a channel; none is set in a free place.
const OPEN: u32 = 1;
export const EOF_RECEIVED: u32 = 2;
export const EOF_SENT: u32 = 4;
export const CLOSE_SENT: u32 = 8;
export const EXIT_SENT: u32 = 16;
/** A shell, exec or subsystem request was accepted. */
export const STARTED: u32 = 32;

/** One place of the table. */
@unmanaged
export class Channel {
  flags: u32;
  /** The client's number for the channel. */
  recipientChannel: u32;
  /** Bytes of data that the client will still take, and at most in one message. */
  sendWindow: u32;
  sendMaximum: u32;
  /** Bytes of data that the client may still send. */
  receiveWindow: u32;
  /** Bytes that the application has consumed and the client does not know of yet. */
  credit: u32;
  /**
   * How many channels have had the place. On the wire the last one's number is (uses - 1) * CHANNEL_COUNT + the
   * place's.
   */
  uses: u32;
}

const CHANNELS_PTR: usize = memory.data(CHANNEL_COUNT * offsetof<Channel>(), 16);

/** Each channel's receive window, in bytes. receiveWindow + credit + what the application holds is always this. */
export let windowSize: u32 = 0;

/** `open` of docs/abi.md. */
export function setWindowSize(size: u32): void {
  windowSize = size;
}

function place(number: u32): Channel {
  return changetype<Channel>(CHANNELS_PTR + number * offsetof<Channel>());
}

/** The channel with the host's number `number`, or null. */
export function findChannel(number: u32): Channel | null {
  if (number >= CHANNEL_COUNT) return null;
  const channel = place(number);
  return channel.flags ? channel : null;
}

/**
 * Reads the recipient channel of a client's message; it becomes the event's channel. Null when it is gone; a number
 * that was never open makes the message malformed. No number comes twice on a connection, so what is under way to a
 * channel that is gone reaches no other.
 */
export function readRecipientChannel(): Channel | null {
  const number = readUint32();
  setEventChannel(number % CHANNEL_COUNT);
  const channel = place(eventChannel());
  const uses = number / CHANNEL_COUNT + 1;
  if (uses > channel.uses) readBytes(u32.MAX_VALUE);
  return uses == channel.uses && channel.flags ? channel : null;
}

/** Whether nothing that the client says of it in a message of this number matters any more. */
export function isOver(channel: Channel, messageNumber: u32): bool {
  if (channel.flags & CLOSE_SENT) return messageNumber != SSH_MSG_CHANNEL_CLOSE;
  // CHANNEL_SUCCESS and CHANNEL_FAILURE: nothing of ours asks for them.
  if (messageNumber > SSH_MSG_CHANNEL_REQUEST) return true;
  return (
    channel.flags & EOF_RECEIVED && messageNumber - SSH_MSG_CHANNEL_DATA <= SSH_MSG_CHANNEL_EOF - SSH_MSG_CHANNEL_DATA
  );
}

/** Forgets every channel: nothing more is sent or taken. */
export function dropChannels(): void {
  memory.fill(CHANNELS_PTR, 0, CHANNEL_COUNT * offsetof<Channel>());
}

/** What follows is specific to a type or request that we do not know. */
export function skipRemaining(): void {
  readBytes(bytesRemaining());
}

// byte      SSH_MSG_CHANNEL_OPEN
// string    channel type; "session" has no fields of its own
// uint32    sender channel
// uint32    initial window size
// uint32    maximum packet size
export function handleOpen(): ConnectionEvent {
  const type = readString();
  const known = eventOfName(type, stringLength) == ConnectionEvent.OPEN;
  const recipientChannel = readUint32();
  const sendWindow = readUint32();
  const sendMaximum = readUint32();
  if (!known) {
    skipRemaining();
    return refuse(recipientChannel, SSH_OPEN_UNKNOWN_CHANNEL_TYPE);
  }
  // Nothing could ever be sent in such packets.
  if (!sendMaximum) return refuse(recipientChannel, SSH_OPEN_CONNECT_FAILED);
  for (let number: u32 = 0; number < CHANNEL_COUNT; number++) {
    const channel = place(number);
    if (channel.flags) continue;
    channel.flags = OPEN;
    channel.recipientChannel = recipientChannel;
    channel.sendWindow = sendWindow;
    channel.sendMaximum = sendMaximum;
    channel.receiveWindow = windowSize;
    channel.credit = 0;
    setEventChannel(number);
    writeMessage(SSH_MSG_CHANNEL_OPEN_CONFIRMATION, recipientChannel);
    writeUint32(channel.uses++ * CHANNEL_COUNT + number);
    writeUint32(windowSize);
    writeUint32(MAXIMUM_PACKET_SIZE);
    return ConnectionEvent.OPEN;
  }
  return refuse(recipientChannel, SSH_OPEN_RESOURCE_SHORTAGE);
}

function refuse(recipientChannel: u32, reason: u32): ConnectionEvent {
  writeMessage(SSH_MSG_CHANNEL_OPEN_FAILURE, recipientChannel);
  writeUint32(reason);
  writeString(REFUSALS_PTR + (reason - SSH_OPEN_CONNECT_FAILED) * REFUSAL_LENGTH, REFUSAL_LENGTH);
  // Empty language tag.
  writeUint32(0);
  return ConnectionEvent.NONE;
}

// byte      SSH_MSG_CHANNEL_EOF
// uint32    recipient channel
export function handleEof(channel: Channel): ConnectionEvent {
  channel.flags |= EOF_RECEIVED;
  return ConnectionEvent.EOF;
}

// byte      SSH_MSG_CHANNEL_CLOSE
// uint32    recipient channel
export function handleClose(channel: Channel): ConnectionEvent {
  if (!(channel.flags & CLOSE_SENT)) writeMessage(SSH_MSG_CHANNEL_CLOSE, channel.recipientChannel);
  channel.flags = 0;
  return ConnectionEvent.CLOSE;
}

/**
 * A message that is sent at most once on a channel and never after CLOSE: returns its length after the recipient
 * channel, or 0 when `flag` says that it was sent.
 */
export function writeOnce(number: u32, flag: u32, messageNumber: u32): u32 {
  clearOutput();
  const channel = findChannel(number);
  if (channel === null || channel.flags & (flag | CLOSE_SENT)) return 0;
  channel.flags |= flag;
  return writeMessage(messageNumber, channel.recipientChannel);
}
