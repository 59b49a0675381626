// The border between one connection (switchboard.ts) and whoever judges its userauth requests (RFC 4252).
//
// The small builds judge at once, in the thread that serves the connection. The full build takes its time (userauth-service.ts): a
// hash is slow on purpose, and an application may have to ask somebody else.

import type { UserauthStatus } from "../../assembly/abi.js";
import { UserauthInstance } from "./userauth-instance.js";
import type { UserauthSetup } from "./userauth-instance.js";
import type { CompiledModule } from "./modules.js";

/** What has become of a request. */
export interface Judgement {
  /** Never PENDING or CHANGE_PENDING. */
  status: UserauthStatus;
  /** Payloads for the client, in order. */
  replies: readonly Uint8Array[];
  /** The full build, for the log: the method where it knows it, the user where there is one of that name. */
  method?: string | undefined;
  user?: string | undefined;
}

/** Judges the requests of one connection, one after the other. */
export interface Userauth {
  /** The next one comes when the promise, if it is one, is settled. Wipes the payload. Throws, or rejects, when the module fails. */
  receive(payload: Uint8Array): Judgement | Promise<Judgement>;
  /** The connection has ended: forgets everything, in the middle of a request too. */
  end(): void;
}

/** A userauth module in the thread of its connection. */
export function openUserauth(
  module: CompiledModule<"userauth">,
  setup: UserauthSetup,
  sessionId: Uint8Array,
): Userauth {
  return new UserauthInstance(module.instantiate(), setup, sessionId);
}
