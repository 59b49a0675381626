// RFC 4252 §5 and §8: a server for one user with one password, in a few hundred bytes.
//
// In: one request in the buffer. Out: a reply in its place, and the status. Everything between the user name and the
// password is the same in every request that can succeed, so it is compared in one piece, and the two lengths that vary
// must add up to the payload's. docs/userauth.md gives the bytes that each choice saves.

import { UserauthStatus } from "../../abi/index";
import { USERAUTH_LAST_REFUSAL, USERAUTH_OVER } from "../../abi/ranges";
import { PASSWORD_CAPACITY, USER_NAME_CAPACITY } from "../../abi/capacities";
import { byteLength, sshString } from "../../wire/ascii";
import { ctDifference } from "../../wire/compare";
import { PASSWORD_NAME, SSH_CONNECTION } from "../../wire/names";
import { SSH_MSG_USERAUTH_REQUEST, SSH_MSG_USERAUTH_SUCCESS } from "../../wire/numbers";

export { __heap_base as __data_end, __heap_base };

/** The buffer is at address 0: see docs/abi.md. The static data begins where it ends. */
const BUFFER_PTR: usize = 0;

/**
 * string "ssh-connection", string "password", boolean FALSE, and the upper three bytes of the password's length: all
 * zero.
 */
const MIDDLE_PTR: usize = memory.data<u8>([...sshString(SSH_CONNECTION), ...sshString(PASSWORD_NAME), 0, 0, 0, 0]);
const METHOD_OFFSET: u32 = 4 + byteLength(SSH_CONNECTION) + 4;
const MIDDLE_BYTES: u32 = METHOD_OFFSET + byteLength(PASSWORD_NAME) + 1 + 3;

/** The method's name and the boolean behind it: in a failure, the list of methods and no partial success. */
const FAILURE_FIELDS_PTR: usize = MIDDLE_PTR + METHOD_OFFSET - 4;
const FAILURE_BYTES: u32 = 1 + 4 + byteLength(PASSWORD_NAME) + 1;

/** The credentials region, with which the memory in use ends (docs/abi.md): at a multiple of 16. */
const USER_SLOT_PTR: usize = memory.data(1 + USER_NAME_CAPACITY + 1 + PASSWORD_CAPACITY, 16);
const PASSWORD_SLOT_PTR: usize = USER_SLOT_PTR + 1 + USER_NAME_CAPACITY;

/** A `UserauthStatus`: why the last request was answered as it was. */
export let status: i32 = 0;

/** Three, and the request for "none" with which clients begin. */
let attemptsLeft: u32 = 4;

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    "password"
 *     boolean   FALSE
 *     string    plaintext password in ISO-10646 UTF-8 encoding
 */
export function receive(length: u32): u32 {
  let replyLength: u32 = 0;
  if (status < USERAUTH_OVER) {
    status = UserauthStatus.PROTOCOL_ERROR;
    // The message number and the upper three bytes of the user name's length, which are zero, at once.
    if (load<u32>(BUFFER_PTR) == SSH_MSG_USERAUTH_REQUEST) {
      const userNameLength = <u32>load<u8>(BUFFER_PTR + 4);
      let why = UserauthStatus.FAILURE;
      if (!ctDifference(userNameLength + 5, MIDDLE_PTR, MIDDLE_BYTES - 1)) {
        const passwordLength = <u32>load<u8>(userNameLength, 5 + MIDDLE_BYTES);
        // A length that no slot can have differs from the slot's, however little is compared behind it.
        const userDifference = ctDifference(BUFFER_PTR + 4, USER_SLOT_PTR, userNameLength & USER_NAME_CAPACITY);
        const passwordDifference = ctDifference(
          userNameLength + 5 + MIDDLE_BYTES,
          PASSWORD_SLOT_PTR,
          passwordLength & PASSWORD_CAPACITY,
        );
        why =
          userNameLength + passwordLength + 6 + MIDDLE_BYTES != length
            ? UserauthStatus.PROTOCOL_ERROR
            : userDifference
              ? UserauthStatus.INVALID_USER
              : passwordDifference | u32(!passwordLength)
                ? UserauthStatus.INVALID_PASSWORD
                : UserauthStatus.SUCCESS;
      }
      const admitted = why > USERAUTH_LAST_REFUSAL;
      replyLength = admitted ? 1 : FAILURE_BYTES;
      status = u32(admitted) | --attemptsLeft ? why : UserauthStatus.TOO_MANY_ATTEMPTS;
    }
  }
  // Wipes the request, whatever it was, and leaves the reply.
  memory.fill(BUFFER_PTR, <u8>(SSH_MSG_USERAUTH_SUCCESS - (replyLength >> 3)), length);
  memory.copy(BUFFER_PTR + 1, FAILURE_FIELDS_PTR, FAILURE_BYTES - 1);
  return replyLength;
}
