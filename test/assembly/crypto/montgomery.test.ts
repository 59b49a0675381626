// Arithmetic modulo odd numbers (assembly/crypto/rsa/montgomery.ts) against BigInt, at the bounds of what it promises.

import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { mod, power, toBytes, toNumber } from "../../../scripts/client/keys/modular.js";

const { plain: module } = await loadCryptoModule("montgomery");
const { functions } = module;
const FACTOR = functions.factorPtr!() - module.at(0);
const MODULUS = functions.modulusPtr!() - module.at(0);

/** Where the test has numbers, and bytes. */
const [A, B, OUT, BYTES] = [0, 600, 1200, 1800] as const;

/** Limbs of 30 bits of the numbers modulo a number of so many bytes, as setModulus has it. */
const limbCount = (length: number): number => 2 * Math.floor((2 * length + 16) / 15);

/** A number with its sign in the last limb. */
function putNumber(offset: number, value: bigint, limbs: number): void {
  const bytes = Buffer.alloc(4 * limbs);
  for (let n = 0; n < limbs; n++) {
    const isLast = n === limbs - 1;
    bytes.writeInt32LE(Number(isLast ? value : value & 0x3fffffffn), 4 * n);
    value >>= 30n;
  }
  module.put(offset, bytes);
}

function getNumber(offset: number, limbs: number): bigint {
  const bytes = module.get(offset, 4 * limbs);
  let value = 0n;
  for (let n = limbs - 1; n >= 0; n--) {
    const limb = bytes.readInt32LE(4 * n);
    assert.ok(n === limbs - 1 || (limb >= 0 && limb < 2 ** 30), "only the last limb has a sign or more than 30 bits");
    value = (value << 30n) + BigInt(limb);
  }
  return value;
}

function combine(out: number, a: number, alpha: bigint, b: number, beta: bigint): number {
  const call = functions.combine as unknown as (...args: (number | bigint)[]) => number;
  return call(module.at(out), module.at(a), alpha, module.at(b), beta);
}

/** Moduli of 32 and of 256 to 512 bytes: extreme ones, and of every number of bits in the first byte. */
function moduli(): { m: bigint; length: number }[] {
  const numbers: bigint[] = [];
  for (const bits of [256n, 2048n, 4096n]) numbers.push(2n ** bits - 1n, 2n ** (bits - 1n) + 1n);
  for (const length of [32, 256, 257, 258, 259, 260, 261, 262, 263, 384, 511, 512]) {
    const bytes = randomBytes(length);
    bytes[0] = 1 << randomInt(8);
    bytes[length - 1]! |= 1;
    numbers.push(toNumber(bytes));
  }
  for (let bits = 2040n; bits <= 2048n; bits++) numbers.push(2n ** bits - 1n);
  return numbers.map((m) => ({ m, length: Math.ceil(m.toString(2).length / 8) }));
}

function setModulus(m: bigint, length: number): void {
  module.put(BYTES, toBytes(m, length));
  functions.setModulus!(module.at(BYTES), length);
  assert.equal(getNumber(MODULUS, limbCount(length)), m);
}

test("R is at least 2^5 times every modulus of up to 512 bytes, and numbers have the memory they need", () => {
  for (let length = 1; length <= 512; length++) {
    assert.ok(30 * limbCount(length) >= 8 * length + 5, String(length));
    assert.ok(4 * limbCount(length) <= 552);
  }
});

test("products are right and in bounds for all signs and sizes that are allowed", () => {
  for (const { m, length } of moduli()) {
    setModulus(m, length);
    const limbs = limbCount(length);
    const r = 1n << BigInt(30 * limbs);
    // The largest number whose square is below m·R/16, but within what sums reach.
    let large = 16n * m;
    while (large * large > (m * r) / 16n) large -= m / 16n;
    const random = (): bigint => toNumber(randomBytes(length)) % m;
    const factors = [0n, 1n, -1n, m, -m, m - 1n, large, -large, random(), -random()];
    for (const a of factors) {
      for (const b of factors) {
        putNumber(A, a, limbs);
        putNumber(B, b, limbs);
        functions.multiply!(module.at(OUT), module.at(A), module.at(B));
        const product = getNumber(OUT, limbs);
        assert.equal(mod(product * r - a * b, m), 0n, `${a} · ${b} modulo ${m}`);
        assert.ok(16n * product <= m && 16n * product >= -17n * m, `${a} · ${b} modulo ${m}: not in bounds`);
        assert.equal(getNumber(FACTOR, limbs), b);
      }
    }
  }
});

test("sums are right: with multiples of both signs, and with the sign that is returned", () => {
  const length = 256;
  setModulus(2n ** 2048n - 1n, length);
  const limbs = limbCount(length);
  for (let n = 0; n < 200; n++) {
    const [a, b] = [toNumber(randomBytes(length)), -toNumber(randomBytes(length))];
    const [alpha, beta] = [BigInt(randomInt(-8, 9)), BigInt(randomInt(-8, 9))];
    putNumber(A, a, limbs);
    putNumber(B, b, limbs);
    const last = combine(OUT, A, alpha, B, beta);
    const sum = alpha * a + beta * b;
    assert.equal(getNumber(OUT, limbs), sum);
    assert.equal(last < 0, sum < 0n);
  }
});

test("bytes become a number, and it is known whether it is below the modulus", () => {
  for (const { m, length } of moduli()) {
    setModulus(m, length);
    const largest = 2n ** BigInt(8 * length) - 1n;
    for (const value of [0n, 1n, m - 1n, m, m + 1n, largest, toNumber(randomBytes(length))]) {
      if (value > largest) continue;
      module.put(BYTES, toBytes(value, length));
      const isBelow = functions.readNumber!(module.at(A), module.at(BYTES), length);
      assert.equal(getNumber(A, limbCount(length)), value);
      assert.equal(isBelow, value < m ? 1 : 0, `${value} and ${m}`);
    }
  }
});

test("a·R is right and at most 1.002·m for a from 0 to 2·m − 1", () => {
  for (const { m, length } of moduli()) {
    setModulus(m, length);
    const limbs = limbCount(length);
    for (const a of [0n, 1n, m - 1n, m, m + 1n, 2n * m - 1n, toNumber(randomBytes(length)) % m]) {
      putNumber(A, a, limbs);
      functions.toMontgomeryVartime!(module.at(A));
      const result = getNumber(A, limbs);
      assert.equal(mod(result, m), (a << BigInt(30 * limbs)) % m, `${a} modulo ${m}`);
      assert.ok(result >= 0n && 1000n * result <= 1002n * m, `${a} modulo ${m}: not in bounds`);
    }
  }
});

test("reduced numbers are in [0, m), and multiples of m alone are 0", () => {
  for (const { m, length } of moduli()) {
    setModulus(m, length);
    const limbs = limbCount(length);
    for (const multiple of [-16n, -2n, -1n, 0n, 1n, 2n, 15n]) {
      for (const rest of [-1n, 0n, 1n, 2n ** 31n, m >> 1n]) {
        const a = multiple * m + rest;
        putNumber(A, a, limbs);
        assert.equal(functions.isZeroVartime!(module.at(A)), rest === 0n ? 1 : 0);
        assert.equal(getNumber(A, limbs), mod(a, m));
        putNumber(A, a, limbs);
        functions.reduceVartime!(module.at(A));
        assert.equal(getNumber(A, limbs), mod(a, m));
      }
    }
  }
});

test("powers are right for every odd exponent up to 101, and for long ones", () => {
  const exponents = [65537n, 2n ** 32n - 1n, toNumber(randomBytes(32)) | 1n];
  for (let e = 3n; e <= 101n; e += 2n) exponents.push(e);
  for (const length of [32, 300]) {
    const m = toNumber(randomBytes(length)) | 1n | (1n << BigInt(8 * length - 1));
    setModulus(m, length);
    const limbs = limbCount(length);
    const base = toNumber(randomBytes(length)) % m;
    for (const exponent of exponents) {
      const exponentLength = Math.ceil(exponent.toString(16).length / 2);
      module.put(BYTES, toBytes(exponent, exponentLength));
      putNumber(A, base, limbs);
      functions.toMontgomeryVartime!(module.at(A));
      functions.powerVartime!(module.at(A), module.at(BYTES), exponentLength);
      // The last factor, which is left to the caller, makes the product one without R.
      putNumber(A, base, limbs);
      functions.multiply!(module.at(OUT), module.at(A), module.at(FACTOR));
      assert.equal(mod(getNumber(OUT, limbs), m), power(base, exponent, m), String(exponent));
    }
  }
});
