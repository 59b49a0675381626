// The options of `sesame serve` that bound what clients may cost, by the names of OpenSSH's sshd_config where that has
// them.

import { type Command, InvalidArgumentError } from "commander";
import type { ServerOptions } from "../server/options.js";

/** A timer of Node has 31 bits of ms. */
const LONGEST_SECONDS = 2_147_483;

export interface LimitOptions {
  loginGrace?: number;
  keyExchangeTime?: number;
  maxStartups?: Pick<ServerOptions, "dropFrom" | "dropPercent" | "maxUnauthenticated">;
  perSourceMaxStartups?: number;
  penalties: boolean;
  penaltyExempt?: string[];
  clientAlive?: Pick<ServerOptions, "clientAliveMs" | "clientAliveCount">;
  idleTimeout?: number;
  requireStrictKex?: true;
}

/** Adds the options that `limitsOf` reads. */
export function withLimitOptions(command: Command): Command {
  return command
    .option("--login-grace <seconds>", "time to log in (default: 120)", parseSeconds)
    .option("--key-exchange-time <seconds>", "time for the key exchange (default: 10)", parseSeconds)
    .option(
      "--max-startups <start:rate:full>",
      "connections before login: from start on each further one costs one its place with a probability of rate %, at full always " +
        "(default: 50:30:100; with --config as many as have 512 MiB, and half of that)",
      parseStartups,
    )
    .option("--per-source-max-startups <number>", "of these, from one address (default: half of full)", parseCount)
    .option("--no-penalties", "serve addresses whose clients fail to log in as well as others")
    .option(
      "--penalty-exempt <addresses>",
      "addresses and networks without penalties (default: 127.0.0.0/8,::1)",
      parseList,
    )
    .option(
      "--client-alive <seconds[:count]>",
      "silence after which a client is asked whether it is there, and questions after which it has gone; 0: never (default: 60:3)",
      parseAlive,
    )
    .option("--idle-timeout <seconds>", "end a session that is not used for so long (default: never)", parseSeconds)
    .option("--require-strict-kex", "refuse clients without strict key exchange (CVE-2023-48795)");
}

/** What they mean. */
export function limitsOf(options: LimitOptions): Partial<ServerOptions> {
  const { loginGrace, keyExchangeTime, perSourceMaxStartups, penaltyExempt, idleTimeout } = options;
  return {
    ...options.maxStartups,
    ...options.clientAlive,
    ...(loginGrace !== undefined && { loginGraceMs: 1_000 * loginGrace }),
    ...(keyExchangeTime !== undefined && { keyExchangeMs: 1_000 * keyExchangeTime }),
    ...(perSourceMaxStartups !== undefined && { maxUnauthenticatedPerSource: perSourceMaxStartups }),
    ...(!options.penalties && { penalties: false as const }),
    ...(penaltyExempt && { penaltyExempt }),
    ...(idleTimeout !== undefined && { idleMs: 1_000 * idleTimeout }),
    ...(options.requireStrictKex && { requireStrictKex: true }),
  };
}

function numberIn(text: string, least: number, most: number, what: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`${what} from ${least} to ${most} is wanted.`);
  return value;
}

function parseSeconds(text: string): number {
  return numberIn(text, 1, LONGEST_SECONDS, "a whole number of seconds");
}

function parseCount(text: string): number {
  return numberIn(text, 1, 100_000, "a whole number");
}

function parseStartups(text: string): LimitOptions["maxStartups"] {
  const parts = text.split(":");
  if (parts.length !== 3) throw new InvalidArgumentError("three numbers are wanted, as 50:30:100.");
  const [dropFrom, dropPercent, full] = [
    parseCount(parts[0]!),
    numberIn(parts[1]!, 1, 100, "a percentage"),
    parseCount(parts[2]!),
  ];
  if (dropFrom > full) throw new InvalidArgumentError("start is not more than full.");
  return { dropFrom, dropPercent, maxUnauthenticated: full };
}

function parseAlive(text: string): LimitOptions["clientAlive"] {
  const [seconds = "", count = "3", ...more] = text.split(":");
  if (more.length > 0) throw new InvalidArgumentError("one or two numbers are wanted, as 60:3.");
  return {
    clientAliveMs: 1_000 * numberIn(seconds, 0, LONGEST_SECONDS, "a whole number of seconds"),
    clientAliveCount: parseCount(count),
  };
}

function parseList(text: string): string[] {
  return text.split(",").filter((entry) => entry !== "");
}
