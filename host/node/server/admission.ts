// Who may come in before login: how many at once, how many of one source, and who gives way when there are too many.
//
// In: the sources of new connections (`sourceOf`). Out: a place, or the cause of a refusal. Between `dropFrom` and
// `most` places each newcomer costs somebody's place with a probability that rises to 1, as with OpenSSH's MaxStartups;
// but whoever waits silently in front of the key exchange goes first, so that silent connections keep nobody out.

/** What is known of whoever has a place. */
export interface Holder {
  /** Whether the key exchange is over: that has cost the client something, too. */
  hasKeys(): boolean;
  /** Whether a request of the client's is being worked on, whose place is not free before that is done. */
  isWorking(): boolean;
  /** Somebody else needs the place. */
  giveWay(): void;
}

export interface AdmissionLimits {
  /** Places before login. */
  most: number;
  /** Of one source. */
  mostPerSource: number;
  /** Places from which on newcomers cost one, at first with a probability of `dropPercent`. */
  dropFrom: number;
  dropPercent: number;
}

/** Why there is no place. */
export type Refusal = "too-many-of-source" | "too-many-unauthenticated" | "early-drop";

interface Place {
  source: string;
  holder: Holder;
  gaveWay: boolean;
}

/** Frees the place; a second call does nothing. */
export type Leave = () => void;

/** See the file's header. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #random: () => number;
  /** In order of arrival. */
  readonly #places = new Set<Place>();
  readonly #counts = new Map<string, number>();

  /** `random`: from 0 to 1, 1 excluded. */
  constructor(limits: AdmissionLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Places that are taken. */
  get size(): number {
    return this.#places.size;
  }

  /** A place for a newcomer, or why there is none. */
  enter(source: string, holder: Holder): Leave | Refusal {
    const count = 1 + (this.#counts.get(source) ?? 0);
    if (count > this.#limits.mostPerSource) return "too-many-of-source";
    if (this.#costsPlace() && !this.#makeWay(count))
      return this.#places.size >= this.#limits.most ? "too-many-unauthenticated" : "early-drop";
    const place: Place = { source, holder, gaveWay: false };
    this.#places.add(place);
    this.#counts.set(source, count);
    return () => this.#leave(place);
  }

  #costsPlace(): boolean {
    const { most, dropFrom, dropPercent } = this.#limits;
    const size = this.#places.size;
    if (size >= most) return true;
    if (size < dropFrom) return false;
    const percent = dropPercent + ((100 - dropPercent) * (size - dropFrom)) / (most - dropFrom);
    return this.#random() * 100 < percent;
  }

  /**
   * Takes the place of a source that has as many as the newcomer's will have, or more: the oldest without keys, else
   * the oldest of a source that has more. Who has logged in half and is alone of its source keeps its place.
   */
  #makeWay(count: number): boolean {
    let chosen: Place | undefined;
    const rank = ({ source, holder }: Place): number => {
      const places = this.#counts.get(source)!;
      if (places < count || (holder.hasKeys() && (places === count || holder.isWorking()))) return 0;
      return (holder.hasKeys() ? 0 : this.#limits.most) + places;
    };
    let best = 0;
    for (const place of this.#places) {
      const itsRank = place.gaveWay ? 0 : rank(place);
      if (itsRank > best) [best, chosen] = [itsRank, place];
    }
    if (!chosen) return false;
    chosen.gaveWay = true;
    chosen.holder.giveWay();
    return true;
  }

  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    const count = this.#counts.get(place.source)! - 1;
    if (count === 0) this.#counts.delete(place.source);
    else this.#counts.set(place.source, count);
  }
}
