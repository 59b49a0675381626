// RFC 4252 §5: where the request is, and what has been read of it.
//
// In: the buffer, which docs/abi.md puts at address 0, and the fields that the methods read. Out: the fields, to the
// methods and, while a decision is awaited, to the host.

import { UserauthField } from "../../abi/index";
import { PAYLOAD_CAPACITY, USER_NAME_CAPACITY } from "../../abi/capacities";
import { readString, stringLength } from "../../wire/reader";

/** A request or its reply. */
export const BUFFER_PTR: usize = 0;

/**
 * The buffer from here on is working memory: the longest request that can succeed, signed by a key of RSA with 4096
 * bits, has 1,191 bytes. Here signatures are verified, montgomery.ts has its numbers and argon2id.ts two blocks
 * (builds.ts says where), and a reply waits while the banner is sent.
 */
export const SCRATCH_PTR: usize = 1536;
if (PAYLOAD_CAPACITY < 4096) ERROR("a payload has 4096 bytes or more");

/** Of the signature, which no host sees. */
export const SIGNATURE_FIELD: u32 = 8;
const FIELD_COUNT: i32 = 10;

/** Address and length of each field. */
const fields: usize = memory.data(8 * FIELD_COUNT, 4);

/** Length and bytes of the user name to which everything that has been achieved belongs. */
export const userName: usize = memory.data(1 + USER_NAME_CAPACITY);

/** Which method the request is for. */
export let method: u32 = 0;

export function setMethod(value: u32): void {
  method = value;
}

export function setField(field: u32, ptr: usize, length: u32): void {
  store<u32>(fields + 8 * field, ptr);
  store<u32>(fields + 8 * field, length, 4);
}

/** Reads a string. */
export function readField(field: u32): void {
  const ptr = readString();
  setField(field, ptr, stringLength);
}

export function fieldPtr(field: u32): usize {
  return load<u32>(fields + 8 * field);
}

export function fieldLength(field: u32): u32 {
  return load<u32>(fields + 8 * field, 4);
}

/** Forgets what the host may see only while it decides. */
export function clearFields(): void {
  memory.fill(fields + 8 * UserauthField.PASSWORD, 0, 8 * (UserauthField.KEY - UserauthField.PASSWORD));
}
