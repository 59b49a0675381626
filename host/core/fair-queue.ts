// Turns for work that costs much, such as hashes: so many at once, and source after source has one, however much one of
// them asks for.
//
// In: whoever has work waits for a turn, and gives it back. The work of a client that goes while it waits is forgotten.

/** Ends a turn. To be called once. */
export type Release = () => void;

type Waiting = (turn: Release | undefined) => void;

/** See the file's header. A source is a client's network address (`sourceOf`). */
export class FairQueue {
  readonly #most: number;
  #running = 0;
  /** Who waits, in order of arrival; the sources in the order of their turns. */
  readonly #sources = new Map<string, Set<Waiting>>();

  /** `most`: how many have their turn at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many wait. */
  get length(): number {
    let count = 0;
    for (const waiting of this.#sources.values()) count += waiting.size;
    return count;
  }

  /** Resolves when it is the caller's turn, or with undefined as soon as `signal` is aborted. */
  enter(source: string, signal: AbortSignal): Promise<Release | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = () => {
        this.#forget(source, waiting);
        resolve(undefined);
      };
      const waiting: Waiting = (turn) => {
        signal.removeEventListener("abort", leave);
        resolve(turn);
      };
      signal.addEventListener("abort", leave, { once: true });
      const others = this.#sources.get(source);
      if (others) others.add(waiting);
      else this.#sources.set(source, new Set([waiting]));
      this.#advance();
    });
  }

  #advance(): void {
    while (this.#running < this.#most) {
      const [next] = this.#sources;
      if (!next) return;
      const [source, all] = next;
      const [first] = all;
      this.#forget(source, first!);
      if (this.#sources.delete(source)) this.#sources.set(source, all); // the others have their turn first
      this.#running++;
      first!(() => {
        this.#running--;
        this.#advance();
      });
    }
  }

  #forget(source: string, waiting: Waiting): void {
    const all = this.#sources.get(source);
    all?.delete(waiting);
    if (all?.size === 0) this.#sources.delete(source);
  }
}
