// admission.ts, penalties.ts, client-penalties.ts, source-address.ts: who comes in, with clocks and chance of the
// test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission, type AdmissionLimits, type Holder } from "../../../../host/node/server/admission.js";
import { ClientPenalties } from "../../../../host/node/server/client-penalties.js";
import { Penalties, PENALTY_TIMES } from "../../../../host/node/server/penalties.js";
import { sourceOf } from "../../../../host/node/server/source-address.js";

/** Somebody before login. */
class Client implements Holder {
  gone = false;
  keys = false;
  working = false;
  leave: () => void = () => {};

  hasKeys(): boolean {
    return this.keys;
  }

  isWorking(): boolean {
    return this.working;
  }

  giveWay(): void {
    this.gone = true;
    if (!this.working) this.leave();
  }
}

class Door {
  readonly admission: Admission;

  constructor(limits: Partial<AdmissionLimits>, random: () => number = () => 0.999) {
    this.admission = new Admission({ most: 4, mostPerSource: 4, dropFrom: 4, dropPercent: 30, ...limits }, random);
  }

  /** A client that is in, or the cause of the refusal. */
  try(source: string, state: Partial<Client> = {}): Client | string {
    const client = Object.assign(new Client(), state);
    const place = this.admission.enter(source, client);
    if (typeof place === "string") return place;
    client.leave = place;
    return client;
  }

  enter(source: string, state: Partial<Client> = {}): Client {
    const client = this.try(source, state);
    assert.ok(typeof client !== "string", `refused: ${typeof client === "string" ? client : ""}`);
    return client;
  }
}

test("one source has no more places than are allowed to it; others have theirs", () => {
  const door = new Door({ mostPerSource: 2 });
  const first = door.enter("a");
  door.enter("a");
  assert.equal(door.try("a"), "too-many-of-source");
  door.enter("b");
  first.leave();
  first.leave();
  assert.equal(door.admission.size, 2);
  door.enter("a");
});

test("when all places are taken, the oldest that is silent gives way to a newcomer of another source", () => {
  const door = new Door({});
  const clients = ["a", "b", "c", "d"].map((source) => door.enter(source));
  clients[0]!.keys = true;
  door.enter("e");
  assert.deepEqual(
    clients.map(({ gone }) => gone),
    [false, true, false, false],
  );
  assert.equal(door.admission.size, 4);
});

test("the source with the most places pays first, keys or not; one that is alone and has keys keeps its place", () => {
  const door = new Door({});
  const crowd = [door.enter("a", { keys: true }), door.enter("a", { keys: true })];
  const single = [door.enter("b", { keys: true }), door.enter("c", { keys: true })];
  door.enter("d", { keys: true });
  assert.deepEqual(
    [...crowd, ...single].map(({ gone }) => gone),
    [true, false, false, false],
  );
  assert.equal(door.try("e"), "too-many-unauthenticated");
  assert.equal(door.try("a"), "too-many-unauthenticated", "a source does not grow at the cost of others");
});

test("whose work is not done keeps its place", () => {
  const door = new Door({ most: 2, dropFrom: 2 });
  const working = [1, 2].map(() => door.enter("a", { keys: true, working: true }));
  assert.equal(door.try("b"), "too-many-unauthenticated");
  working[1]!.working = false;
  door.enter("b");
  assert.equal(working[1]!.gone, true);
});

test("early drop: from the first limit on with the probability that was given, at the second always", () => {
  let chance = 0;
  const door = new Door({ most: 10, mostPerSource: 10, dropFrom: 5 }, () => chance);
  const holders = Array.from({ length: 5 }, () => door.enter("a", { keys: true, working: true }));
  chance = 0.29;
  assert.equal(door.try("a"), "early-drop");
  chance = 0.31;
  holders.push(door.enter("a", { keys: true, working: true }));
  assert.equal(door.try("a"), "early-drop", "44 % now");
  chance = 0.99;
  while (door.admission.size < 10) door.enter("a", { keys: true, working: true });
  assert.equal(door.try("b"), "too-many-unauthenticated");
});

test("penalties add up, are forgiven while they are small, are bounded, and end", () => {
  let now = 1_000;
  const penalties = new Penalties(PENALTY_TIMES, () => now);
  for (let count = 0; count < 2; count++) penalties.add("a", "failure");
  assert.equal(penalties.refuses("a"), false, "10 s are less than 15");
  penalties.add("a", "failure");
  assert.equal(penalties.refuses("a"), true);
  assert.equal(penalties.refuses("b"), false);
  now += 14_999;
  assert.equal(penalties.refuses("a"), true, "until it has ended, though less than 15 s are left");
  now += 1;
  assert.equal(penalties.refuses("a"), false);
  for (let count = 0; count < 1_000; count++) penalties.add("a", "timeout");
  now += PENALTY_TIMES.mostMs - 1;
  assert.equal(penalties.refuses("a"), true);
  now += 1;
  assert.equal(penalties.refuses("a"), false);
  assert.equal(penalties.size, 0);
});

test("penalties remember so many sources, those that failed last", () => {
  const penalties = new Penalties({ ...PENALTY_TIMES, sources: 3, failureMs: 20_000 }, () => 0);
  for (const source of ["a", "b", "c", "a", "d"]) penalties.add(source, "failure");
  assert.deepEqual(
    ["a", "b", "c", "d"].map((source) => penalties.refuses(source)),
    [true, false, true, true],
  );
  assert.equal(penalties.size, 3);
});

test("a network of IPv6 fails as one; the machine's own addresses are exempt, unless others are named", () => {
  const failed = { cause: "client-closed", hasFailed: true } as const;
  const fail = (penalties: ClientPenalties, address: string): void => {
    for (let count = 0; count < 3; count++) penalties.add(address, failed);
  };
  const penalties = new ClientPenalties(undefined, undefined, () => 0);
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "serial port"]) {
    fail(penalties, address);
    assert.equal(penalties.refuses(address), false, address);
  }
  fail(penalties, "2001:db8:1:2::1");
  assert.equal(penalties.refuses("2001:db8:1:2:ffff::9"), true);
  assert.equal(penalties.refuses("2001:db8:1:3::1"), false);
  fail(penalties, "::ffff:192.0.2.1");
  assert.equal(penalties.refuses("192.0.2.1"), true);
  const named = new ClientPenalties({}, ["192.0.2.0/24"], () => 0);
  for (const address of ["127.0.0.1", "192.0.2.77"]) fail(named, address);
  assert.deepEqual([named.refuses("127.0.0.1"), named.refuses("192.0.2.77")], [true, false]);
  const none = new ClientPenalties(false, []);
  fail(none, "192.0.2.1");
  assert.equal(none.refuses("192.0.2.1"), false);
  for (const wrong of ["localhost", "192.0.2.0/33", "::/129", "1.2.3.4/x"])
    assert.throws(() => new ClientPenalties({}, [wrong]), RangeError, wrong);
});

test("what the server itself ends costs the client nothing", () => {
  const penalties = new ClientPenalties({ leastMs: 1 }, [], () => 0);
  for (const cause of ["gave-way", "server-close", "module-error"] as const)
    penalties.add("192.0.2.1", { cause, hasFailed: true });
  assert.equal(penalties.refuses("192.0.2.1"), false);
  penalties.add("192.0.2.1", { cause: "key-exchange-timeout", hasFailed: false });
  assert.equal(penalties.refuses("192.0.2.1"), true);
});

test("an address stands for itself, an IPv6 address for its /64", () => {
  for (const [address, expected] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
    ["2001:0DB8::1", "2001:db8:0:0::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["stream", "stream"],
  ]) {
    assert.equal(sourceOf(address!), expected, address);
  }
});
