// RFC 4252 §7: a server for one user with one Ed25519 key; fewest instructions, specialised to the embedded key.
//
// In: one request in the buffer. Out: a reply in its place, and the status. Reading and replying are in
// publickey-request.ts.

import { prepared, prepareKey, verifyVartime } from "../../crypto/curve25519/ed25519-verify";
import {
  conclude,
  HASH_INPUT_PTR,
  hashInputLength,
  KEY_PTR,
  KEY_MATCHES,
  readRequest,
  scalar,
} from "./publickey-request";

export { __heap_base as __data_end, __heap_base };
export { reset, status } from "./publickey-request";

/** See docs/abi.md. */
export function receive(length: u32): u32 {
  const reply = readRequest(length);
  if (reply != KEY_MATCHES) return reply;
  // What depends on the embedded key alone is computed when it is first named: a stranger never gets that far.
  if (!prepared) prepareKey(KEY_PTR);
  return conclude(prepared && (!scalar || verifyVartime(scalar, HASH_INPUT_PTR, hashInputLength)));
}
