// Worker processes, each with a copy of the tree, and jobs that wait for one of them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Job, JobResult } from "./worker.js";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

export class Pool {
  readonly #workers: readonly ChildProcess[];

  private constructor(workers: readonly ChildProcess[]) {
    this.#workers = workers;
  }

  /** When it is there, the tree may change: the workers have copies of their own. */
  static async open(root: string, count: number): Promise<Pool> {
    const workers = Array.from({ length: count }, () => fork(WORKER, [root], { execArgv: process.execArgv }));
    await Promise.all(workers.map(answerOf));
    return new Pool(workers);
  }

  /** Runs a job for each item; `done` is called as each is done, before that worker's next job is asked for. */
  async run<T>(
    items: readonly T[],
    jobOf: (item: T) => Job,
    done: (item: T, result: JobResult) => void,
  ): Promise<void> {
    let next = 0;
    const serve = async (worker: ChildProcess): Promise<void> => {
      while (next < items.length) {
        const item = items[next++]!;
        worker.send(jobOf(item));
        done(item, (await answerOf(worker)) as JobResult);
      }
    };
    await Promise.all(this.#workers.map(serve));
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        worker.disconnect();
        return once(worker, "exit");
      }),
    );
  }
}

async function answerOf(worker: ChildProcess): Promise<unknown> {
  const exit = new AbortController();
  const failed = once(worker, "exit", { signal: exit.signal }).then(() => {
    throw new Error("a worker has failed");
  });
  try {
    const [message] = (await Promise.race([once(worker, "message"), failed])) as [unknown];
    return message;
  } finally {
    failed.catch(() => {});
    exit.abort();
  }
}
