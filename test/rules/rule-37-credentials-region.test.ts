// Rule 37: nothing that a client sends is written into the credentials region, whatever lengths it has: each bound that
// stands before the region has a request here that goes beyond it, and the region is compared afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCredentials, type UserauthBuild, USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import {
  passwordRequest,
  query,
  SESSION_ID,
  signed,
  signedRequest,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { CREDENTIALS, PASSWORD, USER, USER_KEY, USER_SEED } from "../support/session.js";
import { ed25519Key, mpintOf, rsaKey, securityEd25519Key, type TestKey } from "../../scripts/client/keys/kinds.js";
import { FullUserauth } from "../support/userauth-full.js";
import { Userauth } from "../support/userauth.js";
import { bytes, string } from "../../scripts/client/wire.js";

const PAYLOAD_CAPACITY = 4096;
/** assembly/userauth/full/request.ts: where a request has to end, as signatures are verified behind it. */
const SCRATCH = 1536;

const STRANGER = { user: "stranger", seed: new Uint8Array(32).fill(66) };
const strangers = ed25519Key(STRANGER.seed);

function repeated(region: Uint8Array, length: number): Uint8Array {
  return Buffer.alloc(length, region);
}

/** A signed request with a name of that many bytes; the longest that a payload holds where that is more. */
function signedAs(user: Uint8Array, sessionId: Uint8Array): Uint8Array {
  return signedRequest({ user, seed: USER_SEED, sessionId }).subarray(0, PAYLOAD_CAPACITY);
}

function assertUntouched(userauth: Userauth | FullUserauth, before: Uint8Array, what: string): void {
  const region = userauth.memory.subarray(...userauth.region);
  assert.ok(Buffer.from(region).equals(before), `the region was written to: ${what}`);
}

const LENGTHS = [63, 64, 65, 66, 100, 200, 300, 400, 700, 1000, 2000, 3000, 3800];
const isKeyBuild = (build: UserauthBuild): build is "publickey" | "publickey-small" => build !== "password";

for (const build of USERAUTH_BUILDS) {
  test(`rule 37: a user name of any length leaves the region of ${build} as it was`, () => {
    for (const sessionId of [SESSION_ID, new Uint8Array(64).fill(5)]) {
      for (const length of LENGTHS) {
        const name = new Uint8Array(length).fill(0x75);
        const userauth = new Userauth(build, CREDENTIALS[build], sessionId);
        const request = isKeyBuild(build) ? signedAs(name, sessionId) : passwordRequest(name, PASSWORD);
        assert.doesNotMatch(userauth.judge(request), /SUCCESS|52/, `${length} bytes`);
        assertUntouched(userauth, CREDENTIALS[build], `a name of ${length} bytes`);
      }
    }
  });

  test(`rule 37: a password or a method of any length leaves the region of ${build} as it was`, () => {
    for (const length of [...LENGTHS, 127, 128, 192, 255, 256]) {
      for (const request of [
        passwordRequest(USER, "p".repeat(length)),
        userauthRequest(USER, "m".repeat(length)),
        userauthRequest(USER, "publickey", 0, string("a".repeat(length)), string(USER_KEY)),
        userauthRequest(USER, "publickey", 0, string("ssh-ed25519"), string("k".repeat(length))),
      ]) {
        const userauth = new Userauth(build);
        assert.doesNotMatch(userauth.judge(request), /SUCCESS|52/, `${length} bytes`);
        assertUntouched(userauth, CREDENTIALS[build], `${length} bytes`);
      }
    }
  });
}

for (const build of USERAUTH_BUILDS.filter(isKeyBuild)) {
  test(`rule 37: a stranger who names the key of ${build} in a request with a region inside is not admitted afterwards`, () => {
    const region = encodeCredentials(build, { user: STRANGER.user, publicKey: strangers.blob.subarray(-32) });
    for (let shift = 0; shift < region.length; shift++) {
      const userauth = new Userauth(build);
      userauth.judge(signedAs(bytes(new Uint8Array(shift), repeated(region, 1000)), SESSION_ID));
      assert.doesNotMatch(userauth.judge(signedRequest({ ...STRANGER, sessionId: SESSION_ID })), /SUCCESS|52/);
    }
  });

  test(`rule 37: the longest name that a region holds is signed for, and a longer one is not even verified, ${build}`, () => {
    const judge = (length: number) => new Userauth(build).judge(signedAs(Buffer.alloc(length, "u"), SESSION_ID));
    assert.equal(judge(63), "INVALID_USER 51");
    assert.equal(judge(64), "INVALID_PUBLICKEY 51");
  });

  test(`rule 37: a session identifier beyond 64 bytes opens nothing and writes nothing, ${build}`, () => {
    for (const length of [65, 66, 100, 255, 256, 1000, 4000]) {
      const sessionId = new Uint8Array(length).fill(9);
      const userauth = new Userauth(build, CREDENTIALS[build], sessionId);
      assertUntouched(userauth, CREDENTIALS[build], `an identifier of ${length} bytes`);
      assert.equal(userauth.judge(signedAs(Buffer.from(USER), sessionId)), "PROTOCOL_ERROR", `${length} bytes`);
    }
  });
}

/** A key of that kind whose blob makes a request without a signature end at byte `end`. */
function keyEndingAt(end: number, key: (padding: number) => TestKey): TestKey {
  return key(end - query("guest", key(0)).length);
}

const longApplication = (length: number): TestKey => securityEd25519Key("x".repeat(length));
/** A modulus that no verification takes, of any length. */
const longModulus = (length: number): TestKey => ({
  ...rsaKey(),
  blob: bytes(string("ssh-rsa"), mpintOf(Buffer.of(1, 0, 1)), mpintOf(Buffer.alloc(300 + length, 0x7f))),
});
const GUESTS = { users: [], hostDecides: { others: ["publickey" as const] }, failures: 99, requests: 99 };

test("rule 37: in the full build no request reaches into the memory where its signature is verified", () => {
  for (const key of [longApplication, longModulus]) {
    for (const end of [SCRATCH - 400, SCRATCH, SCRATCH + 1, 2000, 2400, 2430, 2500, 3000, 3500, 3900]) {
      const userauth = new FullUserauth(GUESTS);
      const before = Buffer.from(userauth.memory.subarray(...userauth.region));
      const status = userauth.judge(query("guest", keyEndingAt(end, key)));
      assert.equal(status, end <= SCRATCH ? "PENDING" : "INVALID_USER 51", `a query that ends at ${end}`);
      const request = signed("guest", keyEndingAt(end - 300, key)).subarray(0, PAYLOAD_CAPACITY);
      const other = new FullUserauth(GUESTS);
      assert.doesNotMatch(other.judge(request), /SUCCESS|52/, `${end} bytes`);
      assertUntouched(other, before, `a signed request of ${request.length} bytes`);
    }
  }
});

test("rule 37: a password or a new one of any length leaves the region of the full build as it was", () => {
  for (const length of [...LENGTHS, 127, 128, 1400, 1536]) {
    const userauth = new FullUserauth(GUESTS);
    const before = Buffer.from(userauth.memory.subarray(...userauth.region));
    userauth.receive(passwordRequest("u".repeat(length), "p"));
    userauth.receive(passwordRequest("u", "p".repeat(length)));
    userauth.receive(userauthRequest("u", "password", 1, string("p"), string("n".repeat(length))));
    userauth.receive(userauthRequest("u".repeat(length), "none"));
    assertUntouched(userauth, before, `${length} bytes`);
  }
});
