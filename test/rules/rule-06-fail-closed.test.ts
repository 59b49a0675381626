// Rule 6: verification fails closed on every error, and nothing that a module starts with is a success.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthStatus } from "../../assembly/abi/index.js";
import { CredentialsError, encodeCredentials, USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import {
  passwordRequest,
  queryRequest,
  SESSION_ID,
  signedRequest,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { CREDENTIALS, PASSWORD, USER, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { bytes } from "../../scripts/client/wire.js";

const right = { seed: USER_SEED, sessionId: SESSION_ID };

for (const build of USERAUTH_BUILDS) {
  const regionBytes = CREDENTIALS[build].length;
  const valid = build === "password" ? passwordRequest(USER, PASSWORD) : signedRequest(right);

  test(`rule 6 (libssh CVE-2023-2283): a fresh module has no success to offer, ${build}`, () => {
    const userauth = new Userauth(build);
    assert.equal(userauth.status, "NONE");
    assert.notEqual(UserauthStatus.SUCCESS, UserauthStatus.NONE);
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
    const userauth = new Userauth(build, CREDENTIALS[build], null);
    assert.doesNotMatch(userauth.judge(request), /SUCCESS|52/);
  });

  test(`rule 6 (libssh CVE-2023-2283): a session identifier that does not fit makes a module that admits nobody, ${build}`, () => {
    for (const length of [65, 1000, 0xffff_ffff]) {
      const userauth = new Userauth(build, CREDENTIALS[build], null);
      userauth.exports.reset!(length);
      assert.equal(userauth.judge(signedRequest({ ...right, sessionId: new Uint8Array(64) })), "PROTOCOL_ERROR");
    }
  });

  test(`rule 6 (wolfSSHd 1.4.13): a region with a user and no key admits nobody, not even by a forged signature, ${build}`, () => {
    // 32 zero bytes are a point of order 4: R = -k·A, S = 0 would be a signature for one in four values of k
    const points = ["00".repeat(32), `${"00".repeat(31)}80`, `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`];
    const region = Uint8Array.from(CREDENTIALS[build]);
    region.fill(0, 64);
    const key = new Uint8Array(32);
    assert.equal(new Userauth(build, region).judge(queryRequest({ ...right, key })), "PROTOCOL_ERROR", "nor asked for");
    for (const point of points) {
      for (let hasSignature = 1; hasSignature < 9; hasSignature++) {
        const alter = (): Uint8Array => bytes(Buffer.from(point, "hex"), new Uint8Array(32));
        const request = signedRequest({ ...right, key, hasSignature, alter });
        assert.doesNotMatch(new Userauth(build, region).judge(request), /SUCCESS|52/, `${point}, ${hasSignature}`);
      }
    }
  });
}

test("rule 6 (wolfSSHd 1.4.13): embedded keys that are no keys admit nobody, not even by a forged signature, publickey", () => {
  // the points of small order, encodings that are not canonical, one that is no point: R = A or the identity, S = 0 fit
  // some of them
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
      const region = Uint8Array.from(CREDENTIALS.publickey);
      region.set(bytes(key, x), 64);
      for (const r of [Buffer.from("01".padEnd(64, "0"), "hex"), key]) {
        const request = signedRequest({ ...right, key, alter: () => bytes(r, new Uint8Array(32)) });
        assert.doesNotMatch(new Userauth("publickey", region).judge(request), /SUCCESS|52/, hex);
      }
      assert.doesNotMatch(new Userauth("publickey", region).judge(queryRequest({ ...right, key })), /QUERY_OK|60/, hex);
    }
  }
});

test("rule 6 (wolfSSHd 1.4.13): the tools refuse keys that are no keys, for both builds", () => {
  for (const build of ["publickey", "publickey-small"] as const) {
    for (const hex of [
      "00".repeat(32),
      `01${"00".repeat(31)}`,
      `ec${"ff".repeat(30)}7f`,
      "ff".repeat(32),
      `02${"00".repeat(31)}`,
    ]) {
      assert.throws(
        () => encodeCredentials(build, { user: USER, publicKey: Buffer.from(hex, "hex") }),
        CredentialsError,
      );
    }
  }
});
