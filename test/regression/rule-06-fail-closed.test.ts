// Rule 6: verification fails closed on every error, and nothing that a module starts with is a success.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthStatus } from "../../assembly/abi.js";
import { USERAUTH_BUILDS } from "../../host/node/credentials.js";
import { passwordRequest, queryRequest, signedRequest, userauthRequest } from "../support/client.js";
import { CREDENTIALS, PASSWORD, USER, USER_SEED } from "../support/session.js";
import { SESSION_ID, Userauth } from "../support/userauth.js";
import { bytes } from "../support/wire.js";

const right = { seed: USER_SEED, sessionId: SESSION_ID };

for (const build of USERAUTH_BUILDS) {
  const regionBytes = CREDENTIALS[build].length;
  const valid = build === "password" ? passwordRequest(USER, PASSWORD) : signedRequest(right);

  test(`rule 6 (libssh CVE-2023-2283): a fresh module has no success to offer, ${build}`, () => {
    const userauth = new Userauth(build);
    assert.equal(userauth.status, "NONE");
    assert.notEqual(UserauthStatus.SUCCESS as number, 0);
    assert.equal(userauth.exports.receive(0), 0, "an empty payload");
    assert.equal(userauth.status, "PROTOCOL_ERROR");
  });

  test(`rule 6 (wolfSSHd 1.4.13): a module without credentials, or with half of them, admits nobody, ${build}`, () => {
    const zeros = new Uint8Array(32);
    const nobody = [
      valid,
      passwordRequest("", ""),
      userauthRequest("", "none"),
      queryRequest({ user: "", seed: zeros, key: zeros }),
      signedRequest({ user: "", seed: zeros, key: zeros, sessionId: SESSION_ID }),
      signedRequest({ user: "", seed: zeros, key: zeros, sessionId: SESSION_ID, alter: () => new Uint8Array(64) }),
      new Uint8Array(valid.length),
    ];
    const halves = [
      new Uint8Array(regionBytes),
      Uint8Array.from(CREDENTIALS[build]),
      Uint8Array.from(CREDENTIALS[build]),
    ];
    halves[1]!.fill(0, 0, 64);
    halves[2]!.fill(0, 64);
    for (const region of halves) {
      for (const request of nobody) {
        assert.doesNotMatch(new Userauth(build, region).judge(request), /SUCCESS|52|QUERY_OK/);
      }
    }
  });

  test(`rule 6 (libssh CVE-2023-2283): a request that stops anywhere never succeeds, not even behind others, ${build}`, () => {
    for (let length = 0; length < valid.length; length++) {
      const userauth = new Userauth(build);
      userauth.receive(userauthRequest(USER, "none"));
      assert.doesNotMatch(userauth.judge(valid.subarray(0, length)), /SUCCESS|52/, `${length} bytes`);
    }
  });

  test(`rule 6 (libssh CVE-2023-2283): after a protocol error the right request comes too late, ${build}`, () => {
    const userauth = new Userauth(build);
    userauth.receive(bytes(255));
    for (let count = 0; count < 3; count++) assert.equal(userauth.judge(valid), "PROTOCOL_ERROR");
  });
}

for (const build of ["publickey", "publickey-small"] as const) {
  test(`rule 6 (libssh CVE-2023-2283): without the session identifier's reset no signature is verified, ${build}`, () => {
    // signed for an empty session identifier, which is all that such a module could know
    const request = signedRequest({ ...right, sessionId: new Uint8Array(0) });
    const userauth = new Userauth(build, CREDENTIALS[build], undefined);
    assert.doesNotMatch(userauth.judge(request), /SUCCESS|52/);
  });

  test(`rule 6 (libssh CVE-2023-2283): a session identifier that does not fit makes a module that admits nobody, ${build}`, () => {
    for (const length of [65, 1000, 0xffff_ffff]) {
      const userauth = new Userauth(build, CREDENTIALS[build], undefined);
      userauth.exports.reset!(length);
      assert.equal(userauth.judge(signedRequest({ ...right, sessionId: new Uint8Array(64) })), "PROTOCOL_ERROR");
    }
  });

  test(`rule 6 (wolfSSHd 1.4.13): embedded keys that are no keys admit nobody, not even by a forged signature, ${build}`, () => {
    // the points of small order, two encodings that are not canonical, one that is no point: "signatures" of R = identity, S = 0 fit them
    const bad = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0200000000000000000000000000000000000000000000000000000000000000",
    ];
    for (const hex of bad) {
      const key = Buffer.from(hex, "hex");
      for (const x of [new Uint8Array(32), new Uint8Array(32).fill(1, 0, 1), new Uint8Array(32).fill(255)]) {
        const region = Uint8Array.from(CREDENTIALS[build]);
        region.set(key, 64);
        if (build === "publickey") region.set(x, 96);
        for (const r of [Buffer.from("01".padEnd(64, "0"), "hex"), key]) {
          const request = signedRequest({ ...right, key, alter: () => bytes(r, new Uint8Array(32)) });
          assert.doesNotMatch(new Userauth(build, region).judge(request), /SUCCESS|52/, hex);
        }
      }
    }
  });
}
