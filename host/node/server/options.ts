// What a server is given, and the limits of each number in it.
//
// server.ts is the user. A number that a timer or a module would take for another is refused here, before anything
// listens.

import { availableParallelism } from "node:os";
import { type Transport, WIDE_PAYLOAD_BYTES } from "../../../assembly/abi/builds.js";
import type { AdmissionLimits } from "./admission.js";
import type { Authenticate } from "../userauth/authentication.js";
import type { AnyUserauthBuild } from "../credentials/credentials.js";
import type { Log } from "./log.js";
import { PLAIN_PAYLOAD_BYTES } from "../modules.js";
import { KeyFormatError, keyPairFromSeed, PUBLIC_KEY_BYTES, SEED_BYTES } from "../credentials/openssh-keys.js";
import type { KeyPair } from "../credentials/openssh-keys.js";
import type { PenaltyTimes } from "./penalties.js";
import type { ModuleSet } from "../switchboard/options.js";
import type { StorePassword } from "../userauth/service.js";
import type { UsersTable } from "../credentials/users-region.js";

export interface ServerOptions {
  hostKey: KeyPair;
  /** Which userauth module. Default: "full" with `users` or `authenticate`, else "password". */
  userauth?: AnyUserauthBuild;
  /**
   * Which transport module: "full" has mlkem768x25519-sha256 and AES besides what "plain" has, curve25519-sha256 and
   * chacha20-poly1305. Default: "full".
   */
  transport?: Transport;
  /** Modules of one's own in place of the package's; `userauth` is of the build named above. */
  modules?: Partial<ModuleSet>;
  /**
   * The payload capacity that the modules were built with, in bytes. Default: 35,000, that of the package's modules for
   * Node; with a `userauth` among `modules` 4,096, that of `sesame build`. With less than 35,000 the package's other
   * modules are those for boards.
   */
  payloadCapacity?: number;
  /** Replaces the module's credentials: the bytes of `encodeCredentials`. The package's modules embed none. */
  credentials?: Uint8Array;
  /** The same for the full build: who may log in, and how (`readUsersFile`). */
  users?: UsersTable;
  /**
   * The full build: decides about the methods of `users.hostDecides`. Without `hostDecides`: about all, of users not in
   * the table.
   */
  authenticate?: Authenticate;
  /**
   * The full build: stores new passwords of the table's users. Without it none can be changed, and those that have
   * expired admit nobody.
   */
  storePassword?: StorePassword;
  /**
   * The full build: threads that passwords are hashed in, each for its share of the connections. 0: the server's own
   * thread, where a slow hash stops everybody. Default: as the machine has processors, less one, from 1 to 4.
   */
  userauthThreads?: number;
  /** How long a login may take, in ms. Default: 120 s. */
  loginGraceMs?: number;
  /** How long a client may take for the key exchange, in ms. Default: 10 s. */
  keyExchangeMs?: number;
  /**
   * Connections before login at once; more are closed unheard. Default: 100; with the full build, whose instances have
   * Argon2's memory until they have said SUCCESS, as many as have 512 MiB together, which is 26 for 19 MiB each.
   */
  maxUnauthenticated?: number;
  /** Of these, connections from one address; of IPv6 from one /64. Default: half of `maxUnauthenticated`. */
  maxUnauthenticatedPerSource?: number;
  /**
   * Connections before login from which on each further one costs one of them its place, or is refused, with a
   * probability that begins with `dropPercent` and is 100 at `maxUnauthenticated` (OpenSSH's MaxStartups). Defaults:
   * half of `maxUnauthenticated`, and 30.
   */
  dropFrom?: number;
  dropPercent?: number;
  /**
   * Addresses whose clients fail are not served for a while (`PenaltyTimes`). `false`: they are. Default: OpenSSH's
   * times.
   */
  penalties?: Partial<PenaltyTimes> | false;
  /**
   * Addresses and networks (`192.0.2.0/24`) without penalties. Default: the machine's own, where proxies and tunnels
   * come from.
   */
  penaltyExempt?: readonly string[];
  /** Refuses clients without the marker of strict key exchange: they are open to CVE-2023-48795. Default: false. */
  requireStrictKex?: boolean;
  /** Connections at once. Default: 1,000. */
  maxConnections?: number;
  /** Silence, in ms, after which a client that is logged in is asked whether it is there; 0: never. Default: 60 s. */
  clientAliveMs?: number;
  /** Questions without a sign of life after which the client has gone. Default: 3. */
  clientAliveCount?: number;
  /** Time without data or requests, in ms, after which a session ends; 0: never. Default: 0. */
  idleMs?: number;
  /** Time between key exchanges, in ms. Default: one hour. */
  rekeyIntervalMs?: number;
  /** What a client may send on a channel before the application has read it, in bytes. Default: 256 KiB. */
  windowBytes?: number;
  /** Takes the log's events. Default: none. */
  log?: Log;
}

/** A longer timer of Node runs out at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LARGEST_UINT32 = 2 ** 32 - 1;
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** The options that are whole numbers: their defaults, the most that they can be, and the least, if that is not 1. */
const NUMBERS = {
  payloadCapacity: { standard: WIDE_PAYLOAD_BYTES, most: LARGEST_UINT32 },
  loginGraceMs: { standard: 120_000, most: LONGEST_TIMER_MS },
  keyExchangeMs: { standard: 10_000, most: LONGEST_TIMER_MS },
  maxUnauthenticated: { standard: 100, most: UNLIMITED },
  maxUnauthenticatedPerSource: { standard: 50, most: UNLIMITED },
  dropFrom: { standard: 50, most: UNLIMITED },
  dropPercent: { standard: 30, most: 100 },
  clientAliveMs: { standard: 60_000, most: LONGEST_TIMER_MS, least: 0 },
  clientAliveCount: { standard: 3, most: UNLIMITED },
  idleMs: { standard: 0, most: LONGEST_TIMER_MS, least: 0 },
  /**
   * Each connection has three memories, and V8 reserves 10 GiB of addresses for each: 47 bits of addresses hold about
   * 4,300 connections.
   */
  maxConnections: { standard: 1_000, most: UNLIMITED },
  rekeyIntervalMs: { standard: 3_600_000, most: LONGEST_TIMER_MS },
  windowBytes: { standard: 256 * 1024, most: LARGEST_UINT32 },
};

/** The numbers among the options, all of them. */
export type ServerNumbers = Record<keyof typeof NUMBERS, number>;

const USERAUTH_MEMORY_BYTES = 512 * 1024 * 1024;

/** Who may come in before login. `userauthBytes`: the memory that each of them costs, where that is much. */
export function admissionLimits(
  options: ServerOptions,
  numbers: ServerNumbers,
  userauthBytes: number | undefined,
): AdmissionLimits {
  const affordable = userauthBytes === undefined ? Infinity : Math.floor(USERAUTH_MEMORY_BYTES / userauthBytes);
  const most = options.maxUnauthenticated ?? Math.max(1, Math.min(NUMBERS.maxUnauthenticated.standard, affordable));
  const half = Math.max(1, Math.ceil(most / 2));
  return {
    most,
    mostPerSource: options.maxUnauthenticatedPerSource ?? half,
    dropFrom: options.dropFrom ?? half,
    dropPercent: numbers.dropPercent,
  };
}

/** The number of threads that is in force. Throws a RangeError for what is none. */
export function userauthThreads({ userauthThreads: given }: ServerOptions): number {
  if (given === undefined) return Math.max(1, Math.min(4, availableParallelism() - 1));
  if (!Number.isInteger(given) || given < 0 || given > 64) {
    throw new RangeError(`userauthThreads is a whole number from 0 to 64, not ${String(given)}`);
  }
  return given;
}

/** The numbers that are in force. Throws a RangeError that names the option that will not do. */
export function serverNumbers(options: ServerOptions): ServerNumbers {
  const numbers: Partial<ServerNumbers> = {};
  // It does not tell the size of its buffer, and its credentials lie behind it.
  const hasOwnUserauth = options.modules?.userauth !== undefined;
  const limits = Object.entries(NUMBERS) as [keyof ServerNumbers, { standard: number; most: number; least?: number }][];
  for (const [name, { standard, most, least = 1 }] of limits) {
    const value = options[name] ?? (name === "payloadCapacity" && hasOwnUserauth ? PLAIN_PAYLOAD_BYTES : standard);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name} is a whole number from ${least} to ${most}, not ${String(value)}`);
    }
    numbers[name] = value;
  }
  if (numbers.payloadCapacity! > WIDE_PAYLOAD_BYTES && !hasOwnUserauth) {
    throw new RangeError(`the package's userauth modules take payloads of ${WIDE_PAYLOAD_BYTES} bytes at most`);
  }
  return numbers as ServerNumbers;
}

/** Throws a `KeyFormatError` when the key pair is none: clients would learn a key for which the server cannot sign. */
export function checkHostKey({ seed, publicKey }: KeyPair): void {
  if (seed.length !== SEED_BYTES || publicKey.length !== PUBLIC_KEY_BYTES)
    throw new KeyFormatError(`a host key has a seed of ${SEED_BYTES} bytes and a public key of ${PUBLIC_KEY_BYTES}`);
  if (!Buffer.from(keyPairFromSeed(seed).publicKey).equals(publicKey))
    throw new KeyFormatError("the host key's public key does not belong to its seed");
}
