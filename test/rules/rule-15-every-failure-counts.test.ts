// Rule 15: every failure of every method counts, a repeated "none" included.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import {
  passwordRequest,
  queryRequest,
  SESSION_ID,
  signedRequest,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { failure, Userauth } from "../support/userauth.js";
import { boolean, bytes, string } from "../../scripts/client/wire.js";

const stranger = { seed: new Uint8Array(32).fill(1), sessionId: SESSION_ID };
const FAILURES: [string, Uint8Array][] = [
  ["none", userauthRequest(USER, "none")],
  ["none of another user", userauthRequest("nobody", "none")],
  ["an unknown method", userauthRequest(USER, "keyboard-interactive", string(""), string(""))],
  ["an empty method", userauthRequest(USER, "")],
  ["a wrong password", passwordRequest(USER, "wrong")],
  ["another user's password", passwordRequest("nobody", "wrong")],
  ["a password change", userauthRequest(USER, "password", boolean(true), string("old"), string("new"))],
  ["a query for another key", queryRequest(stranger)],
  ["a query of another algorithm", queryRequest({ ...stranger, algorithm: "ssh-rsa", blobType: "ssh-rsa" })],
  ["a signature by another key", signedRequest(stranger)],
  ["another service", bytes(50, string(USER), string("ssh-userauth"), string("none"))],
];

for (const build of USERAUTH_BUILDS) {
  const limit = build === "password" ? 4 : 7;
  const method = build === "password" ? "password" : "publickey";
  test(`rule 15 (OpenSSH CVE-2015-5600, wolfSSH #824): failure ${limit} of any kind is the last, ${build}`, () => {
    for (const [name, payload] of FAILURES) {
      const userauth = new Userauth(build);
      for (let count = 1; count <= limit; count++) {
        assert.deepEqual(userauth.receive(payload), failure(method), `${name}, ${count}`);
        assert.equal(userauth.status === "TOO_MANY_ATTEMPTS", count === limit, `${name}, ${count}`);
      }
      assert.equal(userauth.receive(payload).length, 0, name);
    }
  });

  test(`rule 15 (Erlang #10882): failures of different kinds share one budget, ${build}`, () => {
    const userauth = new Userauth(build);
    for (let count = 1; count <= limit; count++) userauth.receive(FAILURES[(count * 3) % FAILURES.length]![1]);
    assert.equal(userauth.status, "TOO_MANY_ATTEMPTS");
  });

  test(`rule 15 (OpenSSH CVE-2015-5600): after the last failure the connection ends with its reason, ${build}`, () => {
    const session = new Session({ userauth: build }).keyExchange().service();
    for (let count = 1; count <= limit; count++) session.send(passwordRequest(USER, "wrong"));
    assert.deepEqual(
      session.client.messages.slice(-2).map((message) => message[0]),
      [51, 1],
    );
    assertEnded(session, 14);
    session.send(passwordRequest(USER, PASSWORD));
    assert.equal(session.server.admitted, false);
  });

  test(`rule 15 (wolfSSH #824): the right credentials are admitted at the last attempt, ${build}`, () => {
    const userauth = new Userauth(build);
    for (let count = 1; count < limit; count++) userauth.receive(FAILURES[0]![1]);
    const right =
      build === "password"
        ? passwordRequest(USER, PASSWORD)
        : signedRequest({ seed: USER_SEED, sessionId: SESSION_ID });
    assert.equal(userauth.judge(right), "SUCCESS 52");
  });
}
