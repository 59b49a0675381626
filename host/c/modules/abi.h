// Generated from assembly/abi by `npm run generate`: what crosses the border between host and modules.

#ifndef SESAME_ABI_H
#define SESAME_ABI_H

/** Why the userauth module answered as it did: for the host's decisions and log, never for the client. */
typedef enum userauth_status {
  /** No request yet. */
  USERAUTH_NONE = 0,
  USERAUTH_FAILURE = 1,
  USERAUTH_INVALID_USER = 2,
  USERAUTH_INVALID_PASSWORD = 3,
  USERAUTH_INVALID_PUBLICKEY = 4,
  USERAUTH_PARTIAL_SUCCESS = 5,
  /** SSH_MSG_USERAUTH_PK_OK was sent; nothing is authenticated. */
  USERAUTH_QUERY_OK = 6,
  /** The password is right and must be changed first; the client was asked for a new one. */
  USERAUTH_CHANGE_REQUIRED = 7,
  /** The host must say whether the request is granted (`decide`). */
  USERAUTH_PENDING = 8,
  /** The host must disconnect (SSH_DISCONNECT_PROTOCOL_ERROR). */
  USERAUTH_PROTOCOL_ERROR = 9,
  /** The host must disconnect (SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE). */
  USERAUTH_TOO_MANY_ATTEMPTS = 10,
  /** A new password was accepted: the host must store the new record and say whether it has (`decide`). */
  USERAUTH_CHANGE_PENDING = 11,
  /** SSH_MSG_USERAUTH_INFO_REQUEST was sent; nothing is authenticated. */
  USERAUTH_PROMPTED = 12,
  /** Differs in at least 16 bits from every other status, so that no single fault turns one into it. */
  USERAUTH_SUCCESS = 0x5ac37ce0,
} userauth_status_t;

/** What `userauth.fieldPtr` and `userauth.fieldLength` tell of the last request. Lengths are 0 where it has none. */
typedef enum userauth_field {
  /** For every request that could be read, until the next one; empty for a name that is nobody's for its length. */
  USERAUTH_FIELD_USER = 0,
  /** As for the user: a method that this build knows, or empty. */
  USERAUTH_FIELD_METHOD = 1,
  /** While the status is CHANGE_PENDING: bytes for the credentials region, at `recordOffset`. */
  USERAUTH_FIELD_RECORD = 2,
  /** After SUCCESS: what the user may do, as the credentials region says it; empty for users that are not in its table.
   * */
  USERAUTH_FIELD_PERMISSIONS = 3,
  /** From here on only while the status is PENDING. */
  USERAUTH_FIELD_PASSWORD = 4,
  USERAUTH_FIELD_NEW_PASSWORD = 5,
  USERAUTH_FIELD_ALGORITHM = 6,
  /** The key blob. */
  USERAUTH_FIELD_PUBLIC_KEY = 7,
  /** The blob of the table's key that has verified a signature, when `publickey` has just succeeded without the host's
   * decision. */
  USERAUTH_FIELD_KEY = 9,
} userauth_field_t;

/** What `transport.receive` asks of the host, after the output has been sent. */
typedef enum transport_event {
  /** Feed more of the byte stream. */
  TRANSPORT_EVENT_CONTINUE = 0,
  /** A payload numbered 50 to 127 is at `payloadPtr`, until the next `receive`. */
  TRANSPORT_EVENT_PAYLOAD = 1,
  /** The client has ended the connection: close. */
  TRANSPORT_EVENT_CLOSED = 2,
  /** The connection cannot go on, for a `TransportError`: send the output, then what `disconnect` makes, then close. */
  TRANSPORT_EVENT_ERROR = 3,
} transport_event_t;

/** Why the transport module cannot go on. The low byte is a `DisconnectReason`; the host has a sentence for each. */
typedef enum transport_error {
  /** A message that is malformed, or not allowed at this point. */
  TRANSPORT_ERROR_PROTOCOL_ERROR = 0x02,
  /** A packet whose length is not allowed. */
  TRANSPORT_ERROR_PACKET_LENGTH = 0x102,
  /** The client has no key exchange, host key, cipher or compression that Sesame has. */
  TRANSPORT_ERROR_NO_COMMON_ALGORITHM = 0x03,
  /** The client's part of the key exchange is malformed, or its shared secret would be zero. */
  TRANSPORT_ERROR_KEY_EXCHANGE_FAILED = 0x103,
  TRANSPORT_ERROR_MAC_ERROR = 0x05,
  /** A service other than ssh-userauth. */
  TRANSPORT_ERROR_SERVICE_NOT_AVAILABLE = 0x07,
  /** No identification of SSH 2.0. */
  TRANSPORT_ERROR_PROTOCOL_VERSION_NOT_SUPPORTED = 0x08,
} transport_error_t;

/** What `connection.receive` reports to the host's application. */
typedef enum connection_event {
  /** Nothing for the application; a reply may wait in the output. */
  CONNECTION_EVENT_NONE = 0,
  /** A session channel was opened and confirmed. */
  CONNECTION_EVENT_OPEN = 1,
  CONNECTION_EVENT_PTY_REQ = 2,
  CONNECTION_EVENT_ENV = 3,
  CONNECTION_EVENT_SHELL = 4,
  CONNECTION_EVENT_EXEC = 5,
  CONNECTION_EVENT_SUBSYSTEM = 6,
  CONNECTION_EVENT_WINDOW_CHANGE = 7,
  CONNECTION_EVENT_SIGNAL = 8,
  /** RFC 4335. */
  CONNECTION_EVENT_BREAK = 9,
  CONNECTION_EVENT_DATA = 10,
  CONNECTION_EVENT_EOF = 11,
  /** The channel is gone in both directions; its number may be used again. */
  CONNECTION_EVENT_CLOSE = 12,
  /** `writable` has grown. */
  CONNECTION_EVENT_WINDOW_ADJUST = 13,
  /** The host answers through `transport.unimplemented`. */
  CONNECTION_EVENT_UNIMPLEMENTED = 14,
  /** The host must disconnect (SSH_DISCONNECT_PROTOCOL_ERROR). */
  CONNECTION_EVENT_PROTOCOL_ERROR = 15,
} connection_event_t;

/** What comes into the shell module, and what becomes of it. */
typedef enum shell_input {
  /** Lines, without a terminal: nothing is shown. */
  SHELL_INPUT_SCRIPT = 0,
  /** One command: an end of line within it is a byte like any other. */
  SHELL_INPUT_COMMAND = 1,
  /** Keys. */
  SHELL_INPUT_TERMINAL = 2,
  /** Keys of a terminal that knows no escape sequences. */
  SHELL_INPUT_DUMB_TERMINAL = 3,
} shell_input_t;

/** What `shell.receive` and `shell.end` ask of the host, after the output has been sent. */
typedef enum shell_event {
  /** Nothing: more of the input. */
  SHELL_EVENT_NONE = 0,
  /** A line is at `linePtr` until the next `prompt`. */
  SHELL_EVENT_LINE = 1,
  /** A line is longer than there is room for; nothing of it is to be used. */
  SHELL_EVENT_TOO_LONG = 2,
  /** Ctrl-C. */
  SHELL_EVENT_INTERRUPT = 3,
  /** Ctrl-D on an empty line, or the end of the input. */
  SHELL_EVENT_END = 4,
  /** The Tab key: the host calls `complete`. */
  SHELL_EVENT_COMPLETE = 5,
} shell_event_t;

/** What `shell.splitWords` makes of a line. */
typedef enum shell_words {
  SHELL_WORDS_OK = 0,
  /** A quote has no end: the line is not to be run. */
  SHELL_WORDS_UNFINISHED_QUOTE = 1,
} shell_words_t;

/** RFC 4253 §11.1: reasons that Sesame gives. */
typedef enum disconnect_reason {
  DISCONNECT_PROTOCOL_ERROR = 2,
  DISCONNECT_KEY_EXCHANGE_FAILED = 3,
  DISCONNECT_MAC_ERROR = 5,
  DISCONNECT_SERVICE_NOT_AVAILABLE = 7,
  DISCONNECT_PROTOCOL_VERSION_NOT_SUPPORTED = 8,
  DISCONNECT_CONNECTION_LOST = 10,
  DISCONNECT_BY_APPLICATION = 11,
  DISCONNECT_TOO_MANY_CONNECTIONS = 12,
  DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE = 14,
} disconnect_reason_t;

/** The userauth builds of docs/userauth.md. A store keeps the number: it never gets another meaning. */
typedef enum userauth_build {
  USERAUTH_BUILD_PASSWORD = 1,
  USERAUTH_BUILD_PUBLICKEY = 2,
  USERAUTH_BUILD_PUBLICKEY_SMALL = 3,
  USERAUTH_BUILD_FULL = 4,
} userauth_build_t;

/** Longest payload that the modules take or make. Flag. RFC 4253 §6.1 asks for 32,768; docs/abi.md says why it is less.
 * */
#define PAYLOAD_CAPACITY 4096

/** The host key: the seed (secret) and the public key, 32 bytes each. */
#define HOST_KEY_BYTES 64

/** Where SSH_MSG_DISCONNECT's description is written, from `sendPtr` on. */
#define DESCRIPTION_OFFSET 9

/** Bytes of a description; every build's payloads have room for it. */
#define DESCRIPTION_CAPACITY 255

/** Longest session identifier: one SHA-512 hash. */
#define SESSION_ID_CAPACITY 64

/** Longest list of public key algorithms that the transport module announces (RFC 8308 §3.1). */
#define SIGNATURE_ALGORITHMS_CAPACITY 127

/** Bytes of a user name that a credentials region holds. */
#define USER_NAME_CAPACITY 63

/** Bytes of a password that a credentials region holds; a longer one is refused before it is compared. */
#define PASSWORD_CAPACITY 127

/** Session channels open at once on one connection. */
#define CHANNEL_COUNT 8

/** Longest data of one outgoing channel message; less than a payload holds, for memory's sake. Flag. */
#define CHANNEL_DATA_CAPACITY 2048

/** Of the embedded key's x-coordinate in the credentials region, for the verification that wants it. Flag. */
#define X_COORDINATE_BYTES 0

/** What SHA-512 writes behind its message at most: the bit 1, zeros, and the length in 16 bytes. */
#define SHA512_SLACK_BYTES 144

/** The credentials region of the full userauth build. Flag. */
#define CREDENTIALS_CAPACITY 2048

/** Argon2's memory in the full userauth build, in KiB: no password of the credentials region may ask for more. Flag. */
#define ARGON2_MEMORY_KIB 19456

/** Longest line of the shell. */
#define LINE_CAPACITY 1024

/** Longest command that comes as one; at least as long as a line. Flag. */
#define COMMAND_CAPACITY 1024

/** The shell's history: all lines together, and one byte more for each. */
#define HISTORY_CAPACITY 1024

/** Longest prompt of the shell; of a longer one, the rest is not shown. */
#define PROMPT_CAPACITY 32

/** What the shell is given at once: input, or words for completion. */
#define SHELL_INPUT_CAPACITY 512

/** Longest piece of the shell's output. */
#define OUTPUT_CAPACITY 256

/** Length of the user name, 1–63; user name, then zeros. */
#define SMALL_USER_OFFSET 0

/** Length of the password, 1–127; password, then zeros. Or 32: public key (RFC 8032); and in `userauth-publickey` 32:
 * x-coordinate of its point, little-endian. */
#define SMALL_SECRET_OFFSET 64

/** The layout of the full build's region that is described here. */
#define REGION_FORMAT 2

/** Format: 2. */
#define REGION_FORMAT_OFFSET 0

/** The most failures, 1–255; the first "none" is none. */
#define REGION_FAILURE_LIMIT_OFFSET 1

/** The most PK_OKs, 1–255. */
#define REGION_QUERY_LIMIT_OFFSET 2

/** The most requests and responses in all, 1–255. */
#define REGION_REQUEST_LIMIT_OFFSET 3

/** Set of methods that a FAILURE names until one has succeeded. */
#define REGION_OFFERED_METHODS_OFFSET 4

/** Sets of methods about which the host decides: for users that are not in the table, and, a byte further, for those
 * that are. */
#define REGION_HOST_METHODS_OFFSET 5

/** Least length of a new password, in bytes. */
#define REGION_LEAST_PASSWORD_LENGTH_OFFSET 7

/** Hash: 0 none, 1 PBKDF2-HMAC-SHA-256, 2 Argon2id version 0x13; salts have 16 bytes, hashes 32. */
#define REGION_HASH_OFFSET 8

/** Lanes of Argon2id. */
#define REGION_LANES_OFFSET 9

/** Length of the banner's fields, 0 for no banner. */
#define REGION_BANNER_LENGTH_OFFSET 10

/** Iterations of PBKDF2 or passes of Argon2id. */
#define REGION_PASSES_OFFSET 12

/** Memory of Argon2id in KiB. */
#define REGION_MEMORY_KIB_OFFSET 16

/** Length of the region, from byte 0 to the end of the last user. */
#define REGION_LENGTH_OFFSET 20

/** The banner's fields as on the wire: string message, string language tag; then the users. */
#define REGION_BANNER_FIELDS_OFFSET 22

/** At `REGION_HASH_OFFSET`. */
#define HASH_NONE 0

#define HASH_PBKDF2 1

#define HASH_ARGON2ID 2

#define SALT_BYTES 16

#define HASH_BYTES 32

/** Length of the whole, keys included. */
#define USER_LENGTH_OFFSET 0

/** 1: has a password; 2: it has expired. `RECORD` begins here. */
#define USER_RECORD_OFFSET 2

/** Salt of the password. */
#define USER_SALT_OFFSET 3

/** Hash of the password. `RECORD` ends with it. */
#define USER_HASH_OFFSET 19

/** Up to six lists of methods, each one enough to be admitted; 0 for none. A list is a byte of two bits for each
 * method, the first lowest: 1 `publickey`, 2 `password`, 3 `keyboard-interactive`. 9 is `publickey`, then `password`.
 * */
#define USER_LISTS_OFFSET 51

/** Length of the name, 1–63; name; length of the permissions; permissions; then keys: length of the blob (2 bytes),
 * options (1: user verification required, 2: user presence not required, both for security keys), key blob. */
#define USER_NAME_OFFSET 57

/** Of `RECORD`. */
#define RECORD_BYTES 49

/** Of a user's lists. */
#define LIST_COUNT 6

/** Of a key: what comes before the blob. */
#define KEY_HEAD_BYTES 3

/** The most functions that a module exports. */
#define MODULE_EXPORTS 22

#endif
