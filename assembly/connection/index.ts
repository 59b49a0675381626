// RFC 4254: session channels. A decrypted payload comes in; an event for the host's application and a reply payload
// come out. The application's own calls make payloads too. docs/abi.md describes every export.
//
// Next on a payload's way: channels.ts (open, eof, close), flow.ts (data, windows), requests.ts (everything asked for).

import { ConnectionEvent } from "../abi/index";
import { PAYLOAD_CAPACITY } from "../abi/capacities";
import { isMalformedOrUnfinished, readByte, startReading } from "../wire/reader";
import { writtenLength } from "../wire/writer";
import {
  CLOSE_SENT,
  dropChannels,
  EOF_SENT,
  handleClose,
  handleEof,
  handleOpen,
  isOver,
  readRecipientChannel,
  setWindowSize,
  skipRemaining,
  writeOnce,
} from "./channels";
import { handleData, handleWindowAdjust } from "./flow";
import {
  SSH_MSG_CHANNEL_CLOSE,
  SSH_MSG_CHANNEL_DATA,
  SSH_MSG_CHANNEL_EOF,
  SSH_MSG_CHANNEL_EXTENDED_DATA,
  SSH_MSG_CHANNEL_FAILURE,
  SSH_MSG_CHANNEL_OPEN,
  SSH_MSG_CHANNEL_WINDOW_ADJUST,
  SSH_MSG_GLOBAL_REQUEST,
  SSH_MSG_REQUEST_SUCCESS,
} from "../wire/numbers";
import { clearOutput, OUTPUT_PTR } from "./output";
import { handleGlobalRequest, handleRequest, refuseEverything, unanswered } from "./requests";

export { __data_end, __heap_base };
export { columns, eventChannel, eventLength, eventPtr, rows, valueLength, valuePtr } from "./event";
export { consumed, writable, write, writePtr } from "./flow";
export { answer, exit, keepalive } from "./requests";

const INPUT_PTR: usize = memory.data(PAYLOAD_CAPACITY, 16);

export function inputPtr(): usize {
  return INPUT_PTR;
}

export function inputCapacity(): u32 {
  return PAYLOAD_CAPACITY;
}

export function outputPtr(): usize {
  return OUTPUT_PTR;
}

/** Length of the payload that the last call has written at `outputPtr`. */
export function outputLength(): u32 {
  return writtenLength();
}

/** Once, before the first `receive`: the receive window of each channel, in bytes. */
export function open(windowSize: u32): void {
  setWindowSize(windowSize);
}

/** Takes the payload in the input buffer. Returns a ConnectionEvent; after PROTOCOL_ERROR never another. */
export function receive(length: u32): u32 {
  clearOutput();
  startReading(INPUT_PTR, length);
  const event = unanswered || length > PAYLOAD_CAPACITY ? ConnectionEvent.PROTOCOL_ERROR : handleMessage();
  if (event == ConnectionEvent.UNIMPLEMENTED) return event;
  if (event == ConnectionEvent.PROTOCOL_ERROR || isMalformedOrUnfinished()) {
    // Whatever a handler has done on the strength of half a message goes with the channels.
    dropChannels();
    refuseEverything();
    clearOutput();
    return ConnectionEvent.PROTOCOL_ERROR;
  }
  return event;
}

function handleMessage(): ConnectionEvent {
  const number = readByte();
  if (number == SSH_MSG_GLOBAL_REQUEST) return handleGlobalRequest();
  if (number == SSH_MSG_CHANNEL_OPEN) return handleOpen();
  // Answers to `keepalive`, and to nothing at all.
  if (number - SSH_MSG_REQUEST_SUCCESS < 2) return ignore();
  // Unassigned numbers. 91 and 92 answer what a server of sessions never asks.
  if ((number > 82 && number < 90) || (number > 100 && number < 128)) return ConnectionEvent.UNIMPLEMENTED;
  if (number < SSH_MSG_CHANNEL_WINDOW_ADJUST || number > SSH_MSG_CHANNEL_FAILURE) return ConnectionEvent.PROTOCOL_ERROR;
  const channel = readRecipientChannel();
  if (channel === null || isOver(channel, number)) return ignore();
  switch (number) {
    case SSH_MSG_CHANNEL_WINDOW_ADJUST:
      return handleWindowAdjust(channel);
    case SSH_MSG_CHANNEL_DATA:
      return handleData(channel, false);
    case SSH_MSG_CHANNEL_EXTENDED_DATA:
      return handleData(channel, true);
    case SSH_MSG_CHANNEL_EOF:
      return handleEof(channel);
    case SSH_MSG_CHANNEL_CLOSE:
      return handleClose(channel);
    default:
      return handleRequest(channel);
  }
}

function ignore(): ConnectionEvent {
  skipRemaining();
  return ConnectionEvent.NONE;
}

/** No more data follows from us. Returns the length of CHANNEL_EOF; 0 when it was sent before. */
export function sendEof(number: u32): u32 {
  return writeOnce(number, EOF_SENT, SSH_MSG_CHANNEL_EOF);
}

/**
 * Returns the length of CHANNEL_CLOSE; 0 when it was sent before. The channel is gone when the client's CLOSE comes.
 */
export function close(number: u32): u32 {
  return writeOnce(number, CLOSE_SENT, SSH_MSG_CHANNEL_CLOSE);
}
