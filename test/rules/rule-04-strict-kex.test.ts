// Rule 4: OpenSSH's strict key exchange, and clients without it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CURVE25519, Message, STRICT_MARKER } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../support/session.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

const NOISE = [bytes(2, string("")), bytes(3, uint32(0)), bytes(4, 0, string("debug"), string(""))];

test("rule 4 (Terrapin CVE-2023-48795): in a strict exchange KEXINIT is the first packet", () => {
  for (const noise of NOISE) {
    const session = new Session();
    session.feed(session.client.identification()).feed(session.client.packet(noise));
    assert.equal(session.server.ending, undefined, "whether the client is strict is not known yet");
    assertEnded(session.feed(session.client.packet(session.client.kexinit())), 2, `message ${noise[0]}`);
  }
});

test("rule 4 (Terrapin CVE-2023-48795): in a strict exchange nothing comes between KEXINIT and NEWKEYS", () => {
  for (const noise of NOISE) {
    for (const steps of [1, 2]) {
      const session = new Session();
      const { client } = session;
      session.feed(client.identification()).feed(client.packet(client.kexinit()));
      if (steps > 1) session.feed(client.packet(client.ecdhInit()));
      assertEnded(session.feed(client.packet(noise)), 2, `message ${noise[0]}, ${steps} steps`);
    }
  }
});

test("rule 4 (Terrapin CVE-2023-48795): a message injected before, and the first encrypted one taken away, do not fit together", () => {
  // the attack: an IGNORE in plaintext moves the sequence number by one, so that the first encrypted packet can be
  // dropped
  const session = new Session();
  const { client } = session;
  session.feed(client.identification());
  const kexinit = client.packet(client.kexinit());
  const attacker = client.fork();
  attacker.clientToServer.sequenceNumber = 0;
  session.feed(attacker.send(2, string("")));
  assertEnded(session.feed(kexinit), 2);
});

test("rule 4 (Terrapin CVE-2023-48795): the first encrypted packet dropped from a strict session ends it", () => {
  const session = new Session().keyExchange();
  session.client.send(2, string("dropped on the way"));
  session.service().feed(new Uint8Array(8192));
  assert.ok(session.server.ending && [2, 5].includes(session.server.ending.reason));
  assert.equal(session.server.userauth, undefined);
});

test("rule 4 (Terrapin CVE-2023-48795): both sequence numbers start again at 0 at each NEWKEYS, the first included", () => {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  for (let round = 0; round < 3; round++) {
    session.rekey();
    assert.equal(session.client.clientToServer.sequenceNumber, 0);
    assert.equal(session.client.serverToClient.sequenceNumber, 0);
    // UNIMPLEMENTED tells the server's number
    assert.deepEqual(session.exchange(200), [Buffer.from(bytes(3, uint32(0)))]);
    assert.deepEqual(session.exchange(201), [Buffer.from(bytes(3, uint32(1)))]);
  }
});

test("rule 4 (Dropbear 2025.88, TinySSH 20250501): the marker counts in the first KEXINIT alone", () => {
  const late = new Session({ client: { strict: false } }).authenticate(passwordRequest(USER, PASSWORD));
  const { client } = late;
  late.feed(client.packet(client.kexinit({ kex: `${CURVE25519},${STRICT_MARKER}` })));
  late.send(2, string("allowed in a rekey")).feed(client.packet(client.ecdhInit())).feed(client.newKeys());
  const number = client.clientToServer.sequenceNumber;
  assert.ok(number > 5, "the client goes on counting");
  assert.deepEqual(late.exchange(200), [Buffer.from(bytes(3, uint32(number)))], "and so does the server");

  const strict = new Session().authenticate(passwordRequest(USER, PASSWORD));
  const kexinit = strict.client.kexinit({ kex: CURVE25519 });
  strict.feed(strict.client.packet(kexinit)).feed(strict.client.packet(strict.client.ecdhInit()));
  strict.feed(strict.client.newKeys());
  assert.deepEqual(
    strict.exchange(200),
    [Buffer.from(bytes(3, uint32(0)))],
    "a strict session stays one without the marker",
  );
});

test("rule 4 (AsyncSSH CVE-2023-46445): the server's marker, or a part of the client's, makes no session strict", () => {
  for (const marker of [
    "kex-strict-s-v00@openssh.com",
    "kex-strict-c-v00@openssh.co",
    `x${STRICT_MARKER}`,
    "kex-strict-c",
  ]) {
    const session = new Session({ client: { strict: false } });
    const { client } = session;
    session.feed(client.identification()).feed(client.packet(client.kexinit({ kex: `${CURVE25519},${marker}` })));
    session
      .feed(client.send(2, string("allowed")))
      .feed(client.packet(client.ecdhInit()))
      .feed(client.newKeys());
    assert.deepEqual(session.exchange(200), [Buffer.from(bytes(3, uint32(4)))], marker);
  }
});

test("rule 4 (AsyncSSH CVE-2023-46446): a session whose client is not strict works, noise in the key exchange included", () => {
  const session = new Session({ client: { strict: false } });
  const { client } = session;
  session.feed(client.identification());
  for (const payload of [...NOISE, client.kexinit(), ...NOISE, client.ecdhInit(), ...NOISE])
    session.feed(client.packet(payload));
  session.feed(client.newKeys()).service();
  assert.equal(client.lastNumber(), Message.SERVICE_ACCEPT);
});
