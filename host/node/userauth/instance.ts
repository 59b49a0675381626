// One instance of a userauth module, of any build (docs/abi.md, "userauth"): the calls and what they leave in its
// memory.
//
// In go payloads, verdicts and new records; out come outcomes, which are copies. It runs in the thread that makes it,
// the server's (userauth.ts) or another (thread.ts).

import { randomFillSync } from "node:crypto";
import { UserauthField, UserauthStatus } from "../../../assembly/abi/index.js";
import { isFullUserauth, ModuleError } from "../modules.js";
import type { FullUserauthExports, Instance, UserauthExports } from "../modules.js";
import { ADMINISTRATOR, decodePermissions } from "./permissions.js";
import type { Permissions } from "./permissions.js";

/** What an instance is given before its first request. */
export interface UserauthSetup {
  /** Replaces the credentials in the module. */
  credentials?: { pointer: number; region: Uint8Array } | undefined;
  /** Of the module's build. */
  payloadCapacity: number;
  /** The full build: whether passwords can be changed, because somebody stores them. */
  changesPasswords?: boolean;
}

/** What the host is to decide about. Passwords are secret. */
export interface PendingRequest {
  password: Uint8Array;
  newPassword: Uint8Array;
  algorithm: Uint8Array;
  publicKey: Uint8Array;
  signatureVerified: boolean;
}

/** A new password's record and its place in the credentials region. */
export interface RecordChange {
  offset: number;
  record: Uint8Array;
}

/** What a call has led to. */
export interface Outcome {
  status: UserauthStatus;
  replies: Uint8Array[];
  /** The full build: of the last request; empty for a name or a method that nobody has. */
  userName?: Uint8Array;
  method?: string;
  /** What the user has achieved: a set as in the credentials region. */
  achieved?: number;
  /** A key of the table has just verified a signature: its blob. */
  verifiedKey?: Uint8Array;
  /** After SUCCESS: what the user may do. */
  permissions?: Permissions;
  /** While the status is PENDING. */
  request?: PendingRequest;
  /** While the status is CHANGE_PENDING. */
  change?: RecordChange;
}

/** The module's buffer. */
const BUFFER_PTR = 0;
const SALT_ENTROPY_BYTES = 32;
const PAGE_BYTES = 65_536;
/** To one request: the banner and the answer. */
const MOST_REPLIES = 2;

/** See the file's header. What a method throws is the end of the connection. */
export class UserauthInstance {
  readonly #instance: Instance<UserauthExports>;
  readonly #full: FullUserauthExports | undefined;
  readonly #setup: UserauthSetup;
  /** A call has not come to its end. */
  #interrupted = false;

  constructor(instance: Instance<UserauthExports>, setup: UserauthSetup, sessionId: Uint8Array) {
    const { exports, memory } = instance;
    this.#instance = instance;
    this.#full = isFullUserauth(exports) ? exports : undefined;
    this.#setup = setup;
    const { credentials, payloadCapacity } = setup;
    if (credentials) memory.write(credentials.pointer, credentials.region.length, credentials.region);
    this.#makeSalt();
    if (exports.reset) {
      memory.write(BUFFER_PTR, payloadCapacity, sessionId);
      if (exports.reset(sessionId.length) === 0) throw new ModuleError("the userauth module refuses its credentials");
    }
  }

  /**
   * Judges a payload, which is wiped; `region`: by other credentials than those that are there, of the same limits and
   * costs.
   */
  receive(payload: Uint8Array, region?: Uint8Array): Outcome {
    const { exports, memory } = this.#instance;
    if (region) memory.write(this.#setup.credentials!.pointer, region.length, region);
    memory.write(BUFFER_PTR, this.#setup.payloadCapacity, payload);
    const { length } = payload;
    payload.fill(0); // a password may be in it
    return this.#outcome(() => exports.receive(length));
  }

  /** The full build: continues after PENDING and CHANGE_PENDING. */
  decide(verdict: UserauthStatus): Outcome {
    return this.#outcome(() => this.#full!.decide(verdict));
  }

  /** The full build: a password has changed, by this connection or another one. */
  replaceRecord({ offset, record }: RecordChange): void {
    const exports = this.#full!;
    const capacity = (exports.credentialsCapacity() >>> 0) - offset;
    this.#instance.memory.write((exports.credentialsPtr() >>> 0) + offset, capacity, record);
  }

  /** Wipes the instance, which is not called again. */
  end(): void {
    const { memory } = this.#instance;
    if (!this.#full || this.#interrupted) return memory.wipe();
    // Argon2 has left its memory zero, or never touched it; before and behind it there is less than a page beside the
    // region
    const regionEnd = (this.#full.credentialsPtr() >>> 0) + (this.#full.credentialsCapacity() >>> 0);
    memory.wipe(regionEnd + PAGE_BYTES, memory.length - 2 * PAGE_BYTES);
  }

  #outcome(call: () => number): Outcome {
    const { exports, memory } = this.#instance;
    this.#interrupted = true;
    let length = call();
    this.#interrupted = false;
    const replies: Uint8Array[] = [];
    for (; length !== 0; length = this.#full?.nextReply() ?? 0) {
      if (replies.length === MOST_REPLIES) throw new ModuleError("a module gave too many replies to one request");
      replies.push(memory.read(BUFFER_PTR, length));
    }
    const status = Number(exports.status.value) as UserauthStatus;
    const isIn = status === UserauthStatus.SUCCESS;
    if (!this.#full) return { status, replies, ...(isIn && { permissions: ADMINISTRATOR }) };
    const full = this.#full;
    const field = (name: UserauthField) => memory.read(full.fieldPtr(name), full.fieldLength(name));
    const outcome: Outcome = { status, replies, userName: field(UserauthField.USER), achieved: full.achievedMethods() };
    outcome.method = Buffer.from(field(UserauthField.METHOD)).toString("latin1");
    if (isIn) outcome.permissions = decodePermissions(field(UserauthField.PERMISSIONS));
    if (status === UserauthStatus.PENDING) {
      outcome.request = {
        password: field(UserauthField.PASSWORD),
        newPassword: field(UserauthField.NEW_PASSWORD),
        algorithm: field(UserauthField.ALGORITHM),
        publicKey: field(UserauthField.PUBLIC_KEY),
        signatureVerified: full.signatureVerified() !== 0,
      };
    } else if (outcome.method === "publickey" && hasSucceeded(status)) {
      outcome.verifiedKey = field(UserauthField.KEY);
    } else if (status === UserauthStatus.CHANGE_PENDING) {
      outcome.change = { offset: full.recordOffset() >>> 0, record: field(UserauthField.RECORD) };
      this.#makeSalt();
    }
    return outcome;
  }

  /** Of the next new password; without one the module changes none. Overwrites the buffer. */
  #makeSalt(): void {
    if (!this.#full || !this.#setup.changesPasswords) return;
    randomFillSync(this.#instance.memory.view(BUFFER_PTR, SALT_ENTROPY_BYTES));
    this.#full.makeSalt(SALT_ENTROPY_BYTES);
  }
}

/** Whether the request's method is achieved. */
export function hasSucceeded(status: UserauthStatus): boolean {
  return status === UserauthStatus.SUCCESS || status === UserauthStatus.PARTIAL_SUCCESS;
}
