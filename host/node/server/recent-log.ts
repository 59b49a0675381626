// The last lines of the log, for the shell's command `log`, as log.ts writes them: the oldest make way.

import { formatLogEntry } from "./log.js";
import type { LogEntry } from "./log.js";

const CHARACTERS = 65_536;

/** Keeps lines, 64 KiB of them together. */
export class RecentLog {
  #lines: string[] = [];
  #length = 0;

  /** Keeps one event: to be called with what `ServerOptions.log` is given. */
  keep(entry: LogEntry): void {
    const line = formatLogEntry(entry);
    this.#lines.push(line);
    this.#length += line.length;
    while (this.#length > CHARACTERS) this.#length -= this.#lines.shift()!.length;
  }

  /** The last ones, so many at most. */
  last(count = Infinity): readonly string[] {
    return count === 0 ? [] : this.#lines.slice(-Math.min(count, this.#lines.length));
  }
}
