// RFC 4256: the method "keyboard-interactive", as another way to ask for the password and for a new one.
//
// In: a request, or the responses to our prompts. Out: prompts, or a reply. The conversation ends with the next
// request; of a password nothing is kept from one message to the next.

import { UserauthField, UserauthStatus } from "../../../abi/index";
import { ctDifference } from "../../../wire/compare";
import { isMalformedOrUnfinished, readString, readUint32, stringLength } from "../../../wire/reader";
import { startWriting, writeByte, writeUint32 } from "../../../wire/writer";
import { SSH_MSG_USERAUTH_INFO_REQUEST } from "../../../wire/numbers";
import { continuingMethods, isHostDecided } from "../factors";
import { HAS_PASSWORD_CHANGE } from "../features";
import { KEYBOARD_INTERACTIVE_METHOD } from "./index";
import { isPasswordText, waitForPassword } from "./password";
import { changePassword, isAcceptable } from "./password-change";
import {
  DIFFERENT_PTR,
  EXPIRED_PTR,
  NEW_PASSWORD_PROMPT_PTR,
  PASSWORD_PROMPT_PTR,
  REPEAT_PROMPT_PTR,
  UNACCEPTABLE_PTR,
  writePrompt,
  writeText,
} from "../prompts";
import { ask, fail, failProtocol, succeed, wait } from "../reply";
import { BUFFER_PTR, fieldLength, fieldPtr, readField } from "../request";
import { findUser } from "../users";
import { isPassword, judgePassword } from "../verifier";

const NOTHING_ASKED: u32 = 0;
/** The values are the numbers of prompts. */
const PASSWORD_ASKED: u32 = 1;
const CHANGE_ASKED: u32 = 2;

/** What the client has to answer. */
let asked: u32 = 0;

/** Whatever was asked is not awaited any more. */
export function endConversation(): void {
  asked = NOTHING_ASKED;
}

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    "keyboard-interactive"
 *     string    language tag
 *     string    submethods
 */
export function handleKeyboardInteractive(): u32 {
  readString();
  readString();
  if (isMalformedOrUnfinished()) return failProtocol();
  findUser(0, 0);
  if (!((continuingMethods() >> KEYBOARD_INTERACTIVE_METHOD) & 1)) return fail(UserauthStatus.FAILURE);
  startInfoRequest(0, PASSWORD_ASKED);
  writePrompt(PASSWORD_PROMPT_PTR);
  return ask(UserauthStatus.PROMPTED);
}

/**
 *     byte      SSH_MSG_USERAUTH_INFO_REQUEST
 *     string    name
 *     string    instruction
 *     string    language tag
 *     int       num-prompts
 *     string    prompt[1]
 *     boolean   echo[1]
 *     ...
 */
function startInfoRequest(instruction: usize, prompts: u32): void {
  asked = prompts;
  startWriting(BUFFER_PTR);
  writeByte(SSH_MSG_USERAUTH_INFO_REQUEST);
  writeUint32(0);
  if (instruction) writeText(instruction);
  else writeUint32(0);
  writeUint32(0);
  writeUint32(prompts);
}

/** Asks for a new password, twice. */
export function askForChange(instruction: usize): u32 {
  startInfoRequest(instruction, CHANGE_ASKED);
  writePrompt(NEW_PASSWORD_PROMPT_PTR);
  writePrompt(REPEAT_PROMPT_PTR);
  return ask(UserauthStatus.CHANGE_REQUIRED);
}

/**
 *     byte      SSH_MSG_USERAUTH_INFO_RESPONSE
 *     int       num-responses
 *     string    response[1]
 *     ...
 */
export function handleInfoResponse(): u32 {
  const prompts = asked;
  if (prompts == NOTHING_ASKED) return failProtocol();
  asked = NOTHING_ASKED;
  // RFC 4256 §3.4: another number of responses is a failure.
  if (readUint32() != prompts) return fail(UserauthStatus.FAILURE);
  if (HAS_PASSWORD_CHANGE && prompts == CHANGE_ASKED) return handleNewPassword();
  readField(UserauthField.PASSWORD);
  if (isMalformedOrUnfinished()) return failProtocol();
  if (isHostDecided(KEYBOARD_INTERACTIVE_METHOD)) return waitForPassword(false);
  const password = fieldPtr(UserauthField.PASSWORD);
  const verdict = judgePassword(KEYBOARD_INTERACTIVE_METHOD, password, fieldLength(UserauthField.PASSWORD));
  if (verdict == UserauthStatus.SUCCESS) return succeed(false);
  if (HAS_PASSWORD_CHANGE && verdict == UserauthStatus.CHANGE_REQUIRED) return askForChange(EXPIRED_PTR);
  return fail(verdict);
}

/** The user has given the old password in this conversation. */
function handleNewPassword(): u32 {
  readField(UserauthField.NEW_PASSWORD);
  const repeated = readString();
  const repeatedLength = stringLength;
  if (isMalformedOrUnfinished()) return failProtocol();
  const password = fieldPtr(UserauthField.NEW_PASSWORD);
  const length = fieldLength(UserauthField.NEW_PASSWORD);
  if (!length) return askForChange(UNACCEPTABLE_PTR);
  if (length != repeatedLength || ctDifference(password, repeated, length - 1)) return askForChange(DIFFERENT_PTR);
  if (isHostDecided(KEYBOARD_INTERACTIVE_METHOD)) {
    return isPasswordText(UserauthField.NEW_PASSWORD) ? wait(UserauthStatus.PENDING) : askForChange(UNACCEPTABLE_PTR);
  }
  // The old password was not kept; its hash tells whether the new one is the same.
  if (!isAcceptable(length) || isPassword(password, length)) return askForChange(UNACCEPTABLE_PTR);
  return changePassword(password, length);
}
