import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import nacl from "tweetnacl";
import { loadCryptoModule, type CryptoModule } from "../../support/crypto-module.js";

const { plain, counted } = await loadCryptoModule("sha2");
const OUT = 960;
const SHA512_SLACK_BYTES = 144;

function sha512(message: Uint8Array, module: CryptoModule = plain): Buffer {
  module.put(0, message);
  module.functions.sha512!(module.at(0), message.length, module.at(OUT));
  return module.get(OUT, 64);
}

/** SHA-256 of the concatenated pieces, each of at most 960 bytes, handed over one by one. */
function sha256(pieces: Uint8Array[], module: CryptoModule = plain): Buffer {
  module.functions.sha256Start!();
  for (const piece of pieces) {
    module.put(0, piece);
    module.functions.sha256Update!(module.at(0), piece.length);
  }
  module.functions.sha256Finish!(module.at(OUT));
  return module.get(OUT, 32);
}

function node(algorithm: string, ...pieces: Uint8Array[]): string {
  return createHash(algorithm).update(Buffer.concat(pieces)).digest("hex");
}

describe("SHA-512", () => {
  test("digests of FIPS 180-4's examples are right", () => {
    const abc =
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    assert.equal(sha512(Buffer.from("abc")).toString("hex"), abc);
    const long =
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    const digest =
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909";
    assert.equal(sha512(Buffer.from(long)).toString("hex"), digest);
  });

  test("every length up to 600 agrees with node:crypto and tweetnacl, padding included", () => {
    for (let length = 0; length <= 600; length++) {
      const message = randomBytes(length);
      const digest = sha512(message);
      assert.equal(digest.toString("hex"), node("sha512", message), `length ${length}`);
      assert.ok(digest.equals(nacl.hash(message)), `length ${length}`);
    }
  });

  test("the output may lie on the message", () => {
    const message = randomBytes(100);
    plain.put(0, message);
    plain.functions.sha512!(plain.at(0), 100, plain.at(0));
    assert.equal(plain.get(0, 64).toString("hex"), node("sha512", message));
  });

  test("nothing beyond the promised slack is written", () => {
    for (let length = 0; length <= 300; length++) {
      plain.put(0, Buffer.alloc(960, 0xa5));
      plain.functions.sha512!(plain.at(0), length, plain.at(OUT));
      const end = length + SHA512_SLACK_BYTES;
      assert.ok(plain.get(end, 960 - end).every((byte) => byte === 0xa5));
      assert.ok(plain.get(0, length).every((byte) => byte === 0xa5));
    }
  });

  test("no trace of the message stays in memory", () => {
    sha512(randomBytes(200), counted);
    assert.deepEqual(counted.residue(), []);
  });
});

describe("SHA-256", () => {
  test("digests of FIPS 180-4's examples are right", () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert.equal(sha256([Buffer.from("abc")]).toString("hex"), abc);
    const long = Buffer.from("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    const digest = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
    assert.equal(sha256([long]).toString("hex"), digest);
    const million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    const pieces = Array<Buffer>(2000).fill(Buffer.alloc(500, "a"));
    assert.equal(sha256(pieces).toString("hex"), million, "a million times a");
  });

  test("every length up to 600, in pieces of any length, agrees with node:crypto", () => {
    for (let length = 0; length <= 600; length++) {
      const message = randomBytes(length);
      const [one, two] = [Math.floor(Math.random() * (length + 1)), Math.floor(Math.random() * (length + 1))];
      const [first, second] = [Math.min(one, two), Math.max(one, two)];
      const pieces = [message.subarray(0, first), message.subarray(first, second), message.subarray(second)];
      assert.equal(sha256(pieces).toString("hex"), node("sha256", message), `${first}, ${second} of ${length}`);
    }
  });

  test("a message that was never finished does not disturb the next one", () => {
    plain.functions.sha256Start!();
    plain.functions.sha256Update!(plain.at(0), 77);
    assert.equal(sha256([Buffer.from("next")]).toString("hex"), node("sha256", Buffer.from("next")));
  });

  test("no trace of the message stays in memory", () => {
    sha256([randomBytes(200)], counted);
    assert.deepEqual(counted.residue(), []);
  });
});

test("the number of instructions does not depend on what is hashed", () => {
  for (const hash of [sha512, (message: Uint8Array, module: CryptoModule) => sha256([message], module)]) {
    const counts = [Buffer.alloc(150), Buffer.alloc(150, 255), randomBytes(150)].map((message) =>
      counted.count(() => hash(message, counted)),
    );
    assert.equal(new Set(counts).size, 1, counts.join());
  }
});
