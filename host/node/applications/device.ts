// What the shell talks about: one for the whole server.

import type { RecentLog } from "../server/recent-log.js";
import type { ModuleSet } from "../switchboard/options.js";
import type { Session } from "../switchboard/session.js";

export interface Device {
  modules: ModuleSet;
  /** From `performance.now()`. */
  startedAt: number;
  led: boolean;
  /** Who is logged in, and since when, from `performance.now()`: the sessions that have a shell. */
  sessions: Map<Session, number>;
  /** What the command `log` shows; the server's own log is to be put in as well. */
  log?: RecentLog | undefined;
}

/** A device whose LED is off and whose clock starts now. */
export function createDevice(modules: ModuleSet, { log }: { log?: RecentLog } = {}): Device {
  return { modules, startedAt: performance.now(), led: false, sessions: new Map(), log };
}
