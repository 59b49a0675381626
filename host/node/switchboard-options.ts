// What a switchboard is given, and whom it tells: the border between one connection (switchboard.ts) and its server (server.ts).

import type { Duplex } from "node:stream";
import type { UserauthStatus } from "../../assembly/abi.js";
import type { CompiledModule } from "./modules.js";
import type { KeyPair } from "./openssh-keys.js";

/** The three modules that serve a connection. */
export interface ModuleSet {
  transport: CompiledModule<"transport">;
  userauth: CompiledModule<"userauth">;
  connection: CompiledModule<"connection">;
}

/** Why a connection ended. */
export type EndCause =
  | "client-closed"
  | "client-disconnect"
  | "protocol-error"
  | "early-connection-message"
  | "too-many-attempts"
  | "held-replies"
  | "login-timeout"
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

/** What comes after SUCCESS: takes payloads numbered 80 to 127. */
export interface PayloadReceiver {
  /** The bytes are valid during the call. */
  receive(payload: Uint8Array): void;
  /** Application data can be sent again. */
  wake(): void;
}

export interface SwitchboardOptions {
  stream: Duplex;
  modules: ModuleSet;
  /** 32 bytes each. */
  hostKey: KeyPair;
  /** Replaces the credentials in the userauth module. */
  credentials?: { pointer: number; region: Uint8Array } | undefined;
  /** The payload capacity of the modules' build. */
  payloadCapacity: number;
  rekeyIntervalMs: number;
  /** After each request that the userauth module has judged. */
  onUserauth(status: UserauthStatus): void;
  /** Once, after SSH_MSG_USERAUTH_SUCCESS was sent. May end the connection. */
  onSuccess(): PayloadReceiver;
  /** Once; nothing is sent or received any more. */
  onEnd(ending: Ending): void;
  /** Once, after `onEnd`, when the stream is closed. */
  onClose(): void;
}
