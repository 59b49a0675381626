// Rule 14: PK_OK can be had only so often, and queries that fail count as failures.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { assertEnded, Session, USER_SEED } from "../support/session.js";
import { failure, Userauth } from "../support/userauth.js";

const right = { seed: USER_SEED, sessionId: SESSION_ID };
const other = { ...right, seed: new Uint8Array(32).fill(1) };

for (const build of ["publickey", "publickey-small"] as const) {
  test(`rule 14 (CVE-2016-20012, Dropbear #398/#401): six PK_OK and no more, ${build}`, () => {
    const userauth = new Userauth(build);
    for (let count = 0; count < 6; count++) assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
    assert.deepEqual(userauth.receive(queryRequest(right)), failure("publickey"));
    assert.equal(userauth.status, "TOO_MANY_ATTEMPTS");
    assert.equal(userauth.judge(signedRequest(right)), "TOO_MANY_ATTEMPTS");
  });

  test(`rule 14 (CVE-2016-20012): the budget of queries and that of failures are apart, ${build}`, () => {
    const userauth = new Userauth(build);
    for (let count = 0; count < 6; count++) {
      assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
      assert.equal(userauth.judge(queryRequest(other)), "INVALID_PUBLICKEY 51");
    }
    assert.equal(userauth.judge(signedRequest(right)), "SUCCESS 52");
  });

  test(`rule 14 (CVE-2016-20012): the seventh query ends the connection, ${build}`, () => {
    const session = new Session({ userauth: build }).keyExchange().service();
    for (let count = 0; count < 7; count++) session.send(queryRequest(right));
    assertEnded(session, 14);
    assert.equal(session.server.statuses.filter((status) => status === "QUERY_OK").length, 6);
  });
}
