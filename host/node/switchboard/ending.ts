// How a connection ends: the causes for the log, and what the client is told of those that are ours (RFC 4253 §11.1).
// host/c/server/ending.c says the same words.

import { DisconnectReason, TransportError } from "../../../assembly/abi/index.js";

/** Why a connection ended. */
export type EndCause = ClientCause | OwnCause;

/** There is nobody who could be told. */
type ClientCause = "client-closed" | "client-disconnect";

/** Causes for which a connection is not served at all. */
export type RefusalCause =
  | "too-many-unauthenticated"
  | "too-many-of-source"
  | "early-drop"
  | "too-many-connections"
  | "penalty"
  | "server-close";

export type OwnCause =
  | "protocol-error"
  | "early-connection-message"
  | "too-many-attempts"
  | "held-replies"
  | "too-far-ahead"
  | "no-strict-kex"
  | "gave-way"
  | "key-exchange-timeout"
  | "login-timeout"
  | "idle"
  | "client-gone"
  | "module-error"
  | "application"
  | "server-close";

/** How a connection ended, for the log. */
export interface Ending {
  cause: EndCause;
  /** RFC 4253 §11.1, given or received; 0 for none. */
  reason: number;
  error?: Error;
}

/**
 * RFC 4253 §11.1: what a client is given beside the description, where that is not PROTOCOL_ERROR or BY_APPLICATION.
 */
export function reasonOf(cause: OwnCause): DisconnectReason {
  if (cause === "gave-way") return DisconnectReason.TOO_MANY_CONNECTIONS;
  return cause === "client-gone" ? DisconnectReason.CONNECTION_LOST : DisconnectReason.BY_APPLICATION;
}

const NOT_ALLOWED = "a message is malformed or not allowed at this point";

/** The description in SSH_MSG_DISCONNECT, at most 255 bytes of ASCII. */
export const DESCRIPTIONS: Readonly<Record<OwnCause | RefusalCause, string>> = {
  "protocol-error": NOT_ALLOWED,
  "early-connection-message": "a message of the connection protocol came before the login",
  "too-many-attempts": "too many attempts to log in",
  "held-replies": "too many requests during a key exchange",
  "too-far-ahead": "too much was sent before the login was answered",
  "no-strict-kex":
    "this server serves only clients with strict key exchange (kex-strict-c-v00@openssh.com): update the client",
  "gave-way": "another client needed the place",
  "key-exchange-timeout": "the time for the key exchange is over",
  "login-timeout": "the time to log in is over",
  idle: "nothing has happened in the session for too long",
  "client-gone": "the client does not answer",
  "module-error": "an error of the server",
  application: "the server's application has ended the session",
  "server-close": "the server is being stopped",
  "too-many-unauthenticated": "too many connections that are not logged in: try again later",
  "too-many-of-source": "too many connections from your address that are not logged in: try again later",
  "early-drop": "too many connections that are not logged in: try again",
  "too-many-connections": "too many connections: try again later",
  penalty: "too many failed logins from your address: try again later",
};

/** In place of that for "protocol-error", when the transport module says what is wrong. */
export const TRANSPORT_DESCRIPTIONS: Readonly<Record<TransportError, string>> = {
  [TransportError.PROTOCOL_ERROR]: NOT_ALLOWED,
  [TransportError.PACKET_LENGTH]: "a packet is longer than this server takes, or its length is not allowed",
  [TransportError.NO_COMMON_ALGORITHM]:
    "no algorithm in common: this server has curve25519-sha256, ssh-ed25519, chacha20-poly1305@openssh.com and no compression",
  [TransportError.KEY_EXCHANGE_FAILED]: "the key exchange has failed: the client's public key is not valid",
  [TransportError.MAC_ERROR]: "a packet has arrived altered: its authentication tag is wrong",
  [TransportError.SERVICE_NOT_AVAILABLE]: "the only service is ssh-userauth",
  [TransportError.PROTOCOL_VERSION_NOT_SUPPORTED]: "this server speaks SSH 2.0",
};
