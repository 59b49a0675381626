// Passwords against the hashes of the credentials region: Argon2id (RFC 9106) or PBKDF2 with HMAC-SHA-256 (RFC 8018),
// the same costs for everybody.
//
// In: a password of the client, secret. Out: whether it is the user's, by the same instructions for users with and
// without a password and for those that are not there.

import { UserauthStatus } from "../../abi/index";
import { ARGON2_MEMORY_KIB, PASSWORD_CAPACITY, PAYLOAD_CAPACITY } from "../../abi/capacities";
import { HASH_ARGON2ID, HASH_BYTES, HASH_NONE, HASH_PBKDF2, SALT_BYTES } from "../../abi/region";
import { argon2id, ARGON2_WORKSPACE, ARGON2_WORKSPACE_BYTES } from "../../crypto/password/argon2id";
import { pbkdf2 } from "../../crypto/password/pbkdf2";
import { ctDifference } from "../../wire/compare";
import { isUseful } from "./factors";
import { HAS_ARGON2ID, HAS_PBKDF2 } from "./features";
import { SCRATCH_PTR } from "./request";
import {
  HAS_PASSWORD,
  HASH_PTR,
  isKnown,
  LANES_PTR,
  MEMORY_KIB_PTR,
  PASSES_PTR,
  PASSWORD_EXPIRED,
  PASSWORD_FLAGS_PTR,
  PASSWORD_HASH_PTR,
  PASSWORD_RECORD_PTR,
  PASSWORD_SALT_PTR,
  user,
} from "./users";

/** The hash of the password that is looked at: secret, wiped. */
const computed: usize = memory.data(HASH_BYTES as i32, 8);

// Not before it is used: the addresses of everything else stay short.
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const argon2Memory: usize = memory.data(ARGON2_MEMORY_KIB * 1024, 16);

// A password that is right ends before the scratch memory, and so does an acceptable new one behind it.
if (HAS_ARGON2ID && (ARGON2_WORKSPACE != SCRATCH_PTR || SCRATCH_PTR + ARGON2_WORKSPACE_BYTES > <usize>PAYLOAD_CAPACITY))
  ERROR("abi/builds.ts: ARGON2_PTR");

/** Whether this build can compute the region's hash. */
export function isHashSupported(): bool {
  const hash = <u32>load<u8>(HASH_PTR);
  const passes = load<u32>(PASSES_PTR);
  if (hash == HASH_NONE) return true;
  if (HAS_PBKDF2 && hash == HASH_PBKDF2) return passes != 0;
  const lanes = <u32>load<u8>(LANES_PTR);
  const memoryKiB = load<u32>(MEMORY_KIB_PTR);
  return (
    HAS_ARGON2ID &&
    hash == HASH_ARGON2ID &&
    passes != 0 &&
    lanes != 0 &&
    memoryKiB >= 8 * lanes &&
    memoryKiB <= ARGON2_MEMORY_KIB
  );
}

/** Computes the hash of a password of up to PASSWORD_CAPACITY bytes. */
function hashPassword(password: usize, length: u32, salt: usize): void {
  const passes = load<u32>(PASSES_PTR);
  if (HAS_PBKDF2 && (!HAS_ARGON2ID || load<u8>(HASH_PTR) == HASH_PBKDF2)) {
    pbkdf2(computed, password, length, salt, SALT_BYTES, passes);
  } else if (HAS_ARGON2ID) {
    const lanes = load<u8>(LANES_PTR);
    const memoryKiB = load<u32>(MEMORY_KIB_PTR);
    argon2id(computed, HASH_BYTES, password, length, salt, SALT_BYTES, argon2Memory, memoryKiB, passes, lanes);
  }
}

/** Completes a password's record, which has the salt, with the hash. */
export function writeHash(record: usize, password: usize, length: u32): void {
  hashPassword(password, length, record + PASSWORD_SALT_PTR);
  memory.copy(record + PASSWORD_HASH_PTR, computed, HASH_BYTES);
  memory.fill(computed, 0, HASH_BYTES);
}

/** 1 if the password is that of the user's record, else 0. */
export function isPassword(password: usize, length: u32): u32 {
  const record = user + PASSWORD_RECORD_PTR;
  hashPassword(password, length, record + PASSWORD_SALT_PTR);
  const difference = ctDifference(computed, record + PASSWORD_HASH_PTR, HASH_BYTES - 1);
  memory.fill(computed, 0, HASH_BYTES);
  return u32(!difference) & load<u8>(record, PASSWORD_FLAGS_PTR) & HAS_PASSWORD;
}

/**
 * What a password is worth, by a method that asks for one: SUCCESS; CHANGE_REQUIRED if it is right and has expired;
 * FAILURE if it is right and brings the user no further; INVALID_USER, INVALID_PASSWORD.
 */
export function judgePassword(method: u32, password: usize, length: u32): UserauthStatus {
  // What is empty or longer than any password costs nothing, whoever the user is.
  if (length - 1 >= PASSWORD_CAPACITY || load<u8>(HASH_PTR) == HASH_NONE) return UserauthStatus.INVALID_USER + isKnown;
  const useful = isUseful(method);
  const isRight = isPassword(password, length);
  if (isRight & useful) {
    const expired = load<u8>(user + PASSWORD_RECORD_PTR, PASSWORD_FLAGS_PTR) & PASSWORD_EXPIRED;
    return expired ? UserauthStatus.CHANGE_REQUIRED : UserauthStatus.SUCCESS;
  }
  // 1, 2 or 3, without a branch: a right password is not found out before its turn
  return UserauthStatus.INVALID_USER + isKnown - 2 * isRight;
}
