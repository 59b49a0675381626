// The verification of P-256 signatures (assembly/crypto/p256/p256-verify.ts) against node:crypto, and with keys and
// signatures that no library makes: for chosen u1, u2 and d, the key d·G has the signature r = x((u1 + u2·d)·G), s =
// r/u2 of the hash u1·s.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes, randomInt, sign, verify } from "node:crypto";
import { test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { inverse, mod, toBytes, toNumber } from "../../../scripts/client/keys/modular.js";
import {
  add,
  B,
  BASE,
  multiply,
  multiplyBase,
  N,
  P,
  pointWithX,
  type Point,
} from "../../../scripts/client/keys/p256.js";
import { flip } from "../../../scripts/client/keys/raw.js";

const { plain: module } = await loadCryptoModule("p256-verify");
const [KEY, DIGEST, R, S] = [0, 64, 96, 128] as const;

function oursBytes(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  module.put(KEY, publicKey);
  module.put(DIGEST, digest);
  module.put(R, signature);
  const addresses = [KEY, DIGEST, R, S].map((offset) => module.at(offset));
  const result = module.functions.p256VerifyVartime!(...addresses);
  assert.ok(result === 0 || result === 1);
  return result === 1;
}

const bytes = (...numbers: bigint[]): Buffer => Buffer.concat(numbers.map((number) => toBytes(number, 32)));

function ours(key: readonly [bigint, bigint], digest: bigint, r: bigint, s: bigint): boolean {
  return oursBytes(bytes(...key), bytes(digest), bytes(r, s));
}

interface Signer {
  publicKey: Buffer;
  sign: (message: Uint8Array) => Buffer;
  verify: (message: Uint8Array, signature: Uint8Array) => boolean;
}

function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const dsaEncoding = "ieee-p1363";
  return {
    publicKey: Buffer.concat([Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]),
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding }),
    verify: (message, signature) => verify("sha256", message, { key: publicKey, dsaEncoding }, signature),
  };
}

const sha256 = (message: Uint8Array): Buffer => createHash("sha256").update(message).digest();

/**
 * What u1, u2 and the key d·G make: a signature that is right unless the sum is infinity, where any r and s would do.
 */
function fromFactors(u1: bigint, u2: bigint, d: bigint) {
  const sum = multiplyBase(u1 + u2 * d);
  const r = mod(sum ? sum[0] : 1234567n, N);
  const s = mod(r * inverse(u2, N), N);
  return { key: multiplyBase(d)!, digest: mod(u1 * s, N), r, s, isInfinity: !sum };
}

function checkFactors(u1: bigint, u2: bigint, d: bigint): void {
  const { key, digest, r, s, isInfinity } = fromFactors(u1, u2, d);
  assert.equal(ours(key, digest, r, s), !isInfinity, `u1 = ${u1}, u2 = ${u2}, d = ${d}`);
  assert.ok(!ours(key, digest, r === 1n ? 2n : r - 1n, s), `u1 = ${u1}, u2 = ${u2}, d = ${d}: another r`);
}

/** A key for which (r, s) signs the hash, with this point as the sum: it solves for Q. */
function keyFor(sum: Point, digest: bigint, r: bigint, s: bigint): readonly [bigint, bigint] {
  return multiply(inverse(r, N), add(multiply(s, sum), multiplyBase(-digest)))!;
}

test("signatures by node:crypto verify, of many keys and messages; spoilt ones have node:crypto's verdict", () => {
  for (let n = 0; n < 100; n++) {
    const { publicKey, sign, verify } = newSigner();
    const message = randomBytes(n);
    const signature = sign(message);
    assert.ok(
      oursBytes(publicKey, sha256(message), signature),
      `${publicKey.toString("hex")} ${message.toString("hex")}`,
    );
    const spoilt = flip(signature, randomInt(512));
    assert.equal(oursBytes(publicKey, sha256(message), spoilt), verify(message, spoilt));
    const other = randomBytes(n + 1);
    assert.equal(oursBytes(publicKey, sha256(other), signature), verify(other, signature));
  }
});

test("every bit of hash, r and s counts, and of the key", () => {
  const { publicKey, sign } = newSigner();
  const digest = sha256(randomBytes(20));
  const message = randomBytes(20);
  const signature = sign(message);
  assert.equal(oursBytes(publicKey, digest, signature), false);
  for (let byte = 0; byte < 64; byte++) {
    const bit = 8 * byte + randomInt(8);
    assert.ok(!oursBytes(publicKey, sha256(message), flip(signature, bit)), `signature, bit ${bit}`);
    assert.ok(!oursBytes(flip(publicKey, bit), sha256(message), signature), `key, bit ${bit}`);
    if (byte < 32) assert.ok(!oursBytes(publicKey, flip(sha256(message), bit), signature), `hash, bit ${bit}`);
  }
  assert.equal(oursBytes(publicKey, sha256(message), signature), true);
});

test("a signature whose s is n − s verifies too: high and low s are both right", () => {
  const { publicKey, sign } = newSigner();
  const message = randomBytes(20);
  const signature = sign(message);
  const [r, s] = [toNumber(signature.subarray(0, 32)), toNumber(signature.subarray(32))];
  assert.equal(oursBytes(publicKey, sha256(message), bytes(r, N - s)), true);
});

test("small factors: the sum meets G, Q, their negatives and infinity, at the end and on the way", () => {
  const keys = [1n, 2n, 3n, 5n].flatMap((d) => [d, N - d, inverse(d, N)]);
  for (const d of new Set(keys)) {
    for (let u1 = 0n; u1 <= 4n; u1++) for (let u2 = 1n; u2 <= 4n; u2++) checkFactors(u1, u2, d);
  }
});

test("large factors whose partial sums are infinity, G, Q or their negatives", () => {
  const random = (bits: number): bigint => toNumber(randomBytes(bits / 8));
  for (const d of [1n, N - 1n, 2n, N - 2n, 2n ** 128n, N - 2n ** 128n, inverse(2n, N)]) {
    const high = random(120) << 130n;
    // u1 + u2·d is small, or 0, before the lowest 128 bits come.
    const u1 = mod(-d * high, N);
    for (const [low1, low2] of [
      [0n, 0n],
      [1n, 0n],
      [0n, 1n],
      [random(128), random(128)],
    ] as const)
      checkFactors(mod(u1 + low1, N), high + low2, d);
    checkFactors(high + random(128), high + random(128), d);
  }
  for (const extreme of [1n, 2n, N - 1n, N - 2n, (N - 1n) / 2n, (N + 1n) / 2n, 2n ** 255n]) {
    for (const other of [1n, N - 1n, N - 3n, random(256) % N]) {
      checkFactors(extreme, other, 7n);
      checkFactors(other, extreme, N - 7n);
    }
  }
});

test("a sum that is infinity is refused, whatever r and s are", () => {
  for (let n = 0; n < 20; n++) {
    const [d, r, s] = [0, 0, 0].map(() => mod(toNumber(randomBytes(32)), N - 1n) + 1n) as [bigint, bigint, bigint];
    // u1 + u2·d = (e + r·d)/s
    assert.equal(ours(multiplyBase(d)!, mod(-r * d, N), r, s), false);
  }
});

test("hashes that are 0, n, or more are taken modulo n", () => {
  const d = 99n;
  const { r } = fromFactors(3n, 5n, d);
  for (const digest of [0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n]) {
    const k = 3n + 5n * d;
    const s = mod((digest + r * d) * inverse(k, N), N);
    assert.ok(ours(multiplyBase(d)!, digest, r, s), String(digest));
    assert.ok(!ours(multiplyBase(d)!, digest ^ 2n, r, s), String(digest));
  }
});

test("r and s from n on are refused, though they are right modulo n; so are 0s", () => {
  // The smallest numbers that are the x of a point.
  for (let x = 1n, count = 0; count < 3; x++) {
    const sum = pointWithX(x);
    if (!sum) continue;
    count++;
    for (const s of [1n, 2n, 12345n]) {
      const key = keyFor(sum, 77n, x, s);
      assert.equal(ours(key, 77n, x, s), true);
      assert.ok(!ours(key, 77n, x + N, s), "r + n");
      assert.ok(!ours(key, 77n, x, s + N), "s + n");
      assert.ok(!ours(key, 77n, x, 0n), "s = 0");
      assert.ok(!ours(key, 77n, 0n, s), "r = 0");
    }
  }
  const key = multiplyBase(5n)!;
  for (const a of [0n, 1n, N - 1n, N, N + 1n, P, 2n ** 256n - 1n]) {
    for (const b of [0n, 1n, N - 1n, N, N + 1n, P, 2n ** 256n - 1n]) assert.equal(ours(key, 0n, a, b), false);
  }
  // Q has x = 0: r would be 0, and 0 = 0.
  assert.equal(ours(pointWithX(0n)!, 0n, 0n, 1n), false);
  assert.equal(ours(pointWithX(0n)!, 0n, N, 1n), false);
});

test("x from n on is reduced: r = x − n is right; but r + n from p on is not x", () => {
  let found = 0;
  for (let x = N + 1n; found < 3; x++) {
    const sum = pointWithX(x);
    if (!sum) continue;
    found++;
    const [digest, r, s] = [mod(toNumber(randomBytes(32)), N), x - N, 1n + mod(toNumber(randomBytes(32)), N - 1n)];
    const key = keyFor(sum, digest, r, s);
    assert.equal(ours(key, digest, r, s), true);
    assert.ok(!ours(key, digest, x, s), "r that is not reduced");
    assert.equal(ours(key, digest, r + 1n, s), false);
  }
  const last = [...Array(50).keys()].map((n) => pointWithX(P - 1n - BigInt(n))).find((point) => point)!;
  assert.ok(ours(keyFor(last, 1n, last[0] - N, 3n), 1n, last[0] - N, 3n), "the largest r below p − n");
  for (let x = 0n; x < 20n; x++) {
    const sum = pointWithX(x);
    const r = x + P - N;
    if (sum) assert.ok(!ours(keyFor(sum, 1n, r, 3n), 1n, r, 3n), `x = ${x}`);
  }
});

test("a point that is not on the curve is refused, though the sum would be right", () => {
  // u1 = 0 and u2 = 1: the sum is the key.
  const selfSigned = ([x, y]: readonly [bigint, bigint]): boolean => ours([x, y], 0n, mod(x, N), mod(x, N));
  for (let n = 0; n < 20; n++) {
    const x = mod(toNumber(randomBytes(32)), P);
    const point = pointWithX(x);
    if (point) assert.deepEqual([selfSigned(point), selfSigned([x, P - point[1]])], [true, true]);
    for (const b of [0n, B + 1n, B - 1n, P - B, toNumber(randomBytes(32))]) {
      const other = pointWithX(x, b);
      if (other) assert.ok(!selfSigned(other), `x = ${x}, b = ${b}`);
    }
  }
  const [x, y] = BASE!;
  for (const point of [
    [0n, 0n],
    [0n, 1n],
    [1n, 0n],
    [x, y + 1n],
    [x + 1n, y],
    [y, x],
  ] as const)
    assert.ok(!selfSigned(point), String(point));
});

test("a coordinate of p or more is refused, though it is right modulo p", () => {
  const selfSigned = (r: bigint, x: bigint, y: bigint): boolean => ours([x, y], 0n, r, r);
  for (let x = 1n, count = 0; count < 3; x++) {
    const point = pointWithX(x);
    if (!point) continue;
    count++;
    assert.equal(selfSigned(x, x, point[1]), true);
    assert.equal(selfSigned(x, x + P, point[1]), false);
  }
  const x = 0xd7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7n;
  assert.equal(selfSigned(x, x, 5n), true);
  assert.equal(selfSigned(x, x, 5n + P), false);
});

test("a verdict does not depend on what was verified before", () => {
  const right = newSigner();
  const message = randomBytes(3);
  const signature = right.sign(message);
  const off = flip(right.publicKey, 300);
  for (const before of [off, Buffer.alloc(64), Buffer.alloc(64, 0xff)]) {
    assert.equal(oursBytes(before, sha256(message), signature), false);
    assert.equal(oursBytes(right.publicKey, sha256(message), signature), true);
  }
  const { key, digest, r, s } = fromFactors(mod(-5n, N), 1n, 5n);
  assert.ok(!ours(key, digest, r, s), "infinity");
  assert.equal(oursBytes(right.publicKey, sha256(message), signature), true);
});
