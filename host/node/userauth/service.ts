// The full userauth build for all connections of a server: its users, and whom it waits for. A request may be answered
// after a slow hash in a thread (threads.ts), the application's decision (authentication.ts), and the storing of a new
// password.
//
// In: payloads of the connections. Out: judgements, in order for each connection, while the others go on.

import { UserauthStatus } from "../../../assembly/abi/index.js";
import { askApplication } from "./authentication.js";
import type { Authenticate, Circumstances, Decision, Peer } from "./authentication.js";
import type { CompiledModule } from "../modules.js";
import type { Permissions } from "./permissions.js";
import type { PasswordHash } from "../credentials/phc.js";
import type { Judgement, Userauth } from "./userauth.js";
import { hasSucceeded, UserauthInstance } from "./instance.js";
import type { Outcome, RecordChange, UserauthSetup } from "./instance.js";
import { Progress } from "./progress.js";
import { UserauthThreads } from "./threads.js";
import type { FullInstance } from "./threads.js";
import { UserauthTurns } from "./turns.js";
import type { ServedUsers } from "./user-regions.js";
import { readPasswordRecord } from "../credentials/users-region.js";

/** A password that a user has changed. */
export interface PasswordChange {
  user: string;
  /** What the user's password was compared with. */
  previous: PasswordHash;
  /** Of the new password, with the same costs. */
  password: PasswordHash;
}

/**
 * Stores a new password, so that a crash does not lose it. When that has been done the client is told; a rejection is a
 * failure.
 */
export type StorePassword = (change: PasswordChange) => void | Promise<void>;

/** What a connection reports besides its judgements, for the log. */
export interface UserauthReport {
  passwordChanged(user: string): void;
  /** The application, or the storing of a password, has failed. */
  error(error: Error): void;
}

export interface UserauthServiceOptions {
  module: CompiledModule<"userauth">;
  /** Where the credentials are in the module. */
  credentialsPointer: number;
  users: ServedUsers;
  payloadCapacity: number;
  /** 0: in the thread of the caller. */
  threads: number;
  authenticate?: Authenticate | undefined;
  storePassword?: StorePassword | undefined;
}

/** Who changes a password. */
interface Changer {
  instance: FullInstance;
  /** How many changes there were when the old password was, or will be, verified. */
  changesSeen: number;
}

/** See the file's header. */
export class UserauthService {
  readonly #options: UserauthServiceOptions;
  readonly #threads: UserauthThreads | undefined;
  readonly #turns: UserauthTurns;
  /** Each with the user that it was shown last. */
  readonly #open = new Map<FullInstance, string | undefined>();
  /** Changes are stored one after the other; the next one waits for this. */
  #storing: Promise<unknown> = Promise.resolve();
  /** Counts the changed passwords. */
  #changes = 0;
  /** For a user, which change was its last. */
  readonly #lastChange = new Map<string, number>();

  constructor(options: UserauthServiceOptions) {
    const { module, threads } = options;
    if (threads > 0 && !module.code) throw new TypeError(`${module.name} has no code for a thread`);
    this.#options = options;
    if (threads > 0) this.#threads = new UserauthThreads(module.code!, threads);
    this.#turns = new UserauthTurns(Math.max(1, threads));
  }

  /** For a connection whose session identifier is known. */
  open(sessionId: Uint8Array, peer: Peer, report: UserauthReport): Userauth {
    const { module, credentialsPointer, users, payloadCapacity, storePassword } = this.#options;
    const setup: UserauthSetup = {
      credentials: { pointer: credentialsPointer, region: users.region },
      payloadCapacity,
      changesPasswords: storePassword !== undefined,
    };
    const instance: FullInstance =
      this.#threads?.open(setup, sessionId) ?? new UserauthInstance(module.instantiate(), setup, sessionId);
    this.#open.set(instance, undefined);
    const gone = new AbortController();
    const progress = new Progress();
    let status: UserauthStatus = UserauthStatus.NONE;
    let changesSeen = 0;
    let working: Promise<Judgement> | undefined;
    const end = async () => {
      gone.abort();
      this.#open.delete(instance);
      await Promise.allSettled([instance.end(), working]);
    };
    /** Makes a call, unless the connection ends before its turn comes; wipes what nobody is going to ask about. */
    const judge = async (payload: Uint8Array): Promise<Outcome | undefined> => {
      const release = await this.#turns.enter(payload, peer.source, gone.signal);
      if (!release) {
        payload.fill(0);
        return undefined;
      }
      try {
        const shown = users.show(payload);
        if (shown && this.#open.has(instance)) this.#open.set(instance, shown.name);
        const outcome = await instance.receive(payload, shown?.region);
        if (!gone.signal.aborted) return outcome;
        outcome.request?.password.fill(0);
        outcome.request?.newPassword.fill(0);
        return undefined;
      } finally {
        release();
      }
    };
    const receive = async (payload: Uint8Array): Promise<Judgement> => {
      if (status !== UserauthStatus.PROMPTED && status !== UserauthStatus.CHANGE_REQUIRED) changesSeen = this.#changes;
      let permissions: Permissions | undefined;
      let outcome = await judge(payload);
      while (outcome) {
        status = outcome.status;
        progress.follow(outcome);
        if (status !== UserauthStatus.PENDING && status !== UserauthStatus.CHANGE_PENDING) break;
        const { connection, remoteAddress } = peer;
        const circumstances = { connection, remoteAddress, ...progress.told(outcome), signal: gone.signal };
        const decision = await this.#decide(outcome, circumstances, { changesSeen, instance }, report);
        permissions = decision.permissions;
        outcome = gone.signal.aborted ? undefined : await instance.decide(decision.status);
      }
      if (!outcome) return { status, replies: [] };
      // Argon2's memory is wanted until here; what comes after SUCCESS is ignored
      if (status === UserauthStatus.SUCCESS) void end();
      const { replies, method } = outcome;
      return {
        status,
        replies,
        method: method || undefined,
        user: this.#nameOf(outcome),
        key: progress.keyOf(outcome),
        permissions: permissions ?? outcome.permissions,
      };
    };
    return {
      receive: (payload) => {
        const copy = payload.slice();
        payload.fill(0);
        return (working = receive(copy));
      },
      end,
    };
  }

  /** No connection asks any more. */
  async close(): Promise<void> {
    await this.#threads?.close();
  }

  /** The verdict about an outcome that waits for one; whatever goes wrong is a failure. */
  async #decide(
    outcome: Outcome,
    circumstances: Circumstances,
    changer: Changer,
    report: UserauthReport,
  ): Promise<Decision> {
    const { authenticate } = this.#options;
    const { userName = new Uint8Array(), method = "", request, change } = outcome;
    const name = Buffer.from(userName).toString("utf8");
    try {
      if (change) {
        const status = await this.#change(name, change, changer);
        if (status === UserauthStatus.SUCCESS) report.passwordChanged(name);
        return { status };
      }
      if (authenticate && request) return await askApplication(authenticate, circumstances, name, method, request);
    } catch (error) {
      report.error(error instanceof Error ? error : new Error(String(error)));
    }
    return { status: UserauthStatus.FAILURE };
  }

  #change(user: string, change: RecordChange, { changesSeen, instance }: Changer): Promise<UserauthStatus> {
    const turn = this.#storing.then(async () => {
      // Nobody is there any more, or the password that this connection has verified is not the user's any more.
      if (!this.#open.has(instance) || (this.#lastChange.get(user) ?? 0) > changesSeen) return UserauthStatus.FAILURE;
      const { users, storePassword } = this.#options;
      const { offset, record } = change;
      const previous = users.passwordOf(user, offset);
      await storePassword!({ user, previous, password: readPasswordRecord(users.region, record) });
      users.replaceRecord(user, offset, record);
      this.#lastChange.set(user, ++this.#changes);
      for (const [other, shown] of this.#open) if (shown === undefined || shown === user) other.replaceRecord(change);
      return UserauthStatus.SUCCESS;
    });
    this.#storing = turn.catch(() => {});
    return turn;
  }

  /** The user's name where it is known to be one: people type passwords there. */
  #nameOf({ userName, status }: Outcome): string | undefined {
    const name = Buffer.from(userName ?? []).toString("utf8");
    const isKnown = hasSucceeded(status) || this.#options.users.has(name);
    return isKnown ? name : undefined;
  }
}
