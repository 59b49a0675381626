// Which clients' failures count, and for whom: between the server, which knows addresses and endings, and penalties.ts.

import { BlockList, isIP } from "node:net";
import { UserauthStatus } from "../../../assembly/abi/index.js";
import type { EndCause } from "../switchboard/ending.js";
import { Penalties, PENALTY_TIMES } from "./penalties.js";
import type { PenaltyTimes } from "./penalties.js";
import { sourceOf } from "./source-address.js";

const LOCAL = ["127.0.0.0/8", "::1"];

const FAILURES: ReadonlySet<UserauthStatus> = new Set([
  UserauthStatus.INVALID_USER,
  UserauthStatus.INVALID_PASSWORD,
  UserauthStatus.INVALID_PUBLICKEY,
  UserauthStatus.TOO_MANY_ATTEMPTS,
]);

/** Whether a request has failed that was an attempt to get in. */
export function isFailure(status: UserauthStatus, method: string | undefined): boolean {
  return FAILURES.has(status) || (status === UserauthStatus.FAILURE && method !== undefined);
}

/** How the connection of a client that has not logged in was. */
export interface FailedLogin {
  cause: EndCause;
  /** A password or key was wrong, or the client did not wait to hear whether it was. */
  hasFailed: boolean;
}

/** See the file's header. Throws a RangeError for an exempt address that is none. */
export class ClientPenalties {
  readonly #penalties: Penalties | undefined;
  readonly #exempt = new BlockList();

  constructor(times: Partial<PenaltyTimes> | false | undefined, exempt: readonly string[] = LOCAL, now?: () => number) {
    if (times !== false) this.#penalties = new Penalties({ ...PENALTY_TIMES, ...times }, now);
    for (const entry of exempt) {
      const [address = "", bits] = entry.split("/");
      const version = isIP(address);
      const length = bits === undefined ? (version === 4 ? 32 : 128) : Number(bits);
      if (version === 0 || !Number.isInteger(length) || length < 0 || length > (version === 4 ? 32 : 128))
        throw new RangeError(`penaltyExempt has addresses and networks such as 192.0.2.0/24, not ${entry}`);
      this.#exempt.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
    }
  }

  refuses(address: string): boolean {
    return this.#penalties?.refuses(sourceOf(address)) ?? false;
  }

  /** The connection has ended without a login. */
  add(address: string, { cause, hasFailed }: FailedLogin): void {
    // What was ours to end does not count against the client, and what is no address is nobody's.
    if (cause === "gave-way" || cause === "server-close" || cause === "module-error" || this.#isExempt(address)) return;
    const isLate = cause === "login-timeout" || cause === "key-exchange-timeout";
    this.#penalties?.add(sourceOf(address), hasFailed ? "failure" : isLate ? "timeout" : "noLogin");
  }

  #isExempt(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
    const version = isIP(plain);
    return version === 0 || this.#exempt.check(plain, version === 4 ? "ipv4" : "ipv6");
  }
}
