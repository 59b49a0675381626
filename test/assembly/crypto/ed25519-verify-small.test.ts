// The verification of the smallest build (assembly/crypto/curve25519/compact) against RFC 8032's vectors, node:crypto
// and tweetnacl, and its field machine and hash against BigInt and node:crypto. The oracles' differences: see
// ed25519-verify-fast.test.ts.

import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import nacl from "tweetnacl";
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
} from "../../support/edwards25519.js";
import { flip, privateKey, publicBytes, publicKey } from "../../../scripts/client/keys/raw.js";

const { plain, counted: fresh } = await loadCryptoModule("compact-ed25519");
const S = 0;
const HASH_INPUT = 64;

const hex = (text: string): Buffer => Buffer.from(text, "hex");

function ours(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, module = plain): boolean {
  // What lies behind S and behind the message must not matter.
  module.put(S, Buffer.concat([signature.subarray(32), Buffer.alloc(32, 0xff)]));
  module.put(HASH_INPUT, Buffer.concat([signature.subarray(0, 32), publicKey, message, Buffer.alloc(144, 0xff)]));
  const result = module.functions.verifyVartime!(module.at(S), module.at(HASH_INPUT), 64 + message.length);
  assert.ok(result === 0 || result === 1);
  return result === 1;
}

function nodes(encoded: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, publicKey("Ed25519", encoded), signature);
}

interface Signer {
  seed: Buffer;
  publicKey: Buffer;
  sign: (message: Uint8Array) => Buffer;
}

function newSigner(seed = randomBytes(32)): Signer {
  const secret = privateKey("Ed25519", seed);
  return { seed, publicKey: publicBytes(secret), sign: (message) => sign(null, message, secret) };
}

/** A signature whose R is encoded as these bytes: right if they encode r·B. */
function signWithR(signer: Signer, message: Uint8Array, encodedR: Uint8Array, r: bigint): Buffer {
  const s = mod(r + challenge(encodedR, signer.publicKey, message) * secretScalar(signer.seed), L);
  return Buffer.concat([encodedR, toLittleEndian(s)]);
}

test("the first call of an instance refuses a non-canonical R and takes the canonical one in the second", () => {
  const signer = newSigner();
  const message = randomBytes(50);
  assert.ok(!ours(signer.publicKey, message, signWithR(signer, message, toLittleEndian(P + 1n), 0n), fresh));
  assert.ok(ours(signer.publicKey, message, signWithR(signer, message, toLittleEndian(1n), 0n), fresh));
});

test("SHA-512 with computed constants is node:crypto's, for all lengths up to three blocks", () => {
  for (let length = 0; length <= 384; length++) {
    const message = randomBytes(length);
    plain.put(HASH_INPUT, Buffer.concat([message, Buffer.alloc(144, 0xff)]));
    plain.functions.sha512!(plain.at(HASH_INPUT), length);
    const digest = plain.get(plain.functions.digestPtr!() - plain.at(0), 64).swap64();
    assert.equal(digest.toString("hex"), createHash("sha512").update(message).digest("hex"), `${length} bytes`);
  }
});

test("the field machine adds and multiplies as BigInt does, from 0 to 2^256 − 1, with one representative of each value", () => {
  const registers = plain.functions.registersPtr!() - plain.at(0);
  const [MINUS_1, ZERO, X1, X2, Y2, Z2] = [4, 3, 7, 11, 12, 13] as const;
  const put = (register: number, value: bigint): void => plain.put(registers + 32 * register, toLittleEndian(value));
  const get = (register: number): bigint => fromLittleEndian(plain.get(registers + 32 * register, 32));
  // Makes the machine's constants.
  ours(toLittleEndian(1n), Buffer.alloc(0), Buffer.alloc(64));
  assert.equal(get(MINUS_1), 2n * P - 1n);
  const checkProgram = (a: bigint, b: bigint, c: bigint): void => {
    // X1 = Z2 + Y2·X2, the last instruction as Y2's number is the larger one.
    plain.put(HASH_INPUT, Uint8Array.of(X1 | (Z2 << 4), Y2 | (X2 << 4)));
    put(Z2, a);
    put(Y2, b);
    put(X2, c);
    const more = plain.functions.runVartime!(plain.at(HASH_INPUT) - 2);
    const sum = a + b * c;
    // 38 is what 2^256 is congruent to modulo 2p; a sum that is smaller stays as it is.
    const expected = sum < 38n ? sum : ((sum - 38n) % (2n * P)) + 38n;
    assert.equal(get(X1), expected, `${a} + ${b} * ${c}`);
    assert.equal(more, expected > 38n ? 1 : 0);
    assert.equal(get(ZERO), 0n);
  };
  const edges = [0n, 1n, 2n, 37n, 38n, 39n, P - 1n, P, P + 1n, 2n * P - 1n, 2n * P, 2n * P + 1n];
  edges.push(
    2n ** 255n - 1n,
    2n ** 255n,
    2n ** 256n - 2n ** 224n,
    2n ** 256n - 2n,
    2n ** 256n - 1n,
    2n ** 32n - 1n,
    2n ** 224n,
  );
  for (const a of edges) for (const b of edges) for (const c of edges) checkProgram(a, b, c);
  const random = (): bigint => fromLittleEndian(randomBytes(32));
  for (let n = 0; n < 2000; n++) checkProgram(random(), random(), random());
});

interface Vector {
  name: string;
  publicKey: string;
  message: string;
  signature: string;
}

test("the vectors of RFC 8032 §7.1 verify, over their messages only", () => {
  const file = new URL("../../vectors/rfc8032-ed25519.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
  assert.equal(vectors.length, 5);
  for (const { name, publicKey, message, signature } of vectors) {
    assert.ok(ours(hex(publicKey), hex(message), hex(signature)), name);
    assert.ok(!ours(hex(publicKey), hex(message + "00"), hex(signature)), name);
  }
});

test("hundreds of signatures, intact and corrupted at random: the same verdict as node:crypto", () => {
  for (let n = 0; n < 400; n++) {
    const signer = newSigner();
    const message = randomBytes(1 + n);
    const signature = signer.sign(message);
    assert.ok(
      ours(signer.publicKey, message, signature),
      `${signer.publicKey.toString("hex")} ${message.toString("hex")}`,
    );
    const corrupted = flip(signature, randomInt(512));
    assert.equal(ours(signer.publicKey, message, corrupted), nodes(signer.publicKey, message, corrupted));
    const otherMessage = flip(message, randomInt(8 * message.length));
    assert.equal(ours(signer.publicKey, otherMessage, signature), nodes(signer.publicKey, otherMessage, signature));
  }
});

test("signatures by tweetnacl verify, and its verdicts are the same", () => {
  for (let n = 0; n < 20; n++) {
    const pair = nacl.sign.keyPair();
    const message = Uint8Array.from(randomBytes(n * 13));
    const signature = nacl.sign.detached(message, pair.secretKey);
    assert.ok(ours(pair.publicKey, message, signature));
    const corrupted = flip(signature, randomInt(512));
    const verdict = nacl.sign.detached.verify(message, Uint8Array.from(corrupted), pair.publicKey);
    assert.equal(ours(pair.publicKey, message, corrupted), verdict);
  }
});

test("every bit of R, of S, of the key and of the message counts", () => {
  const { publicKey, sign } = newSigner();
  const message = randomBytes(20);
  const signature = sign(message);
  for (let bit = 0; bit < 512; bit++)
    assert.ok(!ours(publicKey, message, flip(signature, bit)), `signature, bit ${bit}`);
  for (let bit = 0; bit < 256; bit++) assert.ok(!ours(flip(publicKey, bit), message, signature), `key, bit ${bit}`);
  for (let bit = 0; bit < 160; bit++) assert.ok(!ours(publicKey, flip(message, bit), signature), `message, bit ${bit}`);
  assert.ok(ours(publicKey, message, signature));
});

test("S is below L: S + L and more of them are refused, and S + 2^252 and more of them", () => {
  const { publicKey, sign } = newSigner();
  let message: Buffer, signature: Buffer, s: bigint;
  // so small that S + L is hardly more than 2^252
  do {
    message = randomBytes(50);
    signature = sign(message);
    s = fromLittleEndian(signature.subarray(32));
  } while (s >= 2n ** 248n);
  assert.ok(ours(publicKey, message, signature));
  for (const period of [L, 2n ** 252n]) {
    for (let other = s + period; other < 2n ** 256n; other += period) {
      const malleated = Buffer.concat([signature.subarray(0, 32), toLittleEndian(other)]);
      assert.ok(!ours(publicKey, message, malleated), String(other));
    }
  }
});

test("only the canonical encoding of R verifies", () => {
  const signer = newSigner();
  const message = randomBytes(50);
  const verdict = (encodedR: Uint8Array, r: bigint): boolean => {
    const signature = signWithR(signer, message, encodedR, r);
    const result = ours(signer.publicKey, message, signature);
    assert.equal(result, nodes(signer.publicKey, message, signature), Buffer.from(encodedR).toString("hex"));
    return result;
  };
  const r = mod(fromLittleEndian(randomBytes(32)), L);
  assert.ok(verdict(encodePoint(multiply(r, BASE)), r));
  assert.ok(!verdict(flip(encodePoint(multiply(r, BASE)), 255), r));
  // The neutral element: y = 1, also as p + 1, and with the sign of an x that is zero.
  assert.ok(verdict(toLittleEndian(1n), 0n));
  assert.ok(!verdict(toLittleEndian(P + 1n), 0n));
  assert.ok(!verdict(toLittleEndian(1n + 2n ** 255n), 0n));
  assert.ok(!verdict(toLittleEndian(P + 1n + 2n ** 255n), 0n));
  // No point at all.
  for (let y = 0n; y < 40n; y++) {
    assert.ok(!verdict(toLittleEndian(y), 1n));
    assert.ok(!verdict(toLittleEndian(2n ** 255n - 1n - y), 1n));
    assert.ok(!verdict(toLittleEndian(2n ** 256n - 1n - y), 1n));
  }
});

test("the equation has no cofactor: a point of small order added to R is refused", () => {
  const signer = newSigner();
  const message = randomBytes(50);
  for (let multiple = 0n; multiple < 8n; multiple++) {
    const r = mod(fromLittleEndian(randomBytes(32)), L);
    const signature = signWithR(signer, message, encodePoint(add(multiply(r, BASE), multiply(multiple, TORSION))), r);
    assert.equal(ours(signer.publicKey, message, signature), multiple === 0n, `R + ${multiple}·T`);
  }
});

test("scalars at their limits: the same verdict as node:crypto", () => {
  const signer = newSigner();
  const message = randomBytes(8);
  for (const s of [0n, 1n, 2n, L - 1n, L - 2n, 2n ** 252n, 2n ** 252n - 1n]) {
    const signature = Buffer.concat([encodePoint(multiply(s, BASE)), toLittleEndian(s)]);
    assert.equal(ours(signer.publicKey, message, signature), nodes(signer.publicKey, message, signature), String(s));
  }
});

test("a key of small order or in a non-canonical encoding makes no signature valid", () => {
  const message = randomBytes(50);
  // With such a key k·A is one of at most eight points: S·B = R + k·A for one in eight of these, or for all.
  const candidates = Array.from({ length: 24 }, () => {
    const s = mod(fromLittleEndian(randomBytes(32)), L);
    return Buffer.concat([encodePoint(multiply(s, BASE)), toLittleEndian(s)]);
  });
  for (let multiple = 0n; multiple < 8n; multiple++) {
    const encoded = fromLittleEndian(encodePoint(multiply(multiple, TORSION)));
    const y = encoded % 2n ** 255n;
    for (const key of y < 19n ? [y, y + P] : [y]) {
      for (const odd of [0n, 2n ** 255n]) {
        for (const candidate of candidates)
          assert.ok(!ours(toLittleEndian(key + odd), message, candidate), String(key));
      }
    }
  }
});

test("no key that is not a point makes zeros a signature, and a good key is good afterwards", () => {
  const { publicKey, sign } = newSigner();
  const message = randomBytes(10);
  const signature = sign(message);
  const neutral = Buffer.concat([toLittleEndian(1n), toLittleEndian(0n)]);
  for (const key of [
    Buffer.alloc(32),
    Buffer.alloc(32, 255),
    toLittleEndian(2n),
    toLittleEndian(1n),
    flip(publicKey, 0),
  ]) {
    for (const candidate of [Buffer.alloc(64), neutral, signature]) assert.ok(!ours(key, message, candidate));
    assert.ok(ours(publicKey, message, signature));
  }
});
