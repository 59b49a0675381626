// Lets one process after the other change a file, so that none undoes what another has written meanwhile.
//
// Whoever is named in FILE.lock may write. The file appears by an exclusive creation, which every system has, and names
// its maker by random numbers. A maker that was killed leaves it behind: whoever has seen the same name for a while
// takes its place. What was only slow then finds another name, and begins again. Readers need no lock: files are
// replaced as a whole (private-file.ts).

import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A change reads, checks and writes: that takes some milliseconds. */
const LEFT_BEHIND_MS = 5_000;
const RETRY_MS = 15;

/** Another process has taken the lock. */
class LockLostError extends Error {}

/**
 * Runs `change` while no other process that asks for it changes the file. It reads the file, and calls `confirm` at
 * last before it writes: what that throws is let through, and `change` runs once more.
 */
export async function withLock<T>(path: string, change: (confirm: () => void) => T): Promise<T> {
  const lock = `${path}.lock`;
  for (;;) {
    const name = `${process.pid} ${randomBytes(12).toString("hex")}\n`;
    await acquire(lock, name);
    try {
      return change(() => {
        if (nameIn(lock) !== name) throw new LockLostError();
      });
    } catch (error) {
      if (!(error instanceof LockLostError)) throw error;
    } finally {
      if (nameIn(lock) === name) rmSync(lock, { force: true });
    }
  }
}

async function acquire(lock: string, name: string): Promise<void> {
  let seen: string | undefined;
  let seenAt = 0;
  while (!create(lock, name)) {
    const present = nameIn(lock);
    if (present !== seen) {
      seen = present;
      seenAt = performance.now();
    } else if (present !== undefined && performance.now() - seenAt > LEFT_BEHIND_MS) {
      return takeOver(lock, name);
    }
    await delay(RETRY_MS * (1 + Math.random()));
  }
}

function create(lock: string, name: string): boolean {
  try {
    writeFileSync(lock, name, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function takeOver(lock: string, name: string): void {
  const temporary = `${lock}.${randomBytes(6).toString("hex")}`;
  writeFileSync(temporary, name, { flag: "wx", mode: 0o600 });
  renameSync(temporary, lock);
}

/** Undefined when there is no lock. */
function nameIn(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
