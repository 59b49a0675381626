// The transport module against a raw client: identification, negotiation, key exchange, framing, rekeying, the end. RFC
// 4253, RFC 8308, RFC 8731, OpenSSH's strict key exchange and chacha20-poly1305@openssh.com. What each message number
// does: message-numbers.test.ts.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { TransportEvent } from "../../../assembly/abi/index.js";
import { CIPHER, CURVE25519, type KexinitOptions, Message, Reader } from "../../../scripts/client/client.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import type { TransportExports } from "../../../host/node/modules.js";
import { privateKey, publicBytes } from "../../../scripts/client/keys/raw.js";
import { assertEnded, ENTROPY, instances, PASSWORD, Session, USER } from "../../support/session.js";
import { bytes, string, uint32 } from "../../../scripts/client/wire.js";

const PROTOCOL_ERROR = 2;
const KEY_EXCHANGE_FAILED = 3;
const MAC_ERROR = 5;
const PROTOCOL_VERSION_NOT_SUPPORTED = 8;
const PAYLOAD_CAPACITY = 4096;
const MAXIMUM_PACKET_BYTES = 35_000;

/** A session in which the client has said its identification, and nothing else. */
function identified(options: ConstructorParameters<typeof Session>[0] = {}): Session {
  const session = new Session(options);
  return session.feed(session.client.identification());
}

/** A session whose client says a KEXINIT of its own. */
function negotiated(options: KexinitOptions, strict = true): Session {
  const session = identified({ client: { strict } });
  return session.feed(session.client.packet(session.client.kexinit(options)));
}

function finishKeyExchange(session: Session): Session {
  session.feed(session.client.packet(session.client.ecdhInit()));
  assert.ok(session.client.sessionId, "the server has answered KEX_ECDH_INIT");
  return session.feed(session.client.newKeys());
}

/** A login that works shows that both sides have the same keys and the same sequence numbers. */
function assertAlive(session: Session): void {
  session.client.messages = [];
  session.service();
  assert.deepEqual(session.client.takeNumbers(), [Message.SERVICE_ACCEPT]);
}

test("the server speaks first: its identification and one KEXINIT, whose lists are what docs/abi.md promises", () => {
  const { client } = new Session();
  assert.equal(client.serverIdentification, "SSH-2.0-Sesame_0.1");
  const kexinit = client.take()!;
  assert.equal(kexinit[0], Message.KEXINIT);
  assert.equal(client.messages.length, 0);
  const reader = new Reader(kexinit.subarray(17));
  const lists = Array.from({ length: 10 }, () => reader.string().toString());
  assert.deepEqual(lists, [
    `${CURVE25519},${CURVE25519}@libssh.org,kex-strict-s-v00@openssh.com`,
    "ssh-ed25519",
    CIPHER,
    CIPHER,
    // for clients that insist on a MAC in common: the cipher brings its own
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-256-etm@openssh.com",
    "none",
    "none",
    "",
    "",
  ]);
  assert.deepEqual(Buffer.from(reader.rest).toString("hex"), "0000000000", "no guess, and the reserved number");
});

test("an entropy of less than 32 bytes opens nothing", () => {
  for (const entropy of [0, 1, 31, 513, 0xffff_ffff]) {
    const { server } = new Session();
    const fresh = server.transport.instantiate().exports as unknown as typeof server.transport.exports;
    assert.equal(fresh.open(entropy), 0, `${entropy} bytes`);
    assert.equal(fresh.receive(1), TransportEvent.ERROR, "and nothing is received");
    assert.equal(fresh.send(1), 0);
    assert.equal(fresh.rekey(), 0);
  }
});

test("a host key is made of the entropy alone, all of it: public key and seed belong together, and no entropy is left behind", () => {
  const made = (entropy: Uint8Array): Uint8Array => {
    const exports = instances("transport")().exports as unknown as TransportExports;
    const memory = new Uint8Array(exports.memory.buffer);
    assert.equal(exports.inputCapacity(), 512);
    assert.equal(exports.makeHostKey(31), 0, "31 bytes are too few");
    memory.set(entropy, exports.inputPtr());
    assert.equal(exports.makeHostKey(entropy.length), 1);
    assert.ok(memory.subarray(exports.inputPtr(), exports.inputPtr() + 512).every((byte) => byte === 0));
    const hostKey = memory.slice(exports.hostKeyPtr(), exports.hostKeyPtr() + 64);
    assert.deepEqual(hostKey.slice(32), Uint8Array.from(publicBytes(privateKey("Ed25519", hostKey.subarray(0, 32)))));
    memory.set(ENTROPY, exports.inputPtr());
    assert.ok(exports.open(ENTROPY.length) > 0, "opens afterwards");
    assert.equal(exports.makeHostKey(ENTROPY.length), 0, "too late");
    return hostKey;
  };
  const noise = new Uint8Array(512).map((_, index) => index * 29);
  const hostKey = made(noise);
  assert.deepEqual(made(noise), hostKey);
  for (const at of [0, 31, 32, 511]) {
    assert.notDeepEqual(made(noise.with(at, noise[at]! ^ 1)), hostKey, `bit of byte ${at}`);
  }
  assert.notDeepEqual(made(noise.subarray(0, 511)), hostKey);
});

test("a connection opens once: entropy that comes later, amid a packet too, makes neither another one nor a host key", () => {
  const session = new Session().keyExchange();
  const { exports, memory } = session.server.transport;
  const packet = session.client.send(Message.IGNORE, string(new Uint8Array(600)));
  session.feed(packet.subarray(0, 4));
  const hostKey = memory.slice(exports.hostKeyPtr(), exports.hostKeyPtr() + 64);
  assert.ok(exports.inputCapacity() > 512, "there would be room for it");
  assert.equal(exports.makeHostKey(64), 0);
  assert.equal(exports.open(64), 0);
  assert.deepEqual(memory.slice(exports.hostKeyPtr(), exports.hostKeyPtr() + 64), hostKey);
  assertAlive(session.feed(packet.subarray(4)));
});

test("identification lines: CR LF and LF alone, and any software version that fits", () => {
  for (const line of [
    "SSH-2.0-a\r\n",
    "SSH-2.0-a\n",
    "SSH-2.0-PuTTY_Release_0.78 with a comment\r\n",
    `SSH-2.0-${"x".repeat(255 - 10)}\r\n`,
    `SSH-2.0-${"x".repeat(255 - 9)}\n`,
    "SSH-2.0-a\rb\r\r\n",
    "SSH-1.99-a\r\n",
    "SSH-1.99-\n",
  ]) {
    const session = new Session();
    session.feed(session.client.identification(line));
    session.client.clientIdentification = line.replace(/\r?\n$/, "");
    session.feed(session.client.packet(session.client.kexinit()));
    assertAlive(finishKeyExchange(session));
  }
});

test("identification lines that are not SSH-2.0's end the connection, whatever they are", () => {
  for (const line of [
    "SSH-1.99\r\n",
    "SSH-1.99.a\r\n",
    "SSH-1.98-a\r\n",
    "SSH-1.5-a\r\n",
    "SSH-2.1-a\r\n",
    "SSH-2.0\r\n",
    "ssh-2.0-a\r\n",
    " SSH-2.0-a\r\n",
    "\r\n",
    "\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\n",
    "\0\0\0\0\0\0\0\0\n",
    "comment\r\nSSH-2.0-a\r\n",
  ]) {
    const session = new Session().feed(Buffer.from(line, "latin1"));
    assertEnded(session, PROTOCOL_VERSION_NOT_SUPPORTED, JSON.stringify(line));
  }
});

test("an identification without its end is bounded: 255 bytes end the connection", () => {
  for (const line of [`SSH-2.0-${"x".repeat(247)}`, "x".repeat(255), "\r".repeat(255), "\0".repeat(255)]) {
    const session = new Session().feed(Buffer.from(line.slice(0, 254), "latin1"));
    assert.equal(session.server.ending, undefined, "254 bytes may still become a line");
    assertEnded(session.feed(Buffer.from(line.slice(254), "latin1")), PROTOCOL_VERSION_NOT_SUPPORTED);
  }
});

test("both names of the key exchange, at any place of the list, and lists with strangers on them", () => {
  for (const kex of [
    CURVE25519,
    `${CURVE25519}@libssh.org`,
    `sntrup761x25519-sha512@openssh.com,${CURVE25519}@libssh.org,ecdh-sha2-nistp256`,
    `,,${CURVE25519}`,
    `${CURVE25519},${CURVE25519}`,
    `${"x".repeat(2000)},${CURVE25519}`,
  ]) {
    assertAlive(finishKeyExchange(negotiated({ kex }, false)));
  }
  const many = { hostKey: "rsa-sha2-512,ssh-ed25519", ciphers: [`aes128-ctr,${CIPHER}`, `${CIPHER},aes128-ctr`] };
  const others = {
    compressions: ["zlib@openssh.com,none", "none,zlib"],
    macs: ["hmac-sha1", "x"],
    languages: ["en", "de"],
  };
  assertAlive(finishKeyExchange(negotiated({ ...many, ...others } as KexinitOptions)));
});

const NEARLY = (name: string): string[] => [
  "",
  ",",
  name.slice(0, -1),
  `${name}x`,
  `x${name}`,
  name.toUpperCase(),
  `${name}\0`,
  ` ${name}`,
  name.replace(/.$/, ","),
  name.replace(/./g, "$&,"),
];

test("no algorithm in common, in any of the categories, ends the connection with KEY_EXCHANGE_FAILED", () => {
  const categories: [string, (list: string) => KexinitOptions][] = [
    [CURVE25519, (kex) => ({ kex })],
    [`${CURVE25519}@libssh.org`, (kex) => ({ kex })],
    ["ssh-ed25519", (hostKey) => ({ hostKey })],
    [CIPHER, (list) => ({ ciphers: [list, CIPHER] })],
    [CIPHER, (list) => ({ ciphers: [CIPHER, list] })],
    ["none", (list) => ({ compressions: [list, "none"] })],
    ["none", (list) => ({ compressions: ["none", list] })],
  ];
  for (const [name, options] of categories) {
    for (const list of NEARLY(name)) assertEnded(negotiated(options(list)), KEY_EXCHANGE_FAILED, `${name} for ${list}`);
  }
});

test("a KEXINIT that is cut off anywhere, or goes on, is malformed", () => {
  const session = identified();
  const back = session.save();
  const whole = session.client.kexinit();
  for (let length = 1; length < whole.length; length++) {
    assertEnded(back().feed(session.client.packet(whole.subarray(0, length))), PROTOCOL_ERROR, `${length} bytes`);
  }
  assertEnded(back().feed(session.client.packet(bytes(whole, 0))), PROTOCOL_ERROR, "a trailing byte");
});

test("a name-list whose length goes beyond the message is malformed, wherever it is and however far it goes", () => {
  const session = identified();
  const back = session.save();
  const whole = session.client.kexinit();
  const reader = new Reader(whole.subarray(17));
  for (let list = 0; list < 10; list++) {
    const at = whole.length - reader.rest.length;
    const remaining = reader.rest.length - 4;
    reader.string();
    for (const length of [remaining + 1, remaining + 5, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff]) {
      const malformed = Buffer.from(whole);
      malformed.writeUInt32BE(length, at);
      assertEnded(back().feed(session.client.packet(malformed)), PROTOCOL_ERROR, `list ${list}, ${length} bytes`);
    }
  }
});

test("a right guess is used, a wrong one is passed over once", () => {
  const wrong = [
    { kex: `ecdh-sha2-nistp256,${CURVE25519}` },
    { kex: `${CURVE25519}@libssh.org,${CURVE25519}` },
    { hostKey: "rsa-sha2-256,ssh-ed25519" },
  ];
  for (const firstPacketFollows of [1, 2, 255]) {
    const right = negotiated({ firstPacketFollows });
    assertAlive(finishKeyExchange(right));
    for (const options of wrong) {
      for (const guess of [bytes(30), bytes(30, string(new Uint8Array(65).fill(4))), bytes(34, uint32(1))]) {
        const session = negotiated({ ...options, firstPacketFollows }, false);
        session.feed(session.client.packet(guess));
        assertAlive(finishKeyExchange(session));
        const twice = negotiated({ ...options, firstPacketFollows }, false);
        twice.feed(twice.client.packet(guess));
        assertEnded(twice.feed(twice.client.packet(guess)), guess[0] === 30 ? KEY_EXCHANGE_FAILED : PROTOCOL_ERROR);
      }
    }
  }
  for (const options of wrong) assertAlive(finishKeyExchange(negotiated(options, false)));
});

const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

test("a public key of small order, in any encoding, ends the key exchange (RFC 8731 §3)", () => {
  const session = negotiated({});
  const back = session.save();
  for (const point of SMALL_ORDER) {
    for (const top of [0, 0x80]) {
      const encoded = Buffer.from(point, "hex");
      encoded[31] = encoded[31]! | top;
      assertEnded(back().feed(session.client.packet(session.client.ecdhInit(encoded))), KEY_EXCHANGE_FAILED, point);
    }
  }
});

test("a KEX_ECDH_INIT of another length ends the key exchange", () => {
  const session = negotiated({});
  const back = session.save();
  const { client } = session;
  const whole = client.ecdhInit();
  const cases: [string, Uint8Array][] = [0, 1, 31, 33, 64, 1184].map((length) => [
    `${length} bytes`,
    client.ecdhInit(new Uint8Array(length).fill(9)),
  ]);
  for (let length = 1; length < whole.length; length++) cases.push([`cut off at ${length}`, whole.subarray(0, length)]);
  cases.push(["trailing byte", bytes(whole, 0)]);
  for (const length of [33, 0x8000_0000, 0xffff_ffff])
    cases.push([`says ${length}`, bytes(30, uint32(length), whole.subarray(5))]);
  for (const [name, payload] of cases)
    assertEnded(back().feed(session.client.packet(payload)), KEY_EXCHANGE_FAILED, name);
});

test("EXT_INFO comes once, behind the first NEWKEYS, to a client that asks for it and to no other", () => {
  const session = new Session({ client: { extInfo: true } }).keyExchange();
  assert.deepEqual(
    session.client.messages.map((message) => message[0]),
    [20, 31, 21, 7],
  );
  const expected = bytes(Message.EXT_INFO, uint32(1), string("server-sig-algs"), string("ssh-ed25519"));
  assert.deepEqual(session.client.messages[3], Buffer.from(expected));
  session.service().send(passwordRequest(USER, PASSWORD));
  session.client.messages = [];
  session.rekey();
  assert.deepEqual(session.client.takeNumbers(), [20, 31, 21], "not in a rekey");
  assert.deepEqual(new Session().keyExchange().client.takeNumbers(), [20, 31, 21]);
});

test("keys change again and again, begun by either side, by both, with strict sequence numbers and without", () => {
  for (const strict of [true, false]) {
    const session = new Session({ client: { strict } }).authenticate(passwordRequest(USER, PASSWORD));
    assert.equal(session.client.strict, strict);
    for (let round = 0; round < 3; round++) {
      session.client.messages = [];
      session.rekey();
      session.rekeyByServer().send(Message.IGNORE, string("between the two KEXINITs"));
      session.rekey();
      assert.deepEqual(session.client.takeNumbers(), [20, 31, 21, 20, 31, 21]);
      const keepalive = bytes(80, string("keepalive@openssh.com"), 1);
      assert.deepEqual(
        session.exchange(keepalive).map((message) => message[0]),
        [82],
        `strict ${strict}, round ${round}`,
      );
    }
    assert.equal(session.client.serverToClient.sequenceNumber > 20, !strict, "strict key exchange starts at 0 again");
  }
});

test("the session identifier is the first exchange hash for good", () => {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  const first = session.client.sessionId!;
  session.rekey();
  assert.notDeepEqual(session.client.secrets!.hash, first);
  const { exports, memory } = session.server.transport;
  const start = exports.sessionIdPtr();
  assert.deepEqual(Buffer.from(memory.slice(start, start + exports.sessionIdLength())), first);
});

test("while keys change nothing but the key exchange is sent, and what waits leaves behind NEWKEYS", () => {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  const { exports } = session.server.transport;
  assert.equal(exports.sendCapacity(), PAYLOAD_CAPACITY);
  session.rekeyByServer();
  assert.equal(exports.sendCapacity(), 0);
  assert.equal(exports.send(10), 0, "a host that sends nevertheless");
  assert.equal(exports.rekey(), 0, "one key exchange at a time");
  session.client.messages = [];
  session.send(80, string("keepalive@openssh.com"), 1);
  assert.deepEqual(session.client.takeNumbers(), [], "the reply waits");
  session.feed(session.client.packet(session.client.kexinit()));
  session.feed(session.client.packet(session.client.ecdhInit()));
  assert.deepEqual(session.client.takeNumbers(), [31, 21, 82]);
  session.feed(session.client.newKeys());
  assert.equal(exports.send(0), 0, "an empty payload");
  assert.equal(exports.send(PAYLOAD_CAPACITY + 1), 0, "one beyond the capacity");
});

type Hashing = TransportExports & { hash(length: number): number };

test("hash is SHA-256, and leaves a key exchange alone", () => {
  const session = finishKeyExchange(negotiated({}));
  const exports = session.server.transport.exports as unknown as Hashing;
  const memory = new Uint8Array(exports.memory.buffer);
  for (const length of [1, 55, 64, PAYLOAD_CAPACITY]) {
    const text = Uint8Array.from({ length }, (_, index) => index * 7);
    memory.set(text, exports.sendPtr());
    assert.equal(exports.hash(length), 32);
    const expected = createHash("sha256").update(text).digest();
    assert.deepEqual(Buffer.from(memory.slice(exports.outputPtr(), exports.outputPtr() + 32)), expected);
  }
  for (const length of [0, PAYLOAD_CAPACITY + 1, 0xffffffff]) assert.equal(exports.hash(length), 0);
  assertAlive(session);
  const exchanging = negotiated({});
  const during = exchanging.server.transport.exports as unknown as Hashing;
  assert.deepEqual([during.hash(0), during.hash(1)], [0, 0]);
  assertAlive(finishKeyExchange(exchanging));
});

test("a payload of exactly 4,096 bytes is taken, encrypted and not, with the least and with the most padding", () => {
  for (const encrypted of [false, true]) {
    for (const paddingLength of encrypted ? [7, 255] : [11, 251]) {
      const session = encrypted ? new Session().keyExchange() : identified({ client: { strict: false } });
      const ignore = bytes(Message.IGNORE, string(new Uint8Array(PAYLOAD_CAPACITY - 5)));
      session.feed(session.client.packet(ignore, { paddingLength }));
      assert.equal(session.server.ending, undefined, `encrypted ${encrypted}, padding ${paddingLength}`);
      session.feed(session.client.packet(bytes(ignore, 0), { paddingLength: paddingLength - 1 }));
      assert.equal(session.server.ending, undefined, "a larger one that means nothing means nothing");
    }
  }
});

test("a length field that is not allowed ends the connection before anything else is read", () => {
  for (const encrypted of [false, true]) {
    const session = encrypted ? new Session().keyExchange() : identified();
    const back = session.save();
    const alignment = encrypted ? 0 : 4;
    const refused = [0, 1, 4, 5, 7, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_fffc, 0xffff_ffff, 35_000, 65_536];
    for (let length = 0; length < 300; length++) if (length < 8 || (length + alignment) % 8 !== 0) refused.push(length);
    const most = encrypted ? 34_976 : 34_996;
    for (let more = 1; more <= 16; more++) refused.push(most + more);
    for (const length of refused) {
      const field = back().client.sealed(length, new Uint8Array(0)).subarray(0, 4);
      assertEnded(session.feed(field), PROTOCOL_ERROR, `encrypted ${encrypted}, length ${length}`);
    }
    for (const length of [encrypted ? 8 : 12, most]) {
      back().feed(session.client.sealed(length, new Uint8Array(0)).subarray(0, 4));
      assert.equal(session.server.ending, undefined, `length ${length}`);
    }
  }
});

test("a padding below 4 bytes, or one that leaves no payload, ends the connection", () => {
  for (const encrypted of [false, true]) {
    const session = encrypted ? new Session().keyExchange() : identified({ client: { strict: false } });
    const back = session.save();
    const payload = bytes(Message.IGNORE, string("0123456"));
    // 12 bytes and their padding's length: 3 or 7 bytes of padding would complete a block
    for (let field = 0; field < 256; field++) {
      const packet = back().client.packet(payload, { paddingLength: encrypted ? 11 : 7, paddingField: field });
      session.feed(packet);
      const length = encrypted ? 24 : 20;
      if (field >= 4 && field <= length - 2) assert.equal(session.server.ending, undefined, `padding ${field}`);
      else assertEnded(session, PROTOCOL_ERROR, `encrypted ${encrypted}, padding ${field}`);
    }
  }
});

test("one wrong bit in a tag, a length or a body ends the connection, and the payload is never looked at", () => {
  const session = new Session().keyExchange();
  const back = session.save();
  const whole = session.client.fork().send(Message.SERVICE_REQUEST, string("ssh-userauth"));
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const altered = Buffer.from(whole);
    altered[bit >> 3] = altered[bit >> 3]! ^ (1 << (bit & 7));
    back().feed(altered);
    // an altered length may ask for more than was sent
    if (bit < 32 && !session.server.ending) session.feed(new Uint8Array(MAXIMUM_PACKET_BYTES));
    assert.deepEqual([PROTOCOL_ERROR, MAC_ERROR].includes(session.saidReason()), true, `bit ${bit}`);
    assert.ok(!session.client.messages.some((message) => message[0] === Message.SERVICE_ACCEPT), `bit ${bit}`);
    if (bit >= 32) assertEnded(session, MAC_ERROR, `bit ${bit}`);
  }
});

test("a packet with another sequence number, a repeated one included, ends the connection", () => {
  const session = new Session().keyExchange();
  session.send(Message.IGNORE, string("0")).send(Message.IGNORE, string("1"));
  const back = session.save();
  for (const sequenceNumber of [0, 1, 3, 4, 0xffff_ffff]) {
    const packet = back().client.packet(bytes(Message.IGNORE, string("x")), { sequenceNumber });
    session.feed(packet).feed(new Uint8Array(MAXIMUM_PACKET_BYTES));
    assert.ok([PROTOCOL_ERROR, MAC_ERROR].includes(session.saidReason()), `number ${sequenceNumber}`);
  }
});

test("the stream may arrive byte by byte, and the server's answers are the same", () => {
  const [whole, bytewise] = [new Session(), new Session()].map((session, index) => {
    const feed = session.feed.bind(session);
    if (index === 1) session.feed = (data) => ([...data].forEach((byte) => feed(Buffer.of(byte))), session);
    return session.authenticate(passwordRequest(USER, PASSWORD));
  });
  assert.ok(bytewise!.server.admitted);
  assert.deepEqual(bytewise!.client.messages, whole!.client.messages);
});

test("a host that offers more than the capacity is refused, not served", () => {
  const session = identified();
  assert.equal(session.server.transport.exports.receive(5), TransportEvent.ERROR);
  assert.equal(session.server.transport.exports.disconnectReason(), PROTOCOL_ERROR);
});

test("a description has at most 255 bytes; nothing is said before the connection is open, nor twice", () => {
  const session = new Session().keyExchange();
  const { exports, memory, instantiate } = session.server.transport;
  const fresh = instantiate().exports as unknown as typeof exports;
  assert.equal(fresh.disconnect(11, 0), 0);
  for (const length of [256, 4096, 0x7fff_ffff, 0xffff_ffff]) assert.equal(exports.disconnect(11, length), 0);
  assertAlive(session);
  const description = "why ".repeat(64).slice(0, 255);
  memory.set(Buffer.from(description), exports.sendPtr() + 9);
  const length = exports.disconnect(11, 255);
  session.client.receive(memory.slice(exports.outputPtr(), exports.outputPtr() + length));
  const said = session.client.messages.at(-1);
  assert.deepEqual(said, bytes(Message.DISCONNECT, uint32(11), string(description), string("")));
  assert.equal(exports.disconnect(11, 0), 0);
  assert.equal(exports.receive(0), TransportEvent.CLOSED);
});

test("a client's DISCONNECT closes without an answer, in every state, and its reason is kept", () => {
  const states = [
    identified(),
    negotiated({}),
    new Session().keyExchange(),
    new Session().authenticate(passwordRequest(USER, PASSWORD)),
    new Session().authenticate(passwordRequest(USER, PASSWORD)).rekeyByServer(),
  ];
  for (const session of states) {
    const back = session.save();
    for (const payload of [bytes(1, uint32(11), string("bye"), string("")), bytes(1, uint32(11))]) {
      assert.deepEqual(back().exchange(payload), []);
      assert.deepEqual(session.server.ending, { cause: "transport", reason: 11 });
    }
    assert.deepEqual(back().exchange(bytes(1)), [], "without a reason");
    assert.deepEqual(session.server.ending, { cause: "transport", reason: 0 });
  }
});

test("only ssh-userauth is a service, as often as a client asks before SUCCESS and never after it", () => {
  const session = new Session().keyExchange();
  const back = session.save();
  for (const name of ["ssh-connection", "", "ssh-userautH", "ssh-userauth\0", "ssh-userauth ", "x".repeat(4000)]) {
    assertEnded(back().service(name), 7, name);
  }
  const valid = bytes(Message.SERVICE_REQUEST, string("ssh-userauth"));
  for (let length = 1; length < valid.length; length++) {
    assertEnded(back().send(valid.subarray(0, length)), PROTOCOL_ERROR, `cut off at ${length}`);
  }
  assertEnded(back().send(valid, 0), PROTOCOL_ERROR, "a trailing byte");
  const twice = back().service().service().exchange(passwordRequest(USER, PASSWORD));
  assert.deepEqual(
    twice.map((payload) => payload[0]),
    [52],
  );
  assertEnded(back().service().send(passwordRequest(USER, PASSWORD)).service(), PROTOCOL_ERROR, "after SUCCESS");
});

test("UNIMPLEMENTED names the sequence number of the packet that it rejects", () => {
  for (const strict of [true, false]) {
    const session = new Session({ client: { strict } }).keyExchange();
    for (let count = 0; count < 3; count++) {
      const number = session.client.clientToServer.sequenceNumber;
      assert.deepEqual(session.exchange(bytes(200, string("x"))), [Buffer.from(bytes(3, uint32(number)))]);
    }
  }
});
