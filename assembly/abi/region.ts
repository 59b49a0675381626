// The layout of the credentials regions (docs/abi.md): offsets from a region's, or a user's, first byte. Numbers are
// little-endian. What stands above an offset is what docs/abi.md says of the bytes there: `SMALL_` in the builds for
// one user, `REGION_` and `USER_` in the full one.

/** Length of the user name, 1–63; user name, then zeros. */
export const SMALL_USER_OFFSET: usize = 0;
/**
 * Length of the password, 1–127; password, then zeros. Or 32: public key (RFC 8032); and in `userauth-publickey` 32:
 * x-coordinate of its point, little-endian.
 */
export const SMALL_SECRET_OFFSET: usize = 64;

/** The layout of the full build's region that is described here. */
export const REGION_FORMAT: u32 = 2;

/** Format: 2. */
export const REGION_FORMAT_OFFSET: usize = 0;
/** The most failures, 1–255; the first "none" is none. */
export const REGION_FAILURE_LIMIT_OFFSET: usize = 1;
/** The most PK_OKs, 1–255. */
export const REGION_QUERY_LIMIT_OFFSET: usize = 2;
/** The most requests and responses in all, 1–255. */
export const REGION_REQUEST_LIMIT_OFFSET: usize = 3;
/** Set of methods that a FAILURE names until one has succeeded. */
export const REGION_OFFERED_METHODS_OFFSET: usize = 4;
/**
 * Sets of methods about which the host decides: for users that are not in the table, and, a byte further, for those
 * that are.
 */
export const REGION_HOST_METHODS_OFFSET: usize = 5;
/** Least length of a new password, in bytes. */
export const REGION_LEAST_PASSWORD_LENGTH_OFFSET: usize = 7;
/** Hash: 0 none, 1 PBKDF2-HMAC-SHA-256, 2 Argon2id version 0x13; salts have 16 bytes, hashes 32. */
export const REGION_HASH_OFFSET: usize = 8;
/** Lanes of Argon2id. */
export const REGION_LANES_OFFSET: usize = 9;
/** Length of the banner's fields, 0 for no banner. */
export const REGION_BANNER_LENGTH_OFFSET: usize = 10;
/** Iterations of PBKDF2 or passes of Argon2id. */
export const REGION_PASSES_OFFSET: usize = 12;
/** Memory of Argon2id in KiB. */
export const REGION_MEMORY_KIB_OFFSET: usize = 16;
/** Length of the region, from byte 0 to the end of the last user. */
export const REGION_LENGTH_OFFSET: usize = 20;
/** The banner's fields as on the wire: string message, string language tag; then the users. */
export const REGION_BANNER_FIELDS_OFFSET: usize = 22;

/** At `REGION_HASH_OFFSET`. */
export const HASH_NONE: u32 = 0;
export const HASH_PBKDF2: u32 = 1;
export const HASH_ARGON2ID: u32 = 2;
export const SALT_BYTES: u32 = 16;
export const HASH_BYTES: u32 = 32;

/** Length of the whole, keys included. */
export const USER_LENGTH_OFFSET: usize = 0;
/** 1: has a password; 2: it has expired. `RECORD` begins here. */
export const USER_RECORD_OFFSET: usize = 2;
/** Salt of the password. */
export const USER_SALT_OFFSET: usize = 3;
/** Hash of the password. `RECORD` ends with it. */
export const USER_HASH_OFFSET: usize = 19;
/**
 * Up to six lists of methods, each one enough to be admitted; 0 for none. A list is a byte of two bits for each method,
 * the first lowest: 1 `publickey`, 2 `password`, 3 `keyboard-interactive`. 9 is `publickey`, then `password`.
 */
export const USER_LISTS_OFFSET: usize = 51;
/**
 * Length of the name, 1–63; name; length of the permissions; permissions; then keys: length of the blob (2 bytes),
 * options (1: user verification required, 2: user presence not required, both for security keys), key blob.
 */
export const USER_NAME_OFFSET: usize = 57;

/** Of `RECORD`. */
export const RECORD_BYTES: u32 = 49;
/** Of a user's lists. */
export const LIST_COUNT: u32 = 6;
/** Of a key: what comes before the blob. */
export const KEY_HEAD_BYTES: usize = 3;
