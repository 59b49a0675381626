// RFC 4252 §8: what becomes of an accepted new password, whichever method brought it.
//
// In: the new password of the request's user, who has given the old one. Out: a record for the credentials region, to the host. Only
// when the host says that it is stored, the password has changed and the method has succeeded.

import { UserauthField, UserauthStatus } from "../../abi";
import { PASSWORD_CAPACITY } from "../../capacities";
import { fail, succeed, wait } from "./reply";
import { setField } from "./request";
import {
  HAS_PASSWORD,
  LEAST_PASSWORD_LENGTH,
  PASSWORD_FLAGS,
  PASSWORD_RECORD,
  PASSWORD_RECORD_BYTES,
  PASSWORD_SALT,
  REGION,
  SALT_BYTES,
  user,
} from "./users";
import { writeHash } from "./verifier";

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const newRecord: usize = memory.data(PASSWORD_RECORD_BYTES as i32, 8);

/** Fresh random bytes of the host, for one change; zeros when there are none. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const newSalt: usize = memory.data(SALT_BYTES as i32, 8);

/** Whether a new password may have that many bytes. */
export function isAcceptable(length: u32): bool {
  return length != 0 && length >= load<u8>(LEAST_PASSWORD_LENGTH) && length <= PASSWORD_CAPACITY;
}

/** Hashes the acceptable new password and hands the record to the host. Without a salt nothing is changed. */
export function changePassword(password: usize, length: u32): u32 {
  if (!(load<u64>(newSalt) | load<u64>(newSalt, 8))) return fail(UserauthStatus.FAILURE);
  store<u8>(newRecord, HAS_PASSWORD, PASSWORD_FLAGS);
  memory.copy(newRecord + PASSWORD_SALT, newSalt, SALT_BYTES);
  memory.fill(newSalt, 0, SALT_BYTES);
  writeHash(newRecord, password, length);
  setField(UserauthField.RECORD, newRecord, PASSWORD_RECORD_BYTES);
  return wait(UserauthStatus.CHANGE_PENDING);
}

/** Whether the host has stored the record. */
export function concludeChange(isStored: bool): u32 {
  setField(UserauthField.RECORD, 0, 0);
  if (!isStored) return fail(UserauthStatus.FAILURE);
  memory.copy(user + PASSWORD_RECORD, newRecord, PASSWORD_RECORD_BYTES);
  return succeed(false);
}

/** Where in the credentials region the record belongs. */
export function recordOffset(): u32 {
  return <u32>(user + PASSWORD_RECORD - REGION);
}
