// Whose request the full userauth build works on next.
//
// Requests that may need a hash wait for each other, and nothing else waits for them: a login by key takes as long as
// it takes, however many passwords are being tried.

import { FairQueue } from "../../core/fair-queue.js";
import type { Release } from "../../core/fair-queue.js";

const SSH_MSG_USERAUTH_INFO_RESPONSE = 61;
const METHOD_FIELD = 2;
const LENGTH_BYTES = 4;

/** See the file's header. */
export class UserauthTurns {
  readonly #hashes: FairQueue;
  readonly #others: FairQueue;

  /** `most`: how many of either kind are worked on at once. */
  constructor(most: number) {
    this.#hashes = new FairQueue(most);
    this.#others = new FairQueue(most);
  }

  /** See `FairQueue.enter`. */
  enter(payload: Uint8Array, source: string, signal: AbortSignal): Promise<Release | undefined> {
    return (mayHash(payload) ? this.#hashes : this.#others).enter(source, signal);
  }
}

/**
 * Whether the module may have to hash a password to answer: only the order of work depends on it. The method is the
 * third string of a request (RFC 4252 §5); an answer to prompts has none.
 */
export function mayHash(payload: Uint8Array): boolean {
  if (payload[0] === SSH_MSG_USERAUTH_INFO_RESPONSE) return true;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  let start = 1;
  for (let field = 0; ; field++) {
    if (bytes.length - start < LENGTH_BYTES) return false;
    const length = bytes.readUInt32BE(start);
    start += LENGTH_BYTES;
    if (length > bytes.length - start) return false;
    if (field === METHOD_FIELD) return bytes.toString("latin1", start, start + length) === "password";
    start += length;
  }
}
