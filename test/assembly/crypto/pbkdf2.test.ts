// HMAC-SHA-256 (RFC 2104) and PBKDF2 (RFC 8018) against published vectors and node:crypto.

import assert from "node:assert/strict";
import { createHmac, pbkdf2Sync } from "node:crypto";
import { describe, test } from "node:test";
import { loadCryptoModule, type CryptoModule } from "../../support/crypto-module.js";
import { fuzzSeed, Random } from "../../support/random.js";

const { plain, counted } = await loadCryptoModule("pbkdf2");
const KEY = 0;
const MESSAGE = 512;
const OUT = 960;

const random = new Random(fuzzSeed(8018));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The MACs of messages of at most 448 bytes, under one key of at most 512 bytes. */
function hmac(key: Uint8Array, messages: Uint8Array[], module: CryptoModule = plain): Buffer[] {
  const { functions, at, put, get } = module;
  put(KEY, key);
  functions.hmacSha256Key!(at(KEY), key.length);
  const macs = messages.map((message) => {
    functions.hmacSha256Start!();
    put(MESSAGE, message);
    functions.sha256Update!(at(MESSAGE), message.length);
    functions.hmacSha256Finish!(at(OUT));
    return get(OUT, 32);
  });
  functions.hmacSha256Wipe!();
  return macs;
}

function pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number, module: CryptoModule = plain): Buffer {
  const { functions, at, put, get } = module;
  put(KEY, password);
  put(MESSAGE, salt);
  functions.pbkdf2!(at(OUT), at(KEY), password.length, at(MESSAGE), salt.length, iterations);
  return get(OUT, 32);
}

describe("HMAC-SHA-256", () => {
  test("RFC 4231's examples with a short key and with one longer than a block are right", () => {
    assert.equal(
      hex(hmac(Buffer.from("Jefe"), [Buffer.from("what do ya want for nothing?")])[0]!),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    const message = Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First");
    assert.equal(
      hex(hmac(Buffer.alloc(131, 0xaa), [message])[0]!),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
  });

  test("every length of the key up to 140 agrees with node:crypto, for several messages under it", () => {
    for (let length = 0; length <= 140; length++) {
      const key = random.bytes(length);
      const messages = [0, random.below(200), random.below(448)].map((size) => random.bytes(size));
      const expected = messages.map((message) => createHmac("sha256", key).update(message).digest());
      assert.deepEqual(hmac(key, messages), expected, `key of ${length}`);
    }
  });

  test("no trace of key and message stays in memory", () => {
    hmac(random.bytes(100), [random.bytes(200)], counted);
    assert.deepEqual(counted.residue(), []);
  });
});

describe("PBKDF2", () => {
  test("RFC 7914's example with one iteration and a published one with 4,096 are right", () => {
    assert.equal(
      hex(pbkdf2(Buffer.from("passwd"), Buffer.from("salt"), 1)),
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
    );
    const [password, salt] = ["passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt"];
    assert.equal(
      hex(pbkdf2(Buffer.from(password), Buffer.from(salt), 4096)),
      "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1",
    );
  });

  test("passwords and salts of any length, the empty ones included, agree with node:crypto", () => {
    for (const passwordLength of [0, 1, 55, 56, 63, 64, 65, 119, 128, 255, 512]) {
      for (const saltLength of [0, 8, 16, 48, 51, 52, 60, 64, 200]) {
        const [password, salt] = [random.bytes(passwordLength), random.bytes(saltLength)];
        const iterations = 1 + random.below(20);
        const expected = pbkdf2Sync(password, salt, iterations, 32, "sha256");
        assert.deepEqual(
          pbkdf2(password, salt, iterations),
          expected,
          `password ${passwordLength}, salt ${saltLength}, ${iterations} iterations`,
        );
      }
    }
  });

  test("no trace of the password stays in memory", () => {
    for (const length of [20, 100]) {
      pbkdf2(random.bytes(length), random.bytes(16), 3, counted);
      assert.deepEqual(counted.residue(), []);
    }
  });

  test("the number of instructions does not depend on the password", () => {
    for (const length of [24, 100]) {
      const passwords = [Buffer.alloc(length), Buffer.alloc(length, 255), random.bytes(length)];
      const counts = passwords.map((password) => counted.count(() => pbkdf2(password, Buffer.alloc(16), 50, counted)));
      assert.equal(new Set(counts).size, 1, counts.join());
    }
  });
});
