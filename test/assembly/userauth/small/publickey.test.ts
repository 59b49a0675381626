// userauth-publickey.wasm and userauth-publickey-small.wasm: RFC 4252 §5 and §7 for one user and one Ed25519 key, in
// every way a request can be wrong. What other servers got wrong: test/rules, rules 6, 7, 9, 14 and 16.

import assert from "node:assert/strict";
import { sign, verify } from "node:crypto";
import { test } from "node:test";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import {
  passwordRequest,
  queryRequest,
  SESSION_ID,
  signedRequest,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { fuzzSeed, Random } from "../../../support/random.js";
import { CREDENTIALS, PASSWORD, Session, USER, USER_KEY, USER_SEED } from "../../../support/session.js";
import { failure, Userauth } from "../../../support/userauth.js";
import { bytes, string, uint32 } from "../../../../scripts/client/wire.js";
import { privateKey, publicBytes, publicKey } from "../../../../scripts/client/keys/raw.js";

const FUZZ_MS = 1500;
const SIGNATURE_BLOB_BYTES = 4 + 11 + 4 + 64;
const right = { seed: USER_SEED, sessionId: SESSION_ID };
const RIGHT = signedRequest(right);
const QUERY = queryRequest(right);

for (const build of ["publickey", "publickey-small"] as const) {
  const judge = (request: Uint8Array): string => new Userauth(build).judge(request);

  test(`${build}: a query for the key is answered with PK_OK, byte for byte, and a signed request with SUCCESS`, () => {
    const userauth = new Userauth(build);
    assert.equal(userauth.status, "NONE");
    const blob = bytes(string("ssh-ed25519"), string(USER_KEY));
    assert.deepEqual(userauth.receive(QUERY), Buffer.from(bytes(60, string("ssh-ed25519"), string(blob))));
    assert.equal(userauth.status, "QUERY_OK");
    assert.deepEqual(userauth.receive(RIGHT), Buffer.of(52));
    assert.equal(userauth.status, "SUCCESS");
    for (const late of [RIGHT, QUERY, bytes(51), bytes()])
      assert.equal(userauth.judge(late), "SUCCESS", "silence afterwards");
  });

  test(`${build}: a signed request needs no query before it, and none does harm`, () => {
    assert.equal(judge(RIGHT), "SUCCESS 52");
    const userauth = new Userauth(build);
    userauth.receive(userauthRequest(USER, "none"));
    userauth.receive(passwordRequest(USER, PASSWORD));
    assert.equal(userauth.judge(RIGHT), "SUCCESS 52");
  });

  test(`${build}: the signature is over the session identifier, whatever its length, and over no other`, () => {
    for (const length of [1, 20, 32, 48, 64]) {
      const sessionId = new Uint8Array(length).fill(length);
      const request = signedRequest({ ...right, sessionId });
      assert.equal(new Userauth(build, CREDENTIALS[build], sessionId).judge(request), "SUCCESS 52", `${length} bytes`);
      assert.equal(judge(request), "INVALID_PUBLICKEY 51");
    }
    for (let bit = 0; bit < 256; bit += 5) {
      const sessionId = Uint8Array.from(SESSION_ID);
      sessionId[bit >> 3] = sessionId[bit >> 3]! ^ (1 << (bit & 7));
      assert.equal(judge(signedRequest({ ...right, sessionId })), "INVALID_PUBLICKEY 51", `bit ${bit}`);
    }
  });

  test(`${build}: reset tells a host whether there is a key, and an identifier that has room`, () => {
    const empty = Uint8Array.from(CREDENTIALS[build]).fill(0, 64);
    assert.equal(new Userauth(build).serves, true);
    assert.equal(new Userauth(build, empty).serves, false, "no key");
    for (const length of [0, 64, 65, 1000]) {
      const { serves } = new Userauth(build, CREDENTIALS[build], new Uint8Array(length));
      assert.equal(serves, length <= 64, `${length} bytes`);
    }
  });

  test(`${build}: a request of one session is worth nothing in another`, () => {
    const sessions = ["one", "another"].map((seed) =>
      new Session({ userauth: build, client: { seed } }).keyExchange().service(),
    );
    const request = signedRequest({ ...right, sessionId: sessions[0]!.client.sessionId! });
    sessions[1]!.send(request);
    assert.deepEqual(sessions[1]!.server.statuses, ["INVALID_PUBLICKEY"]);
    sessions[0]!.send(request);
    assert.deepEqual(sessions[0]!.server.statuses, ["SUCCESS"]);
  });

  test(`${build}: user names of 1 to 63 bytes work, longer ones and empty ones never`, () => {
    for (const length of [1, 2, 31, 62, 63]) {
      const user = "u".repeat(length);
      const region = encodeCredentials(build, { user, publicKey: USER_KEY });
      assert.equal(
        new Userauth(build, region).judge(signedRequest({ ...right, user })),
        "SUCCESS 52",
        `${length} bytes`,
      );
    }
    for (const user of [
      "",
      "x".repeat(64),
      "x".repeat(255),
      "x".repeat(256),
      "x".repeat(3000),
      `${USER}${"\0".repeat(59)}`,
    ]) {
      assert.match(judge(queryRequest({ ...right, user })), /^INVALID_USER 51$/, `${user.length} bytes`);
      assert.match(judge(signedRequest({ ...right, user })), /^INVALID_(USER|PUBLICKEY) 51$/, `${user.length} bytes`);
    }
  });

  test(`${build}: a name that is nearly the user's is another one's`, () => {
    for (const user of [
      USER.slice(0, -1),
      USER.slice(0, 1),
      `${USER}n`,
      `${USER.slice(0, -1)}m`,
      `a${USER.slice(1, -1)}N`,
    ]) {
      assert.equal(judge(signedRequest({ ...right, user })), "INVALID_USER 51", user);
      assert.equal(judge(queryRequest({ ...right, user })), "INVALID_USER 51", user);
    }
  });

  test(`${build}: what was signed before a query does not answer it`, () => {
    const userauth = new Userauth(build);
    // the signature is right and stays where it was in the buffer: the query is shorter
    assert.equal(userauth.judge(signedRequest({ ...right, user: "somebody else" })), "INVALID_USER 51");
    assert.equal(userauth.judge(QUERY), "QUERY_OK 60");
  });

  test(`${build}: a length that no payload has is a protocol error, whatever stands in the buffer`, () => {
    for (const length of [0, 4097, 5000, 0x7fff_ffff, -1]) {
      const userauth = new Userauth(build);
      userauth.memory.set(RIGHT);
      assert.equal(userauth.exports.receive(length), 0);
      assert.equal(userauth.status, "PROTOCOL_ERROR", `${length} bytes`);
    }
    const longest = userauthRequest(USER, "x".repeat(4096 - userauthRequest(USER, "").length));
    assert.equal(longest.length, 4096);
    assert.equal(judge(longest), "FAILURE 51");
    assert.equal(judge(bytes(longest, 0)), "PROTOCOL_ERROR");
  });

  test(`${build}: many keys, many signatures: what node:crypto signs is admitted`, () => {
    const random = new Random(8032);
    for (let count = 0; count < 24; count++) {
      const seed = random.bytes(32);
      const region = encodeCredentials(build, { user: USER, publicKey: publicBytes(privateKey("Ed25519", seed)) });
      const sessionId = random.bytes(32);
      const request = signedRequest({ seed, sessionId });
      assert.equal(new Userauth(build, region, sessionId).judge(request), "SUCCESS 52", `key ${count}`);
      assert.doesNotMatch(new Userauth(build, region, sessionId).judge(RIGHT), /SUCCESS|52/);
    }
  });

  test(`${build}: every reason has its status, and all failures look the same to the client`, () => {
    const other = { ...right, seed: new Uint8Array(32).fill(3) };
    const cases: [string, Uint8Array][] = [
      ["FAILURE", userauthRequest(USER, "none")],
      ["FAILURE", passwordRequest(USER, PASSWORD)],
      ["FAILURE", userauthRequest(USER, "publickeys", 0, string("ssh-ed25519"), string("x"))],
      ["FAILURE", queryRequest({ ...right, method: "hostbased" })],
      ["FAILURE", signedRequest({ ...right, service: "ssh-userauth" })],
      ["INVALID_PUBLICKEY", queryRequest(other)],
      ["INVALID_PUBLICKEY", signedRequest(other)],
      ["INVALID_PUBLICKEY", signedRequest({ ...other, key: USER_KEY })],
      ["INVALID_PUBLICKEY", signedRequest({ ...right, key: publicBytes(privateKey("Ed25519", other.seed)) })],
      ["INVALID_USER", queryRequest({ ...right, user: "nobody" })],
      ["INVALID_USER", signedRequest({ ...right, user: "nobody" })],
    ];
    for (const [status, payload] of cases) {
      const userauth = new Userauth(build);
      assert.deepEqual(userauth.receive(payload), failure("publickey"), status);
      assert.equal(userauth.status, status, Buffer.from(payload).toString("latin1"));
      assert.equal(userauth.judge(RIGHT), "SUCCESS 52", "the right request afterwards");
    }
  });

  test(`${build}: a request that is cut off or goes on is a protocol error, and never admitted`, () => {
    for (let length = 0; length < RIGHT.length; length++) {
      const outcome = judge(RIGHT.subarray(0, length));
      // up to the method's name a shorter request may be another method's
      assert.match(outcome, /^(PROTOCOL_ERROR|FAILURE 51|INVALID_PUBLICKEY 51)$/, `${length} bytes`);
      if (length > RIGHT.length - SIGNATURE_BLOB_BYTES - 4) assert.equal(outcome, "PROTOCOL_ERROR", `${length} bytes`);
    }
    for (let length = 40; length < QUERY.length; length++)
      assert.equal(judge(QUERY.subarray(0, length)), "PROTOCOL_ERROR");
    for (const request of [RIGHT, QUERY]) {
      for (const more of [1, 4, 83, 1000])
        assert.equal(judge(bytes(request, new Uint8Array(more))), "PROTOCOL_ERROR", `${more}`);
    }
  });

  test(`${build}: trailing bytes inside the key blob or the signature blob are refused`, () => {
    const algorithm = string("ssh-ed25519");
    const made = (blob: Uint8Array, inSignature: Uint8Array): Uint8Array => {
      const signed = userauthRequest(USER, "publickey", 1, algorithm, string(bytes(algorithm, string(USER_KEY), blob)));
      const signature = sign(null, bytes(string(SESSION_ID), signed), privateKey("Ed25519", USER_SEED));
      return bytes(signed, string(bytes(algorithm, string(signature), inSignature)));
    };
    assert.equal(judge(made(bytes(), bytes())), "SUCCESS 52");
    assert.equal(judge(made(bytes(0), bytes())), "INVALID_PUBLICKEY 51");
    assert.equal(judge(made(bytes(), bytes(0))), "INVALID_PUBLICKEY 51");
    assert.equal(judge(made(bytes(), uint32(0))), "INVALID_PUBLICKEY 51");
  });

  test(`${build}: one wrong bit anywhere in a signed request is refused`, () => {
    // the boolean may be any value but 0, and is signed as it stands
    const booleanAt = 1 + 4 + USER.length + 4 + 14 + 4 + 9;
    for (let bit = 0; bit < RIGHT.length * 8; bit += build === "publickey" ? 1 : 3) {
      const altered = Uint8Array.from(RIGHT);
      altered[bit >> 3] = altered[bit >> 3]! ^ (1 << (bit & 7));
      assert.doesNotMatch(judge(altered), /SUCCESS|52|QUERY_OK|unknown/, `bit ${bit}`);
    }
    assert.equal(RIGHT[booleanAt], 1);
    assert.equal(judge(signedRequest({ ...right, hasSignature: 2 })), "SUCCESS 52", "all values but 0 are TRUE");
  });

  test(`${build}: a message that is not a request is a protocol error, and nothing works after it`, () => {
    for (let number = 0; number < 256; number++) {
      if (number !== 50) assert.equal(judge(bytes(number, RIGHT.subarray(1))), "PROTOCOL_ERROR", `message ${number}`);
    }
    const userauth = new Userauth(build);
    userauth.receive(60);
    assert.equal(userauth.judge(RIGHT), "PROTOCOL_ERROR");
  });

  test(`${build}: the seventh failure is the last, and the right request comes too late`, () => {
    const userauth = new Userauth(build);
    for (let attempt = 1; attempt <= 7; attempt++) {
      assert.deepEqual(userauth.receive(userauthRequest(USER, "none")), failure("publickey"));
      assert.equal(userauth.status, attempt < 7 ? "FAILURE" : "TOO_MANY_ATTEMPTS");
    }
    assert.equal(userauth.judge(RIGHT), "TOO_MANY_ATTEMPTS");
    assert.equal(userauth.judge(QUERY), "TOO_MANY_ATTEMPTS");
  });

  test(`${build}: damaged at random, a request is admitted exactly when node:crypto verifies it, seed ${fuzzSeed(4252)}`, (context) => {
    const random = new Random(fuzzSeed(4252));
    const end = performance.now() + FUZZ_MS;
    const key = publicKey("Ed25519", USER_KEY);
    const signedBytes = RIGHT.length - SIGNATURE_BLOB_BYTES - 4;
    let requests = 0;
    let admitted = 0;
    for (; performance.now() < end; requests++) {
      const request = random.chance(2)
        ? Uint8Array.from(RIGHT)
        : signedRequest({ ...right, seed: random.chance(2) ? USER_SEED : random.bytes(32), key: USER_KEY });
      for (let changes = random.below(3); changes > 0; changes--) {
        const at = random.chance(2) ? random.below(request.length) : request.length - 1 - random.below(64);
        request[at] = random.pick([0, 255, random.below(256), request[at]!]);
      }
      const head = Buffer.from(request.subarray(0, signedBytes + 23));
      const expected =
        head.equals(RIGHT.subarray(0, signedBytes + 23)) &&
        verify(null, bytes(string(SESSION_ID), request.subarray(0, signedBytes)), key, request.subarray(-64));
      const hex = Buffer.from(request).toString("hex");
      assert.equal(judge(request) === "SUCCESS 52", expected, `request ${requests} of seed ${random.seed}: ${hex}`);
      admitted += Number(expected);
    }
    assert.ok(admitted > 0 && admitted < requests);
    context.diagnostic(`${requests} requests, ${admitted} admitted`);
  });
}
