// RFC 4252 §7: the method "publickey".
//
// In: a request from index.ts. Out: its reply. keys.ts reads the key, users.ts looks for it, signature.ts verifies what
// it has signed.

import { UserauthField, UserauthStatus } from "../../../abi/index";
import { isMalformedOrUnfinished, readBoolean, readPosition } from "../../../wire/reader";
import { isHostDecided, isUseful } from "../factors";
import { readKey } from "../keys";
import { PUBLICKEY_METHOD } from "./index";
import { acceptQuery, fail, failProtocol, succeed, wait } from "../reply";
import { BUFFER_PTR, fieldLength, fieldPtr, readField, SCRATCH_PTR, setField, SIGNATURE_FIELD } from "../request";
import { verifySignature } from "../signature";
import { findUser, isKnown, keyBlob, keyMatches } from "../users";

/**
 *     byte      SSH_MSG_USERAUTH_REQUEST
 *     string    user name
 *     string    service name
 *     string    "publickey"
 *     boolean   whether a signature follows
 *     string    public key algorithm name
 *     string    public key blob
 *     string    signature (if the boolean is TRUE)
 */
export function handlePublickey(): u32 {
  const hasSignature = readBoolean();
  readField(UserauthField.ALGORITHM);
  readField(UserauthField.PUBLIC_KEY);
  const signedLength = <u32>(readPosition() - BUFFER_PTR);
  if (hasSignature) readField(SIGNATURE_FIELD);
  const end = readPosition();
  if (isMalformedOrUnfinished()) return failProtocol();

  // Up to the verification the same instructions for all user names of one length: a key is useful for one of them
  // only.
  findUser(fieldPtr(UserauthField.PUBLIC_KEY), fieldLength(UserauthField.PUBLIC_KEY));
  const useful = isUseful(PUBLICKEY_METHOD);
  if (end > SCRATCH_PTR || !readKey()) return fail(UserauthStatus.INVALID_USER + 2 * isKnown);
  const isHosts = isHostDecided(PUBLICKEY_METHOD);
  if (!(u32(isHosts) | (keyMatches & useful))) {
    // FAILURE for a key of the user's that does not help now, else INVALID_USER or INVALID_PUBLICKEY
    return fail(UserauthStatus.INVALID_USER + 2 * isKnown - 3 * keyMatches);
  }
  if (hasSignature && !verifySignature(signedLength)) return fail(UserauthStatus.INVALID_PUBLICKEY);
  if (isHosts) return wait(UserauthStatus.PENDING);
  if (!hasSignature) return acceptQuery();
  setField(UserauthField.KEY, keyBlob, fieldLength(UserauthField.PUBLIC_KEY));
  return succeed(false);
}
