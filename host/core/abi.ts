// Generated from assembly/abi by `npm run generate`: what crosses the border between host and modules, in the words of docs/abi.md.
// Numbers are i32 to JavaScript: `ModuleMemory` reads them as the u32 that they are.

/** What all modules export. */
export interface CommonExports {
  /** One page of 64 KiB, never grown; more only where a flag of the build asks for it, as Argon2 in `userauth.wasm` and
   * large payloads do. */
  memory: WebAssembly.Memory;
  /** A multiple of 16; bytes above it are never used, so an engine may leave them out. In the small userauth builds the
   * credentials region ends there. */
  __heap_base: WebAssembly.Global;
  /** Where the static data ends. */
  __data_end: WebAssembly.Global;
}

/** The buffers of all modules but userauth. */
export interface BufferExports extends CommonExports {
  /** Where the host writes. */
  inputPtr(): number;
  /** At most how much. */
  inputCapacity(): number;
  /** Where the host reads. */
  outputPtr(): number;
}

/** RFC 4253. */
export interface TransportExports extends BufferExports {
  /** 64 bytes, written by the host before `open`: the Ed25519 seed (32, secret) and the public key (32). */
  hostKeyPtr(): number;
  /** 128 bytes that the host may write before the key exchange: length and text of the public key algorithms that the
   * userauth module verifies, for server-sig-algs (RFC 8308 §3.1); the full build's `signatureAlgorithms` tells them.
   * Zeros: `ssh-ed25519`. */
  signatureAlgorithmsPtr(): number;
  /** For a host that has none yet: makes the host key from at least 32 bytes of entropy in the input buffer, which are
   * wiped; the host keeps the 64 bytes and calls `open` with other entropy. Returns 1; 0 when there is too little
   * entropy. */
  makeHostKey(entropyLength: number): number;
  /** Starts the connection; entropy worth at least 32 bytes is in the input buffer (`inputCapacity` takes 512 bytes of
   * raw noise; the module hashes them), and is wiped. Returns the output's length: identification string and KEXINIT; 0
   * when there is too little entropy. */
  open(entropyLength: number): number;
  /** Takes the next `length` bytes of the stream. Returns a `TransportEvent`. */
  receive(length: number): number;
  /** Bytes at `outputPtr` that the last call made, to be sent as they are. */
  outputLength(): number;
  /** The payload of `PAYLOAD`, message number first, until the next `receive`. */
  payloadPtr(): number;
  /** Its length. */
  payloadLength(): number;
  /** Where the host writes the payload for `send`. */
  sendPtr(): number;
  /** At most how much; 0 means that a key exchange runs: hold the payload until a later `receive` has ended it (or that
   * the connection has ended). */
  sendCapacity(): number;
  /** Encrypts one payload; returns the output's length. */
  send(length: number): number;
  /** For a host without a hash: writes SHA-256 of the `length` bytes at `sendPtr` to `outputPtr`, where nothing may
   * wait, and returns 32; 0, and does nothing, when `length` is 0 or more than `sendCapacity`. */
  hash(length: number): number;
  /** Answers the payload received last with SSH_MSG_UNIMPLEMENTED; returns the output's length. */
  unimplemented(): number;
  /** Starts a key exchange (a host that has a clock calls it every hour); returns the output's length, 0 when one runs
   * already or nobody is logged in. */
  rekey(): number;
  /** SSH_MSG_DISCONNECT, in any state since `open`; returns the output's length. Its description, at most 255 bytes, is
   * where the host has written it: from `sendPtr` + 9 on, whatever `sendCapacity` says. The connection takes and makes
   * nothing afterwards. */
  disconnect(reason: number, descriptionLength: number): number;
  /** After `CLOSED`: the RFC 4253 §11.1 reason that the client gave, 0 for none; after `ERROR`: a `TransportError`,
   * whose low byte is the reason to be given. */
  disconnectReason(): number;
  /** From the first `PAYLOAD` on: 1 when the client has the marker of strict key exchange, else 0. A host may refuse
   * those that have not. */
  strictKex(): number;
  /** The session identifier, from the first `PAYLOAD` on. */
  sessionIdPtr(): number;
  /** Its length. */
  sessionIdLength(): number;
}

/** RFC 4252: every build. */
export interface UserauthExports extends CommonExports {
  /** One payload is in the buffer; returns the length of the reply that is there now, 0 for none. In the full build a
   * `receive` while a decision is awaited is a `PROTOCOL_ERROR`: the host holds back what the client sends. */
  receive(length: number): number;
  /** Read only for the host: a `UserauthStatus`, why the last request was answered as it was. */
  status: WebAssembly.Global;
  /** In builds that verify signatures: once, before the first `receive`: the session identifier is in the buffer.
   * Returns whether the module serves with it and with its credentials: 0 leaves it closed, every request is a
   * `PROTOCOL_ERROR`. */
  reset?(sessionIdLength: number): number;
}

/** RFC 4252: the full build. */
export interface FullUserauthExports extends UserauthExports {
  /** After `receive` and `decide`: the length of a further reply, which is in the buffer now; 0 when there is none. The
   * banner goes before the first reply, so the first answer has two; none has more. */
  nextReply(): number;
  /** The host's answer to `PENDING` and `CHANGE_PENDING`, a `UserauthStatus`; returns the length of the reply like
   * `receive`. 0, and nothing happens, while nothing is awaited. */
  decide(verdict: number): number;
  /** A `UserauthField` of the last request: user and method after every request, for the log; password, key and so on
   * while the status is `PENDING`; the new record while it is `CHANGE_PENDING`; `KEY`, the blob of the table's key that
   * has verified the signature, when `publickey` has just succeeded without the host's decision; `PERMISSIONS`, what
   * the user may do, after `SUCCESS`. */
  fieldPtr(field: number): number;
  /** Its length. */
  fieldLength(field: number): number;
  /** While a `publickey` request is `PENDING`: 1 if it has a signature, which has been verified; 0 for a query. */
  signatureVerified(): number;
  /** The set of methods that the user of the last request has achieved ("partial success"); 0 again when another user
   * or service has been named. */
  achievedMethods(): number;
  /** While the status is `CHANGE_PENDING`: where in the credentials region the new record belongs. */
  recordOffset(): number;
  /** Entropy worth at least 16 bytes is in the buffer (a board gives 128 bytes of raw noise); the module hashes it to
   * the salt of the next new password and wipes the buffer. Before the first `receive`, when no session identifier
   * waits there, and again after each `CHANGE_PENDING`, before `decide`. Fewer than 16 bytes make no salt, and without
   * a salt no password is changed. */
  makeSalt(entropyLength: number): void;
  /** Writes the public key algorithms that this build verifies into the buffer, with commas between, and returns the
   * length of that, at most 127: for the transport's `signatureAlgorithmsPtr`. Called once, on an instance that is
   * thrown away or before `reset`. */
  signatureAlgorithms(): number;
  /** The credentials region, behind the buffer. */
  credentialsPtr(): number;
  /** Its room (`--use CREDENTIALS_BYTES=N`, 2,048 by default). */
  credentialsCapacity(): number;
  /** Before the first `receive`: the length of the region that is there, if this build can serve it; 0 for what is no
   * region, for one that needs what the build lacks and for one that admits nobody. For every region that is told a
   * length, no request of any method traps. How long a hash takes is for the host to bound. */
  credentialsLength(): number;
}

/** RFC 4254. */
export interface ConnectionExports extends BufferExports {
  /** Once: the receive window, in bytes, that each channel is given; the application must be able to hold it. */
  open(windowSize: number): void;
  /** One payload is in the input buffer; returns a `ConnectionEvent`. */
  receive(length: number): number;
  /** Length of the reply payload at `outputPtr` that the last call made; 0 for none. */
  outputLength(): number;
  /** The channel the event is about. */
  eventChannel(): number;
  /** PTY_REQ: terminal name; ENV: variable's name; EXEC: command; SUBSYSTEM: name; SIGNAL: name; DATA: the bytes. */
  eventPtr(): number;
  /** Its length. */
  eventLength(): number;
  /** ENV: the variable's value; PTY_REQ: the encoded terminal modes (RFC 4254 §8). */
  valuePtr(): number;
  /** Its length. */
  valueLength(): number;
  /** PTY_REQ and WINDOW_CHANGE: the terminal's width; BREAK (RFC 4335): its length in milliseconds. */
  columns(): number;
  /** PTY_REQ and WINDOW_CHANGE: the terminal's height. */
  rows(): number;
  /** The application's answer, 0 or 1, to PTY_REQ, ENV, SHELL, EXEC, SUBSYSTEM, SIGNAL or BREAK, before the next
   * `receive`: writes CHANNEL_SUCCESS or CHANNEL_FAILURE if the client wants one; returns the reply's length. */
  answer(accept: number): number;
  /** The application has taken `length` bytes of DATA; writes WINDOW_ADJUST when one is due; returns the reply's
   * length. */
  consumed(channel: number, length: number): number;
  /** How many bytes the next `write` may have: the smallest of the client's window, its maximum packet and our buffer;
   * 0 after `sendEof` and `close`. The only call that leaves the output alone, the pointers and lengths above apart. */
  writable(channel: number): number;
  /** Where the host writes them, directly before `write`: it lies in the output buffer. */
  writePtr(): number;
  /** CHANNEL_DATA, or with `extended` 1 (stderr) CHANNEL_EXTENDED_DATA; returns the payload's length, 0 when `length`
   * is 0 or more than `writable`. */
  write(channel: number, length: number, extended: number): number;
  /** CHANNEL_EOF; returns the payload's length, 0 when it or a CLOSE was sent before. */
  sendEof(channel: number): number;
  /** The exit-status request; returns the same. */
  exit(channel: number, status: number): number;
  /** CHANNEL_CLOSE; returns the same. */
  close(channel: number): number;
  /** The global request keepalive@openssh.com, which the client answers one way or the other: for a host that wants to
   * know whether it is still there. Any bytes that come are a sign of life. Returns the payload's length, 0 while a
   * request is unanswered and after an error. */
  keepalive(): number;
}

/** The lines of the device shell. */
export interface ShellExports extends BufferExports {
  /** First of all: what the input is, a `ShellInput`, and a terminal's width in columns, 0 if it is not known. Again,
   * where the input becomes another: that of a command, then the lines for the command. */
  open(input: number, columns: number): void;
  /** Begins a line; the first `length` bytes of the input buffer, at most 32, are its prompt. What the buffers hold of
   * the line before is overwritten. */
  prompt(length: number): void;
  /** Takes bytes of the input buffer, up to the one that makes a `ShellEvent`, and returns that. While output waits it
   * takes nothing. */
  receive(length: number): number;
  /** How many bytes the last `receive` has taken; the host keeps the others and gives them again. */
  consumed(): number;
  /** Writes the next bytes for the terminal, at most `room`, to `outputPtr`, and returns how many; 0, if `room` is
   * more, when all have been taken. After every other call they are taken before the event is acted upon. */
  output(room: number): number;
  /** The line. After `LINE` it stays until the next `prompt`. */
  linePtr(): number;
  /** Its length; after `TOO_LONG`, what there is room for. */
  lineLength(): number;
  /** After `LINE`: makes words of the line, as a Unix shell does: blanks separate them, but for those in single or
   * double quotes or behind a backslash; quoted parts join what stands beside them. Returns a `ShellWords`; of an
   * unfinished quote both hosts say `a quote has no end`, and the status is 2. */
  splitWords(): number;
  /** The words, NUL behind each and in none, until the next `prompt`. The line stays as it was typed, for `remember`
   * and for a command that wants it so. */
  wordsPtr(): number;
  /** The length of all of them, NULs included; 0 for none. */
  wordsLength(): number;
  /** After `LINE`: the line goes into the history, unless it is blank or repeats the newest. A host does not call it
   * for secrets. */
  remember(): void;
  /** The lines that were typed before, the newest first, LF behind each. */
  historyPtr(): number;
  /** The length of all of them. */
  historyLength(): number;
  /** Where in the line the word begins that the cursor is in or behind. */
  wordStart(): number;
  /** After `COMPLETE`: completes that word with those that are in the input buffer, LF behind each, which stay there
   * until the output has been taken. */
  complete(length: number): void;
  /** The terminal has another width. */
  resize(columns: number): void;
  /** Nothing has followed an ESC for so long (half a second in both hosts) that it was the Escape key. */
  endEscape(): void;
  /** The input has ended. Returns `LINE` or `TOO_LONG` for a last line without an end, else `END`. */
  end(): number;
}

/** Longest payload that the modules take or make. Flag. RFC 4253 §6.1 asks for 32,768; docs/abi.md says why it is less.
 * */
export const PAYLOAD_CAPACITY = 4096;

/** The host key: the seed (secret) and the public key, 32 bytes each. */
export const HOST_KEY_BYTES = 64;

/** Where SSH_MSG_DISCONNECT's description is written, from `sendPtr` on. */
export const DESCRIPTION_OFFSET = 9;

/** Bytes of a description; every build's payloads have room for it. */
export const DESCRIPTION_CAPACITY = 255;

/** Longest session identifier: one SHA-512 hash. */
export const SESSION_ID_CAPACITY = 64;

/** Longest list of public key algorithms that the transport module announces (RFC 8308 §3.1). */
export const SIGNATURE_ALGORITHMS_CAPACITY = 127;

/** Bytes of a user name that a credentials region holds. */
export const USER_NAME_CAPACITY = 63;

/** Bytes of a password that a credentials region holds; a longer one is refused before it is compared. */
export const PASSWORD_CAPACITY = 127;

/** Session channels open at once on one connection. */
export const CHANNEL_COUNT = 8;

/** Longest data of one outgoing channel message; less than a payload holds, for memory's sake. Flag. */
export const CHANNEL_DATA_CAPACITY = 2048;

/** Of the embedded key's x-coordinate in the credentials region, for the verification that wants it. Flag. */
export const X_COORDINATE_BYTES = 0;

/** What SHA-512 writes behind its message at most: the bit 1, zeros, and the length in 16 bytes. */
export const SHA512_SLACK_BYTES = 144;

/** The credentials region of the full userauth build. Flag. */
export const CREDENTIALS_CAPACITY = 2048;

/** Argon2's memory in the full userauth build, in KiB: no password of the credentials region may ask for more. Flag. */
export const ARGON2_MEMORY_KIB = 19456;

/** Longest line of the shell. */
export const LINE_CAPACITY = 1024;

/** Longest command that comes as one; at least as long as a line. Flag. */
export const COMMAND_CAPACITY = 1024;

/** The shell's history: all lines together, and one byte more for each. */
export const HISTORY_CAPACITY = 1024;

/** Longest prompt of the shell; of a longer one, the rest is not shown. */
export const PROMPT_CAPACITY = 32;

/** What the shell is given at once: input, or words for completion. */
export const SHELL_INPUT_CAPACITY = 512;

/** Longest piece of the shell's output. */
export const OUTPUT_CAPACITY = 256;

/** Length of the user name, 1–63; user name, then zeros. */
export const SMALL_USER_OFFSET = 0;

/** Length of the password, 1–127; password, then zeros. Or 32: public key (RFC 8032); and in `userauth-publickey` 32:
 * x-coordinate of its point, little-endian. */
export const SMALL_SECRET_OFFSET = 64;

/** The layout of the full build's region that is described here. */
export const REGION_FORMAT = 2;

/** Format: 2. */
export const REGION_FORMAT_OFFSET = 0;

/** The most failures, 1–255; the first "none" is none. */
export const REGION_FAILURE_LIMIT_OFFSET = 1;

/** The most PK_OKs, 1–255. */
export const REGION_QUERY_LIMIT_OFFSET = 2;

/** The most requests and responses in all, 1–255. */
export const REGION_REQUEST_LIMIT_OFFSET = 3;

/** Set of methods that a FAILURE names until one has succeeded. */
export const REGION_OFFERED_METHODS_OFFSET = 4;

/** Sets of methods about which the host decides: for users that are not in the table, and, a byte further, for those
 * that are. */
export const REGION_HOST_METHODS_OFFSET = 5;

/** Least length of a new password, in bytes. */
export const REGION_LEAST_PASSWORD_LENGTH_OFFSET = 7;

/** Hash: 0 none, 1 PBKDF2-HMAC-SHA-256, 2 Argon2id version 0x13; salts have 16 bytes, hashes 32. */
export const REGION_HASH_OFFSET = 8;

/** Lanes of Argon2id. */
export const REGION_LANES_OFFSET = 9;

/** Length of the banner's fields, 0 for no banner. */
export const REGION_BANNER_LENGTH_OFFSET = 10;

/** Iterations of PBKDF2 or passes of Argon2id. */
export const REGION_PASSES_OFFSET = 12;

/** Memory of Argon2id in KiB. */
export const REGION_MEMORY_KIB_OFFSET = 16;

/** Length of the region, from byte 0 to the end of the last user. */
export const REGION_LENGTH_OFFSET = 20;

/** The banner's fields as on the wire: string message, string language tag; then the users. */
export const REGION_BANNER_FIELDS_OFFSET = 22;

/** At `REGION_HASH_OFFSET`. */
export const HASH_NONE = 0;

export const HASH_PBKDF2 = 1;

export const HASH_ARGON2ID = 2;

export const SALT_BYTES = 16;

export const HASH_BYTES = 32;

/** Length of the whole, keys included. */
export const USER_LENGTH_OFFSET = 0;

/** 1: has a password; 2: it has expired. `RECORD` begins here. */
export const USER_RECORD_OFFSET = 2;

/** Salt of the password. */
export const USER_SALT_OFFSET = 3;

/** Hash of the password. `RECORD` ends with it. */
export const USER_HASH_OFFSET = 19;

/** Up to six lists of methods, each one enough to be admitted; 0 for none. A list is a byte of two bits for each
 * method, the first lowest: 1 `publickey`, 2 `password`, 3 `keyboard-interactive`. 9 is `publickey`, then `password`.
 * */
export const USER_LISTS_OFFSET = 51;

/** Length of the name, 1–63; name; length of the permissions; permissions; then keys: length of the blob (2 bytes),
 * options (1: user verification required, 2: user presence not required, both for security keys), key blob. */
export const USER_NAME_OFFSET = 57;

/** Of `RECORD`. */
export const RECORD_BYTES = 49;

/** Of a user's lists. */
export const LIST_COUNT = 6;

/** Of a key: what comes before the blob. */
export const KEY_HEAD_BYTES = 3;
