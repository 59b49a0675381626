// Sources whose clients fail are not served for a while, in the manner of OpenSSH's PerSourcePenalties: each failure
// adds to the time, and what is less than `leastMs` is forgiven.

/** Times in ms. */
export interface PenaltyTimes {
  /** For a connection that ended without a login after a wrong password or key. */
  failureMs: number;
  /** For one that ran out of the time to log in, or for its key exchange. */
  timeoutMs: number;
  /** For one that ended without a login and had tried nothing. */
  noLoginMs: number;
  /** The least that has any effect. */
  leastMs: number;
  /** The most that comes together. */
  mostMs: number;
  /** Sources that are remembered; when there are more, those whose last failure is the oldest are forgotten. */
  sources: number;
}

export const PENALTY_TIMES: Readonly<PenaltyTimes> = {
  failureMs: 5_000,
  timeoutMs: 10_000,
  noLoginMs: 1_000,
  leastMs: 15_000,
  mostMs: 600_000,
  sources: 65_536,
};

/** Why a connection without a login costs its source something. */
export type Failure = "failure" | "timeout" | "noLogin";

interface Penalty {
  until: number;
  isActive: boolean;
}

/** See the file's header. */
export class Penalties {
  readonly #times: PenaltyTimes;
  readonly #now: () => number;
  /** The source that failed last is the last one. */
  readonly #penalties = new Map<string, Penalty>();

  /** `now`: ms of a clock that never goes back. */
  constructor(times: PenaltyTimes, now: () => number = () => performance.now()) {
    this.#times = times;
    this.#now = now;
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#penalties.size;
  }

  add(source: string, failure: Failure): void {
    const { leastMs, mostMs, sources } = this.#times;
    const now = this.#now();
    const before = this.#penalties.get(source);
    const until = Math.min(now + mostMs, Math.max(now, before?.until ?? 0) + this.#times[`${failure}Ms`]);
    const isActive = until - now >= leastMs || (before !== undefined && before.isActive && before.until > now);
    this.#penalties.delete(source);
    this.#penalties.set(source, { until, isActive });
    const [oldest] = this.#penalties.keys();
    if (this.#penalties.size > sources) this.#penalties.delete(oldest!);
  }

  /** Whether the source is not to be served now. */
  refuses(source: string): boolean {
    const penalty = this.#penalties.get(source);
    if (!penalty) return false;
    if (penalty.until > this.#now()) return penalty.isActive;
    this.#penalties.delete(source);
    return false;
  }
}
