// The builds of build/wide: those of build/plain with larger buffers, for Node.

import { WIDE_ARGON2_KIB, WIDE_CREDENTIALS_BYTES, WIDE_PAYLOAD_BYTES } from "../../host/node/modules.js";

const FULL_USERAUTH = "userauth";
const WIDE_USERAUTH = { CREDENTIALS_BYTES: WIDE_CREDENTIALS_BYTES, ARGON2_KIB: WIDE_ARGON2_KIB };

/** The targets, with as many pages of memory as buffers for the packets of RFC 4253 §6.1 need. */
export const WIDE_PAGES: Record<string, number | undefined> = {
  transport: 2,
  connection: 1,
  "userauth-password": 1,
  "userauth-publickey": 1,
  "userauth-publickey-small": 1,
  userauth: undefined, // as its flags say
};

/** What `compile` is to be told. */
export function wide(target: string): { use: Record<string, number>; pages?: number } {
  const pages = WIDE_PAGES[target];
  const use = { PAYLOAD_BYTES: WIDE_PAYLOAD_BYTES, ...(target === FULL_USERAUTH && WIDE_USERAUTH) };
  return { use, ...(pages !== undefined && { pages }) };
}
