import assert from "node:assert/strict";
import { diffieHellman, randomBytes } from "node:crypto";
import { test } from "node:test";
import nacl from "tweetnacl";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { privateKey, publicBytes, publicKey } from "../../../scripts/client/keys/raw.js";

const { plain, counted } = await loadCryptoModule("x25519");
const SCALAR = 0;
const POINT = 32;
const OUT = 64;

const hex = (text: string): Buffer => Buffer.from(text, "hex");

function x25519(scalar: Uint8Array, point: Uint8Array, module = plain): Buffer {
  module.put(SCALAR, scalar);
  module.put(POINT, point);
  module.functions.x25519!(module.at(OUT), module.at(SCALAR), module.at(POINT));
  return module.get(OUT, 32);
}

function x25519Base(scalar: Uint8Array, module = plain): Buffer {
  module.put(SCALAR, scalar);
  module.functions.x25519Base!(module.at(OUT), module.at(SCALAR));
  return module.get(OUT, 32);
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

const PRIME = 2n ** 255n - 19n;
const BASE = littleEndian(9n);
/** RFC 7748 §7 and curve25519's web page: the u-coordinates of small order below 2^255. */
const SMALL_ORDER = [
  littleEndian(0n),
  littleEndian(1n),
  hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
  hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
  littleEndian(PRIME - 1n),
  littleEndian(PRIME),
  littleEndian(PRIME + 1n),
];

function withTopBit(point: Uint8Array): Buffer {
  const result = Buffer.from(point);
  result[31]! |= 0x80;
  return result;
}

test("the examples of RFC 7748 §5.2 are right", () => {
  const first = x25519(
    hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
    hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
  );
  assert.equal(first.toString("hex"), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  const second = x25519(
    hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
    hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
  );
  assert.equal(second.toString("hex"), "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
});

test("RFC 7748 §5.2: 1,000 iterations end where they should", () => {
  let [scalar, point] = [BASE, BASE];
  for (let i = 1; i <= 1000; i++) {
    [scalar, point] = [x25519(scalar, point), scalar];
    if (i === 1) {
      const one = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
      assert.equal(scalar.toString("hex"), one, "after one");
    }
  }
  assert.equal(scalar.toString("hex"), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
});

test("the key exchange of RFC 7748 §6.1 is right", () => {
  const alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const bob = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  const alicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
  const bobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
  const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  assert.equal(x25519Base(alice).toString("hex"), alicePublic);
  assert.equal(x25519Base(bob).toString("hex"), bobPublic);
  assert.equal(x25519(alice, hex(bobPublic)).toString("hex"), shared);
  assert.equal(x25519(bob, hex(alicePublic)).toString("hex"), shared);
});

test("3,000 random pairs agree with node:crypto", () => {
  for (let i = 0; i < 3000; i++) {
    const [scalar, point] = [randomBytes(32), randomBytes(32)];
    const expected = diffieHellman({ privateKey: privateKey("X25519", scalar), publicKey: publicKey("X25519", point) });
    assert.deepEqual(x25519(scalar, point), expected, `${scalar.toString("hex")} ${point.toString("hex")}`);
  }
});

test("the public keys of 1,000 random scalars agree with node:crypto and with the general function", () => {
  for (let i = 0; i < 1000; i++) {
    const scalar = randomBytes(32);
    const expected = publicBytes(privateKey("X25519", scalar));
    assert.deepEqual(x25519Base(scalar), expected, scalar.toString("hex"));
    if (i < 50) assert.deepEqual(x25519(scalar, BASE), expected);
  }
});

test("encodings of p and more, and the unused top bit, are taken as RFC 7748 §5 says", () => {
  for (let value = PRIME - 3n; value < 2n ** 255n; value++) {
    for (const point of [littleEndian(value), withTopBit(littleEndian(value))]) {
      const scalar = randomBytes(32);
      const expected = x25519(scalar, littleEndian(value % PRIME));
      assert.deepEqual(x25519(scalar, point), expected, point.toString("hex"));
      assert.deepEqual(expected, Buffer.from(nacl.scalarMult(scalar, point)), point.toString("hex"));
    }
  }
});

test("extreme limbs do not overflow", () => {
  const points = [0, 1, 29, 58, 116, 203, 232, 254].flatMap((bit) => [
    2n ** BigInt(bit),
    2n ** 255n - 2n ** BigInt(bit),
  ]);
  for (const value of [...points, 2n ** 255n - 1n, (2n ** 255n - 1n) / 3n, ((2n ** 255n - 1n) / 3n) * 2n]) {
    for (const scalar of [Buffer.alloc(32), Buffer.alloc(32, 255), Buffer.alloc(32, 0x55), randomBytes(32)]) {
      const point = littleEndian(value);
      assert.deepEqual(x25519(scalar, point), Buffer.from(nacl.scalarMult(scalar, point)), point.toString("hex"));
    }
  }
});

test("points of small order give zero, which is recognised, and other points do not", () => {
  const { functions, at } = plain;
  for (const point of [...SMALL_ORDER, ...SMALL_ORDER.map(withTopBit)]) {
    assert.deepEqual(x25519(randomBytes(32), point), Buffer.alloc(32), point.toString("hex"));
    assert.equal(functions.ctIsZero32!(at(OUT)), 1);
  }
  for (let bit = 0; bit < 256; bit++) {
    const value = Buffer.alloc(32);
    value[bit >> 3] = 1 << (bit & 7);
    plain.put(OUT, value);
    assert.equal(functions.ctIsZero32!(at(OUT)), 0, `bit ${bit}`);
  }
});

test("operands stay as they are, and no trace of them stays elsewhere in memory", () => {
  const [scalar, point] = [randomBytes(32), randomBytes(32)];
  x25519(scalar, point, counted);
  assert.deepEqual(counted.get(0, 64), Buffer.concat([scalar, point]));
  assert.deepEqual(counted.residue(), []);
  x25519Base(scalar, counted);
  assert.deepEqual(counted.residue(), []);
});

test("the number of instructions depends neither on the scalar nor on the point", () => {
  const extremes = [Buffer.alloc(32), Buffer.alloc(32, 255), Buffer.alloc(32, 0xaa), randomBytes(32)];
  const counts = extremes.flatMap((scalar) =>
    [...SMALL_ORDER, ...extremes].map((point) => counted.count(() => x25519(scalar, point, counted))),
  );
  assert.equal(new Set(counts).size, 1, counts.join());
  const baseCounts = extremes.map((scalar) => counted.count(() => x25519Base(scalar, counted)));
  assert.equal(new Set(baseCounts).size, 1, baseCounts.join());
});
