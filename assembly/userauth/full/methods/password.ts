// RFC 4252 §8: the method "password".
//
// In: a request from index.ts. Out: its reply. verifier.ts judges the password, password-change.ts makes a new one.

import { UserauthField, UserauthStatus } from "../../../abi/index";
import { PASSWORD_CAPACITY } from "../../../abi/capacities";
import { ctDifference } from "../../../wire/compare";
import { isMalformedOrUnfinished, readBoolean } from "../../../wire/reader";
import { isText } from "../../../wire/text";
import { startWriting, writeByte, writeUint32 } from "../../../wire/writer";
import { SSH_MSG_USERAUTH_PASSWD_CHANGEREQ } from "../../../wire/numbers";
import { isHostDecided } from "../factors";
import { HAS_PASSWORD_CHANGE } from "../features";
import { PASSWORD_METHOD } from "./index";
import { changePassword, isAcceptable } from "./password-change";
import { EXPIRED_PTR, UNACCEPTABLE_PTR, writeText } from "../prompts";
import { ask, fail, failProtocol, succeed, wait } from "../reply";
import { BUFFER_PTR, fieldLength, fieldPtr, readField } from "../request";
import { findUser } from "../users";
import { judgePassword } from "../verifier";

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    "password"
 *     boolean   whether a new password follows
 *     string    plaintext password in ISO-10646 UTF-8 encoding
 *     string    plaintext new password (if the boolean is TRUE)
 */
export function handlePassword(): u32 {
  const isChange = readBoolean();
  readField(UserauthField.PASSWORD);
  if (isChange) readField(UserauthField.NEW_PASSWORD);
  if (isMalformedOrUnfinished()) return failProtocol();
  if (isChange && !HAS_PASSWORD_CHANGE) return fail(UserauthStatus.FAILURE);
  findUser(0, 0);
  if (isHostDecided(PASSWORD_METHOD)) return waitForPassword(isChange);

  const password = fieldPtr(UserauthField.PASSWORD);
  const length = fieldLength(UserauthField.PASSWORD);
  const verdict = judgePassword(PASSWORD_METHOD, password, length);
  if (verdict == UserauthStatus.SUCCESS || verdict == UserauthStatus.CHANGE_REQUIRED) {
    if (isChange) {
      const newPassword = fieldPtr(UserauthField.NEW_PASSWORD);
      const newLength = fieldLength(UserauthField.NEW_PASSWORD);
      const isSame = newLength == length && !ctDifference(password, newPassword, length - 1);
      return isSame || !isAcceptable(newLength)
        ? requireChange(UNACCEPTABLE_PTR)
        : changePassword(newPassword, newLength);
    }
    if (verdict == UserauthStatus.SUCCESS) return succeed(false);
    if (HAS_PASSWORD_CHANGE) return requireChange(EXPIRED_PTR);
    return fail(UserauthStatus.CHANGE_REQUIRED);
  }
  return fail(verdict);
}

/**
 * No application has to know what an empty password may mean, nor what is no text: those are refused before the host is
 * asked.
 */
export function waitForPassword(isChange: bool): u32 {
  const good = isPasswordText(UserauthField.PASSWORD) && (!isChange || isPasswordText(UserauthField.NEW_PASSWORD));
  return good ? wait(UserauthStatus.PENDING) : fail(UserauthStatus.INVALID_PASSWORD);
}

/** Whether a password has 1 to 127 bytes and is a text. */
export function isPasswordText(field: u32): bool {
  const length = fieldLength(field);
  return length - 1 < PASSWORD_CAPACITY && isText(fieldPtr(field), length);
}

/**
 *     byte      SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
 *     string    prompt in ISO-10646 UTF-8 encoding
 *     string    language tag
 */
export function requireChange(prompt: usize): u32 {
  startWriting(BUFFER_PTR);
  writeByte(SSH_MSG_USERAUTH_PASSWD_CHANGEREQ);
  writeText(prompt);
  writeUint32(0);
  return ask(UserauthStatus.CHANGE_REQUIRED);
}
