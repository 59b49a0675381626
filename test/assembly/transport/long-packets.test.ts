// Packets that come in pieces, as a board's transport module takes them: what is kept, what is wiped, what may happen
// in between. How they are answered: test/rules/rule-33-size-limits.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "../../../scripts/compile/compile.js";
import { Message, type RawClient } from "../../../scripts/client/client.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import { globalRequest, request } from "../../../scripts/client/connection.js";
import { handedOn, LONGEST, longKexinit, PIECE_END, PIECE_START } from "../../support/long-packets.js";
import { Random } from "../../support/random.js";
import { assertEnded, exportGlobals, PASSWORD, Session, USER } from "../../support/session.js";
import { bytes, string, uint32 } from "../../../scripts/client/wire.js";

const MAC_ERROR = 5;
const KEPT = PIECE_START - 60 - 5;
const SECRET = "do not leave this anywhere; ";
const root = fileURLToPath(new URL("../../..", import.meta.url));

const loggedIn = (): Session => new Session().authenticate(passwordRequest(USER, PASSWORD));
const secrets = (length: number): Uint8Array => Buffer.alloc(length, SECRET);

/** How often the secret stands in the transport module's memory. */
function secretsLeft({ server }: Session): number {
  return Buffer.from(server.transport.memory).toString("latin1").split(SECRET).length - 1;
}

test("what is handed on is the payload's beginning, however long the payload and however it is cut", () => {
  const random = new Random(33);
  const session = loggedIn();
  for (let round = 0; round < 100; round++) {
    const head = globalRequest("unknown", false);
    const payload = bytes(head, random.bytes(4097 + random.below(LONGEST - 4096) - head.length));
    assert.deepEqual(Buffer.from(handedOn(session, payload)), payload.subarray(0, KEPT), `${payload.length} bytes`);
    const packet = session.client.packet(payload);
    session.client.messages = [];
    for (let start = 0; start < packet.length;) {
      const end = start + 1 + random.below(random.chance(2) ? 20 : 9000);
      session.feed(packet.subarray(start, end));
      start = end;
    }
    session.send(globalRequest("unknown", true));
    assert.deepEqual(session.client.takeNumbers(), [82]);
  }
});

test("one wrong bit anywhere in a packet of pieces ends the connection, and what was decrypted of it is gone", () => {
  const back = loggedIn().save();
  const whole = back()
    .client.fork()
    .packet(bytes(98, secrets(12_000)));
  const places = [4, 5, 100, PIECE_START - 1, PIECE_START, PIECE_END - 1, PIECE_END, 6_783, 6_784, whole.length - 17];
  for (let place = whole.length - 16; place < whole.length; place++) places.push(place);
  for (const place of places) {
    const altered = Buffer.from(whole);
    altered[place] = altered[place]! ^ 0x10;
    const session = back().feed(altered);
    assertEnded(session, MAC_ERROR, `byte ${place}`);
    assert.deepEqual(session.server.events, [], "the connection module has not seen it");
    assert.equal(secretsLeft(session), 0, `byte ${place}`);
  }
});

test("a packet whose end does not come has no effect", () => {
  const session = loggedIn();
  const packet = session.client.packet(globalRequest("unknown", true, secrets(20_000)));
  session.client.messages = [];
  session.feed(packet.subarray(0, -1));
  assert.deepEqual(session.client.takeNumbers(), []);
  session.feed(packet.subarray(-1));
  assert.deepEqual(session.client.takeNumbers(), [82]);
});

test("a long payload leaves nothing: what is not handed on goes at once, the rest when the next byte comes", () => {
  const back = new Session().keyExchange().service().save();
  for (const [payload, most] of [
    [passwordRequest(USER, secrets(20_000)), KEPT / SECRET.length],
    [bytes(Message.IGNORE, string(secrets(20_000))), PIECE_END / SECRET.length],
  ] as const) {
    const session = back().send(payload);
    assert.ok(secretsLeft(session) <= most);
    session.feed(session.client.send(Message.IGNORE, string("")).subarray(0, 1));
    assert.equal(secretsLeft(session), 0);
  }
});

test("between two pieces the server may send, and begin a key exchange", () => {
  for (const [length, cut] of [
    [20_000, 4_500],
    [9_000, 3],
    [LONGEST, 34_000],
  ] as const) {
    const session = loggedIn();
    const packet = session.client.packet(globalRequest("unknown", true, secrets(length - 13)));
    session.feed(packet.subarray(0, cut));
    session.rekeyByServer();
    session.client.messages = [];
    session.feed(packet.subarray(cut));
    assert.deepEqual(session.client.takeNumbers(), [], "the answer waits for the new keys");
    session.rekey();
    assert.deepEqual(session.client.takeNumbers(), [31, 21, 82]);
  }
});

test("a long KEXINIT in the middle of which the server has begun the same key exchange is the answer to it", () => {
  const session = loggedIn();
  const { client } = session;
  const packet = client.packet(longKexinit(client, 15_000));
  session.feed(packet.subarray(0, 10_000)).rekeyByServer();
  client.messages = [];
  session.feed(packet.subarray(10_000)).feed(client.packet(client.ecdhInit())).feed(client.newKeys());
  assert.deepEqual(client.takeNumbers(), [31, 21]);
  session.send(globalRequest("unknown", true));
  assert.deepEqual(client.takeNumbers(), [82]);
});

test("long packets within a key exchange leave its hash alone", () => {
  const session = new Session({ client: { strict: false } });
  const { client } = session;
  const ignore = (): Buffer => client.send(Message.IGNORE, string(new Uint8Array(9_000)));
  session.feed(client.identification()).feed(ignore()).feed(client.packet(client.kexinit())).feed(ignore());
  session.feed(client.packet(client.ecdhInit())).feed(ignore()).feed(client.newKeys());
  client.messages = [];
  session.service();
  assert.equal(client.lastNumber(), 6, "the signature of the hash was right");
});

test("the bytes of long packets count: keys change after so many", async () => {
  const use = { REKEY_AFTER_BYTES: 100_000 };
  const module = new WebAssembly.Module(exportGlobals(await compile({ root, target: "transport", use })));
  const transport = (): WebAssembly.Instance => new WebAssembly.Instance(module);
  const session = new Session({ instances: { transport } }).authenticate(passwordRequest(USER, PASSWORD));
  const send = (client: RawClient): Buffer => client.send(Message.IGNORE, string(new Uint8Array(30_000)));
  session.client.messages = [];
  for (let count = 0; count < 3; count++) session.feed(send(session.client));
  assert.deepEqual(session.client.takeNumbers(), []);
  session.feed(send(session.client));
  assert.deepEqual(session.client.takeNumbers(), [Message.KEXINIT]);
});

test("a long request does not depend on what the one before has left", () => {
  const session = loggedIn();
  session.exchange(90, string("session"), uint32(0), uint32(0), uint32(1_000));
  const long = request(0, "env", true, string("A"), string(secrets(5_000)));
  const short = request(0, "env", true, string("A"), string("B"));
  const answers = [long, short, long, long, short].map((payload) => session.exchange(payload)[0]![0]);
  assert.deepEqual(answers, [100, 99, 100, 100, 99]);
});
