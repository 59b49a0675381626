// The verification of the fast build (assembly/crypto/curve25519/ed25519-verify.ts) against RFC 8032's vectors,
// node:crypto and tweetnacl.
//
// Where the oracles differ: node:crypto (OpenSSL) checks S < L, reduces a non-canonical y of the key and compares R's
// bytes, without a cofactor; tweetnacl does the same but for S, which it takes as it is. Ours takes canonical keys of
// the group of prime order only.

import assert from "node:assert/strict";
import { randomBytes, randomInt, sign, verify, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import nacl from "tweetnacl";
import { decompressX } from "../../../host/node/credentials/ed25519-point.js";
import { loadCryptoModule } from "../../support/crypto-module.js";
import {
  add,
  BASE,
  challenge,
  encodePoint,
  fromLittleEndian,
  L,
  mod,
  multiply,
  P,
  secretScalar,
  toLittleEndian,
  TORSION,
  type Point,
} from "../../support/edwards25519.js";
import { flip, privateKey, publicBytes, publicKey } from "../../../scripts/client/keys/raw.js";

const { plain, counted: fresh } = await loadCryptoModule("ed25519-verify");
const KEY = 0;
const S = 64;
const HASH_INPUT = 96;

const hex = (text: string): Buffer => Buffer.from(text, "hex");

function prepare(publicKey: Uint8Array, x = decompressX(publicKey), module = plain): boolean {
  module.put(KEY, publicKey);
  module.put(KEY + 32, x);
  return Boolean(module.functions.prepareKey!(module.at(KEY)));
}

/** With the key that was prepared last; the caller may have another one hashed. */
function ours(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, module = plain): boolean {
  module.put(S, signature.subarray(32));
  module.put(HASH_INPUT, Buffer.concat([signature.subarray(0, 32), publicKey, message]));
  return Boolean(module.functions.verifyVartime!(module.at(S), module.at(HASH_INPUT), 64 + message.length));
}

function nodes(encoded: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, publicKey("Ed25519", encoded), signature);
}

function tweetnacls(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return nacl.sign.detached.verify(Uint8Array.from(message), Uint8Array.from(signature), Uint8Array.from(publicKey));
}

interface Signer {
  seed: Buffer;
  secret: KeyObject;
  publicKey: Buffer;
}

function newSigner(seed: Buffer = randomBytes(32)): Signer {
  const secret = privateKey("Ed25519", seed);
  return { seed, secret, publicKey: publicBytes(secret) };
}

interface Vector {
  name: string;
  secretKey: string;
  publicKey: string;
  message: string;
  signature: string;
}

test("the vectors of RFC 8032 §7.1 verify, over their messages only", () => {
  const file = new URL("../../vectors/rfc8032-ed25519.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
  assert.equal(vectors.length, 5);
  for (const { name, secretKey, publicKey, message, signature } of vectors) {
    assert.equal(newSigner(hex(secretKey)).publicKey.toString("hex"), publicKey, name);
    assert.ok(prepare(hex(publicKey)), name);
    assert.ok(ours(hex(publicKey), hex(message), hex(signature)), name);
    assert.ok(!ours(hex(publicKey), hex(message + "00"), hex(signature)), name);
  }
});

test("a message of any length around the blocks of SHA-512 verifies", () => {
  const { secret, publicKey } = newSigner();
  assert.ok(prepare(publicKey));
  for (let length = 0; length <= 400; length++) {
    const message = randomBytes(length);
    assert.ok(ours(publicKey, message, sign(null, message, secret)), `${length} bytes`);
  }
});

test("thousands of signatures, intact and corrupted at random: the same verdict as node:crypto", () => {
  for (let key = 0; key < 100; key++) {
    const { secret, publicKey } = newSigner();
    assert.ok(prepare(publicKey));
    for (let n = 0; n < 20; n++) {
      const message = randomBytes(1 + randomInt(300));
      const signature = sign(null, message, secret);
      assert.ok(ours(publicKey, message, signature), `${publicKey.toString("hex")} ${message.toString("hex")}`);
      const corrupted = flip(signature, randomInt(512));
      assert.equal(ours(publicKey, message, corrupted), nodes(publicKey, message, corrupted));
      const otherMessage = flip(message, randomInt(8 * message.length));
      assert.equal(ours(publicKey, otherMessage, signature), nodes(publicKey, otherMessage, signature));
    }
  }
});

test("signatures by tweetnacl verify, and its verdicts are the same", () => {
  for (let n = 0; n < 12; n++) {
    const pair = nacl.sign.keyPair();
    const message = Uint8Array.from(randomBytes(n * 13));
    const signature = nacl.sign.detached(message, pair.secretKey);
    assert.ok(prepare(pair.publicKey));
    assert.ok(ours(pair.publicKey, message, signature));
    const corrupted = flip(signature, randomInt(512));
    assert.equal(ours(pair.publicKey, message, corrupted), tweetnacls(pair.publicKey, message, corrupted));
  }
});

test("every bit of R, of S, of the hashed key and of the message counts", () => {
  const { secret, publicKey } = newSigner();
  const message = randomBytes(20);
  const signature = sign(null, message, secret);
  assert.ok(prepare(publicKey));
  for (let bit = 0; bit < 512; bit++)
    assert.ok(!ours(publicKey, message, flip(signature, bit)), `signature, bit ${bit}`);
  for (let bit = 0; bit < 256; bit++) assert.ok(!ours(flip(publicKey, bit), message, signature), `key, bit ${bit}`);
  for (let bit = 0; bit < 160; bit++) assert.ok(!ours(publicKey, flip(message, bit), signature), `message, bit ${bit}`);
  assert.ok(ours(publicKey, message, signature));
});

test("S is below L: S + L and more of them are refused, which tweetnacl takes", () => {
  const { secret, publicKey } = newSigner();
  const message = randomBytes(50);
  const signature = sign(null, message, secret);
  assert.ok(prepare(publicKey));
  const s = fromLittleEndian(signature.subarray(32));
  for (let multiple = 1n; s + multiple * L < 2n ** 256n; multiple++) {
    const malleated = Buffer.concat([signature.subarray(0, 32), toLittleEndian(s + multiple * L)]);
    assert.ok(!ours(publicKey, message, malleated), `S + ${multiple}·L`);
    assert.ok(!nodes(publicKey, message, malleated));
    if (multiple === 1n) assert.ok(tweetnacls(publicKey, message, malleated));
  }
});

/** A signature whose R is encoded as these bytes: right if they encode r·B. */
function signWithR(signer: Signer, message: Uint8Array, encodedR: Uint8Array, r: bigint): Buffer {
  const s = mod(r + challenge(encodedR, signer.publicKey, message) * secretScalar(signer.seed), L);
  return Buffer.concat([encodedR, toLittleEndian(s)]);
}

test("R is compared as bytes: only its canonical encoding verifies", () => {
  const signer = newSigner();
  const message = randomBytes(50);
  assert.ok(prepare(signer.publicKey));
  const verdict = (encodedR: Uint8Array, r: bigint): boolean => {
    const signature = signWithR(signer, message, encodedR, r);
    const result = ours(signer.publicKey, message, signature);
    assert.equal(result, nodes(signer.publicKey, message, signature), Buffer.from(encodedR).toString("hex"));
    return result;
  };
  const r = mod(fromLittleEndian(randomBytes(32)), L);
  assert.ok(verdict(encodePoint(multiply(r, BASE)), r));
  // The neutral element: y = 1, also as p + 1, and with the sign of an x that is zero.
  assert.ok(verdict(toLittleEndian(1n), 0n));
  assert.ok(!verdict(toLittleEndian(P + 1n), 0n));
  assert.ok(!verdict(toLittleEndian(1n + 2n ** 255n), 0n));
  assert.ok(!verdict(toLittleEndian(P + 1n + 2n ** 255n), 0n));
});

test("the equation has no cofactor: a point of small order added to R is refused, as node:crypto does", () => {
  const signer = newSigner();
  const message = randomBytes(50);
  assert.ok(prepare(signer.publicKey));
  for (let multiple = 0n; multiple < 8n; multiple++) {
    const r = mod(fromLittleEndian(randomBytes(32)), L);
    const signature = signWithR(signer, message, encodePoint(add(multiply(r, BASE), multiply(multiple, TORSION))), r);
    assert.equal(ours(signer.publicKey, message, signature), multiple === 0n, `R + ${multiple}·T`);
    assert.equal(nodes(signer.publicKey, message, signature), multiple === 0n);
  }
});

test("scalars at their limits: S = 0, S = L − 1 and S + k·a of either parity", () => {
  const signer = newSigner();
  assert.ok(prepare(signer.publicKey));
  const message = randomBytes(8);
  for (const s of [0n, 1n, 2n, L - 1n, L - 2n, 2n ** 252n, 2n ** 252n - 1n]) {
    // Not a signature, as R does not depend on what it is hashed with; but the oracle has to agree that it is none.
    const signature = Buffer.concat([encodePoint(multiply(s, BASE)), toLittleEndian(s)]);
    assert.equal(ours(signer.publicKey, message, signature), nodes(signer.publicKey, message, signature), String(s));
  }
});

const negative = ([x, y]: Point): Point => [mod(-x), y];
const xOf = ([x]: Point): Buffer => toLittleEndian(x);

test("a key whose x is not its own, in canonical form, is refused", () => {
  const point = multiply(secretScalar(randomBytes(32)), BASE);
  const key = encodePoint(point);
  assert.ok(prepare(key, xOf(point)));
  assert.ok(!prepare(key, xOf(negative(point))), "the other root");
  assert.ok(!prepare(flip(key, 255), xOf(point)), "the other sign");
  assert.ok(prepare(flip(key, 255), xOf(negative(point))), "the other point");
  for (let n = 0; n < 256; n++) assert.ok(!prepare(key, flip(xOf(point), n)), `bit ${n} of x`);
  for (let n = 0; n < 255; n++) assert.ok(!prepare(flip(key, n), xOf(point)), `bit ${n} of y`);
  assert.ok(!prepare(key, Buffer.alloc(32)), "zeros");
  assert.ok(!prepare(Buffer.alloc(32), Buffer.alloc(32)), "an empty region");
  assert.ok(!prepare(Buffer.alloc(32, 255), Buffer.alloc(32, 255)), "an erased region");
});

test("a key in a non-canonical encoding is refused, by the host too", () => {
  for (let y = P; y < 2n ** 255n; y++) {
    for (const sign of [0n, 2n ** 255n]) {
      const key = toLittleEndian(y + sign);
      assert.throws(() => decompressX(key), /canonical/);
      for (let x = 0n; x < 4n; x++) assert.ok(!prepare(key, toLittleEndian(x)), String(y));
    }
  }
  // x of a point of order 4 or 2, plus p.
  assert.ok(!prepare(toLittleEndian(P - 1n), toLittleEndian(P)));
  assert.ok(!prepare(toLittleEndian(1n), toLittleEndian(P)));
});

test("a key of small order is refused, by the host too", () => {
  for (let multiple = 0n; multiple < 8n; multiple++) {
    const point = multiply(multiple, TORSION);
    assert.ok(!prepare(encodePoint(point), xOf(point)), `${multiple}·T`);
    assert.throws(() => decompressX(encodePoint(point)), /small order/);
  }
});

test("the host refuses what is not on the curve, not of prime order, or not 32 bytes", () => {
  assert.throws(() => decompressX(toLittleEndian(2n)), /not a point/);
  assert.throws(() => decompressX(toLittleEndian(1n + 2n ** 255n)), /not a point/);
  assert.throws(() => decompressX(randomBytes(31)), /32 bytes/);
  for (let multiple = 1n; multiple < 8n; multiple++) {
    assert.throws(() => decompressX(encodePoint(add(BASE, multiply(multiple, TORSION)))), /prime order/);
  }
  for (let n = 0; n < 20; n++) {
    const point = multiply(secretScalar(randomBytes(32)), BASE);
    assert.deepEqual(Buffer.from(decompressX(encodePoint(point))), xOf(point));
  }
});

test("without a usable key nothing verifies, not even zeros and not after another key was usable", () => {
  const zeros = Buffer.alloc(64);
  const { secret, publicKey } = newSigner();
  const message = randomBytes(10);
  const signature = sign(null, message, secret);
  const neutral = Buffer.concat([toLittleEndian(1n), toLittleEndian(0n)]);
  const nothingVerifies = (): void => {
    for (const candidate of [zeros, signature, neutral]) assert.ok(!ours(publicKey, message, candidate, fresh));
  };
  nothingVerifies();
  assert.ok(prepare(publicKey, undefined, fresh));
  assert.ok(ours(publicKey, message, signature, fresh));
  for (const [key, x] of [
    [Buffer.alloc(32), Buffer.alloc(32)],
    [toLittleEndian(1n), toLittleEndian(0n)],
    [flip(publicKey, 255), decompressX(publicKey)],
    [publicKey, flip(decompressX(publicKey), 1)],
  ] as const) {
    assert.ok(!prepare(key, x, fresh));
    nothingVerifies();
  }
});
