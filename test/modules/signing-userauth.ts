// In the place of userauth-password, for the benchmark of boards: a request that is long enough makes it sign as the
// host key does. So what a signature costs is the difference of two requests. It admits nobody.

import { UserauthStatus } from "../../assembly/abi/index";
import { ed25519Sign } from "../../assembly/crypto/curve25519/ed25519-sign";
import { SSH_MSG_USERAUTH_FAILURE } from "../../assembly/wire/numbers";

export { __heap_base as __data_end, __heap_base };

/** Of docs/abi.md: the buffer at 0, and the region of the password build at the end, which the host fills. */
const BUFFER: usize = 0;
const REGION_BYTES: i32 = 192;

const FAILURE_BYTES: u32 = 6;
/** A request for "none" is shorter, one with a password longer. */
const SIGNED_REQUEST_BYTES: u32 = 48;
const EXCHANGE_HASH_BYTES: u32 = 32;

/** Seed and public key, which need not belong together here. */
const keys: usize = memory.data(64, 16);
const signature: usize = memory.data(64, 16);
memory.data(REGION_BYTES, 4);

export let status: i32 = 0;

export function receive(length: u32): u32 {
  status = UserauthStatus.FAILURE;
  if (length >= SIGNED_REQUEST_BYTES) ed25519Sign(signature, keys, keys + 32, BUFFER, EXCHANGE_HASH_BYTES);
  memory.fill(BUFFER, 0, FAILURE_BYTES);
  store<u8>(BUFFER, SSH_MSG_USERAUTH_FAILURE);
  return FAILURE_BYTES;
}
