// The host's part: it decides about requests where the credentials region says so, and it stores new passwords.
//
// In: a verdict. Out: the reply to the request that has been waiting.

import { UserauthStatus } from "../../../abi/index";
import { HAS_HOST_DECISIONS, HAS_KEYBOARD_INTERACTIVE, HAS_PASSWORD_CHANGE } from "../features";
import { askForChange } from "./keyboard-interactive";
import { KEYBOARD_INTERACTIVE_METHOD, PASSWORD_METHOD, PUBLICKEY_METHOD } from "./index";
import { requireChange } from "./password";
import { concludeChange } from "./password-change";
import { EXPIRED_PTR } from "../prompts";
import { acceptQuery, deliver, fail, status, succeed } from "../reply";
import { fieldLength, method, SIGNATURE_FIELD } from "../request";

/** See docs/abi.md. */
export function decide(verdict: u32): u32 {
  const pending = status;
  if (HAS_PASSWORD_CHANGE && pending == UserauthStatus.CHANGE_PENDING) {
    return deliver(concludeChange(verdict == UserauthStatus.SUCCESS));
  }
  if (!HAS_HOST_DECISIONS || pending != UserauthStatus.PENDING) return 0;
  return deliver(conclude(verdict));
}

function conclude(verdict: u32): u32 {
  switch (verdict) {
    case UserauthStatus.SUCCESS:
    case UserauthStatus.PARTIAL_SUCCESS:
      if (method == PUBLICKEY_METHOD && !signatureVerified()) return acceptQuery();
      return succeed(verdict == UserauthStatus.PARTIAL_SUCCESS);
    case UserauthStatus.CHANGE_REQUIRED:
      if (HAS_PASSWORD_CHANGE && method == PASSWORD_METHOD) return requireChange(EXPIRED_PTR);
      if (HAS_PASSWORD_CHANGE && HAS_KEYBOARD_INTERACTIVE && method == KEYBOARD_INTERACTIVE_METHOD)
        return askForChange(EXPIRED_PTR);
      return fail(UserauthStatus.FAILURE);
    case UserauthStatus.INVALID_USER:
    case UserauthStatus.INVALID_PASSWORD:
    case UserauthStatus.INVALID_PUBLICKEY:
      return fail(verdict);
    default:
      return fail(UserauthStatus.FAILURE);
  }
}

/**
 * While the status is PENDING: 1 if the request has a signature, which was verified; 0 for a query and for other
 * methods.
 */
export function signatureVerified(): u32 {
  return u32(fieldLength(SIGNATURE_FIELD) != 0);
}
