// Sizes at which a key, a banner or a number of a key file is refused: each bound with the last that is taken and the
// first that is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAuthorizedKey } from "../../../../host/node/credentials/authorized-keys.js";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import { formatPrivateKey, keyPairFromSeed, parsePrivateKey } from "../../../../host/node/credentials/openssh-keys.js";
import { encodeUsers } from "../../../../host/node/credentials/users-region.js";
import { mpint, WireReader } from "../../../../host/node/credentials/wire.js";
import { ecdsaKey, ed25519Key, rsaKey } from "../../../../scripts/client/keys/kinds.js";
import { passwordUser } from "../../../support/userauth-full.js";
import { bytes, string, uint32 } from "../../../../scripts/client/wire.js";

const line = (type: string, ...fields: Uint8Array[]): string =>
  `${type} ${Buffer.from(bytes(string(type), ...fields)).toString("base64")}`;

test("an Ed25519 or ECDSA key has its fields and no more, and a point is not compressed", () => {
  const point = ed25519Key().blob.slice(-32);
  assert.ok(parseAuthorizedKey(line("ssh-ed25519", string(point))));
  for (const fields of [[string(point), string("x")], [string(point.subarray(1))], [string(bytes(point, 0))], []]) {
    assert.throws(() => parseAuthorizedKey(line("ssh-ed25519", ...fields)), /wrong length/);
  }
  const coordinates = ecdsaKey().blob.slice(-64);
  const type = "ecdsa-sha2-nistp256";
  assert.ok(parseAuthorizedKey(line(type, string("nistp256"), string(bytes(4, coordinates)))));
  for (const first of [0, 2, 3, 5, 6]) {
    const key = line(type, string("nistp256"), string(bytes(first, coordinates)));
    assert.throws(() => parseAuthorizedKey(key), /uncompressed point/, `${first}`);
  }
});

test("RSA keys have 2048 to 4096 bits, an odd modulus and an odd exponent of 3 or more", () => {
  const number = (value: bigint): Uint8Array => {
    const hex = value.toString(16);
    return mpint(Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"));
  };
  const odd = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n;
  const parse = (modulus: bigint, exponent = 65_537n): unknown =>
    parseAuthorizedKey(line("ssh-rsa", number(exponent), number(modulus)));
  for (const bits of [2048, 4096]) assert.ok(parse(odd(bits)), `${bits} bits`);
  for (const bits of [2047, 4097, 1024, 8192]) assert.throws(() => parse(odd(bits)), /bits/, `${bits} bits`);
  assert.ok(parse(odd(2048), 3n));
  for (const exponent of [0n, 1n, 2n, 4n]) assert.throws(() => parse(odd(2048), exponent), `exponent ${exponent}`);
  assert.throws(() => parse(odd(2048) + 1n), /no RSA key/);
});

test("a banner has 1,024 bytes, a key's blob 1,000, at most", () => {
  const users = [passwordUser("u", "secret")];
  const banner = (length: number): Uint8Array => encodeUsers({ users, banner: `${"b".repeat(length - 2)}\r\n` });
  assert.ok(banner(1024));
  assert.throws(() => banner(1025), /more than 1024 bytes/);
  const key = (length: number): Uint8Array => {
    const type = string("ssh-rsa");
    const blob = bytes(type, string(new Uint8Array(length - type.length - 4)));
    return encodeUsers({ users: [{ name: "u", keys: [{ blob }], required: [["publickey"]] }] });
  };
  assert.ok(key(1000));
  assert.throws(() => key(1001), /too long/);
  assert.ok(rsaKey("rsa-sha2-256", 4096).blob.length <= 1000);
});

test("a public key has 32 bytes", () => {
  const { publicKey } = keyPairFromSeed(new Uint8Array(32).fill(3));
  const encode = (key: Uint8Array): Uint8Array => encodeCredentials("publickey", { user: "u", publicKey: key });
  assert.ok(encode(publicKey));
  for (const key of [bytes(publicKey, 0), publicKey.subarray(1), new Uint8Array(0)]) {
    assert.throws(() => encode(key), /32 bytes/);
  }
});

test("a key file holds one key", () => {
  const pair = keyPairFromSeed(new Uint8Array(32).fill(5));
  const [begin, ...lines] = formatPrivateKey(pair).trim().split("\n");
  const end = lines.pop()!;
  const file = Buffer.from(lines.join(""), "base64");
  const countAt = "openssh-key-v1\0".length + 8 + 8 + 4;
  assert.equal(file.readUInt32BE(countAt), 1);
  for (const count of [0, 2, 0x0100_0001]) {
    file.writeUInt32BE(count, countAt);
    const text = [begin, file.toString("base64"), end].join("\n");
    assert.throws(() => parsePrivateKey(text), /exactly one key/, `${count} keys`);
  }
});

test("a private key has 64 bytes: the seed and the public key", () => {
  const { seed, publicKey } = keyPairFromSeed(new Uint8Array(32).fill(5));
  const blob = bytes(string("ssh-ed25519"), string(publicKey));
  const parse = (privateKey: Uint8Array): unknown => {
    const fields = bytes(
      uint32(1),
      uint32(1),
      string("ssh-ed25519"),
      string(publicKey),
      string(privateKey),
      string(""),
    );
    const padding = Array.from({ length: -fields.length & 7 }, (_, index) => index + 1);
    const head = bytes("openssh-key-v1\0", string("none"), string("none"), string(""), uint32(1), string(blob));
    const file = Buffer.from(bytes(head, string(bytes(fields, ...padding))));
    const [begin, ...lines] = formatPrivateKey({ seed, publicKey }).trim().split("\n");
    return parsePrivateKey([begin, file.toString("base64"), lines.at(-1)].join("\n"));
  };
  assert.ok(parse(bytes(seed, publicKey)));
  for (const key of [seed, bytes(seed, publicKey, 0), bytes(seed, publicKey.subarray(1)), new Uint8Array(0)])
    assert.throws(() => parse(key), /private key has a wrong length/, `${key.length} bytes`);
});

test("what is read of a key ends where its bytes do", () => {
  const reader = (): WireReader => new WireReader(bytes(string("abc"), 7));
  assert.equal(reader().text(), "abc");
  assert.equal(reader().bytes(8).length, 8);
  assert.throws(() => reader().bytes(9), /ends early/);
  for (const length of [4, 5, 0xffff_ffff]) {
    assert.throws(() => new WireReader(bytes(uint32(length), "abc")).string(), /ends early/, `${length} bytes`);
  }
  const read = reader();
  read.string();
  assert.throws(() => read.end(), /follow/);
  read.bytes(1);
  read.end();
});

test("an mpint is positive", () => {
  const of = (...magnitude: number[]): string => Buffer.from(mpint(Uint8Array.from(magnitude))).toString("hex");
  assert.deepEqual(
    [of(), of(0), of(1), of(0, 0x7f), of(0x80), of(0, 0, 0xff, 1)],
    ["00000000", "00000000", "0000000101", "000000017f", "000000020080", "0000000300ff01"],
  );
});
