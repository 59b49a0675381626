// Rule 25: userauth messages after SUCCESS are ignored silently: no second SUCCESS, no failure, no end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest, queryRequest, signedRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { string, uint32 } from "../../scripts/client/wire.js";

for (const build of USERAUTH_BUILDS) {
  test(`rule 25 (RFC 4252 §5.1): requests after SUCCESS are answered by nothing and change nothing, ${build}`, () => {
    const session = new Session({ userauth: build }).keyExchange().service();
    const right = { seed: USER_SEED, sessionId: session.client.sessionId! };
    const valid = build === "password" ? passwordRequest(USER, PASSWORD) : signedRequest(right);
    session.send(valid);
    assert.ok(session.server.admitted);
    const late = [
      valid,
      userauthRequest(USER, "none"),
      passwordRequest(USER, "wrong"),
      queryRequest(right),
      Buffer.of(50),
      Buffer.of(51, 1),
    ];
    for (let round = 0; round < 4; round++) for (const payload of late) assert.deepEqual(session.exchange(payload), []);
    assert.deepEqual(session.server.statuses, ["SUCCESS"]);
    const opened = session.exchange(90, string("session"), uint32(0), uint32(1000), uint32(1000));
    assert.deepEqual(
      opened.map((message) => message[0]),
      [91],
    );
  });
}

test("rule 25 (Sunset): messages 50 to 79 after SUCCESS, all of them, leave the connection as it is", () => {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  for (let number = 50; number < 80; number++)
    assert.deepEqual(session.exchange(number, string("x")), [], `message ${number}`);
  assert.equal(session.server.ending, undefined);
});
