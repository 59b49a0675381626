// Rule 21: passwords, private scalars and key-stream material are gone from linear memory after use. The secrets of a
// session are computed here a second time, from the entropy, with node:crypto, and then looked for.

import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import { test } from "node:test";
import { type RawClient, Reader, sha256 } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { ENTROPY, HOST_SEED, PASSWORD, Session, USER } from "../support/session.js";
import { findTraces } from "../support/traces.js";
import { bytes, string } from "../../scripts/client/wire.js";
import { privateKey, publicBytes } from "../../scripts/client/keys/raw.js";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(number: bigint): Buffer {
  return Buffer.from(Array.from({ length: 32 }, (_, index) => Number((number >> BigInt(8 * index)) & 255n)));
}

function toNumber(encoded: Uint8Array): bigint {
  return encoded.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function clamp(scalar: Uint8Array): Buffer {
  const clamped = Buffer.from(scalar);
  clamped[0]! &= 248;
  clamped[31] = (clamped[31]! & 127) | 64;
  return clamped;
}

const sha512 = (...parts: Uint8Array[]): Buffer =>
  createHash("sha512")
    .update(bytes(...parts))
    .digest();

/** crypto/random.ts a second time: each call takes a block of key stream; its first half is the next key. */
function* randomBytes(entropy: Uint8Array): Generator<{ key: Buffer; output: Buffer }, never, void> {
  for (let key = sha256(entropy); ;) {
    const block = createCipheriv("chacha20", key, new Uint8Array(16)).update(new Uint8Array(64));
    yield { key, output: block.subarray(32) };
    key = block.subarray(0, 32);
  }
}

/** Everything secret that a key exchange makes and has no more use for. */
function secretsOf(client: RawClient, cookie: Buffer, key: Buffer, ephemeral: Buffer): [string, Uint8Array][] {
  const { sharedSecret, hash } = client.secrets!;
  const expanded = sha512(HOST_SEED);
  const nonceHash = sha512(expanded.subarray(32), hash);
  const nonce = ((toNumber(nonceHash) % L) + L) % L;
  return [
    ["entropy", ENTROPY],
    ["generator's key for the ephemeral secret", key],
    ["unused half of the random bytes for the cookie", cookie.subarray(16)],
    ["ephemeral secret", ephemeral],
    ["ephemeral secret, clamped", clamp(ephemeral)],
    ["shared secret", sharedSecret],
    ["host's scalar", clamp(expanded.subarray(0, 32))],
    ["host's scalar, not clamped", expanded.subarray(0, 32)],
    ["host's prefix", expanded.subarray(32)],
    ["hash that makes the nonce", nonceHash],
    ["nonce", littleEndian(nonce)],
  ];
}

function assertNoTraces(session: Session, secrets: [string, Uint8Array][]): void {
  const left = secrets
    .map(([name, secret]) => `${name} at ${findTraces(session.server.transport.memory, secret).join(", ")}`)
    .filter((text) => !text.endsWith(" at "));
  assert.deepEqual(left, []);
}

function serverPoint(client: RawClient): Buffer {
  const reply = new Reader(client.messages.findLast((message) => message[0] === 31)!.subarray(1));
  reply.string();
  return reply.string();
}

test("rule 21 (PuTTY CVE-2011-4607): after a key exchange nothing that made its keys is left in transport's memory", () => {
  const session = new Session();
  const { client } = session;
  const random = randomBytes(ENTROPY);
  const [first, second] = [random.next().value, random.next().value];
  session.feed(client.identification()).feed(client.packet(client.kexinit())).feed(client.packet(client.ecdhInit()));
  assert.deepEqual(client.serverKexinit.subarray(1, 17), first.output.subarray(0, 16), "the generator is understood");
  assert.deepEqual(serverPoint(client), publicBytes(privateKey("X25519", second.output)), "so is the ephemeral secret");
  const secrets = secretsOf(client, first.output, second.key, second.output);
  secrets.push(["generator's first key", first.key]);
  assertNoTraces(session, secrets);
  session.feed(client.newKeys()).service();
  assertNoTraces(session, secrets);
});

test("rule 21 (PuTTY CVE-2011-4607): keys are found while they are used, and gone after the next key exchange", () => {
  const session = new Session().authenticate(passwordRequest(USER, PASSWORD));
  const { memory } = session.server.transport;
  const random = randomBytes(ENTROPY);
  const [, , cookie] = [random.next(), random.next(), random.next().value];
  const old = session.client.secrets!;
  assert.ok(
    findTraces(memory, old.toServer).length > 0 && findTraces(memory, old.toClient).length > 0,
    "positive control",
  );
  assert.ok(findTraces(memory, HOST_SEED).length > 0, "positive control: the host key stays");
  session.rekey();
  const { key, output: ephemeral } = random.next().value;
  assert.deepEqual(serverPoint(session.client), publicBytes(privateKey("X25519", ephemeral)));
  const keys: [string, Uint8Array][] = [
    ["old keys of the client", old.toServer],
    ["old keys of the server", old.toClient],
  ];
  assertNoTraces(session, [...secretsOf(session.client, cookie.output, key, ephemeral), ...keys]);
  for (const current of [session.client.secrets!.toServer, session.client.secrets!.toClient]) {
    const traces = findTraces(memory, current);
    assert.ok(Math.max(...traces) - Math.min(...traces) < 64, "new keys stand in one place each");
  }
});

test("rule 21 (PuTTY CVE-2011-4607): key stream and one-time keys of packets are gone when the packets are done", () => {
  const session = new Session().keyExchange();
  const { toServer, toClient } = session.client.secrets!;
  const numbers = [session.client.clientToServer.sequenceNumber, session.client.serverToClient.sequenceNumber];
  session.service();
  session.feed(session.client.send(2, string("x")).subarray(0, 4));
  for (const [index, keys] of [toServer, toClient].entries()) {
    for (const half of [keys.subarray(0, 32), keys.subarray(32)]) {
      for (const counter of [0, 1]) {
        const iv = Buffer.alloc(16);
        iv.writeUInt32LE(counter);
        iv.writeUInt32BE(numbers[index]!, 12);
        const stream = createCipheriv("chacha20", half, iv).update(new Uint8Array(64));
        assertNoTraces(session, [[`key stream ${index}, block ${counter}`, stream]]);
      }
    }
  }
});

test("rule 21 (PuTTY CVE-2011-4607): a refused key exchange leaves its secrets no more than one that succeeds", () => {
  const session = new Session();
  const { client } = session;
  const random = randomBytes(ENTROPY);
  const [, { key, output: ephemeral }] = [random.next(), random.next().value];
  session.feed(client.identification()).feed(client.packet(client.kexinit()));
  session.feed(client.packet(client.ecdhInit(Buffer.from("01".padEnd(64, "0"), "hex"))));
  assert.equal(session.saidReason(), 3);
  assertNoTraces(session, [
    ["entropy", ENTROPY],
    ["generator's key", key],
    ["ephemeral secret", ephemeral],
    ["ephemeral secret, clamped", clamp(ephemeral)],
  ]);
});

test("rule 21 (PuTTY CVE-2015-2157): a password is gone from transport with the next byte, and from userauth with the answer", () => {
  const password = "Tr0ub4dor&3-Zq!xK";
  for (const user of [USER, "nobody"]) {
    const session = new Session().keyExchange().service();
    const { transport } = session.server;
    session.server.feed(session.client.packet(passwordRequest(user, password)));
    assert.ok(findTraces(transport.memory, Buffer.from(password)).length > 0, "positive control: it was there");
    assert.deepEqual(findTraces(session.server.userauth!.memory, Buffer.from(password)), []);
    session.client.receive(session.server.takeOutput());
    session.feed(session.client.send(2, string("x")).subarray(0, 1));
    assert.deepEqual(findTraces(transport.memory, Buffer.from(password)), []);
  }
  const admitted = new Session().keyExchange().service();
  admitted.send(passwordRequest(USER, PASSWORD)).send(2, string("x"));
  const { userauth, transport } = admitted.server;
  const region = Number(userauth!.exports.__heap_base.value) - 192;
  assert.deepEqual(findTraces(transport.memory, Buffer.from(PASSWORD)), []);
  assert.deepEqual(findTraces(userauth!.memory.subarray(0, region), Buffer.from(PASSWORD)), []);
});

test("rule 21 (PuTTY CVE-2015-2157): a password in a request that ends the connection is gone from userauth with the answer", () => {
  const password = "Tr0ub4dor&3-Zq!xK";
  const requests = [bytes(passwordRequest(USER, password), 0), passwordRequest(USER, password)];
  for (const [index, request] of requests.entries()) {
    const session = new Session().keyExchange().service();
    for (let count = 0; count < 4; count++) session.send(request);
    assert.equal(session.server.ending?.cause, "userauth", `request ${index}`);
    assert.deepEqual(findTraces(session.server.userauth!.memory, Buffer.from(password)), []);
  }
});
