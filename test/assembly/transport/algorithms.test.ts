// The transport module with every algorithm, against node:crypto and an ML-KEM of others: each key exchange with each
// cipher in each direction, changes of algorithms, long packets, what is forged, what is not agreed on, and what stays
// in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AES_CTR, CIPHER_PAIRS, HMAC, HMAC_ETM } from "../../../scripts/client/ciphers.js";
import {
  type ClientOptions,
  CURVE25519,
  type KexinitOptions,
  Message,
  MLKEM768X25519,
} from "../../../scripts/client/client.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import { bytes, string } from "../../../scripts/client/wire.js";
import { instantiateCounted } from "../../../scripts/compile/instrument.js";
import type { TransportExports } from "../../../host/node/modules.js";
import { moduleBytes } from "../../support/modules.js";
import { assertEnded, ENTROPY, HOST_SEED, instances, PASSWORD, Session, USER } from "../../support/session.js";

const transport = instances("transport-full");
const open = (client: ClientOptions = {}): Session => new Session({ client, instances: { transport } });
const KEXES = [CURVE25519, MLKEM768X25519];
/** Its last piece has a few bytes, and its first ends within a block of AES. */
const LONG_BYTES = 20_000;
const globalRequest = (length: number): Uint8Array => bytes(80, string("unknown"), 1, new Uint8Array(length));

for (const kex of KEXES) {
  for (const toServer of CIPHER_PAIRS) {
    for (const toClient of CIPHER_PAIRS) {
      test(`${kex}, ${toServer.join(" with ")} to the server, ${toClient.join(" with ")} to the client: a login, a long packet, new keys`, () => {
        const session = open({ kex, toServer, toClient });
        session.authenticate(passwordRequest(USER, PASSWORD));
        assert.deepEqual(session.server.statuses, ["SUCCESS"]);
        assert.equal(session.exchange(globalRequest(LONG_BYTES))[0]?.[0], 82);
        session.rekey();
        assert.equal(session.exchange(globalRequest(10))[0]?.[0], 82);
      });
    }
  }
}

test("each key exchange may agree on other algorithms than the one before, by the client's wish and by the server's", () => {
  const session = open().authenticate(passwordRequest(USER, PASSWORD));
  for (const [index, pair] of [...CIPHER_PAIRS, ...CIPHER_PAIRS].entries()) {
    const back = CIPHER_PAIRS[(3 * index) % CIPHER_PAIRS.length]!;
    Object.assign(session.client.options, { kex: KEXES[index % 2], toServer: pair, toClient: back });
    if (index % 3 === 0) session.rekeyByServer();
    session.rekey();
    assert.equal(session.exchange(globalRequest(6_000))[0]?.[0], 82, pair.join());
  }
});

test("a tag that is wrong anywhere, and a packet that was changed anywhere, end the connection", () => {
  for (const toServer of CIPHER_PAIRS) {
    const session = open({ toServer }).authenticate(passwordRequest(USER, PASSWORD));
    const back = session.save();
    for (const length of [30, LONG_BYTES]) {
      const packet = back().client.packet(globalRequest(length));
      // of the length field a change is another length: of chacha20-poly1305 and of hmac-sha2-256 it may be one that is
      // waited for
      for (const at of [4, 5, 17, packet.length >> 1, packet.length - 33, packet.length - 17, packet.length - 1]) {
        const changed = Buffer.from(packet);
        changed[at]! ^= 1;
        const attacked = back().feed(changed);
        assertEnded(attacked, 5, `${toServer.join()}: byte ${at} of ${packet.length}`);
      }
    }
  }
});

test("a packet is taken once, and only in its turn", () => {
  for (const toServer of CIPHER_PAIRS) {
    const session = open({ toServer }).authenticate(passwordRequest(USER, PASSWORD));
    const packet = session.client.packet(globalRequest(30));
    session.feed(packet).feed(packet);
    assert.ok(session.server.ending, toServer.join());
  }
});

test("a length that is no multiple of the cipher's block ends the connection", () => {
  for (const toServer of CIPHER_PAIRS.slice(1)) {
    const session = open({ toServer }).authenticate(passwordRequest(USER, PASSWORD));
    const { countsLength } = session.client.clientToServer.keys!;
    session.feed(session.client.sealed(countsLength ? 36 : 40, new Uint8Array(60)));
    assertEnded(session, 2, toServer.join());
  }
});

const agree = (options: KexinitOptions): Session => {
  const session = open();
  session.feed(session.client.identification());
  return session.feed(session.client.packet(session.client.kexinit(options)));
};

test("AES in counter mode needs a MAC in common, and the other ciphers need none", () => {
  for (const [ctr] of AES_CTR.map((name) => [name])) {
    assert.equal(agree({ ciphers: [ctr!, ctr!], macs: ["hmac-sha1", HMAC] }).server.ending?.reason, 3);
    assert.equal(agree({ ciphers: [ctr!, ctr!], macs: [HMAC, ""] }).server.ending?.reason, 3);
    assert.equal(agree({ ciphers: [ctr!, ctr!], macs: [`hmac-sha1,${HMAC}`, HMAC_ETM] }).server.ending, undefined);
  }
  const gcm = "aes256-gcm@openssh.com";
  assert.equal(agree({ ciphers: [gcm, gcm], macs: ["", "hmac-sha1"] }).server.ending, undefined);
  assert.equal(agree({ ciphers: ["aes256-cbc", gcm] }).server.ending?.reason, 3);
});

test("the marker of strict key exchange, the server's own included, is no key exchange", () => {
  for (const kex of ["kex-strict-s-v00@openssh.com", "kex-strict-c-v00@openssh.com", "ext-info-c", ""]) {
    assert.equal(agree({ kex }).server.ending?.reason, 3, kex);
  }
});

test("a guess is right only where both sides' first key exchange is the same, and a wrong one's packet is ignored", () => {
  for (const [kex, isRight] of [
    [CURVE25519, false],
    [MLKEM768X25519, true],
  ] as const) {
    const session = open({ kex });
    session.feed(session.client.identification());
    session.feed(session.client.packet(session.client.kexinit({ firstPacketFollows: true })));
    if (!isRight) session.feed(session.client.packet(bytes(Message.KEX_ECDH_INIT, string("a guess"))));
    session.feed(session.client.packet(session.client.ecdhInit()));
    assert.deepEqual(session.client.takeNumbers().slice(-2), [Message.KEX_ECDH_REPLY, Message.NEWKEYS], kex);
  }
});

test("a share of another length, an encapsulation key that is not reduced and a point of low order are refused", () => {
  const session = open({ kex: MLKEM768X25519 });
  session.feed(session.client.identification()).feed(session.client.packet(session.client.kexinit()));
  const back = session.save();
  const share = Buffer.from(session.client.share());
  const unreduced = Buffer.from(share);
  unreduced.fill(0xff, 300, 303);
  const lowOrder = Buffer.from(share).fill(0, 1184);
  for (const wrong of [share.subarray(1), bytes(share, 0), share.subarray(1184), unreduced, lowOrder]) {
    const refused = back();
    refused.feed(refused.client.packet(refused.client.ecdhInit(wrong)));
    assertEnded(refused, 3);
  }
});

test("no secret of the hybrid key exchange is left when keys are in use", () => {
  const session = open({ kex: MLKEM768X25519 }).keyExchange();
  const memory = Buffer.from(session.server.transport.memory);
  const { sharedSecret, parts, derived } = session.client.secrets!;
  for (const secret of [
    sharedSecret,
    ...parts,
    ...derived.map(({ macKey }) => macKey),
    ...derived.map(({ iv }) => iv),
  ]) {
    for (let at = 0; at + 8 <= secret.length; at++) {
      assert.equal(memory.indexOf(secret.subarray(at, at + 8)), -1, "eight bytes of a secret");
    }
  }
});

test("keys that are not in use any more are gone, whatever cipher comes after them", () => {
  for (const pair of CIPHER_PAIRS) {
    const session = open({ toServer: pair, toClient: pair }).authenticate(passwordRequest(USER, PASSWORD));
    const { key } = session.client.secrets!.derived[0]!;
    const macKeys = session.client.secrets!.derived.map(({ macKey }) => macKey);
    session.rekey();
    const memory = Buffer.from(session.server.transport.memory);
    for (const secret of [key, ...macKeys]) assert.equal(memory.indexOf(secret.subarray(0, 16)), -1, pair.join());
  }
});

/** Instructions of a whole session, with everything secret to choose. */
function opsOf(algorithms: ClientOptions, hostSeed: Uint8Array, entropy: Uint8Array): number {
  const session = new Session({ hostSeed, entropy, client: algorithms, instances: { transport } });
  const { client } = session;
  const stream: Uint8Array[] = [
    client.identification(),
    client.packet(client.kexinit()),
    client.packet(client.ecdhInit()),
  ];
  for (const data of stream) session.feed(data);
  stream.push(client.newKeys(), client.send(2, new Uint8Array(100)));
  const { exports, count } = instantiateCounted(moduleBytes("transport-full"));
  const { memory, hostKeyPtr, inputPtr, inputCapacity, open: start, receive } = exports as unknown as TransportExports;
  const content = new Uint8Array(memory.buffer);
  content.set(bytes(hostSeed, client.serverHostKey!), hostKeyPtr());
  content.set(entropy, inputPtr());
  start(entropy.length);
  let ops = 0;
  for (let rest: Uint8Array = bytes(...stream); rest.length > 0;) {
    const slice = rest.subarray(0, inputCapacity());
    content.set(slice, inputPtr());
    ops += count(() => assert.equal(receive(slice.length), 0));
    rest = rest.subarray(slice.length);
  }
  return ops;
}

test("the hybrid key exchange and every cipher execute the same instructions for every host key and entropy", () => {
  for (const pair of CIPHER_PAIRS) {
    const algorithms = { kex: MLKEM768X25519, toServer: pair, toClient: pair };
    const ops = [
      opsOf(algorithms, HOST_SEED, ENTROPY),
      opsOf(algorithms, new Uint8Array(32).fill(0xff), ENTROPY),
      opsOf(algorithms, HOST_SEED, new Uint8Array(64).fill(0x80)),
      opsOf(algorithms, HOST_SEED, new Uint8Array(64)),
    ];
    assert.deepEqual(new Set(ops).size, 1, `${pair.join()}: ${ops.join(", ")}`);
  }
});
