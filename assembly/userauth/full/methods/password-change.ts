// RFC 4252 §8: what becomes of an accepted new password, whichever method brought it.
//
// In: the new password of the request's user, who has given the old one; the host's entropy, for its salt. Out: a
// record for the credentials region, to the host. Only when the host says that it is stored, the password has changed
// and the method has succeeded.

import { UserauthField, UserauthStatus } from "../../../abi/index";
import { PASSWORD_CAPACITY, PAYLOAD_CAPACITY } from "../../../abi/capacities";
import { SALT_BYTES } from "../../../abi/region";
import { blake2bFinish, blake2bStart, blake2bUpdate } from "../../../crypto/hash/blake2b";
import { sha256 } from "../../../crypto/hash/sha256";
import { HAS_ARGON2ID, HAS_PASSWORD_CHANGE, HAS_PBKDF2 } from "../features";
import { fail, succeed, wait } from "../reply";
import { BUFFER_PTR, setField } from "../request";
import {
  HAS_PASSWORD,
  LEAST_PASSWORD_LENGTH,
  PASSWORD_FLAGS_PTR,
  PASSWORD_RECORD_PTR,
  PASSWORD_RECORD_BYTES,
  PASSWORD_SALT_PTR,
  REGION_PTR,
  user,
} from "../users";
import { writeHash } from "../verifier";

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const newRecord: usize = memory.data(PASSWORD_RECORD_BYTES as i32, 8);

/** Of the next new password; zeros when there is none. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const newSalt: usize = memory.data(SALT_BYTES as i32, 8);

/**
 * Makes the salt of the next new password from the host's entropy in the buffer, which is wiped. Less than a salt's
 * bytes make none.
 */
export function makeSalt(entropyLength: u32): void {
  const surplus = entropyLength - SALT_BYTES; // wraps, and is too much, where that is negative
  if (HAS_PASSWORD_CHANGE && (HAS_PBKDF2 || HAS_ARGON2ID) && surplus <= PAYLOAD_CAPACITY - SALT_BYTES) {
    if (HAS_PBKDF2) sha256(BUFFER_PTR, BUFFER_PTR, entropyLength);
    else {
      blake2bStart(SALT_BYTES);
      blake2bUpdate(BUFFER_PTR, entropyLength);
      blake2bFinish(BUFFER_PTR);
    }
    memory.copy(newSalt, BUFFER_PTR, SALT_BYTES);
  }
  memory.fill(BUFFER_PTR, 0, PAYLOAD_CAPACITY);
}

/** Whether a new password may have that many bytes. */
export function isAcceptable(length: u32): bool {
  return length != 0 && length >= load<u8>(LEAST_PASSWORD_LENGTH) && length <= PASSWORD_CAPACITY;
}

/** Hashes the acceptable new password and hands the record to the host. Without a salt nothing is changed. */
export function changePassword(password: usize, length: u32): u32 {
  if (!(load<u64>(newSalt) | load<u64>(newSalt, 8))) return fail(UserauthStatus.FAILURE);
  store<u8>(newRecord, HAS_PASSWORD, PASSWORD_FLAGS_PTR);
  memory.copy(newRecord + PASSWORD_SALT_PTR, newSalt, SALT_BYTES);
  memory.fill(newSalt, 0, SALT_BYTES);
  writeHash(newRecord, password, length);
  setField(UserauthField.RECORD, newRecord, PASSWORD_RECORD_BYTES);
  return wait(UserauthStatus.CHANGE_PENDING);
}

/** Whether the host has stored the record. */
export function concludeChange(isStored: bool): u32 {
  setField(UserauthField.RECORD, 0, 0);
  if (!isStored) return fail(UserauthStatus.FAILURE);
  memory.copy(user + PASSWORD_RECORD_PTR, newRecord, PASSWORD_RECORD_BYTES);
  return succeed(false);
}

/** Where in the credentials region the record belongs. */
export function recordOffset(): u32 {
  return <u32>(user + PASSWORD_RECORD_PTR - REGION_PTR);
}
