// What a switchboard is given, and whom it tells: the border between one connection (switchboard.ts) and its server
// (server.ts).

import type { Duplex } from "node:stream";
import type { Ending } from "./ending.js";
import type { CompiledModule } from "../modules.js";
import type { KeyPair } from "../credentials/openssh-keys.js";
import type { Judgement, Userauth } from "../userauth/userauth.js";

/** The three modules that serve a connection. */
export interface ModuleSet {
  transport: CompiledModule<"transport">;
  userauth: CompiledModule<"userauth">;
  connection: CompiledModule<"connection">;
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
  modules: Pick<ModuleSet, "transport">;
  /** 32 bytes each. */
  hostKey: KeyPair;
  /** Once, with the session identifier, when the first userauth payload has come. */
  openUserauth(sessionId: Uint8Array): Userauth;
  rekeyIntervalMs: number;
  /** Public key algorithms that clients are told of (RFC 8308 §3.1). Default: ssh-ed25519. */
  signatureAlgorithms?: readonly string[] | undefined;
  /** Refuse a client without the marker of strict key exchange. */
  requireStrictKex?: boolean | undefined;
  /**
   * In place of random bytes: a session that was recorded comes out again, bit for bit, only with its own. The bytes
   * are wiped.
   */
  entropy?: (() => Uint8Array) | undefined;
  /** After each request that has been judged. */
  onUserauth(judgement: Judgement): void;
  /**
   * Once, after SSH_MSG_USERAUTH_SUCCESS was sent, with the judgement that it followed from. May end the connection.
   */
  onSuccess(judgement: Judgement): PayloadReceiver;
  /**
   * Once; nothing is sent or received any more. `working`, if there is one, resolves when the work begun for the client
   * is done.
   */
  onEnd(ending: Ending, working: Promise<void> | undefined): void;
  /** Once, after `onEnd`, when the stream is closed. */
  onClose(): void;
}
