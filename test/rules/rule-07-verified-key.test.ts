// Rule 7: the key that is authorised is the key that verified the signature; a query has no side effect at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { USER_KEY, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { privateKey, publicBytes } from "../../scripts/client/keys/raw.js";

const STRANGER_SEED = new Uint8Array(32).fill(77);
const right = { seed: USER_SEED, sessionId: SESSION_ID };
const stranger = { seed: STRANGER_SEED, sessionId: SESSION_ID };

for (const build of ["publickey", "publickey-small"] as const) {
  test(`rule 7 (Go x/crypto CVE-2024-45337): a query for the right key, then a signature by another, ${build}`, () => {
    for (const request of [
      signedRequest(stranger),
      // the right key is named, the other one signs; and the other way round
      signedRequest({ ...stranger, key: USER_KEY }),
      signedRequest({ ...right, key: publicBytes(privateKey("Ed25519", STRANGER_SEED)) }),
    ]) {
      const userauth = new Userauth(build);
      assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
      assert.equal(userauth.judge(request), "INVALID_PUBLICKEY 51");
      assert.equal(userauth.judge(signedRequest(right)), "SUCCESS 52", "the module works still");
    }
  });

  test(`rule 7 (Go x/crypto CVE-2026-46595): queries for other keys and users leave nothing behind, ${build}`, () => {
    const userauth = new Userauth(build);
    assert.equal(userauth.judge(queryRequest(stranger)), "INVALID_PUBLICKEY 51");
    assert.equal(userauth.judge(queryRequest({ ...right, user: "nobody" })), "INVALID_USER 51");
    assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
    assert.equal(userauth.judge(signedRequest({ ...right, user: "nobody" })), "INVALID_USER 51");
    assert.equal(userauth.judge(signedRequest(stranger)), "INVALID_PUBLICKEY 51");
  });

  test(`rule 7 (SSH Stamp): after a query a second query's bytes, or a part of a signed request, do not authenticate, ${build}`, () => {
    const signed = signedRequest(right);
    for (const length of [signed.length - 1, signed.length - 64, signed.length - 83, signed.length - 87]) {
      const userauth = new Userauth(build);
      assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
      assert.doesNotMatch(userauth.judge(signed.subarray(0, length)), /SUCCESS|52/, `${length} bytes`);
    }
  });

  test(`rule 7 (SSH Stamp): a query never becomes a login, however often and with whatever boolean, ${build}`, () => {
    const userauth = new Userauth(build);
    for (let count = 0; count < 6; count++) assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
    assert.doesNotMatch(new Userauth(build).judge(queryRequest({ ...right, hasSignature: 1 })), /SUCCESS|52|60/);
    assert.doesNotMatch(new Userauth(build).judge(queryRequest({ ...right, hasSignature: 255 })), /SUCCESS|52|60/);
  });
}
