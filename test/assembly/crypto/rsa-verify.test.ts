// The verification of RSA signatures (assembly/crypto/rsa/rsa-verify.ts) against node:crypto, and with signatures that
// no library makes.

import assert from "node:assert/strict";
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  randomBytes,
  randomInt,
  sign,
  verify as verifyByNode,
  type KeyObject,
} from "node:crypto";
import { test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { toBytes, toNumber } from "../../../scripts/client/keys/modular.js";
import { flip } from "../../../scripts/client/keys/raw.js";
import { newManyPrimesKey, signEncoded as signByPrimes } from "../../../scripts/client/keys/rsa.js";

const { plain: module } = await loadCryptoModule("rsa-verify");
const [MODULUS, EXPONENT, SIGNATURE, DIGEST] = [0, 520, 530, 1050] as const;

interface Key {
  modulus: Buffer;
  exponent: Buffer;
  privateKey: KeyObject;
}

function newKey(modulusLength: number, publicExponent = 65537): Key {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength, publicExponent });
  const { n, e } = publicKey.export({ format: "jwk" });
  return { modulus: Buffer.from(n!, "base64url"), exponent: Buffer.from(e!, "base64url"), privateKey };
}

const KEY = newKey(2048);

type PublicKey = Pick<Key, "modulus" | "exponent">;

function verify({ modulus, exponent }: PublicKey, signature: Uint8Array, digest: Uint8Array): boolean {
  module.put(MODULUS, modulus);
  module.put(EXPONENT, exponent);
  module.put(SIGNATURE, signature);
  module.put(DIGEST, digest);
  const result = module.functions.rsaVerifyVartime!(
    module.at(MODULUS),
    modulus.length,
    module.at(EXPONENT),
    exponent.length,
    module.at(SIGNATURE),
    module.at(DIGEST),
    digest.length,
  );
  assert.ok(result === 0 || result === 1);
  return result === 1;
}

const hash = (name: string, message: Uint8Array): Buffer => createHash(name).update(message).digest();

/** A signature and the hash that it is of. */
function signed(key: Key, name = "sha256"): { signature: Buffer; digest: Buffer } {
  const message = randomBytes(randomInt(100));
  return { signature: sign(name, message, key.privateKey), digest: hash(name, message) };
}

/** The signature whose encoding these bytes are, right or not. */
function signEncoded(key: Key, encoded: Uint8Array): Buffer {
  return privateEncrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, encoded);
}

const PREFIX = { sha256: "3031300d060960864801650304020105000420", sha512: "3051300d060960864801650304020305000440" };

/** 00 01 FF … 00 and what follows, as long as the modulus. */
function encode(length: number, prefix: string, digest: Uint8Array, after = "", paddingLength?: number): Buffer {
  const info = Buffer.concat([Buffer.from(prefix, "hex"), digest]);
  const rest = Buffer.from(after, "hex");
  const padding = Buffer.alloc(paddingLength ?? length - 3 - info.length - rest.length, 0xff);
  const encoded = Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info, rest]);
  return Buffer.concat([encoded, randomBytes(length - encoded.length)]);
}

test("node:crypto's signatures verify for keys of 2048, 3072 and 4096 bits and both hashes; spoilt ones do not", () => {
  for (const key of [KEY, newKey(2048), newKey(3072), newKey(4096)]) {
    for (const name of ["sha256", "sha512"]) {
      for (let n = 0; n < 10; n++) {
        const { signature, digest } = signed(key, name);
        assert.ok(verify(key, signature, digest), `${key.modulus.length} bytes, ${name}`);
        assert.equal(verify(key, flip(signature, randomInt(8 * signature.length)), digest), false);
        assert.equal(verify(key, signature, flip(digest, randomInt(8 * digest.length))), false);
      }
    }
  }
});

test("of all sizes, those from 2048 to 4096 bits are taken; node:crypto agrees that the signatures are right", () => {
  for (const bits of [1024, 2040, 2047, 2048, 2049, 2052, 2055, 2056, 2057, 2064, 3071, 4089, 4095, 4096, 4097, 4104]) {
    const key = newManyPrimesKey(bits);
    const message = randomBytes(20);
    const digest = hash("sha256", message);
    const signature = signByPrimes(key, encode(key.modulus.length, PREFIX.sha256, digest));
    const jwk = { kty: "RSA", n: key.modulus.toString("base64url"), e: key.exponent.toString("base64url") };
    assert.ok(verifyByNode("sha256", message, createPublicKey({ key: jwk, format: "jwk" }), signature), `${bits} bits`);
    assert.equal(verify(key, signature, digest), bits >= 2048 && bits <= 4096, `${bits} bits`);
    assert.ok(!verify(key, flip(signature, randomInt(8 * signature.length)), digest), `${bits} bits`);
  }
});

test("hundreds of messages verify, and not with another message's signature", () => {
  let last = signed(KEY).digest;
  for (let n = 0; n < 300; n++) {
    const { signature, digest } = signed(KEY, n & 1 ? "sha512" : "sha256");
    assert.equal(verify(KEY, signature, digest), true);
    assert.equal(verify(KEY, signature, last), false);
    last = digest;
  }
});

test("exponents from 3 to 4 bytes are taken", () => {
  for (const exponent of [3, 17, 257, 0xfffd, 0x1000001, 4294967291]) {
    const key = newKey(2048, exponent);
    const { signature, digest } = signed(key);
    assert.ok(verify(key, signature, digest), String(exponent));
    assert.ok(!verify(key, flip(signature, 2000), digest), String(exponent));
  }
});

test("every byte of signature, modulus, exponent and hash counts", () => {
  const { signature, digest } = signed(KEY);
  for (let byte = 0; byte < 256; byte++) {
    const bit = 8 * byte + randomInt(8);
    assert.ok(!verify(KEY, flip(signature, bit), digest), `signature, bit ${bit}`);
    assert.ok(!verify({ ...KEY, modulus: flip(KEY.modulus, bit) }, signature, digest), `modulus, bit ${bit}`);
  }
  for (let bit = 0; bit < 256; bit++) assert.ok(!verify(KEY, signature, flip(digest, bit)), `hash, bit ${bit}`);
  for (let bit = 0; bit < 24; bit++)
    assert.ok(!verify({ ...KEY, exponent: flip(KEY.exponent, bit) }, signature, digest), `exponent, bit ${bit}`);
  assert.equal(verify(KEY, signature, digest), true);
});

test("every byte of the encoding counts: none may differ, in padding, algorithm or hash", () => {
  for (const name of ["sha256", "sha512"] as const) {
    const digest = hash(name, randomBytes(20));
    const encoded = encode(256, PREFIX[name], digest);
    assert.equal(verify(KEY, signEncoded(KEY, encoded), digest), true);
    for (let byte = 0; byte < 256; byte++) {
      const spoilt = Buffer.from(encoded);
      // The first byte: an encoding of the modulus or more has no signature.
      spoilt[byte]! ^= byte === 0 ? 0x40 : 1 + randomInt(255);
      assert.ok(!verify(KEY, signEncoded(KEY, spoilt), digest), `${name}, byte ${byte}`);
    }
  }
});

test("encodings that lenient parsers take are refused", () => {
  const digest = hash("sha256", randomBytes(20));
  const digest512 = hash("sha512", randomBytes(20));
  const refuse = (what: string, encoded: Uint8Array, of = digest): void =>
    assert.ok(!verify(KEY, signEncoded(KEY, encoded), of), what);
  refuse("without NULL", encode(256, "302f300b0609608648016503040201" + "0420", digest));
  refuse("NULL as OCTET STRING", encode(256, "3031300d060960864801650304020104000420", digest));
  refuse("garbage behind the hash", encode(256, PREFIX.sha256, digest, "00"));
  refuse("garbage behind the hash, within the sequence", encode(256, "3032" + PREFIX.sha256.slice(4), digest, "00"));
  refuse("eight bytes of padding, then garbage", encode(256, PREFIX.sha256, digest, "", 8));
  refuse("no padding, then garbage", encode(256, PREFIX.sha256, digest, "", 0));
  refuse("length in two bytes", encode(256, "308131" + PREFIX.sha256.slice(4), digest));
  refuse("the hash alone", encode(256, "", digest));
  refuse("SHA-512's name for SHA-256", encode(256, PREFIX.sha512.replace("3051", "3031").replace(/40$/, "20"), digest));
  refuse("SHA-384's name", encode(256, PREFIX.sha256.replace("04020105", "04020205"), digest));
  refuse("SHA-224's name", encode(256, PREFIX.sha256.replace("04020105", "04020405"), digest));
  refuse("SHA3-256's name", encode(256, PREFIX.sha256.replace("04020105", "04020805"), digest));
  refuse(
    "SHA-256's name for SHA-512",
    encode(256, PREFIX.sha512.replace("04020305", "04020105"), digest512),
    digest512,
  );
  const block2 = encode(256, PREFIX.sha256, digest);
  block2[1] = 2;
  refuse("block type 2", block2);
  const block0 = encode(256, PREFIX.sha256, digest);
  block0.fill(0, 1, block0.indexOf(Buffer.from(PREFIX.sha256, "hex")));
  refuse("block type 0", block0);
  const shifted = Buffer.concat([encode(256, PREFIX.sha256, digest).subarray(1), Buffer.from([0])]);
  refuse("a byte further left", shifted);
});

test("a signature of the same message by another hash or padding is none", () => {
  const message = randomBytes(30);
  for (const name of ["sha1", "sha224", "sha384", "sha512-256", "sha3-256"])
    assert.ok(!verify(KEY, sign(name, message, KEY.privateKey), hash("sha256", message)), name);
  assert.equal(verify(KEY, sign("sha512", message, KEY.privateKey), hash("sha256", message)), false);
  assert.equal(verify(KEY, sign("sha256", message, KEY.privateKey), hash("sha512", message)), false);
  const pss = { key: KEY.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
  assert.equal(verify(KEY, sign("sha256", message, pss), hash("sha256", message)), false);
});

test("a signature of the modulus or more is refused, though it is right modulo the modulus", () => {
  for (const bits of [2049, 2052, 2055]) {
    const key = newManyPrimesKey(bits);
    const digest = hash("sha256", randomBytes(20));
    const signature = signByPrimes(key, encode(257, PREFIX.sha256, digest));
    assert.equal(verify(key, signature, digest), true);
    const n = toNumber(key.modulus);
    let count = 0;
    for (let s = toNumber(signature) + n; s < 2n ** 2056n; s += n, count++)
      assert.ok(!verify(key, toBytes(s, 257), digest), `${bits} bits`);
    assert.ok(count > 0);
  }
});

test("signatures 0, 1, n − 1 and n are refused", () => {
  const n = toNumber(KEY.modulus);
  for (const s of [0n, 1n, n - 1n, n, n + 1n, 2n ** 2048n - 1n])
    assert.equal(verify(KEY, toBytes(s, 256), hash("sha256", randomBytes(5))), false);
});

test("no length of modulus or exponent makes the module read or write outside its memory", () => {
  const { signature, digest } = signed(KEY);
  module.put(SIGNATURE, signature);
  module.put(DIGEST, digest);
  const call = (modulusLength: number, exponentLength: number): number =>
    module.functions.rsaVerifyVartime!(
      ...[module.at(MODULUS), modulusLength, module.at(EXPONENT), exponentLength],
      ...[module.at(SIGNATURE), module.at(DIGEST), 32],
    );
  module.put(MODULUS, KEY.modulus);
  module.put(EXPONENT, KEY.exponent);
  assert.equal(call(256, 3), 1);
  for (const length of [0, 1, 255, 513, 0x1fff_ff00, 0x2000_0100, 0x7fff_ffff, 0x8000_0100, 0xffff_ffff])
    assert.equal(call(length, 3), 0, `modulus of ${length} bytes`);
  for (const length of [0, 5, 256, 0x2000_0003, 0x7fff_ffff, 0x8000_0003, 0xffff_ffff])
    assert.equal(call(256, length), 0, `exponent of ${length} bytes`);
});

test("even moduli and exponents that are even, 1, 0, too long or with leading zeros are refused; so are moduli with them", () => {
  const { signature, digest } = signed(KEY);
  const zero = Buffer.alloc(1);
  const padded = { ...KEY, modulus: Buffer.concat([zero, KEY.modulus]) };
  assert.equal(verify(padded, Buffer.concat([zero, signature]), digest), false);
  for (const exponent of ["", "00", "02", "010000", "00010001", "0000010001", "0100000001"])
    assert.ok(!verify({ ...KEY, exponent: Buffer.from(exponent, "hex") }, signature, digest), exponent);
  const long = newManyPrimesKey(2048, 2n ** 32n + 15n);
  assert.ok(!verify(long, signByPrimes(long, encode(256, PREFIX.sha256, digest)), digest), "five bytes");
  // With exponent 1 the encoding is its own signature.
  const encoded = encode(256, PREFIX.sha256, digest);
  assert.equal(verify({ ...KEY, exponent: Buffer.from([1]) }, encoded, digest), false);
  const even = Buffer.from(KEY.modulus);
  even[255]! ^= 1;
  assert.equal(verify({ ...KEY, modulus: even }, signature, digest), false);
});
