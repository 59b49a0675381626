// RFC 4252 §5 and §7: a server for one user with one Ed25519 key.
//
// In: one request in the buffer. Out: a reply in its place, and the status. The entry file (publickey.ts,
// publickey-small.ts) brings the verification: `readRequest` says when a signature has to be verified, and `conclude`
// answers.

import { UserauthStatus } from "../../abi/index";
import { USERAUTH_OVER } from "../../abi/ranges";
import {
  PAYLOAD_CAPACITY,
  SESSION_ID_CAPACITY,
  SHA512_SLACK_BYTES,
  USER_NAME_CAPACITY,
  X_COORDINATE_BYTES,
} from "../../abi/capacities";
import {
  isMalformed,
  isMalformedOrUnfinished,
  readBoolean,
  readPosition,
  readString,
  startReading,
  stringLength,
} from "../../wire/reader";
import { byteLength, sshString } from "../../wire/ascii";
import { ctDifference } from "../../wire/compare";
import { PUBLICKEY_NAME, SSH_CONNECTION, SSH_ED25519 } from "../../wire/names";
import {
  SSH_MSG_USERAUTH_FAILURE,
  SSH_MSG_USERAUTH_PK_OK,
  SSH_MSG_USERAUTH_REQUEST,
  SSH_MSG_USERAUTH_SUCCESS,
} from "../../wire/numbers";

/** The buffer is at address 0: see docs/abi.md. The static data begins where it ends. */
const BUFFER_PTR: usize = 0;

/**
 * What lies between the user name and the key in every request that can succeed, but for the boolean behind the method:
 * string "ssh-connection", string "publickey"; string "ssh-ed25519", and of the key blob its length (51), string
 * "ssh-ed25519" and the key's length (32). So algorithm name and blob type are the same by construction.
 */
const TEXT_PTR: usize = memory.data<u8>([
  ...sshString(SSH_CONNECTION),
  ...sshString(PUBLICKEY_NAME),
  ...sshString(SSH_ED25519),
  0,
  0,
  0,
  51,
  ...sshString(SSH_ED25519),
  0,
  0,
  0,
  32,
]);
const METHOD_OFFSET: u32 = 4 + byteLength(SSH_CONNECTION) + 4;
const METHOD_BYTES: u32 = METHOD_OFFSET + byteLength(PUBLICKEY_NAME);
const ALGORITHM_PTR: usize = TEXT_PTR + METHOD_BYTES;
const NAME_BYTES: u32 = 4 + byteLength(SSH_ED25519);
const ALGORITHM_BYTES: u32 = NAME_BYTES + 4 + NAME_BYTES + 4;
const KEY_BYTES: u32 = 32;

/**
 * Of a signature blob: string "ssh-ed25519" and three zero bytes of the signature's length, as they stand in
 * `ALGORITHM_PTR`.
 */
const SIGNATURE_TYPE_BYTES: u32 = NAME_BYTES + 3;
const SIGNATURE_BYTES: u32 = 64;
const SIGNATURE_BLOB_BYTES: u32 = NAME_BYTES + 4 + SIGNATURE_BYTES;

/** The method's name, and a zero byte behind it: in a failure, the list of methods and no partial success. */
const FAILURE_FIELDS_PTR: usize = TEXT_PTR + METHOD_OFFSET - 4;
const FAILURE_BYTES: u32 = 1 + 4 + byteLength(PUBLICKEY_NAME) + 1;

/** Longest part of a request that a signature covers: with a longer one the user name cannot be in a slot. */
const SIGNED_CAPACITY: u32 = 1 + 4 + USER_NAME_CAPACITY + METHOD_BYTES + 1 + ALGORITHM_BYTES + KEY_BYTES;

/** R ‖ A ‖ string session identifier ‖ the signed part of the request: RFC 8032's hash of RFC 4252's signed data. */
export const HASH_INPUT_PTR: usize = memory.data(
  2 * KEY_BYTES + 4 + SESSION_ID_CAPACITY + SIGNED_CAPACITY + SHA512_SLACK_BYTES,
  16,
);

const USER_SLOT_PTR: usize = memory.data(1 + USER_NAME_CAPACITY + KEY_BYTES + X_COORDINATE_BYTES, 16);

/** The embedded public key, then the x-coordinate of its point in the build that wants it. */
export const KEY_PTR: usize = USER_SLOT_PTR + 1 + USER_NAME_CAPACITY;

/** Six failures, and the request for "none" with which clients begin. */
let attemptsLeft: u32 = 7;

/** PK_OK has no effect but this: it can be had only so often. */
let queriesLeft: u32 = 6;

/**
 * Bytes of R, A and the session identifier; 0, and every request an error, until `reset` has found a key and an
 * identifier.
 */
let hashHeadLength: u32 = 0;
let userMatches: bool = false;

/** A `UserauthStatus`: why the last request was answered as it was. */
export let status: i32 = 0;

/** What `readRequest` returns in place of a reply's length when the request names the embedded key. */
export const KEY_MATCHES: u32 = 0xffffffff;

/** Of a request with a signature: the address of S, its second half. 0 in a query. */
export let scalar: usize = 0;

/** Length of the hash's input, which begins at `HASH_INPUT_PTR`. */
export let hashInputLength: u32 = 0;

/**
 * The session identifier of `length` bytes is in the buffer, and the credentials are in their region. Whether both can
 * be used: not 0.
 */
export function reset(length: u32): u32 {
  // 32 zero bytes, a region that was not filled, are a point of order 4: anybody could make its signatures.
  if (u32(length <= SESSION_ID_CAPACITY) & u32(load<u64>(KEY_PTR) != 0)) {
    store<u8>(HASH_INPUT_PTR + 2 * KEY_BYTES + 3, <u8>length);
    memory.copy(HASH_INPUT_PTR + 2 * KEY_BYTES + 4, BUFFER_PTR, length);
    hashHeadLength = 2 * KEY_BYTES + 4 + length;
  }
  return hashHeadLength;
}

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    "publickey"
 *     boolean   whether a signature follows
 *     string    public key algorithm name
 *     string    public key blob
 *     string    signature (if the boolean is TRUE)
 *
 * Returns the length of the reply, or `KEY_MATCHES`: then `conclude` answers, once it is known whether `scalar` and the
 * hash's input make a signature of the embedded key. The status is USERAUTH_PROTOCOL_ERROR until the request is
 * answered: whatever goes wrong on the way fails closed.
 */
export function readRequest(length: u32): u32 {
  if (status >= USERAUTH_OVER) return 0;
  status = UserauthStatus.PROTOCOL_ERROR;
  if (length - 1 >= PAYLOAD_CAPACITY || load<u8>(BUFFER_PTR) != SSH_MSG_USERAUTH_REQUEST || !hashHeadLength) return 0;
  // Begins behind the message number: to the reader, address 0 is that of a value that is not there.
  startReading(BUFFER_PTR + 1, length - 1);

  const userName = readString();
  // An empty name, and one longer than any slot, is nobody's.
  userMatches = stringLength - 1 < USER_NAME_CAPACITY && !ctDifference(userName - 1, USER_SLOT_PTR, stringLength);
  const serviceName = readPosition();
  readString();
  readString();
  if (isMalformed()) return 0;
  if (readPosition() - serviceName != METHOD_BYTES || ctDifference(serviceName, TEXT_PTR, METHOD_BYTES - 1)) {
    return fail(UserauthStatus.FAILURE);
  }

  const hasSignature = readBoolean();
  const algorithm = readPosition();
  readString();
  readString();
  const signedLength = <u32>readPosition();
  const signature = hasSignature ? readString() : 0;
  if (isMalformedOrUnfinished()) return 0;

  if (
    signedLength - algorithm != ALGORITHM_BYTES + KEY_BYTES ||
    ctDifference(algorithm, ALGORITHM_PTR, ALGORITHM_BYTES - 1) |
      ctDifference(algorithm + ALGORITHM_BYTES, KEY_PTR, KEY_BYTES - 1)
  ) {
    return fail(UserauthStatus.INVALID_PUBLICKEY);
  }
  scalar = 0;
  if (hasSignature) {
    if (
      signedLength > SIGNED_CAPACITY ||
      stringLength != SIGNATURE_BLOB_BYTES ||
      ctDifference(signature, ALGORITHM_PTR, SIGNATURE_TYPE_BYTES - 1) ||
      load<u8>(signature, SIGNATURE_TYPE_BYTES) != SIGNATURE_BYTES
    ) {
      return fail(UserauthStatus.INVALID_PUBLICKEY);
    }
    const r = signature + SIGNATURE_TYPE_BYTES + 1;
    scalar = r + SIGNATURE_BYTES / 2;
    memory.copy(HASH_INPUT_PTR, r, KEY_BYTES);
    memory.copy(HASH_INPUT_PTR + KEY_BYTES, KEY_PTR, KEY_BYTES);
    memory.copy(HASH_INPUT_PTR + hashHeadLength, BUFFER_PTR, signedLength);
    hashInputLength = hashHeadLength + signedLength;
  }
  return KEY_MATCHES;
}

/**
 * Answers a request that names the embedded key; `verified` says that the key is usable and, unless this is a query,
 * that it made the signature. Until here the instructions are the same for every user name of one length.
 */
export function conclude(verified: bool): u32 {
  if (!verified) return fail(UserauthStatus.INVALID_PUBLICKEY);
  if (!userMatches) return fail(UserauthStatus.INVALID_USER);
  if (scalar) {
    status = UserauthStatus.SUCCESS;
    store<u8>(BUFFER_PTR, SSH_MSG_USERAUTH_SUCCESS);
    return 1;
  }
  if (!queriesLeft) return fail(UserauthStatus.TOO_MANY_ATTEMPTS);
  queriesLeft--;
  status = UserauthStatus.QUERY_OK;
  // The algorithm and the blob are the embedded key's, so it is their own text that goes back.
  store<u8>(BUFFER_PTR, SSH_MSG_USERAUTH_PK_OK);
  memory.copy(BUFFER_PTR + 1, ALGORITHM_PTR, ALGORITHM_BYTES);
  memory.copy(BUFFER_PTR + 1 + ALGORITHM_BYTES, KEY_PTR, KEY_BYTES);
  return 1 + ALGORITHM_BYTES + KEY_BYTES;
}

function fail(why: UserauthStatus): u32 {
  status = --attemptsLeft ? why : UserauthStatus.TOO_MANY_ATTEMPTS;
  store<u8>(BUFFER_PTR, SSH_MSG_USERAUTH_FAILURE);
  memory.copy(BUFFER_PTR + 1, FAILURE_FIELDS_PTR, FAILURE_BYTES - 1);
  return FAILURE_BYTES;
}
