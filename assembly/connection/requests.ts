// RFC 4254 §4, §6: global requests, and requests on a channel. The application answers those it understands, one at a
// time, before the next message; the module refuses all others.

import { ConnectionEvent } from "../abi/index";
import { FIRST_REQUEST, FIRST_START, LAST_START, LAST_WITH_VALUE } from "../abi/ranges";
import { readBoolean, readString, stringLength } from "../wire/reader";
import { writeByte, writeString, writeUint32, writtenLength } from "../wire/writer";
import { Channel, CLOSE_SENT, EXIT_SENT, findChannel, skipRemaining, STARTED, writeOnce } from "./channels";
import { eventChannel, readBreakLength, readEventString, readTerminalSize, readValue } from "./event";
import {
  SSH_MSG_CHANNEL_FAILURE,
  SSH_MSG_CHANNEL_REQUEST,
  SSH_MSG_CHANNEL_SUCCESS,
  SSH_MSG_GLOBAL_REQUEST,
  SSH_MSG_REQUEST_FAILURE,
} from "../wire/numbers";
import { clearOutput, writeMessage } from "./output";
import { eventOfName, EXIT_STATUS_PTR, EXIT_STATUS_LENGTH, KEEPALIVE_PTR, KEEPALIVE_LENGTH } from "./names";

/** The event that the application has to answer, or NONE. After an error, PROTOCOL_ERROR: nothing answers that. */
export let unanswered: ConnectionEvent = 0;
/** Whether the client wants to know the answer. */
let wantReply: bool = false;

/** No message is taken any more. */
export function refuseEverything(): void {
  unanswered = ConnectionEvent.PROTOCOL_ERROR;
}

// byte      SSH_MSG_GLOBAL_REQUEST
// string    request name
// boolean   want reply
// ....      request-specific data follows
export function handleGlobalRequest(): ConnectionEvent {
  readString();
  if (readBoolean()) writeByte(SSH_MSG_REQUEST_FAILURE);
  skipRemaining();
  return ConnectionEvent.NONE;
}

/**
 * Asks the client whether it is still there: whatever it answers says so. Returns the length of the global request; 0
 * after an error.
 */
export function keepalive(): u32 {
  clearOutput();
  if (unanswered) return 0;
  writeByte(SSH_MSG_GLOBAL_REQUEST);
  writeString(KEEPALIVE_PTR, KEEPALIVE_LENGTH);
  // want reply
  writeByte(1);
  return writtenLength();
}

/** RFC 4254 §6.5: only one of these succeeds on a channel. */
function isStart(event: ConnectionEvent): bool {
  return event >= FIRST_START && event <= LAST_START;
}

// byte      SSH_MSG_CHANNEL_REQUEST
// uint32    recipient channel
// string    request type
// boolean   want reply
//
// then        pty-req     env      exec, subsystem, signal    window-change    break     shell
// string      terminal    name     command or name
// uint32                                                                       length
// uint32 × 4  size                                            size
// string      modes       value
export function handleRequest(channel: Channel): ConnectionEvent {
  const type = readString();
  const event = eventOfName(type, stringLength);
  wantReply = readBoolean();
  if (event < FIRST_REQUEST) {
    skipRemaining();
  } else {
    if (event == ConnectionEvent.BREAK) readBreakLength();
    else if (event != ConnectionEvent.SHELL && event != ConnectionEvent.WINDOW_CHANGE) readEventString();
    if (event == ConnectionEvent.PTY_REQ || event == ConnectionEvent.WINDOW_CHANGE) readTerminalSize();
    if (event <= LAST_WITH_VALUE) readValue();
  }
  if (event == ConnectionEvent.WINDOW_CHANGE) {
    reply(channel, SSH_MSG_CHANNEL_SUCCESS);
    return event;
  }
  if (event < FIRST_REQUEST || (isStart(event) && channel.flags & STARTED)) {
    reply(channel, SSH_MSG_CHANNEL_FAILURE);
    return ConnectionEvent.NONE;
  }
  unanswered = event;
  return event;
}

function reply(channel: Channel, number: u32): void {
  if (wantReply) writeMessage(number, channel.recipientChannel);
}

/**
 * Answers the request reported last: `accept` is 0 or 1. Returns the length of CHANNEL_SUCCESS or CHANNEL_FAILURE, or 0
 * when the client wants none.
 */
export function answer(accept: u32): u32 {
  clearOutput();
  const channel = findChannel(eventChannel());
  // After an error there are no channels, so nothing gets past this.
  if (channel === null || !unanswered) return 0;
  if (accept && isStart(unanswered)) channel.flags |= STARTED;
  unanswered = ConnectionEvent.NONE;
  if (!(channel.flags & CLOSE_SENT)) reply(channel, accept ? SSH_MSG_CHANNEL_SUCCESS : SSH_MSG_CHANNEL_FAILURE);
  return writtenLength();
}

/** Sends the exit status of what ran on the channel; 0 when it was sent before. */
export function exit(number: u32, status: u32): u32 {
  if (!writeOnce(number, EXIT_SENT, SSH_MSG_CHANNEL_REQUEST)) return 0;
  writeString(EXIT_STATUS_PTR, EXIT_STATUS_LENGTH);
  // want reply: must be FALSE.
  writeByte(0);
  writeUint32(status);
  return writtenLength();
}
