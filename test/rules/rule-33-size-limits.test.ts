// Rule 33: what is too large for a buffer is refused by its kind; it does not end the connection. RFC 4253 §6.1 has
// packets of 35,000 bytes, and everything beyond ends it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { Message } from "../../scripts/client/client.js";
import {
  infoResponse,
  interactiveRequest,
  passwordRequest,
  queryRequest,
  signed,
  signedRequest,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { channelOpen, data, extendedData, globalRequest, request } from "../../scripts/client/connection.js";
import { CAPACITY, handedOn, LONGEST, longKexinit, MOST_PACKET_BYTES, PIECE_END } from "../support/long-packets.js";
import { assertEnded, CREDENTIALS, PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { ed25519Key } from "../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../support/userauth-full.js";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

const SOURCE = "rule 33 (dropbear #177, net-ssh #844, proftpd #1694)";
const PROTOCOL_ERROR = 2;
const [SUCCESS, FAILURE] = [99, 100];

/** With an open channel, number 0. */
function loggedIn(): Session {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  session.exchange(channelOpen(7, 100_000, 32_768));
  return session;
}

/** A variable for the environment in a payload of `length` bytes. */
function variable(length: number, wantReply = true): Uint8Array {
  const head = request(0, "env", wantReply, string("LC_BIG"));
  return bytes(head, string(new Uint8Array(length - head.length - 4).fill(0x78)));
}

function numbers(session: Session, ...parts: Part[]): number[] {
  return session.exchange(...parts).map((message) => message[0]!);
}

function assertServes(session: Session, what?: string): void {
  const answers = numbers(session, request(0, "exec", true, string("echo")));
  assert.deepEqual(answers, [SUCCESS, 94, 96, 98, 97], what);
}

test(`${SOURCE}: a request on a channel, at every boundary`, () => {
  const back = loggedIn().save();
  // the packet of such a payload ends at the first piece's end
  const onePiece = PIECE_END - 5 - 7;
  for (const length of [
    CAPACITY - 1,
    CAPACITY,
    CAPACITY + 1,
    ...around(onePiece),
    ...around(PIECE_END),
    30_000,
    LONGEST,
  ]) {
    const session = back();
    const answer = length <= CAPACITY ? [SUCCESS] : [FAILURE];
    assert.deepEqual(numbers(session, variable(length)), answer, `${length} bytes`);
    assert.deepEqual(numbers(session, variable(length, false)), [], `${length} bytes, no reply wanted`);
    assertServes(session, `${length} bytes`);
  }
  assertEnded(back().send(variable(LONGEST + 1)), PROTOCOL_ERROR);
});

/** Lengths near one where packets begin to have another count of pieces, in steps of their padding. */
function around(length: number): number[] {
  return Array.from({ length: 33 }, (_, index) => length - 16 + index);
}

test(`${SOURCE}: the longest packet there is, in plain text and encrypted, and one longer`, () => {
  for (const more of [0, 8]) {
    const session = new Session();
    const { client } = session;
    session.feed(client.identification());
    const packet = client.packet(longKexinit(client, MOST_PACKET_BYTES + more - 9), { paddingLength: 4 });
    assert.equal(packet.length, MOST_PACKET_BYTES + more);
    session.feed(packet);
    if (more > 0) assertEnded(session, PROTOCOL_ERROR);
    else assert.deepEqual(finishKeyExchange(session), [31, 21]);
  }
});

function finishKeyExchange(session: Session): number[] {
  const { client } = session;
  client.messages = [];
  session.feed(client.packet(client.ecdhInit()));
  if (!session.server.ending) session.feed(client.newKeys());
  return client.takeNumbers();
}

test(`${SOURCE}: every kind of message is answered by its kind`, () => {
  const back = loggedIn().save();
  const much = new Uint8Array(20_000).fill(0x2c);
  const kinds: [string, Uint8Array, number[]][] = [
    ["a command", request(0, "exec", true, string(much)), [FAILURE]],
    ["a subsystem", request(0, "subsystem", true, string(much)), [FAILURE]],
    ["an unknown request", request(0, "unknown", true, much), [FAILURE]],
    ["a global request", bytes(globalRequest("unknown", true), much), [82]],
    ["a global request without reply", bytes(globalRequest("unknown", false), much), []],
    ["a channel of an unknown type", bytes(channelOpen(8, 1, 1, "direct-tcpip"), string(much)), [92]],
    ["IGNORE", bytes(Message.IGNORE, string(much)), []],
    ["DEBUG", bytes(Message.DEBUG, 0, string(much), string("")), []],
    ["an unknown number of the transport", bytes(19, much), [3]],
    ["an unknown number of the connection", bytes(89, much), [3]],
    ["userauth after SUCCESS", bytes(passwordRequest(USER, much)), []],
  ];
  for (const [what, payload, answers] of kinds) {
    const session = back();
    assert.deepEqual(numbers(session, payload), answers, what);
    assertServes(session, what);
  }
});

test(`${SOURCE}: what no server takes ends the connection however long it is`, () => {
  const back = loggedIn().save();
  const much = new Uint8Array(20_000);
  const wrong: [string, Uint8Array][] = [
    ["data beyond the maximum packet size", data(0, much)],
    ["extended data", extendedData(0, much)],
    ["a session with more behind it", bytes(channelOpen(8, 1, 1), much)],
    ["a request for a channel that is not there", request(3, "env", true, string(much))],
    ["a request whose name is longer than what is kept", bytes(98, uint32(0), string(much), 1)],
    ["NEWKEYS", bytes(Message.NEWKEYS, much)],
    ["KEX_ECDH_INIT", bytes(Message.KEX_ECDH_INIT, string(much))],
    ["SERVICE_REQUEST", bytes(Message.SERVICE_REQUEST, string(much))],
  ];
  for (const [what, payload] of wrong) assertEnded(back().send(payload), PROTOCOL_ERROR, what);
  const gone = back().send(Message.DISCONNECT, uint32(11), string(much), string(""));
  assert.deepEqual(gone.server.ending, { cause: "transport", reason: 11 });
});

test(`${SOURCE}: before the login a long packet is what a short one is`, () => {
  const much = new Uint8Array(20_000);
  const back = new Session().keyExchange().save();
  assertEnded(back().send(passwordRequest(USER, much)), PROTOCOL_ERROR, "userauth before its service");
  assertEnded(back().send(request(0, "env", true, much)), PROTOCOL_ERROR, "a channel's request");
  assertEnded(back().send(bytes(Message.KEXINIT, much)), PROTOCOL_ERROR, "a second key exchange");
  assertEnded(back().service().send(bytes(52, much)), PROTOCOL_ERROR, "a server's message");
});

for (const build of USERAUTH_BUILDS) {
  test(`${SOURCE}: a request for authentication is a failure that counts, ${build}`, () => {
    const session = new Session({ userauth: build }).keyExchange().service();
    const { sessionId } = session.client;
    const much = new Uint8Array(20_000).fill(0x2c);
    const large = [
      passwordRequest(USER, bytes(PASSWORD, much)),
      bytes(passwordRequest(USER, PASSWORD), much),
      queryRequest({ seed: USER_SEED, key: much, algorithm: "ssh-ed25519-cert-v01@openssh.com" }),
      bytes(signedRequest({ seed: USER_SEED, sessionId: sessionId! }), much),
      userauthRequest(USER, "none", much),
    ];
    const back = session.save();
    for (const payload of large) {
      assert.deepEqual(numbers(back(), payload), [51]);
      assert.deepEqual(session.server.statuses, ["FAILURE"]);
      session.send(
        build === "password"
          ? passwordRequest(USER, PASSWORD)
          : signedRequest({ seed: USER_SEED, sessionId: sessionId! }),
      );
      assert.ok(session.server.admitted, "and what fits is judged as ever");
    }
    back();
    for (let count = 0; count < 20 && !session.server.ending; count++) session.send(large[count % large.length]!);
    assert.equal(session.server.statuses.at(-1), "TOO_MANY_ATTEMPTS");
    assert.ok(!session.server.admitted);
    assert.ok(session.server.statuses.length < 9);
    const { memory, exports } = session.server.userauth!;
    const end = Number(exports.__heap_base.value);
    assert.deepEqual(memory.slice(end - CREDENTIALS[build].length, end), CREDENTIALS[build]);
  });
}

test(`${SOURCE}: in the full build a long request is its user's, and takes nothing from what that user has achieved`, () => {
  const key = ed25519Key();
  const user = passwordUser(USER, PASSWORD, { keys: [key], required: [["publickey", "keyboard-interactive"]] });
  const full = new FullUserauth({ users: [user] });
  const session = new Session().keyExchange().service();
  const much = new Uint8Array(20_000).fill(0x2c);
  const judge = (payload: Uint8Array): string => full.judge(handedOn(session, payload));
  assert.equal(judge(signed(USER, key)), "PARTIAL_SUCCESS 51");
  assert.equal(judge(passwordRequest(USER, bytes(PASSWORD, much))), "FAILURE 51");
  assert.equal(judge(queryRequest({ user: USER, seed: USER_SEED, key: much })), "FAILURE 51");
  assert.equal(judge(interactiveRequest(USER)), "PROMPTED 60");
  assert.equal(judge(infoResponse(bytes(PASSWORD, much))), "FAILURE 51");
  assert.equal(judge(interactiveRequest(USER)), "PROMPTED 60");
  assert.equal(judge(infoResponse(PASSWORD)), "SUCCESS 52", "the key before counts still");
});

test(`${SOURCE}: a long KEXINIT is read and hashed whole, wherever in it the pieces end`, () => {
  const lengths = [8_192, 30_000];
  // the names that matter are at the end of the first list, and so is a piece's end for one of these
  for (let length = PIECE_END - 200; length < PIECE_END + 400; length += 7) lengths.push(length);
  for (const length of lengths) {
    const session = new Session({ client: { extInfo: true } });
    const { client } = session;
    session.feed(client.identification()).feed(client.packet(longKexinit(client, length)));
    assert.deepEqual(finishKeyExchange(session), [31, 21, 7], `${length} bytes: the signature of the hash is right`);
    assert.ok(client.strict);
    session.service();
    assert.equal(client.lastNumber(), 6, `${length} bytes`);
  }
});

test(`${SOURCE}: keys change with a long KEXINIT, whichever side begins`, () => {
  const session = loggedIn();
  const { client } = session;
  for (const length of [CAPACITY + 1, 8_192, LONGEST]) {
    for (const serverBegins of [false, true]) {
      if (serverBegins) session.rekeyByServer();
      session.feed(client.packet(longKexinit(client, length)));
      assert.deepEqual(finishKeyExchange(session), [31, 21], `${length} bytes`);
      assert.deepEqual(numbers(session, globalRequest("unknown", true)), [82]);
    }
  }
});

test(`${SOURCE}: a long KEXINIT without one of our algorithms, or malformed, ends the connection`, () => {
  const none = "x".repeat(6_000);
  const outcomes: [string, Parameters<typeof longKexinit>[2], number][] = [
    ["no host key", { hostKey: none }, 3],
    ["no cipher to the server", { ciphers: [none, "chacha20-poly1305@openssh.com"] }, 3],
    ["no cipher to the client", { ciphers: ["chacha20-poly1305@openssh.com", none] }, 3],
    ["no compression", { compressions: [none, "none"] }, 3],
    ["bytes behind it", { trailing: new Uint8Array(6_000) }, PROTOCOL_ERROR],
  ];
  for (const [what, options, reason] of outcomes) {
    const session = new Session();
    const { client } = session;
    session.feed(client.identification()).feed(client.packet(longKexinit(client, 20_000, options)));
    assertEnded(session, reason, what);
  }
  const session = new Session();
  session.feed(session.client.identification());
  const kexinit = Buffer.from(longKexinit(session.client, 20_000));
  kexinit.writeUInt32BE(kexinit.readUInt32BE(17) + 1, 17); // the first list goes into the second
  assertEnded(session.feed(session.client.packet(kexinit)), PROTOCOL_ERROR);
});

test(`${SOURCE}: a wrong guess in a long KEXINIT is ignored, however long the guess is`, () => {
  const session = new Session();
  const { client } = session;
  session.feed(client.identification()).feed(client.packet(longKexinit(client, 9_000, { firstPacketFollows: true })));
  session.send(Message.KEX_ECDH_INIT, string(new Uint8Array(12_000)));
  assert.deepEqual(finishKeyExchange(session), [31, 21]);
});
