// What a build of the transport module has besides curve25519-sha256, ssh-ed25519 and chacha20-poly1305: nothing,
// unless it is told so with `asc --use WITH_MLKEM=1`, as transport-full is.

/** mlkem768x25519-sha256. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_MLKEM768X25519: bool = isDefined(WITH_MLKEM) ? WITH_MLKEM != 0 : false;

/** aes128-gcm@openssh.com and aes256-gcm@openssh.com. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_AES_GCM: bool = isDefined(WITH_AES_GCM) ? WITH_AES_GCM != 0 : false;

/** aes128-ctr and aes256-ctr, with hmac-sha2-256-etm@openssh.com and hmac-sha2-256. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_AES_CTR: bool = isDefined(WITH_AES_CTR) ? WITH_AES_CTR != 0 : false;

export const HAS_SEVERAL_CIPHERS: bool = HAS_AES_GCM || HAS_AES_CTR;
