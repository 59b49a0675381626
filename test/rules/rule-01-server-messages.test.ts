// Rule 1: a message that only a server sends never authenticates a client.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

/** As a server sends them: SUCCESS, FAILURE, BANNER, PK_OK, INFO_REQUEST and its like. */
const SERVER_MESSAGES = [
  bytes(51, string("password"), 0),
  bytes(51, string(""), 1),
  bytes(52),
  bytes(52, string("admin")),
  bytes(53, string("welcome"), string("")),
  bytes(60, string("ssh-ed25519"), string("key")),
  bytes(61, uint32(0)),
  bytes(63, string("token")),
  bytes(66),
];

for (const build of USERAUTH_BUILDS) {
  test(`rule 1 (libssh CVE-2018-10933, paramiko CVE-2018-1000805): a server's message never authenticates, ${build}`, () => {
    for (const message of SERVER_MESSAGES) {
      const userauth = new Userauth(build);
      assert.equal(userauth.judge(message), "PROTOCOL_ERROR", `message ${message[0]}`);
      assert.equal(userauth.judge(passwordRequest(USER, PASSWORD)), "PROTOCOL_ERROR", "and nothing after it");
    }
  });
}

test("rule 1 (libssh CVE-2018-10933): SUCCESS and its like, sent by a client, end the connection without the channels", () => {
  for (const message of SERVER_MESSAGES) {
    for (const requests of [[], [passwordRequest(USER, "wrong")]]) {
      const session = new Session().keyExchange().service();
      for (const request of requests) session.send(request);
      assertEnded(session.send(message), 2, `message ${message[0]}`);
      assert.equal(session.server.connection, undefined);
    }
  }
});

test("rule 1 (libssh CVE-2018-10933): SERVICE_ACCEPT sent by a client accepts nothing", () => {
  assertEnded(new Session().keyExchange().send(6, string("ssh-userauth")), 2);
});
