// What a build of userauth.wasm has: all of this, unless it is told otherwise with `asc --use WITH_RSA=0`. `npm run
// size` prints what each feature costs. A region that asks for what a build lacks admits nobody.

// @ts-expect-error the flag exists only when a build sets it
export const HAS_PBKDF2: bool = isDefined(WITH_PBKDF2) ? WITH_PBKDF2 != 0 : true;

// @ts-expect-error the flag exists only when a build sets it
export const HAS_ARGON2ID: bool = isDefined(WITH_ARGON2ID) ? WITH_ARGON2ID != 0 : true;

/** The host may decide about requests. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_HOST_DECISIONS: bool = isDefined(WITH_HOST_DECISIONS) ? WITH_HOST_DECISIONS != 0 : true;

/** RFC 4252 §8. */
export const HAS_PASSWORD: bool = HAS_PBKDF2 || HAS_ARGON2ID || HAS_HOST_DECISIONS;

/** RFC 4252 §8: new passwords. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_PASSWORD_CHANGE: bool =
  HAS_PASSWORD && (isDefined(WITH_PASSWORD_CHANGE) ? WITH_PASSWORD_CHANGE != 0 : true);

/** RFC 4256. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_KEYBOARD_INTERACTIVE: bool =
  HAS_PASSWORD && (isDefined(WITH_KEYBOARD_INTERACTIVE) ? WITH_KEYBOARD_INTERACTIVE != 0 : true);

/** ssh-ed25519. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_ED25519: bool = isDefined(WITH_ED25519) ? WITH_ED25519 != 0 : true;

/** rsa-sha2-256 and rsa-sha2-512. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_RSA: bool = isDefined(WITH_RSA) ? WITH_RSA != 0 : true;

/** ecdsa-sha2-nistp256. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_ECDSA: bool = isDefined(WITH_ECDSA) ? WITH_ECDSA != 0 : true;

/** The security keys' variants of ssh-ed25519 and ecdsa-sha2-nistp256. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_SECURITY_KEYS: bool = (HAS_ED25519 || HAS_ECDSA) && (isDefined(WITH_SK) ? WITH_SK != 0 : true);

/** RFC 4252 §5.1: partial success. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_MULTI_FACTOR: bool = isDefined(WITH_MULTI_FACTOR) ? WITH_MULTI_FACTOR != 0 : true;

/** RFC 4252 §5.4. */
// @ts-expect-error the flag exists only when a build sets it
export const HAS_BANNER: bool = isDefined(WITH_BANNER) ? WITH_BANNER != 0 : true;
