// A few of many, the same for the same seed, of every kind and of as many files as there can be.

import { createHash } from "node:crypto";
import type { Mutation } from "./list.js";

export function sample(mutations: readonly Mutation[], count: number, seed: string): Mutation[] {
  const lot = ({ file, find, replace }: Mutation): string =>
    createHash("sha256")
      .update(JSON.stringify([seed, file, find, replace]))
      .digest("hex");
  const shuffled = mutations
    .filter(({ survives }) => survives === undefined)
    .map((mutation) => ({ mutation, lot: lot(mutation) }))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    .map(({ mutation }) => mutation);
  const taken = new Map<string, number>();
  // the first of each kind, then the second of each
  const ranked = shuffled.map((mutation) => {
    const rank = taken.get(mutation.kind) ?? 0;
    taken.set(mutation.kind, rank + 1);
    return { mutation, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ mutation }) => mutation);
}
