// RFC 4253 §7.1: the name-lists of our KEXINIT, in the order in which we prefer. A list has the names of what a build
// contains. They cost nothing here: scripts/compile/text.ts puts them where they are used. Next: kexinit.ts.

import { join } from "../wire/ascii";
import {
  AES128_CTR,
  AES128_GCM,
  AES256_CTR,
  AES256_GCM,
  CHACHA20_POLY1305,
  CURVE25519_SHA256,
  CURVE25519_SHA256_LIBSSH,
  HMAC_SHA2_256,
  HMAC_SHA2_256_ETM,
  MLKEM768X25519_SHA256,
  STRICT_KEX_SERVER,
} from "../wire/names";
import { HAS_AES_CTR, HAS_AES_GCM, HAS_MLKEM768X25519 } from "./features";

/** The marker of strict key exchange is last. */
export const KEX_ALGORITHMS: string = join(
  HAS_MLKEM768X25519 ? MLKEM768X25519_SHA256 : "",
  CURVE25519_SHA256,
  CURVE25519_SHA256_LIBSSH,
  STRICT_KEX_SERVER,
);

/** In each direction; cipher/cipher.ts has a number for each in this order. */
export const CIPHERS: string = join(
  CHACHA20_POLY1305,
  HAS_AES_GCM ? AES256_GCM : "",
  HAS_AES_GCM ? AES128_GCM : "",
  HAS_AES_CTR ? AES256_CTR : "",
  HAS_AES_CTR ? AES128_CTR : "",
);

/**
 * In each direction; of the ciphers only AES-CTR uses one, but clients want a name in common (docs/architecture.md).
 */
export const MACS: string = join(HMAC_SHA2_256_ETM, HAS_AES_CTR ? HMAC_SHA2_256 : "");
