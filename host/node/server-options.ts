// What a server is given, and the limits of each number in it.
//
// server.ts is the user. A number that a timer or a module would take for another is refused here, before anything listens.

import type { UserauthBuild } from "./credentials.js";
import type { Log } from "./log.js";
import { KeyFormatError, keyPairFromSeed, PUBLIC_KEY_BYTES, SEED_BYTES } from "./openssh-keys.js";
import type { KeyPair } from "./openssh-keys.js";
import type { ModuleSet } from "./switchboard-options.js";

export interface ServerOptions {
  hostKey: KeyPair;
  /** Which userauth module. Default: "password". */
  userauth?: UserauthBuild;
  /** Modules of one's own in place of the package's; `userauth` is of the build named above. */
  modules?: Partial<ModuleSet>;
  /** The payload capacity that the modules were built with, in bytes. Default: 4,096. */
  payloadCapacity?: number;
  /** Replaces the module's credentials: the bytes of `encodeCredentials`. The package's modules embed none. */
  credentials?: Uint8Array;
  /** How long a login may take, in ms. Default: 120 s. */
  loginGraceMs?: number;
  /** Connections before login at once; more are closed unheard. Default: 100. */
  maxUnauthenticated?: number;
  /** Connections at once. Default: 1,000. */
  maxConnections?: number;
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

/** The options that are whole numbers from 1 on: their defaults, and the most that they can be. */
const NUMBERS = {
  payloadCapacity: { standard: 4_096, most: LARGEST_UINT32 },
  loginGraceMs: { standard: 120_000, most: LONGEST_TIMER_MS },
  maxUnauthenticated: { standard: 100, most: UNLIMITED },
  /** Each connection has three memories, and V8 reserves 10 GiB of addresses for each: 47 bits of addresses hold about 4,300 connections. */
  maxConnections: { standard: 1_000, most: UNLIMITED },
  rekeyIntervalMs: { standard: 3_600_000, most: LONGEST_TIMER_MS },
  windowBytes: { standard: 256 * 1024, most: LARGEST_UINT32 },
};

/** The numbers among the options, all of them. */
export type ServerNumbers = Record<keyof typeof NUMBERS, number>;

/** The numbers that are in force. Throws a RangeError that names the option that will not do. */
export function serverNumbers(options: ServerOptions): ServerNumbers {
  const numbers: Partial<ServerNumbers> = {};
  for (const [name, { standard, most }] of Object.entries(NUMBERS) as [
    keyof ServerNumbers,
    { standard: number; most: number },
  ][]) {
    const value = options[name] ?? standard;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new RangeError(`${name} is a whole number from 1 to ${most}, not ${String(value)}`);
    }
    numbers[name] = value;
  }
  // A userauth module does not tell the size of its buffer, and its credentials lie behind it.
  if (numbers.payloadCapacity! > NUMBERS.payloadCapacity.standard && !options.modules?.userauth) {
    throw new RangeError(
      `the package's userauth modules take payloads of ${NUMBERS.payloadCapacity.standard} bytes at most`,
    );
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
