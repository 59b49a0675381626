// userauth-password.wasm against an independent reading of RFC 4252 §8, on requests that are damaged at random: SUCCESS
// comes exactly when the request is, byte for byte, the one request of the right user with the right password. Seeds
// are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { fuzzSeed, Random } from "../support/random.js";
import { PASSWORD, USER } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

const MS = 2000;

/** Takes one field after the other; undefined where the request is not what RFC 4252 §8 says. */
function readPasswordRequest(
  payload: Uint8Array,
): { user: string; service: string; method: string; rest: Buffer } | undefined {
  let rest = Buffer.from(payload);
  if (rest[0] !== 50) return undefined;
  rest = rest.subarray(1);
  const fields: string[] = [];
  for (let field = 0; field < 3; field++) {
    if (rest.length < 4 || rest.readUInt32BE() > rest.length - 4) return undefined;
    const end = 4 + rest.readUInt32BE();
    fields.push(rest.subarray(4, end).toString("latin1"));
    rest = rest.subarray(end);
  }
  return { user: fields[0]!, service: fields[1]!, method: fields[2]!, rest };
}

function isRight(payload: Uint8Array): boolean {
  const request = readPasswordRequest(payload);
  if (!request || request.rest.length < 5 || request.rest[0] !== 0) return false;
  const length = request.rest.readUInt32BE(1);
  const password = request.rest.subarray(5);
  const known = request.user === USER && request.service === "ssh-connection" && request.method === "password";
  return known && password.length === length && password.toString("latin1") === PASSWORD;
}

function randomRequest(random: Random): Uint8Array {
  const right = passwordRequest(USER, PASSWORD);
  switch (random.below(8)) {
    case 0:
      return right;
    case 1:
      return random.bytes(random.below(100));
    case 2:
      return bytes(50, uint32(random.below(300)), random.bytes(random.below(400)));
    case 3:
      return userauthRequest(
        random.pick([USER, "x"]),
        random.pick(["none", "password", "publickey"]),
        random.bytes(random.below(30)),
      );
    case 4:
      return passwordRequest(random.bytes(random.below(260)), random.bytes(random.below(260)));
    case 5:
      return bytes(right, random.bytes(random.below(4)));
    case 6:
      return right.subarray(0, random.below(right.length + 1));
    default: {
      const altered = Uint8Array.from(right);
      for (let changes = 1 + random.below(3); changes > 0; changes--)
        altered[random.below(altered.length)] = random.below(256);
      return random.chance(2) ? altered : bytes(altered, string(PASSWORD));
    }
  }
}

const random = new Random(fuzzSeed(47));

test(`SUCCESS exactly for the right request, whatever came before, seed ${random.seed}`, (context) => {
  const end = performance.now() + MS;
  let requests = 0;
  let successes = 0;
  while (performance.now() < end) {
    const userauth = new Userauth("password");
    let over = false;
    for (let attempt = 1; attempt <= 6; attempt++, requests++) {
      const payload = randomRequest(random);
      const what = `request ${requests} of seed ${random.seed}: ${Buffer.from(payload).toString("hex")}`;
      const reply = userauth.receive(payload);
      const { status } = userauth;
      assert.doesNotMatch(status, /unknown|NONE|QUERY|PENDING|CHANGE|PARTIAL/, what);
      if (over) assert.equal(reply.length, 0, what);
      else if (isRight(payload)) {
        assert.equal(status, "SUCCESS", what);
        assert.deepEqual(reply, Buffer.of(52), what);
        successes++;
      } else assert.ok(status !== "SUCCESS" && reply[0] !== 52, what);
      over ||= ["SUCCESS", "PROTOCOL_ERROR", "TOO_MANY_ATTEMPTS"].includes(status);
      assert.ok(over || attempt < 4, `${what}: a fifth attempt`);
    }
  }
  assert.ok(successes > 0);
  context.diagnostic(`${requests} requests`);
});
