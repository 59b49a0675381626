// RFC 4253 §7.1: the name-lists of our KEXINIT, in the order in which we prefer. A list has the names of what a build contains. They cost nothing
// here: scripts/compile/text.ts puts them where they are used. Next: kexinit.ts.

import { join } from "../wire/ascii";
import {
  CHACHA20_POLY1305,
  CURVE25519_SHA256,
  CURVE25519_SHA256_LIBSSH,
  HMAC_SHA2_256_ETM,
  STRICT_KEX_SERVER,
} from "../wire/names";

export const KEX_ALGORITHMS: string = join(CURVE25519_SHA256, CURVE25519_SHA256_LIBSSH, STRICT_KEX_SERVER);

/** In each direction. */
export const CIPHERS: string = CHACHA20_POLY1305;

/** In each direction; chacha20-poly1305 uses none, but clients want a name in common (docs/architecture.md). */
export const MACS: string = HMAC_SHA2_256_ETM;
