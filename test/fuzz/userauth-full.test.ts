// userauth.wasm on conversations that are damaged at random: it never traps, never leaves its buffer's password behind
// and admits exactly when the last request is, byte for byte, one that admits. Seeds are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthStatus } from "../../assembly/abi/index.js";
import { encodeUsers } from "../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { fuzzSeed, Random } from "../support/random.js";
import { ecdsaKey, ed25519Key } from "../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../support/userauth-full.js";
import { bytes, uint32 } from "../../scripts/client/wire.js";

const MS = 2500;
const PASSWORD = "correct horse 47";
const KEY = ed25519Key();
const CURVE_KEY = ecdsaKey();

const region = encodeUsers({
  users: [
    passwordUser("admin", PASSWORD, { keys: [KEY], required: [["publickey"], ["password"], ["keyboard-interactive"]] }),
    passwordUser("both", PASSWORD, { keys: [CURVE_KEY], required: [["publickey", "password"]] }),
    passwordUser("expired", PASSWORD, { passwordExpired: true, required: [["password"], ["keyboard-interactive"]] }),
  ],
  failures: 200,
  requests: 255,
  queries: 200,
  banner: "hello",
  hostDecides: { others: ["password"] },
});

/** Conversations that end in SUCCESS, or would if nothing were damaged. */
const RIGHT: Uint8Array[][] = [
  [passwordRequest("admin", PASSWORD)],
  [query("admin", KEY), signed("admin", KEY)],
  [interactiveRequest("admin"), infoResponse(PASSWORD)],
  [signed("both", CURVE_KEY), passwordRequest("both", PASSWORD)],
];
const OTHERS: Uint8Array[] = [
  passwordRequest("expired", PASSWORD),
  changeRequest("expired", PASSWORD, "new password"),
  changeRequest("admin", PASSWORD, "short"),
  passwordRequest("guest", PASSWORD),
  userauthRequest("admin", "none"),
  infoResponse("new password", "new password"),
];

function damage(random: Random, request: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(request);
  for (let changes = random.below(3); changes > 0; changes--) {
    const at = random.below(damaged.length);
    damaged[at] = random.pick([0, 1, 255, damaged[at]! ^ (1 << random.below(8)), random.below(256)]);
  }
  switch (random.below(10)) {
    case 0:
      return damaged.subarray(0, random.below(damaged.length + 1));
    case 1:
      return bytes(damaged, random.bytes(1 + random.below(20)));
    case 2:
      return bytes(damaged.subarray(0, 1), uint32(random.next()), damaged.subarray(5));
    default:
      return damaged;
  }
}

test(`conversations damaged at random, seed ${fuzzSeed(4256)}`, (context) => {
  const random = new Random(fuzzSeed(4256));
  const end = performance.now() + MS;
  let requests = 0;
  let admitted = 0;
  while (performance.now() < end) {
    const userauth = new FullUserauth(region);
    const conversation = random.pick(RIGHT);
    const log: string[] = [];
    let intact = true;
    for (const [index, request] of conversation.entries()) {
      if (random.chance(6)) {
        const other = random.chance(2) ? random.pick(OTHERS) : damage(random, random.pick([...OTHERS, request]));
        log.push(Buffer.from(other).toString("hex"));
        userauth.receive(other);
        intact = false; // what was achieved may be gone, or the connection
        if (["PENDING", "CHANGE_PENDING"].includes(userauth.status))
          userauth.decide(random.pick<UserauthStatus>([UserauthStatus.FAILURE, UserauthStatus.NONE]));
      }
      const sent = random.chance(2) ? request : damage(random, request);
      if (!Buffer.from(sent).equals(request)) intact = false;
      log.push(Buffer.from(sent).toString("hex"));
      const before = userauth.status;
      const replies = userauth.receive(sent);
      requests++;
      const said = `request ${requests} of seed ${random.seed}: ${log.join(" ")}`;
      const isLast = index === conversation.length - 1;
      if (intact && isLast) assert.equal(userauth.status, "SUCCESS", said);
      if (userauth.status === "SUCCESS" && before !== "SUCCESS") {
        admitted++;
        // only the boolean of a signed request may be another than the right one, and it is signed
        assert.ok(
          RIGHT.some((right) => Buffer.from(right.at(-1)).equals(sent)),
          said,
        );
        assert.equal(replies.at(-1)[0], 52, said);
      }
      if (userauth.status === "PENDING") break;
      const buffer = Buffer.from(userauth.memory.subarray(0, 4096));
      assert.equal(buffer.indexOf(PASSWORD), -1, said);
    }
  }
  assert.ok(admitted > 0 && admitted < requests);
  context.diagnostic(`${requests} requests, ${admitted} admitted`);
});
