// RFC 4252: the full build. Several users with passwords and keys, several factors, password changes,
// keyboard-interactive, limits, a banner and decisions of the host; full/features.ts lists what can be left out.
//
// In: one payload in the buffer. Out: a reply in its place, and the status. Next on a request's way: request.ts,
// users.ts, a file of methods/, factors.ts, reply.ts.

import { UserauthField, UserauthStatus } from "../../abi/index";
import { CREDENTIALS_CAPACITY, PAYLOAD_CAPACITY, SESSION_ID_CAPACITY, USER_NAME_CAPACITY } from "../../abi/capacities";
import { byteLength, counted, word } from "../../wire/ascii";
import { ctDifference } from "../../wire/compare";
import { NONE, SSH_CONNECTION } from "../../wire/names";
import { isMalformed, readString, startReading, stringLength } from "../../wire/reader";
import { isText } from "../../wire/text";
import { flushAchieved } from "./factors";
import { HAS_HOST_DECISIONS, HAS_KEYBOARD_INTERACTIVE, HAS_PASSWORD } from "./features";
import { endConversation, handleInfoResponse, handleKeyboardInteractive } from "./methods/keyboard-interactive";
import { KEYBOARD_INTERACTIVE_METHOD, methodName, methodOf, PASSWORD_METHOD, PUBLICKEY_METHOD } from "./methods/index";
import { handlePassword } from "./methods/password";
import { handlePublickey } from "./methods/publickey";
import { credentialsLength } from "./region";
import { begin, deliver, fail, failProtocol, failUnknownMethod, isOpen, open, status } from "./reply";
import { BUFFER_PTR, method, setField, setMethod, userName } from "./request";
import { setSessionId } from "./signature";
import { REGION_PTR } from "./users";
import { SSH_MSG_USERAUTH_INFO_RESPONSE, SSH_MSG_USERAUTH_REQUEST } from "../../wire/numbers";

export { __heap_base as __data_end, __heap_base };
export { achievedMethods } from "./factors";
export { decide, signatureVerified } from "./methods/host-decision";
export { signatureAlgorithms } from "./keys";
export { makeSalt, recordOffset } from "./methods/password-change";
export { credentialsLength } from "./region";
export { nextReply, status } from "./reply";
export { fieldLength, fieldPtr } from "./request";

const SERVICE_PTR: usize = memory.data<u8>([...counted(SSH_CONNECTION)]);

export function credentialsPtr(): usize {
  return REGION_PTR;
}

export function credentialsCapacity(): u32 {
  return CREDENTIALS_CAPACITY;
}

/**
 * The session identifier of `length` bytes is in the buffer, and the credentials are in their region. Whether both can
 * be used: not 0.
 */
export function reset(length: u32): u32 {
  if (u32(length <= SESSION_ID_CAPACITY) & u32(credentialsLength() != 0)) {
    setSessionId(length);
    open();
  }
  return u32(isOpen);
}

/** See docs/abi.md. */
export function receive(length: u32): u32 {
  return deliver(handle(length));
}

function handle(length: u32): u32 {
  const before = status;
  if (!isOpen) return before == UserauthStatus.NONE ? failProtocol() : 0;
  begin();
  if (length - 1 >= PAYLOAD_CAPACITY || before == UserauthStatus.PENDING || before == UserauthStatus.CHANGE_PENDING) {
    return failProtocol();
  }
  // Begins behind the message number: to the reader, address 0 is that of a value that is not there.
  startReading(BUFFER_PTR + 1, length - 1);
  const number = <u32>load<u8>(BUFFER_PTR);
  if (HAS_KEYBOARD_INTERACTIVE && number == SSH_MSG_USERAUTH_INFO_RESPONSE) return handleInfoResponse();
  return number == SSH_MSG_USERAUTH_REQUEST ? handleRequest() : failProtocol();
}

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    method name
 *     ....      method specific fields
 */
function handleRequest(): u32 {
  endConversation();
  const name = readString();
  const nameLength = stringLength;
  const service = readString();
  const serviceLength = stringLength;
  const methodPtr = readString();
  if (isMalformed()) return failProtocol();
  setUserName(name, nameLength);
  const isNone = stringLength == byteLength(NONE) && load<u32>(methodPtr, 0, 1) == <u32>word(NONE);
  setMethod(methodOf(methodPtr, stringLength));
  setField(UserauthField.METHOD, 0, 0);
  if (serviceLength != load<u8>(SERVICE_PTR) || ctDifference(SERVICE_PTR + 1, service, serviceLength - 1)) {
    flushAchieved();
    return fail(UserauthStatus.FAILURE);
  }
  if (method) setField(UserauthField.METHOD, methodName(method), load<u8>(methodName(method) - 1));
  if (method == PUBLICKEY_METHOD) return handlePublickey();
  if (HAS_PASSWORD && method == PASSWORD_METHOD) return handlePassword();
  if (HAS_KEYBOARD_INTERACTIVE && method == KEYBOARD_INTERACTIVE_METHOD) return handleKeyboardInteractive();
  return failUnknownMethod(isNone);
}

/**
 * RFC 4252 §5: what another user has achieved is forgotten. An empty name, one longer than any user has, and what is no
 * text is nobody's.
 */
function setUserName(name: usize, length: u32): void {
  if (length > USER_NAME_CAPACITY || (HAS_HOST_DECISIONS && !isText(name, length))) length = 0;
  // The byte before the name is the lowest of its length.
  if (!length || ctDifference(userName, name - 1, length)) flushAchieved();
  memory.copy(userName + 1, name, length);
  store<u8>(userName, length);
  setField(UserauthField.USER, userName + 1, length);
}
