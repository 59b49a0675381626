// Rule 5: messages of the other role, or before their time, are errors; work before the login is bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { moduleBytes } from "../support/modules.js";
import { instantiateCounted } from "../../scripts/compile/instrument.js";
import { bytes, string } from "../../scripts/client/wire.js";

const reply = bytes(
  Message.KEX_ECDH_REPLY,
  string(bytes(string("ssh-ed25519"), string(new Uint8Array(32).fill(1)))),
  string(new Uint8Array(32).fill(9)),
  string(bytes(string("ssh-ed25519"), string(new Uint8Array(64)))),
);

test("rule 5 (wolfSSH CVE-2026-84897): KEX_ECDH_REPLY from a client is an error in every state", () => {
  for (let steps = 0; steps < 4; steps++) {
    const session = new Session();
    const { client } = session;
    session.feed(client.identification());
    if (steps > 0) session.feed(client.packet(client.kexinit()));
    if (steps > 1) session.feed(client.packet(client.ecdhInit()));
    if (steps > 2) session.feed(client.newKeys());
    assertEnded(session.feed(client.packet(reply)), 2, `${steps} steps`);
  }
});

test("rule 5 (OpenSSH CVE-2016-10708): NEWKEYS before its time, or with a content, is an error", () => {
  for (const early of [bytes(21), bytes(21, 0)]) {
    for (let steps = 0; steps < 2; steps++) {
      const session = new Session();
      const { client } = session;
      session.feed(client.identification());
      if (steps > 0) session.feed(client.packet(client.kexinit()));
      assertEnded(session.feed(client.packet(early)), 2, `${steps} steps`);
    }
  }
  const session = new Session();
  const { client } = session;
  for (const payload of [client.identification(), client.packet(client.kexinit())]) session.feed(payload);
  session.feed(client.packet(client.ecdhInit()));
  assertEnded(session.feed(client.send(21, 0)), 2, "with a content");
  assertEnded(new Session().keyExchange().send(21), 2, "a second one");
  const admitted = new Session().authenticate(passwordRequest(USER, PASSWORD));
  assertEnded(admitted.send(21), 2, "after the login");
});

test("rule 5 (OpenSSH CVE-2016-10708): a second KEX_ECDH_INIT or KEXINIT in one exchange is an error", () => {
  const session = new Session();
  const { client } = session;
  session.feed(client.identification()).feed(client.packet(client.kexinit()));
  const back = session.save();
  assertEnded(session.feed(client.packet(client.kexinit())), 2, "KEXINIT twice");
  back().feed(session.client.packet(session.client.ecdhInit()));
  assertEnded(session.feed(session.client.packet(session.client.ecdhInit())), 2, "KEX_ECDH_INIT twice");
});

test("rule 5 (OpenSSH CVE-2016-10708): before the login a client has one key exchange and no more", () => {
  for (const session of [new Session().keyExchange(), new Session().keyExchange().service()]) {
    assertEnded(session.feed(session.client.packet(session.client.kexinit())), 2);
  }
  const failed = new Session().authenticate(passwordRequest(USER, "wrong"));
  assertEnded(failed.feed(failed.client.packet(failed.client.kexinit())), 2);
});

test("rule 5: the 32nd request for the service before the login is served, the next one ends the connection", () => {
  const session = new Session().keyExchange();
  for (let count = 0; count < 32; count++) {
    assert.deepEqual(session.exchange(Message.SERVICE_REQUEST, string("ssh-userauth"))[0]?.[0], Message.SERVICE_ACCEPT);
  }
  assertEnded(session.send(Message.SERVICE_REQUEST, string("ssh-userauth")), 2);
});

test("rule 5 (OpenSSH CVE-2016-10708): the work before the login is one key exchange, whatever a client sends", () => {
  const counted = instantiateCounted(moduleBytes("transport"));
  const session = new Session({
    instances: { transport: () => ({ exports: counted.exports }) },
  });
  const exchange = counted.count(() => session.keyExchange());
  const noise = session.client.packet(bytes(2, string(new Uint8Array(4000))));
  const perNoise = counted.count(() => session.feed(noise));
  const unimplemented = counted.count(() => session.send(200, string(new Uint8Array(4000))));
  assert.ok(exchange > 1e6);
  // a packet of 4,000 bytes costs as much as its decryption, far less than a key exchange, and is paid for by sending
  // it
  assert.ok(perNoise < exchange / 3 && unimplemented < exchange / 3, `${perNoise}, ${unimplemented} of ${exchange}`);
});
