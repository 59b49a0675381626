// RFC 4252 §7: a server for one user with one Ed25519 key; smallest code.
//
// In: one request in the buffer. Out: a reply in its place, and the status. Reading and replying are in
// publickey-request.ts.

import { verifyVartime } from "../../crypto/curve25519/compact/ed25519-verify";
import { conclude, HASH_INPUT_PTR, hashInputLength, KEY_MATCHES, readRequest, scalar } from "./publickey-request";

export { __heap_base as __data_end, __heap_base };
export { reset, status } from "./publickey-request";

/** See docs/abi.md. */
export function receive(length: u32): u32 {
  const reply = readRequest(length);
  if (reply != KEY_MATCHES) return reply;
  return conclude(!scalar || verifyVartime(scalar, HASH_INPUT_PTR, hashInputLength));
}
