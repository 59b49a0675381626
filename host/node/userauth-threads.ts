// The full userauth build in threads of its own, so that a slow hash stops nobody but its own connection.
//
// Each connection belongs to one thread (userauth-thread.ts), the one with the fewest; its calls are made in their order. A thread
// that crashes takes its connections along: whatever they ask is an error, which ends them. The next connection gets a new one.

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { UserauthStatus } from "../../assembly/abi.js";
import { ModuleError } from "./modules.js";
import type { Outcome, RecordChange, UserauthSetup } from "./userauth-instance.js";
import type { ThreadAnswer, ThreadCommand } from "./userauth-thread.js";

/** An instance of the full build, in whichever thread. A call is made when the outcome of the one before is there. */
export interface FullInstance {
  receive(payload: Uint8Array): Outcome | Promise<Outcome>;
  decide(verdict: UserauthStatus): Outcome | Promise<Outcome>;
  replaceRecord(change: RecordChange): void;
  end(): void;
}

const THREAD = threadUrl();

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  /** Why it serves no more. */
  error?: Error;
  connections: number;
  /** Who waits for an outcome, by the number of the connection. */
  waiting: Map<number, Waiting>;
}

/** Threads that are started when connections need them. */
export class UserauthThreads {
  readonly #code: WebAssembly.Module;
  readonly #most: number;
  #threads: Thread[] = [];
  #lastNumber = 0;

  /** `most`: how many threads there are at most. */
  constructor(code: WebAssembly.Module, most: number) {
    this.#code = code;
    this.#most = most;
  }

  open(setup: UserauthSetup, sessionId: Uint8Array): FullInstance {
    const thread = this.#choose();
    const number = ++this.#lastNumber;
    const send = (command: ThreadCommand, transfer: ArrayBuffer[] = []) => {
      if (!thread.error) thread.worker.postMessage(command, transfer);
    };
    const call = (command: ThreadCommand, transfer: ArrayBuffer[]): Promise<Outcome> =>
      new Promise((resolve, reject) => {
        if (thread.error) return reject(thread.error);
        thread.waiting.set(number, { resolve, reject });
        send(command, transfer);
      });
    thread.connections++;
    send({ type: "open", number, setup, sessionId: sessionId.slice() });
    let ended = false;
    return {
      receive: (payload) => {
        const copy = payload.slice();
        payload.fill(0);
        return call({ type: "receive", number, payload: copy }, [copy.buffer]);
      },
      decide: (verdict) => call({ type: "decide", number, verdict }, []),
      replaceRecord: (change) => send({ type: "replaceRecord", number, change }),
      end: () => {
        if (ended) return;
        ended = true;
        thread.connections--;
        thread.waiting.delete(number);
        send({ type: "end", number });
      },
    };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #choose(): Thread {
    const least = this.#threads.reduce<Thread | undefined>(
      (best, thread) => (best && best.connections <= thread.connections ? best : thread),
      undefined,
    );
    return least && (least.connections === 0 || this.#threads.length >= this.#most) ? least : this.#start();
  }

  #start(): Thread {
    const thread: Thread = {
      worker: new Worker(THREAD, { workerData: this.#code }),
      connections: 0,
      waiting: new Map(),
    };
    thread.worker.unref(); // the server's sockets keep the process alive
    thread.worker.on("message", (answer: ThreadAnswer) => {
      const waiting = thread.waiting.get(answer.number);
      thread.waiting.delete(answer.number);
      if ("outcome" in answer) waiting?.resolve(answer.outcome);
      else waiting?.reject(new ModuleError(answer.error));
    });
    const crash = (why: string) => {
      thread.error ??= new ModuleError(`the thread of the userauth module has ended: ${why}`);
      this.#threads = this.#threads.filter((other) => other !== thread);
      for (const { reject } of thread.waiting.values()) reject(thread.error);
      thread.waiting.clear();
    };
    thread.worker.on("error", (error) => crash(error instanceof Error ? error.message : String(error)));
    thread.worker.on("exit", (code) => crash(`exit code ${code}`));
    this.#threads.push(thread);
    return thread;
  }
}

/** The file of a thread. From the sources, where tests run, Node has to learn TypeScript first: in threads tsx leaves that to us. */
function threadUrl(): URL {
  const extension = extname(fileURLToPath(import.meta.url));
  const url = new URL(`./userauth-thread${extension}`, import.meta.url);
  if (extension !== ".ts") return url;
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const script = `import { register } from ${tsx}; register(); await import(${JSON.stringify(url.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}
