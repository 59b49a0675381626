// Rule 2: messages of the connection protocol before SUCCESS end the connection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

const STATES: [string, () => Session][] = [
  ["before the service request", () => new Session().keyExchange()],
  ["before a request", () => new Session().keyExchange().service()],
  ["after none", () => new Session().authenticate(userauthRequest(USER, "none"))],
  ["after a wrong password", () => new Session().authenticate(passwordRequest(USER, "wrong"))],
];

for (const [name, enter] of STATES) {
  test(`rule 2 (Erlang/OTP CVE-2025-32433, wolfSSH CVE-2024-2873): messages 80 to 127 ${name} end the connection`, () => {
    const session = enter();
    const back = session.save();
    for (let number = 80; number < 128; number++) {
      const bodies = [
        bytes(),
        bytes(string("session"), uint32(0), uint32(1000), uint32(1000)),
        bytes(uint32(0), string("exec")),
      ];
      for (const body of bodies) {
        assertEnded(back().send(number, body), 2, `message ${number}`);
        assert.equal(session.server.ending?.cause, "transport", "the payload does not even reach the host");
        assert.equal(session.server.connection, undefined);
        session.feed(session.client.packet(passwordRequest(USER, PASSWORD)));
        assert.equal(session.server.admitted, false);
      }
    }
  });
}

test("rule 2 (paramiko CVE-2018-7750, AsyncSSH CVE-2018-7749): a channel sent together with the login is not opened before SUCCESS", () => {
  const session = new Session().keyExchange();
  const { client } = session;
  const service = client.send(5, string("ssh-userauth"));
  const open = client.send(90, string("session"), uint32(0), uint32(1000), uint32(1000));
  const login = client.packet(passwordRequest(USER, PASSWORD));
  session.feed(Buffer.concat([service, open, login]));
  assertEnded(session, 2);
  assert.equal(session.server.admitted, false);
});
