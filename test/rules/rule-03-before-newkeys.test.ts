// Rule 3: service and userauth messages before NEWKEYS end the connection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { bytes, string } from "../../scripts/client/wire.js";

const REQUESTS = [
  bytes(5, string("ssh-userauth")),
  passwordRequest(USER, PASSWORD),
  bytes(52),
  bytes(90, string("session")),
];

test("rule 3 (wolfSSH CVE-2025-14942): service and userauth messages in plaintext, at any moment before NEWKEYS, end the connection", () => {
  for (const strict of [true, false]) {
    for (let steps = 0; steps < 3; steps++) {
      for (const request of REQUESTS) {
        const session = new Session({ client: { strict } });
        const { client } = session;
        session.feed(client.identification());
        if (steps > 0) session.feed(client.packet(client.kexinit()));
        if (steps > 1) session.feed(client.packet(client.ecdhInit()));
        session.feed(client.packet(request));
        assertEnded(session, 2, `message ${request[0]}, ${steps} steps`);
        assert.equal(session.server.userauth, undefined, "the userauth module never sees it");
      }
    }
  }
});

test("rule 3 (wolfSSH CVE-2025-14942): packets in plaintext after NEWKEYS end the connection", () => {
  for (const request of REQUESTS) {
    const session = new Session().keyExchange();
    session.client.clientToServer.keys = undefined;
    session.feed(session.client.packet(request)).feed(new Uint8Array(8192));
    assert.ok(session.server.ending && [2, 5].includes(session.server.ending.reason));
    assert.equal(session.server.userauth, undefined);
  }
});

test("rule 3 (wolfSSH CVE-2025-14942): userauth messages before the service was requested end the connection", () => {
  for (let number = 50; number < 80; number++) {
    const session = new Session().keyExchange();
    assertEnded(session.send(number, passwordRequest(USER, PASSWORD).subarray(1)), 2, `message ${number}`);
    assert.equal(session.server.userauth, undefined);
  }
});
