// fair-queue.ts: whose turn it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FairQueue, type Release } from "../../../host/core/fair-queue.js";

/** Work that waits, and the order in which it had its turn. */
class Work {
  readonly order: string[] = [];
  readonly releases: Release[] = [];

  constructor(readonly queue: FairQueue) {}

  /** Named after its source, such as "a1". Returns what makes its client go. */
  add(name: string): AbortController {
    const client = new AbortController();
    void this.queue.enter(name[0]!, client.signal).then((release) => {
      this.order.push(release ? name : `${name} gone`);
      if (release) this.releases.push(release);
    });
    return client;
  }

  /** Ends the oldest turn. */
  async next(): Promise<void> {
    await settled();
    this.releases.shift()!();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a source that asks for much has one turn, and then the others have theirs", async () => {
  const work = new Work(new FairQueue(1));
  for (const name of ["a1", "a2", "a3", "a4", "b1", "c1", "b2"]) work.add(name);
  for (let count = 0; count < 7; count++) await work.next();
  assert.deepEqual(work.order, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  work.add("d1");
  await settled();
  assert.equal(work.order.at(-1), "d1");
});

test("no more than so many have their turn at once", async () => {
  const work = new Work(new FairQueue(2));
  for (const name of ["a1", "a2", "a3"]) work.add(name);
  await settled();
  assert.deepEqual(work.order, ["a1", "a2"]);
  assert.equal(work.queue.length, 1);
  await work.next();
  assert.deepEqual(work.order, ["a1", "a2", "a3"]);
});

test("what waits for a client that has gone is forgotten, and its turn is the next one's", async () => {
  const work = new Work(new FairQueue(1));
  work.add("a1");
  const gone = [work.add("a2"), work.add("b1")];
  work.add("b2");
  await settled();
  for (const client of gone) client.abort();
  await settled();
  assert.equal(work.queue.length, 1);
  await work.next();
  assert.deepEqual(work.order, ["a1", "a2 gone", "b1 gone", "b2"]);
  const late = new AbortController();
  late.abort();
  assert.equal(await work.queue.enter("c", late.signal), undefined);
  assert.equal(work.queue.length, 0);
});
