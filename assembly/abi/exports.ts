// What the modules export: each signature with what it means. Hosts and tests read this, `npm run generate` writes the
// C tables, the TypeScript types and the tables of docs/abi.md from it, and a test compares it with the modules.
//
// Plain TypeScript, which no module compiles. All numbers are 32-bit, lengths in bytes, pointers offsets into the
// module's memory.

import type { Build } from "./builds.js";

/** `name(parameter, …): result` or `name: kind`, and what it means, in Markdown. */
type Exports = Readonly<Record<string, string>>;

/** Of every module. */
const COMMON: Exports = {
  "memory: memory":
    "one page of 64 KiB, never grown; more only where a flag of the build asks for it, as Argon2 in `userauth.wasm` and large payloads do",
  "__heap_base: global":
    "a multiple of 16; bytes above it are never used, so an engine may leave them out. In the small userauth builds the credentials region ends there",
  "__data_end: global": "where the static data ends",
};

/** Of the modules whose buffers have addresses of their own. */
const BUFFERS: Exports = {
  "inputPtr(): usize": "where the host writes",
  "inputCapacity(): u32": "at most how much",
  "outputPtr(): usize": "where the host reads",
};

/** RFC 4253. */
const TRANSPORT: Exports = {
  "hostKeyPtr(): usize":
    "64 bytes, written by the host before `open`: the Ed25519 seed (32, secret) and the public key (32)",
  "signatureAlgorithmsPtr(): usize":
    "128 bytes that the host may write before the key exchange: length and text of the public key algorithms that the userauth module verifies, for server-sig-algs (RFC 8308 §3.1); the full build's `signatureAlgorithms` tells them. Zeros: `ssh-ed25519`",
  "makeHostKey(entropyLength): u32":
    "for a host that has none yet: makes the host key from at least 32 bytes of entropy in the input buffer, which are wiped; the host keeps the 64 bytes and calls `open` with other entropy. Returns 1; 0 when there is too little entropy",
  "open(entropyLength): u32":
    "starts the connection; entropy worth at least 32 bytes is in the input buffer (`inputCapacity` takes 512 bytes of raw noise; the module hashes them), and is wiped. Returns the output's length: identification string and KEXINIT; 0 when there is too little entropy",
  "receive(length): u32": "takes the next `length` bytes of the stream. Returns a `TransportEvent`",
  "outputLength(): u32": "bytes at `outputPtr` that the last call made, to be sent as they are",
  "payloadPtr(): usize": "the payload of `PAYLOAD`, message number first, until the next `receive`",
  "payloadLength(): u32": "its length",
  "sendPtr(): usize": "where the host writes the payload for `send`",
  "sendCapacity(): u32":
    "at most how much; 0 means that a key exchange runs: hold the payload until a later `receive` has ended it (or that the connection has ended)",
  "send(length): u32": "encrypts one payload; returns the output's length",
  "hash(length): u32":
    "for a host without a hash: writes SHA-256 of the `length` bytes at `sendPtr` to `outputPtr`, where nothing may wait, and returns 32; 0, and does nothing, when `length` is 0 or more than `sendCapacity`",
  "unimplemented(): u32": "answers the payload received last with SSH_MSG_UNIMPLEMENTED; returns the output's length",
  "rekey(): u32":
    "starts a key exchange (a host that has a clock calls it every hour); returns the output's length, 0 when one runs already or nobody is logged in",
  "disconnect(reason, descriptionLength): u32":
    "SSH_MSG_DISCONNECT, in any state since `open`; returns the output's length. Its description, at most 255 bytes, is where the host has written it: from `sendPtr` + 9 on, whatever `sendCapacity` says. The connection takes and makes nothing afterwards",
  "disconnectReason(): u32":
    "after `CLOSED`: the RFC 4253 §11.1 reason that the client gave, 0 for none; after `ERROR`: a `TransportError`, whose low byte is the reason to be given",
  "strictKex(): u32":
    "from the first `PAYLOAD` on: 1 when the client has the marker of strict key exchange, else 0. A host may refuse those that have not",
  "sessionIdPtr(): usize": "the session identifier, from the first `PAYLOAD` on",
  "sessionIdLength(): u32": "its length",
};

/** RFC 4252, every build. */
const USERAUTH: Exports = {
  "receive(length): u32":
    "one payload is in the buffer; returns the length of the reply that is there now, 0 for none. In the full build a `receive` while a decision is awaited is a `PROTOCOL_ERROR`: the host holds back what the client sends",
  "status: global": "read only for the host: a `UserauthStatus`, why the last request was answered as it was",
};

/** The builds that verify signatures. */
const VERIFYING_USERAUTH: Exports = {
  "reset(sessionIdLength): u32":
    "once, before the first `receive`: the session identifier is in the buffer. Returns whether the module serves with it and with its credentials: 0 leaves it closed, every request is a `PROTOCOL_ERROR`",
};

/** The full build. */
const FULL_USERAUTH: Exports = {
  "nextReply(): u32":
    "after `receive` and `decide`: the length of a further reply, which is in the buffer now; 0 when there is none. The banner goes before the first reply, so the first answer has two; none has more",
  "decide(verdict): u32":
    "the host's answer to `PENDING` and `CHANGE_PENDING`, a `UserauthStatus`; returns the length of the reply like `receive`. 0, and nothing happens, while nothing is awaited",
  "fieldPtr(field): usize":
    "a `UserauthField` of the last request: user and method after every request, for the log; password, key and so on while the status is `PENDING`; the new record while it is `CHANGE_PENDING`; `KEY`, the blob of the table's key that has verified the signature, when `publickey` has just succeeded without the host's decision; `PERMISSIONS`, what the user may do, after `SUCCESS`",
  "fieldLength(field): u32": "its length",
  "signatureVerified(): u32":
    "while a `publickey` request is `PENDING`: 1 if it has a signature, which has been verified; 0 for a query",
  "achievedMethods(): u32":
    'the set of methods that the user of the last request has achieved ("partial success"); 0 again when another user or service has been named',
  "recordOffset(): u32": "while the status is `CHANGE_PENDING`: where in the credentials region the new record belongs",
  "makeSalt(entropyLength): void":
    "entropy worth at least 16 bytes is in the buffer (a board gives 128 bytes of raw noise); the module hashes it to the salt of the next new password and wipes the buffer. Before the first `receive`, when no session identifier waits there, and again after each `CHANGE_PENDING`, before `decide`. Fewer than 16 bytes make no salt, and without a salt no password is changed",
  "signatureAlgorithms(): u32":
    "writes the public key algorithms that this build verifies into the buffer, with commas between, and returns the length of that, at most 127: for the transport's `signatureAlgorithmsPtr`. Called once, on an instance that is thrown away or before `reset`",
  "credentialsPtr(): usize": "the credentials region, behind the buffer",
  "credentialsCapacity(): u32": "its room (`--use CREDENTIALS_BYTES=N`, 2,048 by default)",
  "credentialsLength(): u32":
    "before the first `receive`: the length of the region that is there, if this build can serve it; 0 for what is no region, for one that needs what the build lacks and for one that admits nobody. For every region that is told a length, no request of any method traps. How long a hash takes is for the host to bound",
};

/** RFC 4254. */
const CONNECTION: Exports = {
  "open(windowSize): void":
    "once: the receive window, in bytes, that each channel is given; the application must be able to hold it",
  "receive(length): u32": "one payload is in the input buffer; returns a `ConnectionEvent`",
  "outputLength(): u32": "length of the reply payload at `outputPtr` that the last call made; 0 for none",
  "eventChannel(): u32": "the channel the event is about",
  "eventPtr(): usize":
    "PTY_REQ: terminal name; ENV: variable's name; EXEC: command; SUBSYSTEM: name; SIGNAL: name; DATA: the bytes",
  "eventLength(): u32": "its length",
  "valuePtr(): usize": "ENV: the variable's value; PTY_REQ: the encoded terminal modes (RFC 4254 §8)",
  "valueLength(): u32": "its length",
  "columns(): u32": "PTY_REQ and WINDOW_CHANGE: the terminal's width; BREAK (RFC 4335): its length in milliseconds",
  "rows(): u32": "PTY_REQ and WINDOW_CHANGE: the terminal's height",
  "answer(accept): u32":
    "the application's answer, 0 or 1, to PTY_REQ, ENV, SHELL, EXEC, SUBSYSTEM, SIGNAL or BREAK, before the next `receive`: writes CHANNEL_SUCCESS or CHANNEL_FAILURE if the client wants one; returns the reply's length",
  "consumed(channel, length): u32":
    "the application has taken `length` bytes of DATA; writes WINDOW_ADJUST when one is due; returns the reply's length",
  "writable(channel): u32":
    "how many bytes the next `write` may have: the smallest of the client's window, its maximum packet and our buffer; 0 after `sendEof` and `close`. The only call that leaves the output alone, the pointers and lengths above apart",
  "writePtr(): usize": "where the host writes them, directly before `write`: it lies in the output buffer",
  "write(channel, length, extended): u32":
    "CHANNEL_DATA, or with `extended` 1 (stderr) CHANNEL_EXTENDED_DATA; returns the payload's length, 0 when `length` is 0 or more than `writable`",
  "sendEof(channel): u32": "CHANNEL_EOF; returns the payload's length, 0 when it or a CLOSE was sent before",
  "exit(channel, status): u32": "the exit-status request; returns the same",
  "close(channel): u32": "CHANNEL_CLOSE; returns the same",
  "keepalive(): u32":
    "the global request keepalive@openssh.com, which the client answers one way or the other: for a host that wants to know whether it is still there. Any bytes that come are a sign of life. Returns the payload's length, 0 while a request is unanswered and after an error",
};

/** The lines of the device shell. */
const SHELL: Exports = {
  "open(input, columns): void":
    "first of all: what the input is, a `ShellInput`, and a terminal's width in columns, 0 if it is not known. Again, where the input becomes another: that of a command, then the lines for the command",
  "prompt(length): void":
    "begins a line; the first `length` bytes of the input buffer, at most 32, are its prompt. What the buffers hold of the line before is overwritten",
  "receive(length): u32":
    "takes bytes of the input buffer, up to the one that makes a `ShellEvent`, and returns that. While output waits it takes nothing",
  "consumed(): u32": "how many bytes the last `receive` has taken; the host keeps the others and gives them again",
  "output(room): u32":
    "writes the next bytes for the terminal, at most `room`, to `outputPtr`, and returns how many; 0, if `room` is more, when all have been taken. After every other call they are taken before the event is acted upon",
  "linePtr(): usize": "the line. After `LINE` it stays until the next `prompt`",
  "lineLength(): u32": "its length; after `TOO_LONG`, what there is room for",
  "splitWords(): u32":
    "after `LINE`: makes words of the line, as a Unix shell does: blanks separate them, but for those in single or double quotes or behind a backslash; quoted parts join what stands beside them. Returns a `ShellWords`; of an unfinished quote both hosts say `a quote has no end`, and the status is 2",
  "wordsPtr(): usize":
    "the words, NUL behind each and in none, until the next `prompt`. The line stays as it was typed, for `remember` and for a command that wants it so",
  "wordsLength(): u32": "the length of all of them, NULs included; 0 for none",
  "remember(): void":
    "after `LINE`: the line goes into the history, unless it is blank or repeats the newest. A host does not call it for secrets",
  "historyPtr(): usize": "the lines that were typed before, the newest first, LF behind each",
  "historyLength(): u32": "the length of all of them",
  "wordStart(): u32": "where in the line the word begins that the cursor is in or behind",
  "complete(length): void":
    "after `COMPLETE`: completes that word with those that are in the input buffer, LF behind each, which stay there until the output has been taken",
  "resize(columns): void": "the terminal has another width",
  "endEscape(): void":
    "nothing has followed an ESC for so long (half a second in both hosts) that it was the Escape key",
  "end(): u32": "the input has ended. Returns `LINE` or `TOO_LONG` for a last line without an end, else `END`",
};

/** An export, taken apart. */
export interface Export {
  name: string;
  kind: "function" | "global" | "memory";
  /** Of a function. */
  parameters: string[];
  result: "u32" | "usize" | "void";
  /** In Markdown. */
  docs: string;
}

function parse(exports: Exports): readonly Export[] {
  return Object.entries(exports).map(([signature, docs]) => {
    const [, name = "", parameters, type = ""] = /^(\w+)(?:\((.*)\))?: (\w+)$/.exec(signature)!;
    if (parameters === undefined) return { name, kind: type as "global", parameters: [], result: "void", docs };
    return { name, kind: "function", parameters: parameters.split(", ").filter(Boolean), result: type as "u32", docs };
  });
}

/** What a module exports, by what it is or can do. */
export const EXPORTS = {
  common: parse(COMMON),
  buffers: parse(BUFFERS),
  transport: parse(TRANSPORT),
  userauth: parse(USERAUTH),
  verifyingUserauth: parse(VERIFYING_USERAUTH),
  fullUserauth: parse(FULL_USERAUTH),
  connection: parse(CONNECTION),
  shell: parse(SHELL),
};

/** All that a module of the build exports, in the order of this file. */
export function exportsOf({ module, userauth }: Pick<Build, "module" | "userauth">): readonly Export[] {
  const { common, buffers, verifyingUserauth, fullUserauth } = EXPORTS;
  if (module !== "userauth") return [...common, ...buffers, ...EXPORTS[module]];
  return [
    ...common,
    ...EXPORTS.userauth,
    ...(userauth === "password" ? [] : verifyingUserauth),
    ...(userauth === "full" ? fullUserauth : []),
  ];
}
