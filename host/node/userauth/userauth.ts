// The border between one connection (switchboard.ts) and whoever judges its userauth requests (RFC 4252).
//
// The small builds judge at once, in the thread that serves the connection. The full build takes its time (service.ts):
// a hash is slow on purpose, and an application may have to ask somebody else.

import { UserauthStatus } from "../../../assembly/abi/index.js";
import type { Permissions } from "./permissions.js";
import { UserauthInstance } from "./instance.js";
import type { UserauthSetup } from "./instance.js";
import type { CompiledModule } from "../modules.js";

/** What has become of a request. */
export interface Judgement {
  /** Never PENDING or CHANGE_PENDING. */
  status: UserauthStatus;
  /** Payloads for the client, in order. */
  replies: readonly Uint8Array[];
  /**
   * For the log: the method where it is known, the user where there is one of that name; of the small builds only at
   * SUCCESS.
   */
  method?: string | undefined;
  user?: string | undefined;
  /** The key that has verified a signature, when that has been a success: SHA256:… */
  key?: string | undefined;
  /** After SUCCESS: what the user may do. */
  permissions?: Permissions | undefined;
}

/** Judges the requests of one connection, one after the other. */
export interface Userauth {
  /**
   * The next one comes when the promise, if it is one, is settled. Wipes the payload. Throws, or rejects, when the
   * module fails.
   */
  receive(payload: Uint8Array): Judgement | Promise<Judgement>;
  /**
   * The connection has ended: forgets everything, in the middle of a request too. Work that has begun cannot be taken
   * back; resolves when none is left.
   */
  end(): void | Promise<void>;
}

/** Whom a small build admits. */
export type OnlyUser = Required<Pick<Judgement, "user" | "method" | "key">>;

/** A small build's module, in the thread of its connection. */
export function openUserauth(
  module: CompiledModule<"userauth">,
  setup: UserauthSetup,
  sessionId: Uint8Array,
  onlyUser: OnlyUser,
): Userauth {
  const instance = new UserauthInstance(module.instantiate(), setup, sessionId);
  return {
    receive: (payload) => {
      const { status, replies, permissions } = instance.receive(payload);
      return { status, replies, permissions, ...(status === UserauthStatus.SUCCESS && onlyUser) };
    },
    end: () => instance.end(),
  };
}
