// Connections that are not served: what they are told, and how much of it the log says.
//
// The refused client gets an identification, a KEXINIT and SSH_MSG_DISCONNECT with a sentence, made once for each
// cause: nobody exchanges keys on them. When many are refused at once the rest is closed without a word, for each would
// hold a socket until the client has read it.

import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { DisconnectReason } from "../../../assembly/abi/index.js";
import { DESCRIPTIONS } from "../switchboard/ending.js";
import type { RefusalCause } from "../switchboard/ending.js";
import type { Log } from "./log.js";
import type { CompiledModule } from "../modules.js";
import { writeDisconnect } from "../switchboard/switchboard.js";

/** Refused clients that may read their sentence at once, and how long. */
const TOLD_AT_ONCE = 32;
const LINGER_MS = 2_000;
const ENTROPY_BYTES = 64;
/**
 * The log has so many entries of refusals for each stretch of time; the others are counted in one entry for each cause.
 */
const LOGGED = 10;
const STRETCH_MS = 10_000;

/** See the file's header. */
export class Refusals {
  readonly #transport: CompiledModule<"transport">;
  readonly #log: Log;
  readonly #words = new Map<RefusalCause, Uint8Array>();
  #told = 0;
  #logged = 0;
  readonly #unlogged = new Map<string, number>();
  #stretch: NodeJS.Timeout | undefined;

  constructor(transport: CompiledModule<"transport">, log: Log) {
    this.#transport = transport;
    this.#log = log;
  }

  refuse(stream: Duplex, cause: RefusalCause | "client-closed", connection: number, remote: string): void {
    this.#report(cause, connection, remote);
    stream.on("error", () => {});
    if (cause === "client-closed" || this.#told >= TOLD_AT_ONCE) return void stream.destroy();
    this.#told++;
    const timer = setTimeout(() => stream.destroy(), LINGER_MS).unref();
    stream.on("close", () => {
      clearTimeout(timer);
      this.#told--;
    });
    stream.end(this.#wordsFor(cause));
    stream.resume(); // a client's bytes that nobody reads would make a reset of the end
  }

  /** Says what has not been said yet. */
  flush(): void {
    clearTimeout(this.#stretch);
    this.#stretch = undefined;
    this.#logged = 0;
    for (const [cause, count] of this.#unlogged) this.#log({ event: "connections-refused", cause, count });
    this.#unlogged.clear();
  }

  #report(cause: string, connection: number, remote: string): void {
    this.#stretch ??= setTimeout(() => this.flush(), STRETCH_MS).unref();
    if (this.#logged < LOGGED) {
      this.#logged++;
      this.#log({ event: "connection-refused", connection, remote, cause });
    } else {
      this.#unlogged.set(cause, 1 + (this.#unlogged.get(cause) ?? 0));
    }
  }

  #wordsFor(cause: RefusalCause): Uint8Array {
    let words = this.#words.get(cause);
    if (words) return words;
    const { exports, memory } = this.#transport.instantiate();
    memory.writeInput(exports, randomBytes(ENTROPY_BYTES));
    const opening = memory.read(exports.outputPtr(), exports.open(ENTROPY_BYTES));
    const length = writeDisconnect({ exports, memory }, DisconnectReason.TOO_MANY_CONNECTIONS, DESCRIPTIONS[cause]);
    words = Buffer.concat([opening, memory.view(exports.outputPtr(), length)]);
    memory.wipe();
    this.#words.set(cause, words);
    return words;
  }
}
