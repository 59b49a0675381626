import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, randomInt, sign } from "node:crypto";
import { test } from "node:test";
import nacl from "tweetnacl";
import { loadCryptoModule, type CryptoModule } from "../../support/crypto-module.js";
import { privateKey } from "../../../scripts/client/keys/raw.js";

const { plain, counted } = await loadCryptoModule("ed25519-sign");
const SEED = 0;
const PUBLIC_KEY = 32;
const MESSAGE = 64;
const OUT = 128;
const OPERANDS = 256;

/** Order of the base point, and the prime of the field. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const PRIME = 2n ** 255n - 19n;

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const toBytes = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex").reverse();

function publicKeyOf(seed: Uint8Array, module: CryptoModule = plain): Buffer {
  module.put(SEED, seed);
  module.functions.ed25519PublicKey!(module.at(PUBLIC_KEY), module.at(SEED));
  return module.get(PUBLIC_KEY, 32);
}

function signature(seed: Uint8Array, publicKey: Uint8Array, message: Uint8Array, module: CryptoModule = plain): Buffer {
  module.put(SEED, seed);
  module.put(PUBLIC_KEY, publicKey);
  module.put(MESSAGE, message);
  const { functions, at } = module;
  functions.ed25519Sign!(at(OUT), at(SEED), at(PUBLIC_KEY), at(MESSAGE), message.length);
  return module.get(OUT, 64);
}

type Point = [x: bigint, y: bigint];

const modulo = (value: bigint): bigint => ((value % PRIME) + PRIME) % PRIME;

function divide(dividend: bigint, divisor: bigint): bigint {
  let result = modulo(dividend);
  for (let square = modulo(divisor), exponent = PRIME - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

const D = divide(-121665n, 121666n);

/** RFC 8032 §5.1.4 in affine coordinates. */
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const product = modulo(((D * x1 * x2) % PRIME) * y1 * y2);
  return [divide(x1 * y2 + y1 * x2, 1n + product), divide(y1 * y2 + x1 * x2, 1n - product)];
}

/** B, 2 · B, 4 · B, … */
const POWERS_OF_TWO: Point[] = [
  [15112221349535400772501151409588531511454012693041857206046113283949847762202n, divide(4n, 5n)],
];
for (let bit = 1; bit < 253; bit++) POWERS_OF_TWO.push(add(POWERS_OF_TWO[bit - 1]!, POWERS_OF_TWO[bit - 1]!));

/** The encoding of scalar · B, on big integers and the Edwards curve. */
function bigintBaseMultiple(scalar: bigint): Buffer {
  const terms = POWERS_OF_TWO.filter((_, bit) => (scalar >> BigInt(bit)) & 1n);
  const [x, y] = terms.reduce(add, [0n, 1n]);
  return toBytes(y | ((x & 1n) << 255n), 32);
}

function baseMultiple(scalar: bigint): Buffer {
  plain.put(OPERANDS, toBytes(scalar, 32));
  plain.functions.writeBaseMultiple!(plain.at(OUT), plain.at(OPERANDS));
  return plain.get(OUT, 32);
}

test("the signatures of RFC 8032 §7.1 are right", () => {
  const vectors = [
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
      "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      createHash("sha512").update("abc").digest("hex"),
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
  ] as const;
  for (const [seed, publicKey, message, expected] of vectors) {
    assert.equal(publicKeyOf(hex(seed)).toString("hex"), publicKey);
    assert.equal(signature(hex(seed), hex(publicKey), hex(message)).toString("hex"), expected);
  }
});

test("2,000 random keys and messages of every length up to 64 agree with node:crypto and tweetnacl", () => {
  for (let i = 0; i < 2000; i++) {
    const [seed, message] = [randomBytes(32), randomBytes(i % 65)];
    const key = privateKey("Ed25519", seed);
    const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
    assert.deepEqual(publicKeyOf(seed), publicKey, seed.toString("hex"));
    const made = signature(seed, publicKey, message);
    assert.deepEqual(made, sign(null, message, key), `${seed.toString("hex")} ${message.toString("hex")}`);
    if (i < 50) assert.ok(nacl.sign.detached.verify(message, made, publicKey));
  }
});

test("small, large and exceptional multiples of the base point are right", () => {
  const scalars = [0n, 1n, 2n, 3n, 4n, 5n, 8n, 9n, 255n, 256n];
  scalars.push(
    L - 9n,
    L - 8n,
    L - 2n,
    L - 1n,
    L,
    L + 1n,
    2n * L - 1n,
    2n * L,
    4n * L,
    5n * L - 1n,
    7n * L - 1n,
    7n * L,
  );
  scalars.push(2n ** 252n, 2n ** 254n - 1n, 2n ** 254n, 2n ** 255n - 8n, 2n ** 255n - 1n);
  for (const scalar of scalars) {
    assert.equal(baseMultiple(scalar).toString("hex"), bigintBaseMultiple(scalar % L).toString("hex"), `${scalar}`);
  }
  assert.deepEqual(baseMultiple(0n), toBytes(1n, 32), "0 · B is (0, 1)");
  const base = bigintBaseMultiple(1n);
  base[31]! ^= 0x80;
  assert.deepEqual(baseMultiple(L - 1n), base, "(L − 1) · B is −B");
});

test("products and sums modulo L are right at the edges of their operands", () => {
  const { functions, at } = plain;
  const [out, x, a, addend] = [OUT, OPERANDS, OPERANDS + 64, OPERANDS + 96];
  const random = (length: number): bigint => toInteger(randomBytes(length));
  const edge64 = [
    0n,
    1n,
    L - 1n,
    L,
    L + 1n,
    2n ** 252n,
    2n ** 512n - 1n,
    (2n ** 512n / L) * L,
    (2n ** 512n / L) * L - 1n,
  ];
  const edge32 = [0n, 1n, L - 1n, L, 2n ** 252n, 2n ** 254n, 2n ** 255n - 1n, 2n ** 255n - 8n];
  const triples = edge64.flatMap((one) => edge32.flatMap((two) => edge64.map((three) => [one, two, three] as const)));
  for (let i = 0; i < 3000; i++) triples.push([random(64), random(32) >> 1n, random(randomInt(1, 65))]);
  for (const [one, two, three] of triples) {
    plain.put(x, toBytes(one, 64));
    plain.put(a, toBytes(two, 32));
    plain.put(addend, toBytes(three, 64));
    functions.multiplyAdd!(at(out), at(x), at(a), at(addend));
    assert.equal(toInteger(plain.get(out, 32)), (one * two + three) % L, `${one} · ${two} + ${three}`);
  }
});

test("operands stay as they are, and no trace of them stays elsewhere in memory", () => {
  const [seed, message] = [randomBytes(32), randomBytes(32)];
  const publicKey = publicKeyOf(seed, counted);
  assert.deepEqual(counted.residue(), []);
  signature(seed, publicKey, message, counted);
  assert.deepEqual(counted.get(0, 96), Buffer.concat([seed, publicKey, message]));
  assert.deepEqual(counted.residue(), []);
});

test("the number of instructions does not depend on the seed or the message", () => {
  const seeds = [Buffer.alloc(32), Buffer.alloc(32, 255), ...Array.from({ length: 8 }, () => randomBytes(32))];
  const keyCounts = seeds.map((seed) => counted.count(() => publicKeyOf(seed, counted)));
  assert.equal(new Set(keyCounts).size, 1, keyCounts.join());
  const counts = seeds.map((seed) => {
    const publicKey = publicKeyOf(seed, counted);
    return counted.count(() => signature(seed, publicKey, randomBytes(32), counted));
  });
  assert.equal(new Set(counts).size, 1, counts.join());
  const scalars = [0n, 1n, L - 1n, L, 2n ** 255n - 1n].map((scalar) => {
    counted.put(OPERANDS, toBytes(scalar, 32));
    return counted.count(() => counted.functions.writeBaseMultiple!(counted.at(OUT), counted.at(OPERANDS)));
  });
  assert.equal(new Set(scalars).size, 1, scalars.join());
});
