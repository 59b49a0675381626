// Credentials regions that nobody made: whatever bytes the module takes for a region, no request of any method traps or
// hangs, and none leaves its memory. Costs are bounded here, as a host bounds them. Seeds are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthField, UserauthStatus } from "../../assembly/abi/index.js";
import { encodeUsers, type UsersTable } from "../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { fuzzSeed, Random } from "../support/random.js";
import { argon2idOf } from "../../scripts/client/hashes.js";
import { ecdsaKey, ed25519Key, rsaKey, securityEd25519Key } from "../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../support/userauth-full.js";
import { boolean, string } from "../../scripts/client/wire.js";

const MS = 4000;
/** That of boards: an instance of the other has 20 MB. */
const MODULE = new WebAssembly.Module(moduleBytes("plain/userauth-board"));
const CAPACITY = 2048;
const BUFFER_BYTES = 4096;
const KEYS = [ed25519Key(), ecdsaKey(), rsaKey(), securityEd25519Key()];
const NAMES = ["ann", "bob", "nobody", "", "x".repeat(63), "x".repeat(64)];

const TABLES: UsersTable[] = [
  {
    users: [
      passwordUser("ann", "secret", { keys: KEYS, required: [["publickey", "password"], ["password"]] }),
      passwordUser("bob", "secret", { passwordExpired: true, commands: ["led"], channels: ["session"] }),
    ],
    banner: "hello",
    hostDecides: { others: ["password"], known: ["keyboard-interactive"] },
  },
  { users: [passwordUser("ann", "", { password: argon2idOf("secret", { m: 16, t: 1, p: 1 }), keys: [KEYS[0]!] })] },
];

const blob = (bytes: Uint8Array): { algorithm: string; blob: Uint8Array; sign: () => Uint8Array } => ({
  ...KEYS[0]!,
  blob: bytes,
  sign: () => bytes,
});

/** Of every method, right and wrong, for every name. */
const REQUESTS: Uint8Array[] = NAMES.flatMap((name) => [
  userauthRequest(name, "none"),
  passwordRequest(name, "secret"),
  passwordRequest(name, "wrong"),
  changeRequest(name, "secret", "another secret"),
  interactiveRequest(name),
  infoResponse("secret"),
  infoResponse("another secret", "another secret"),
  ...KEYS.flatMap((key) => [query(name, key), signed(name, key)]),
  query(name, blob(new Uint8Array())),
  query(name, blob(new Uint8Array(3000).fill(0xff))),
  userauthRequest(name, "publickey", boolean(true), string("ssh-ed25519"), string(""), string("")),
]);
const VERDICTS = Object.values(UserauthStatus).filter((status): status is UserauthStatus => typeof status === "number");

const open = (region: Uint8Array): FullUserauth =>
  new FullUserauth(region, { instantiate: () => new WebAssembly.Instance(MODULE) });

/** A region, or what was one. */
function damaged(random: Random): Buffer {
  const region = Buffer.alloc(CAPACITY);
  if (random.chance(8)) region.set(random.bytes(CAPACITY));
  else region.set(encodeUsers(random.pick(TABLES)));
  region[0] = 2;
  const end = Math.min(region.readUInt16LE(20), CAPACITY);
  for (let changes = random.below(8); changes > 0; changes--) {
    // lengths stand in the header, in front of users and in front of keys: small numbers are likely ones
    const at = random.chance(2) ? random.below(22 + 60) : random.below(end + 1) % CAPACITY;
    region[at] = random.pick([0, 1, 3, 255, region[at]! ^ (1 << random.below(8)), random.below(256)]);
  }
  if (random.chance(2)) repair(random, region);
  region[0] = 2;
  // what a host bounds: a few passes over a little memory
  region.fill(0, 13, 16).fill(0, 17, 20);
  region[12]! &= 3;
  return region;
}

/** Makes the lengths fit again, to another table. */
function repair(random: Random, region: Buffer): void {
  let at = 22 + region.readUInt16LE(10);
  for (let users = 1 + random.below(4); users > 0 && at < CAPACITY - 400; users--) {
    const start = at;
    at += 57;
    at += 1 + (region[at] = random.below(70));
    at += 1 + (region[at] = random.below(30));
    for (let keys = random.below(3); keys > 0; keys--) {
      const length = random.pick([0, 1, 51, random.below(60)]);
      region.writeUInt16LE(length, at);
      at += 3 + length;
    }
    region.writeUInt16LE(at - start, start);
  }
  region.writeUInt16LE(Math.min(at, 0xffff), 20);
}

test(`regions damaged at random, seed ${fuzzSeed(32)}`, (context) => {
  const random = new Random(fuzzSeed(32));
  const end = performance.now() + MS;
  let [regions, served, requests] = [0, 0, 0];
  while (performance.now() < end) {
    const region = damaged(random);
    const said = `seed ${random.seed}, region ${regions}: ${region.toString("hex")}`;
    let userauth = open(region);
    regions++;
    const length = userauth.exports.credentialsLength();
    if (length === 0) {
      assert.deepEqual(userauth.receive(REQUESTS[1]!), [], said);
      assert.equal(userauth.status, "PROTOCOL_ERROR", said);
      continue;
    }
    served++;
    assert.equal(length, region.readUInt16LE(20), said);
    userauth = open(region);
    for (let count = 12; count > 0; count--) {
      if (["PROTOCOL_ERROR", "TOO_MANY_ATTEMPTS", "SUCCESS"].includes(userauth.status)) userauth = open(region);
      const request = random.pick(REQUESTS);
      try {
        const replies = userauth.receive(request);
        requests++;
        if (["PENDING", "CHANGE_PENDING"].includes(userauth.status))
          replies.push(...userauth.decide(random.pick(VERDICTS)));
        for (const reply of replies) assert.ok(reply.length <= BUFFER_BYTES);
        for (let field = UserauthField.USER; field <= UserauthField.PUBLIC_KEY; field++) {
          const [at, bytes] = [userauth.exports.fieldPtr(field), userauth.exports.fieldLength(field)];
          assert.ok(bytes <= BUFFER_BYTES && at + bytes <= userauth.memory.length);
        }
      } catch (error) {
        assert.fail(`${String(error)}; ${said}; ${Buffer.from(request).toString("hex")}`);
      }
    }
  }
  assert.ok(served > 20 && served < regions, `${served} of ${regions}`);
  context.diagnostic(`${regions} regions, ${served} served, ${requests} requests`);
});
