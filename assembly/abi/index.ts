// What a host and the modules have to agree on: the numbers that cross the border. The signatures are in docs/abi.md.
//
// This file is both AssemblyScript and TypeScript: the modules compile it, and the Node host imports it.

/** Why the userauth module answered as it did: for the host's decisions and log, never for the client. */
export enum UserauthStatus {
  /** No request yet. */
  NONE = 0,
  FAILURE = 1,
  INVALID_USER = 2,
  INVALID_PASSWORD = 3,
  INVALID_PUBLICKEY = 4,
  PARTIAL_SUCCESS = 5,
  /** SSH_MSG_USERAUTH_PK_OK was sent; nothing is authenticated. */
  QUERY_OK = 6,
  /** The password is right and must be changed first; the client was asked for a new one. */
  CHANGE_REQUIRED = 7,
  /** The host must say whether the request is granted (`decide`). */
  PENDING = 8,
  /** The host must disconnect (SSH_DISCONNECT_PROTOCOL_ERROR). */
  PROTOCOL_ERROR = 9,
  /** The host must disconnect (SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE). */
  TOO_MANY_ATTEMPTS = 10,
  /** A new password was accepted: the host must store the new record and say whether it has (`decide`). */
  CHANGE_PENDING = 11,
  /** SSH_MSG_USERAUTH_INFO_REQUEST was sent; nothing is authenticated. */
  PROMPTED = 12,
  /** Differs in at least 16 bits from every other status, so that no single fault turns one into it. */
  SUCCESS = 0x5ac37ce0,
}

/** What `userauth.fieldPtr` and `userauth.fieldLength` tell of the last request. Lengths are 0 where it has none. */
export enum UserauthField {
  /** For every request that could be read, until the next one; empty for a name that is nobody's for its length. */
  USER = 0,
  /** As for the user: a method that this build knows, or empty. */
  METHOD = 1,
  /** While the status is CHANGE_PENDING: bytes for the credentials region, at `recordOffset`. */
  RECORD = 2,
  /**
   * After SUCCESS: what the user may do, as the credentials region says it; empty for users that are not in its table.
   */
  PERMISSIONS = 3,
  /** From here on only while the status is PENDING. */
  PASSWORD = 4,
  NEW_PASSWORD = 5,
  ALGORITHM = 6,
  /** The key blob. */
  PUBLIC_KEY = 7,
  /**
   * The blob of the table's key that has verified a signature, when `publickey` has just succeeded without the host's
   * decision.
   */
  KEY = 9,
}

/** What `transport.receive` asks of the host, after the output has been sent. */
export enum TransportEvent {
  /** Feed more of the byte stream. */
  CONTINUE = 0,
  /** A payload numbered 50 to 127 is at `payloadPtr`, until the next `receive`. */
  PAYLOAD = 1,
  /** The client has ended the connection: close. */
  CLOSED = 2,
  /** The connection cannot go on, for a `TransportError`: send the output, then what `disconnect` makes, then close. */
  ERROR = 3,
}

/** Why the transport module cannot go on. The low byte is a `DisconnectReason`; the host has a sentence for each. */
export enum TransportError {
  /** A message that is malformed, or not allowed at this point. */
  PROTOCOL_ERROR = 0x02,
  /** A packet whose length is not allowed. */
  PACKET_LENGTH = 0x102,
  /** The client has no key exchange, host key, cipher or compression that Sesame has. */
  NO_COMMON_ALGORITHM = 0x03,
  /** The client's part of the key exchange is malformed, or its shared secret would be zero. */
  KEY_EXCHANGE_FAILED = 0x103,
  MAC_ERROR = 0x05,
  /** A service other than ssh-userauth. */
  SERVICE_NOT_AVAILABLE = 0x07,
  /** No identification of SSH 2.0. */
  PROTOCOL_VERSION_NOT_SUPPORTED = 0x08,
}

/** What `connection.receive` reports to the host's application. */
export enum ConnectionEvent {
  /** Nothing for the application; a reply may wait in the output. */
  NONE = 0,
  /** A session channel was opened and confirmed. */
  OPEN = 1,
  PTY_REQ = 2,
  ENV = 3,
  SHELL = 4,
  EXEC = 5,
  SUBSYSTEM = 6,
  WINDOW_CHANGE = 7,
  SIGNAL = 8,
  /** RFC 4335. */
  BREAK = 9,
  DATA = 10,
  EOF = 11,
  /** The channel is gone in both directions; its number may be used again. */
  CLOSE = 12,
  /** `writable` has grown. */
  WINDOW_ADJUST = 13,
  /** The host answers through `transport.unimplemented`. */
  UNIMPLEMENTED = 14,
  /** The host must disconnect (SSH_DISCONNECT_PROTOCOL_ERROR). */
  PROTOCOL_ERROR = 15,
}

/** What comes into the shell module, and what becomes of it. */
export enum ShellInput {
  /** Lines, without a terminal: nothing is shown. */
  SCRIPT = 0,
  /** One command: an end of line within it is a byte like any other. */
  COMMAND = 1,
  /** Keys. */
  TERMINAL = 2,
  /** Keys of a terminal that knows no escape sequences. */
  DUMB_TERMINAL = 3,
}

/** What `shell.receive` and `shell.end` ask of the host, after the output has been sent. */
export enum ShellEvent {
  /** Nothing: more of the input. */
  NONE = 0,
  /** A line is at `linePtr` until the next `prompt`. */
  LINE = 1,
  /** A line is longer than there is room for; nothing of it is to be used. */
  TOO_LONG = 2,
  /** Ctrl-C. */
  INTERRUPT = 3,
  /** Ctrl-D on an empty line, or the end of the input. */
  END = 4,
  /** The Tab key: the host calls `complete`. */
  COMPLETE = 5,
}

/** What `shell.splitWords` makes of a line. */
export enum ShellWords {
  OK = 0,
  /** A quote has no end: the line is not to be run. */
  UNFINISHED_QUOTE = 1,
}

/** RFC 4253 §11.1: reasons that Sesame gives. */
export enum DisconnectReason {
  PROTOCOL_ERROR = 2,
  KEY_EXCHANGE_FAILED = 3,
  MAC_ERROR = 5,
  SERVICE_NOT_AVAILABLE = 7,
  PROTOCOL_VERSION_NOT_SUPPORTED = 8,
  CONNECTION_LOST = 10,
  BY_APPLICATION = 11,
  TOO_MANY_CONNECTIONS = 12,
  NO_MORE_AUTH_METHODS_AVAILABLE = 14,
}
