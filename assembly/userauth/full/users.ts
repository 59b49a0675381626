// The credentials region: limits, banner and users, each with a password, keys, what is required and what the user may
// do. abi/region.ts has its layout, host/node/credentials/users-region.ts makes it, region.ts reads it before anything
// here does.
//
// In: the name and perhaps the key of a request. Out: that user's record, or one that nobody can satisfy. A search
// looks at every user and every key, and executes the same instructions for all names of one length.

import { PAYLOAD_CAPACITY } from "../../abi/capacities";
import {
  KEY_HEAD_BYTES,
  LIST_COUNT,
  RECORD_BYTES,
  REGION_BANNER_FIELDS_OFFSET,
  REGION_BANNER_LENGTH_OFFSET,
  REGION_FAILURE_LIMIT_OFFSET,
  REGION_FORMAT_OFFSET,
  REGION_HASH_OFFSET,
  REGION_HOST_METHODS_OFFSET,
  REGION_LANES_OFFSET,
  REGION_LEAST_PASSWORD_LENGTH_OFFSET,
  REGION_LENGTH_OFFSET,
  REGION_MEMORY_KIB_OFFSET,
  REGION_OFFERED_METHODS_OFFSET,
  REGION_PASSES_OFFSET,
  REGION_QUERY_LIMIT_OFFSET,
  REGION_REQUEST_LIMIT_OFFSET,
  USER_HASH_OFFSET,
  USER_LISTS_OFFSET,
  USER_NAME_OFFSET,
  USER_RECORD_OFFSET,
  USER_SALT_OFFSET,
} from "../../abi/region";
import { ctDifference } from "../../wire/compare";
import { userName } from "./request";

/** Behind the buffer. */
export const REGION_PTR: usize = (PAYLOAD_CAPACITY + 15) & ~15;

/** Addresses in the header. */
export const FORMAT_PTR: usize = REGION_PTR + REGION_FORMAT_OFFSET;
export const FAILURE_LIMIT_PTR: usize = REGION_PTR + REGION_FAILURE_LIMIT_OFFSET;
export const QUERY_LIMIT_PTR: usize = REGION_PTR + REGION_QUERY_LIMIT_OFFSET;
export const REQUEST_LIMIT_PTR: usize = REGION_PTR + REGION_REQUEST_LIMIT_OFFSET;
export const OFFERED_METHODS_PTR: usize = REGION_PTR + REGION_OFFERED_METHODS_OFFSET;
/** Sets of methods: of users that are not in the table, and, a byte further, of those that are. */
export const HOST_METHODS_PTR: usize = REGION_PTR + REGION_HOST_METHODS_OFFSET;
export const LEAST_PASSWORD_LENGTH: usize = REGION_PTR + REGION_LEAST_PASSWORD_LENGTH_OFFSET;
export const HASH_PTR: usize = REGION_PTR + REGION_HASH_OFFSET;
export const LANES_PTR: usize = REGION_PTR + REGION_LANES_OFFSET;
export const BANNER_LENGTH: usize = REGION_PTR + REGION_BANNER_LENGTH_OFFSET;
export const PASSES_PTR: usize = REGION_PTR + REGION_PASSES_OFFSET;
export const MEMORY_KIB_PTR: usize = REGION_PTR + REGION_MEMORY_KIB_OFFSET;
/** Of all that the region has. */
export const LENGTH_PTR: usize = REGION_PTR + REGION_LENGTH_OFFSET;
export const BANNER_FIELDS_PTR: usize = REGION_PTR + REGION_BANNER_FIELDS_OFFSET;

/** Offsets into a user's record; it begins with its length in two bytes. */
export const PASSWORD_RECORD_PTR: usize = USER_RECORD_OFFSET;
export const ALTERNATIVES_PTR: usize = USER_LISTS_OFFSET;
export const ALTERNATIVE_COUNT: u32 = LIST_COUNT;
/** A name, and what its user may do: each is a byte for the length and so many bytes. Keys follow. */
const NAME_PTR: usize = USER_NAME_OFFSET;

/** Offsets into a password's record. */
export const PASSWORD_FLAGS_PTR: usize = 0;
export const PASSWORD_SALT_PTR: usize = USER_SALT_OFFSET - USER_RECORD_OFFSET;
export const PASSWORD_HASH_PTR: usize = USER_HASH_OFFSET - USER_RECORD_OFFSET;
export const PASSWORD_RECORD_BYTES: u32 = RECORD_BYTES;
export const HAS_PASSWORD: u32 = 1;
export const PASSWORD_EXPIRED: u32 = 2;

/** A key: length of its blob in two bytes, options, the blob. */
const KEY_OPTIONS_PTR: usize = 2;
const KEY_BLOB_PTR: usize = KEY_HEAD_BYTES;

/**
 * The record of whoever is not in the table: no password, no key, nothing that would be enough, nothing that he may.
 */
const NOBODY_PTR: usize = memory.data((NAME_PTR + 2) as i32);

/** The record of the request's user. */
export let user: usize = 0;
/** 1 if it is in the table. */
export let isKnown: u32 = 0;
/** 1 if it has the key that was looked for. */
export let keyMatches: u32 = 0;
/** Where it is, and its options. */
export let keyBlob: usize = 0;
export let keyOptions: u32 = 0;

/**
 * Finds the user that `userName` names, and whether the user has the key whose blob is `blobLength` bytes at `blob`; 0
 * for no key. Returns where the table has ended: in a region that is one, where the region does. Whatever its bytes
 * are, all that is read is in memory: a record, a key or a name at the end is followed by more of it.
 */
export function findUser(blob: usize, blobLength: u32): usize {
  const nameLength = <u32>load<u8>(userName);
  user = NOBODY_PTR;
  isKnown = keyMatches = keyOptions = 0;
  let record = BANNER_FIELDS_PTR + load<u16>(BANNER_LENGTH);
  const end = REGION_PTR + load<u16>(LENGTH_PTR);
  while (record < end) {
    const isUser = u32(!ctDifference(userName, record + NAME_PTR, nameLength)) & u32(nameLength != 0);
    user = select<usize>(record, user, isUser);
    isKnown |= isUser;
    const recordEnd = record + load<u16>(record, 0, 1);
    if (recordEnd > end) break;
    record = permissionsOf(record);
    record += 1 + load<u8>(record);
    while (record < recordEnd) {
      const length = <u32>load<u16>(record, 0, 1);
      if (length && length == blobLength) {
        const matches = isUser & u32(!ctDifference(record + KEY_BLOB_PTR, blob, length - 1));
        keyMatches |= matches;
        keyBlob = select(record + KEY_BLOB_PTR, keyBlob, matches != 0);
        keyOptions |= matches * load<u8>(record, KEY_OPTIONS_PTR);
      }
      record += KEY_BLOB_PTR + length;
    }
  }
  return record;
}

/** What a user may do (docs/abi.md): the address of the length's byte. */
export function permissionsOf(record: usize): usize {
  return record + NAME_PTR + 1 + load<u8>(record, NAME_PTR);
}
