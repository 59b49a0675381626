// The full userauth build in threads of its own, so that a slow hash stops nobody but its own connection.
//
// A connection has a thread to itself (thread.ts) until it is logged in or ends: what one client has computed, no other
// waits for. Threads that nobody has are kept for the next connections. One that crashes ends its connection.

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { UserauthStatus } from "../../../assembly/abi/index.js";
import { ModuleError } from "../modules.js";
import type { Outcome, RecordChange, UserauthSetup } from "./instance.js";
import type { ThreadAnswer, ThreadCommand } from "./thread.js";

/** An instance of the full build, in whichever thread. A call is made when the outcome of the one before is there. */
export interface FullInstance {
  /** `region`: whom the payload is judged by, in place of the region that is there. */
  receive(payload: Uint8Array, region?: Uint8Array): Outcome | Promise<Outcome>;
  decide(verdict: UserauthStatus): Outcome | Promise<Outcome>;
  replaceRecord(change: RecordChange): void;
  /** The instance is wiped, after the call that runs. Resolves when that has been done. */
  end(): void | Promise<void>;
}

const THREAD = threadUrl();
/** A thread that nobody has had for so long ends; it has about 8 MB. */
const IDLE_MS = 30_000;

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  /** Why it serves no more. */
  error?: Error;
  /** Who waits for an outcome. */
  waiting?: Waiting | undefined;
  /** Who waits for the end of the instance. */
  ended?: (() => void) | undefined;
  idleTimer?: NodeJS.Timeout;
}

/** Threads that are started when connections need them. */
export class UserauthThreads {
  readonly #code: WebAssembly.Module;
  readonly #kept: number;
  readonly #all = new Set<Thread>();
  readonly #idle: Thread[] = [];

  /** `kept`: how many threads stay when nobody needs them. */
  constructor(code: WebAssembly.Module, kept: number) {
    this.#code = code;
    this.#kept = kept;
  }

  open(setup: UserauthSetup, sessionId: Uint8Array): FullInstance {
    const thread = this.#idle.pop() ?? this.#start();
    clearTimeout(thread.idleTimer);
    const send = (command: ThreadCommand, transfer: ArrayBuffer[] = []) => {
      if (!thread.error) thread.worker.postMessage(command, transfer);
    };
    const call = (command: ThreadCommand, transfer: ArrayBuffer[]): Promise<Outcome> =>
      new Promise((resolve, reject) => {
        if (thread.error) return reject(thread.error);
        thread.waiting = { resolve, reject };
        send(command, transfer);
      });
    send({ type: "open", setup, sessionId: sessionId.slice() });
    let ended: Promise<void> | undefined;
    return {
      receive: (payload, region) => {
        const copy = payload.slice();
        payload.fill(0);
        return call({ type: "receive", payload: copy, region }, [copy.buffer]);
      },
      decide: (verdict) => call({ type: "decide", verdict }, []),
      replaceRecord: (change) => {
        if (!ended) send({ type: "replaceRecord", change });
      },
      end: () => (ended ??= this.#end(thread)),
    };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map(({ worker }) => worker.terminate()));
  }

  async #end(thread: Thread): Promise<void> {
    await new Promise<void>((resolve) => {
      if (thread.error) return resolve();
      thread.ended = resolve;
      thread.worker.postMessage({ type: "end" } satisfies ThreadCommand);
    });
    if (thread.error) return;
    this.#idle.push(thread);
    thread.idleTimer = setTimeout(() => {
      if (this.#idle.length > this.#kept) void thread.worker.terminate();
    }, IDLE_MS).unref();
  }

  #start(): Thread {
    const thread: Thread = { worker: new Worker(THREAD, { workerData: this.#code }) };
    thread.worker.unref(); // the server's sockets keep the process alive
    thread.worker.on("message", (answer: ThreadAnswer) => {
      const { waiting, ended } = thread;
      if ("ended" in answer) {
        thread.ended = undefined;
        return ended?.();
      }
      thread.waiting = undefined;
      if ("outcome" in answer) waiting?.resolve(answer.outcome);
      else waiting?.reject(new ModuleError(answer.error));
    });
    const crash = (why: string) => {
      thread.error ??= new ModuleError(`the thread of the userauth module has ended: ${why}`);
      this.#all.delete(thread);
      const place = this.#idle.indexOf(thread);
      if (place >= 0) this.#idle.splice(place, 1);
      thread.waiting?.reject(thread.error);
      thread.ended?.();
    };
    thread.worker.on("error", (error) => crash(error instanceof Error ? error.message : String(error)));
    thread.worker.on("exit", (code) => crash(`exit code ${code}`));
    this.#all.add(thread);
    return thread;
  }
}

/**
 * The file of a thread. From the sources, where tests run, Node has to learn TypeScript first: in threads tsx leaves
 * that to us.
 */
function threadUrl(): URL {
  const extension = extname(fileURLToPath(import.meta.url));
  const url = new URL(`./thread${extension}`, import.meta.url);
  if (extension !== ".ts") return url;
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const script = `import { register } from ${tsx}; register(); await import(${JSON.stringify(url.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}
