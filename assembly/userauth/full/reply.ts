// RFC 4252 §5.1 and §5.4: every outcome has its reply, its status and its place in the count.
//
// In: what a method has found. Out: the reply in the buffer, behind the banner if that was not sent yet, and nothing
// else there.

import { UserauthField, UserauthStatus } from "../../abi/index";
import { PAYLOAD_CAPACITY } from "../../abi/capacities";
import { startWriting, writeByte, writeString, writeUint32, writtenLength } from "../../wire/writer";
import {
  SSH_MSG_USERAUTH_BANNER,
  SSH_MSG_USERAUTH_FAILURE,
  SSH_MSG_USERAUTH_PK_OK,
  SSH_MSG_USERAUTH_SUCCESS,
} from "../../wire/numbers";
import { achieve, continuingMethods, isUseful } from "./factors";
import { HAS_BANNER } from "./features";
import { writeMethods } from "./methods/index";
import { BUFFER_PTR, clearFields, fieldLength, fieldPtr, method, SCRATCH_PTR, setField } from "./request";
import {
  BANNER_FIELDS_PTR,
  BANNER_LENGTH,
  FAILURE_LIMIT_PTR,
  permissionsOf,
  QUERY_LIMIT_PTR,
  REQUEST_LIMIT_PTR,
  user,
} from "./users";

/** A `UserauthStatus`: why the last request was answered as it was. */
export let status: i32 = 0;

/** Whether requests are taken: neither before `reset` nor after SUCCESS or an error. */
export let isOpen: bool = false;

let failuresLeft: i32 = 0;
let queriesLeft: i32 = 0;
let requestsLeft: i32 = 0;
/** RFC 4252 §5.2: clients begin with "none" to see the methods, so the first one is no failure. */
let noneIsFree: bool = false;
let isBannerDue: bool = false;
/** Length of the reply that waits in the scratch memory. */
let queuedLength: u32 = 0;

/** The limits of the region are in force from now on. */
export function open(): void {
  isOpen = true;
  failuresLeft = load<u8>(FAILURE_LIMIT_PTR);
  queriesLeft = load<u8>(QUERY_LIMIT_PTR);
  requestsLeft = load<u8>(REQUEST_LIMIT_PTR);
  noneIsFree = true;
  isBannerDue = load<u16>(BANNER_LENGTH) != 0;
}

/** A request begins. Until it is answered it is an error: whatever goes wrong on the way fails closed. */
export function begin(): void {
  status = UserauthStatus.PROTOCOL_ERROR;
  requestsLeft--;
}

/** The client breaks the protocol. */
export function failProtocol(): u32 {
  status = UserauthStatus.PROTOCOL_ERROR;
  isOpen = false;
  return 0;
}

/** The request is refused: FAILURE. */
export function fail(why: UserauthStatus): u32 {
  status = why;
  if (--failuresLeft <= 0 || requestsLeft <= 0) {
    status = UserauthStatus.TOO_MANY_ATTEMPTS;
    isOpen = false;
  }
  return writeFailure(false);
}

/** RFC 4252 §5.2: a method that this build does not know. */
export function failUnknownMethod(isNone: bool): u32 {
  if (isNone && noneIsFree) {
    noneIsFree = false;
    failuresLeft++;
  }
  return fail(UserauthStatus.FAILURE);
}

/**
 * The request's method has succeeded: SUCCESS, or FAILURE with partial success if the user or `wantsMore` needs another
 * one.
 */
export function succeed(wantsMore: bool): u32 {
  if (!isUseful(method)) return fail(UserauthStatus.FAILURE);
  if (achieve(method) && !wantsMore) {
    status = UserauthStatus.SUCCESS;
    isOpen = false;
    const permissions = permissionsOf(user);
    setField(UserauthField.PERMISSIONS, permissions + 1, load<u8>(permissions));
    store<u8>(BUFFER_PTR, SSH_MSG_USERAUTH_SUCCESS);
    return 1;
  }
  if (requestsLeft <= 0) return fail(UserauthStatus.FAILURE);
  status = UserauthStatus.PARTIAL_SUCCESS;
  return writeFailure(true);
}

/** The reply that has been written asks the client for more, unless that would be a request too many. */
export function ask(why: UserauthStatus): u32 {
  if (requestsLeft <= 0) return fail(UserauthStatus.FAILURE);
  status = why;
  return writtenLength();
}

/** RFC 4252 §7: the public key of the request may be used. */
export function acceptQuery(): u32 {
  if (--queriesLeft < 0) return fail(UserauthStatus.FAILURE);
  const algorithm = fieldPtr(UserauthField.ALGORITHM);
  // The algorithm and the blob are written nearer to the buffer's beginning than they are, so they are not overwritten
  // before they are read.
  startWriting(BUFFER_PTR);
  writeByte(SSH_MSG_USERAUTH_PK_OK);
  writeString(algorithm, fieldLength(UserauthField.ALGORITHM));
  writeString(fieldPtr(UserauthField.PUBLIC_KEY), fieldLength(UserauthField.PUBLIC_KEY));
  return ask(UserauthStatus.QUERY_OK);
}

/** The host has to answer first. */
export function wait(what: UserauthStatus): u32 {
  status = what;
  return 0;
}

/**
 *     byte         SSH_MSG_USERAUTH_FAILURE
 *     name-list    authentications that can continue
 *     boolean      partial success
 */
function writeFailure(partialSuccess: bool): u32 {
  startWriting(BUFFER_PTR);
  writeByte(SSH_MSG_USERAUTH_FAILURE);
  writeUint32(0);
  writeMethods(continuingMethods());
  store<u32>(BUFFER_PTR + 1, bswap(writtenLength() - 5), 0, 1);
  writeByte(u32(partialSuccess));
  return writtenLength();
}

/**
 * Leaves a reply of `length` bytes alone in the buffer, or the banner, which goes first. Returns the length of what is
 * there.
 */
export function deliver(length: u32): u32 {
  queuedLength = 0;
  if (status == UserauthStatus.PENDING) return 0;
  clearFields();
  memory.fill(BUFFER_PTR + length, 0, PAYLOAD_CAPACITY - length);
  if (!HAS_BANNER || !isBannerDue || !length) return length;
  isBannerDue = false;
  memory.copy(SCRATCH_PTR, BUFFER_PTR, length);
  queuedLength = length;
  store<u8>(BUFFER_PTR, SSH_MSG_USERAUTH_BANNER);
  memory.copy(BUFFER_PTR + 1, BANNER_FIELDS_PTR, load<u16>(BANNER_LENGTH));
  return 1 + load<u16>(BANNER_LENGTH);
}

/** See docs/abi.md. */
export function nextReply(): u32 {
  const length = queuedLength;
  queuedLength = 0;
  memory.copy(BUFFER_PTR, SCRATCH_PTR, length);
  return length;
}
