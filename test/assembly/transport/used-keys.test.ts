// How long keys are used (RFC 4253 §9): the transport module counts bytes in both directions, changes keys after 2^30
// and ends after 2^31. Nobody sends that much here: the counter, a global that no export tells, is set.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Message } from "../../../scripts/client/client.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import { assertEnded, PASSWORD, Session, USER } from "../../support/session.js";
import { bytes, string } from "../../../scripts/client/wire.js";

const PROTOCOL_ERROR = 2;
const REKEY_BYTES = 2 ** 30;
const LIMIT_BYTES = 2 ** 31;
const IGNORE = bytes(Message.IGNORE, string("x"));
const KEEPALIVE = bytes(80, string("keepalive@openssh.com"), 1);
const REQUEST_FAILURE = 82;

const unauthenticated = (): Session => new Session().keyExchange().service();
const authenticated = (): Session => new Session().authenticate(passwordRequest(USER, PASSWORD));

/** What a payload of the client and the answer to it have in bytes, and what the answer is. */
function exchange(session: Session, payload: Uint8Array): { bytes: number; answer: number[] } {
  session.client.messages = [];
  const packet = session.client.packet(payload);
  session.server.feed(packet);
  const output = session.server.takeOutput();
  session.client.receive(output);
  return { bytes: packet.length + output.length, answer: session.client.takeNumbers() };
}

/** The counter: the global that grows by every byte of two exchanges. */
function counterOf(session: Session): WebAssembly.Global {
  let found = session.server.transport.globals;
  for (const payload of [IGNORE, bytes(200, string("a message that is answered with UNIMPLEMENTED")), IGNORE]) {
    const before = found.map((global) => Number(global.value));
    const { bytes: grown } = exchange(session, payload);
    found = found.filter((global, index) => Number(global.value) - before[index]! === grown);
  }
  assert.equal(found.length, 1, "one global counts the bytes of both directions");
  return found[0]!;
}

/** The counter as the module reads it. */
function set(counter: WebAssembly.Global, value: number): void {
  counter.value = value | 0;
}

test("after a gigabyte in either direction the server changes keys, and not a byte before", () => {
  const session = authenticated();
  const counter = counterOf(session);
  const back = session.save();
  for (const [payload, answer] of [
    [IGNORE, []],
    [KEEPALIVE, [REQUEST_FAILURE]],
  ] as const) {
    const { bytes: size } = exchange(back(), payload);
    back();
    set(counter, REKEY_BYTES - size - 1);
    assert.deepEqual(exchange(session, payload).answer, answer, "one byte is left");
    back();
    set(counter, REKEY_BYTES - size);
    assert.deepEqual(exchange(session, payload).answer, [...answer, Message.KEXINIT]);
    session.rekey();
    assert.ok(Number(counter.value) < 1000, "the new keys are counted from 0");
    assert.deepEqual(exchange(session, KEEPALIVE).answer, [REQUEST_FAILURE]);
  }
});

test("before the user is in no key exchange is due, however many bytes there were", () => {
  const session = unauthenticated();
  set(counterOf(session), REKEY_BYTES);
  assert.deepEqual(exchange(session, bytes(Message.SERVICE_REQUEST, string("ssh-userauth"))).answer, [6]);
});

test("a client that withholds the key exchange is served for 2 GiB, and not a byte more", () => {
  for (const open of [unauthenticated, () => authenticated().rekeyByServer()]) {
    const session = open();
    const back = session.save();
    const size = session.client.fork().packet(IGNORE).length;
    const counter = open === unauthenticated ? counterOf(back()) : counterBesideKexinit(back());
    back();
    set(counter, LIMIT_BYTES - size - 1);
    assert.deepEqual(exchange(session, IGNORE).answer, []);
    assert.equal(session.server.ending, undefined);
    for (const used of [LIMIT_BYTES - size, LIMIT_BYTES, 2 ** 32 - size - 1]) {
      back();
      set(counter, used);
      session.send(IGNORE);
      assertEnded(session, PROTOCOL_ERROR, `${used} bytes before`);
    }
  }
});

/** During a key exchange nothing is answered: what arrives is all that is counted. */
function counterBesideKexinit(session: Session): WebAssembly.Global {
  const { globals } = session.server.transport;
  const before = globals.map((global) => Number(global.value));
  const sizes = [IGNORE, bytes(Message.IGNORE, string("x".repeat(99)))].map(
    (payload) => exchange(session, payload).bytes,
  );
  const grown = sizes.reduce((sum, size) => sum + size);
  const found = globals.filter((global, index) => Number(global.value) - before[index]! === grown);
  assert.equal(found.length, 1);
  return found[0]!;
}

test("with keys that are used up nothing is sent", () => {
  const session = unauthenticated();
  const { exports } = session.server.transport;
  const counter = counterOf(session);
  set(counter, LIMIT_BYTES - 1);
  assert.ok(exports.sendCapacity() > 0);
  set(counter, LIMIT_BYTES);
  assert.equal(exports.sendCapacity(), 0);
  assert.equal(exports.send(10), 0);
});
