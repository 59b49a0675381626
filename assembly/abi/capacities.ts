// Every buffer's capacity, in bytes, and every count that bounds memory. A build may set those marked with a flag:
// `asc --use NAME=VALUE`.

/**
 * Longest payload that the modules take or make. Flag. RFC 4253 §6.1 asks for 32,768; docs/abi.md says why it is less.
 */
// @ts-expect-error the flag exists only when a build sets it
export const PAYLOAD_CAPACITY: u32 = isDefined(PAYLOAD_BYTES) ? PAYLOAD_BYTES : 4096;

/** The host key: the seed (secret) and the public key, 32 bytes each. */
export const HOST_KEY_BYTES: u32 = 64;

/** Where SSH_MSG_DISCONNECT's description is written, from `sendPtr` on. */
export const DESCRIPTION_OFFSET: u32 = 9;

/** Bytes of a description; every build's payloads have room for it. */
export const DESCRIPTION_CAPACITY: u32 = 255;

/** Longest session identifier: one SHA-512 hash. */
export const SESSION_ID_CAPACITY: u32 = 64;

/** Longest list of public key algorithms that the transport module announces (RFC 8308 §3.1). */
export const SIGNATURE_ALGORITHMS_CAPACITY: i32 = 127;

/** Bytes of a user name that a credentials region holds. */
export const USER_NAME_CAPACITY: u32 = 63;

/** Bytes of a password that a credentials region holds; a longer one is refused before it is compared. */
export const PASSWORD_CAPACITY: u32 = 127;

/** Session channels open at once on one connection. */
export const CHANNEL_COUNT: u32 = 8;

/** Longest data of one outgoing channel message; less than a payload holds, for memory's sake. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const CHANNEL_DATA_CAPACITY: u32 = isDefined(CHANNEL_DATA_BYTES) ? CHANNEL_DATA_BYTES : 2048;

/** Of the embedded key's x-coordinate in the credentials region, for the verification that wants it. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const X_COORDINATE_BYTES: u32 = isDefined(WITH_X_COORDINATE) ? 32 : 0;

/** What SHA-512 writes behind its message at most: the bit 1, zeros, and the length in 16 bytes. */
export const SHA512_SLACK_BYTES: u32 = 144;

/** The credentials region of the full userauth build. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const CREDENTIALS_CAPACITY: u32 = isDefined(CREDENTIALS_BYTES) ? CREDENTIALS_BYTES : 2048;

/** Argon2's memory in the full userauth build, in KiB: no password of the credentials region may ask for more. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const ARGON2_MEMORY_KIB: u32 = isDefined(ARGON2_KIB) ? ARGON2_KIB : 19456;

/** Longest line of the shell. */
export const LINE_CAPACITY: u32 = 1024;

/** Longest command that comes as one; at least as long as a line. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const COMMAND_CAPACITY: u32 = isDefined(COMMAND_BYTES) ? COMMAND_BYTES : 1024;

/** The shell's history: all lines together, and one byte more for each. */
export const HISTORY_CAPACITY: u32 = 1024;

/** Longest prompt of the shell; of a longer one, the rest is not shown. */
export const PROMPT_CAPACITY: u32 = 32;

/** What the shell is given at once: input, or words for completion. */
export const SHELL_INPUT_CAPACITY: u32 = 512;

/** Longest piece of the shell's output. */
export const OUTPUT_CAPACITY: u32 = 256;
