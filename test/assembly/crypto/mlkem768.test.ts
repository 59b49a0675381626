// ML-KEM-768 (assembly/crypto/mlkem) against two independent implementations, and with keys that are none.
// SESAME_ROUNDS multiplies the random ones.

import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { shake128 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { createMlKem768 } from "mlkem";
import { loadCryptoModule } from "../../support/crypto-module.js";

const { plain, counted } = await loadCryptoModule("mlkem768");
const rounds = Number(process.env.SESAME_ROUNDS ?? 1);

const MODULUS = 3329;
const KEY_BYTES = 1184;
/** The numbers of the key: twelve bits each, before the seed. */
const NUMBER_COUNT = 768;
const CIPHERTEXT_BYTES = 1088;
const KEY = 0;
const RANDOM = 1200;
const SECRET = 1240;
const CIPHERTEXT = 1280;

interface Encapsulated {
  cipherText: Uint8Array;
  sharedSecret: Uint8Array;
}

/** Undefined when the key is refused. */
function encapsulate(key: Uint8Array, random: Uint8Array, module = plain): Encapsulated | undefined {
  module.put(0, new Uint8Array(4096));
  module.put(KEY, key);
  module.put(RANDOM, random);
  const accepted = module.functions.encapsulate!(
    module.at(CIPHERTEXT),
    module.at(SECRET),
    module.at(KEY),
    module.at(RANDOM),
  );
  const cipherText = module.get(CIPHERTEXT, CIPHERTEXT_BYTES);
  const sharedSecret = module.get(SECRET, 32);
  if (accepted) return { cipherText, sharedSecret };
  assert.ok(Buffer.concat([cipherText, sharedSecret]).every((byte) => byte === 0, "a refused key leaves nothing"));
  return undefined;
}

/** A copy of the key with another number of twelve bits at an index. */
function withNumber(key: Uint8Array, index: number, value: number): Uint8Array {
  const changed = key.slice();
  const place = (index >> 1) * 3;
  if (index & 1) {
    changed[place + 1] = (changed[place + 1]! & 0x0f) | ((value & 15) << 4);
    changed[place + 2] = value >> 4;
  } else {
    changed[place] = value & 255;
    changed[place + 1] = (changed[place + 1]! & 0xf0) | (value >> 8);
  }
  return changed;
}

const bytesOf = (value: Encapsulated | undefined): string =>
  value ? Buffer.concat([value.cipherText, value.sharedSecret]).toString("hex") : "refused";

describe("ML-KEM-768", () => {
  test("a hundred keys in a row give the digest that other implementations publish for them", () => {
    // All randomness is the output of SHAKE128 of nothing; all results go into another one.
    const source = shake128.create({ dkLen: 100 * (64 + 32 + CIPHERTEXT_BYTES) });
    const random = source.xof(100 * (64 + 32 + CIPHERTEXT_BYTES));
    const results = createHash("shake128", { outputLength: 32 });
    for (let i = 0, at = 0; i < 100; i++) {
      const { publicKey, secretKey } = ml_kem768.keygen(random.slice(at, (at += 64)));
      results.update(publicKey);
      const { cipherText, sharedSecret } = encapsulate(publicKey, random.slice(at, (at += 32)))!;
      results.update(cipherText).update(sharedSecret);
      assert.deepEqual(Buffer.from(ml_kem768.decapsulate(cipherText, secretKey)), Buffer.from(sharedSecret));
      results.update(ml_kem768.decapsulate(random.slice(at, (at += CIPHERTEXT_BYTES)), secretKey));
    }
    assert.equal(results.digest("hex"), "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415");
  });

  test("random keys give what two independent implementations give", async () => {
    const other = await createMlKem768();
    for (let i = 0; i < 50 * rounds; i++) {
      const { publicKey } = ml_kem768.keygen();
      const random = randomBytes(32);
      const ours = encapsulate(publicKey, random);
      assert.equal(bytesOf(ours), bytesOf(ml_kem768.encapsulate(publicKey, random)));
      const [cipherText, sharedSecret] = other.encap(publicKey, random);
      assert.equal(bytesOf(ours), bytesOf({ cipherText, sharedSecret }));
    }
  });

  test("a key with a number of q or more is refused, wherever it stands, and one with q − 1 is taken", () => {
    const { publicKey } = ml_kem768.keygen();
    const random = randomBytes(32);
    for (let index = 0; index < NUMBER_COUNT; index++) {
      for (const value of [MODULUS, 4095]) {
        assert.equal(encapsulate(withNumber(publicKey, index, value), random), undefined, `${value} at ${index}`);
      }
    }
    for (let i = 0; i < 20; i++) {
      const key = withNumber(publicKey, randomInt(NUMBER_COUNT), MODULUS - 1);
      assert.equal(bytesOf(encapsulate(key, random)), bytesOf(ml_kem768.encapsulate(key, random)));
    }
  });

  test("corrupted keys are refused or used as an independent implementation does", () => {
    let refused = 0;
    for (let i = 0; i < 100 * rounds; i++) {
      const key = ml_kem768.keygen().publicKey.slice();
      for (let flips = randomInt(1, 4); flips > 0; flips--) key[randomInt(KEY_BYTES)]! ^= 1 << randomInt(8);
      const random = randomBytes(32);
      let expected: Encapsulated | undefined;
      try {
        expected = ml_kem768.encapsulate(key, random);
      } catch {
        refused++;
      }
      assert.equal(bytesOf(encapsulate(key, random)), bytesOf(expected));
    }
    assert.ok(refused > 0, "some of them are refused");
  });

  test("neither the executed instructions nor what stays in memory depend on the secret", () => {
    const { publicKey } = ml_kem768.keygen();
    const counts = new Set<number>();
    const residues = new Set<string>();
    encapsulate(publicKey, Buffer.alloc(32), counted); // the first call makes the powers of the root
    for (const random of [Buffer.alloc(32), Buffer.alloc(32, 255), randomBytes(32), randomBytes(32), randomBytes(32)]) {
      counts.add(counted.count(() => encapsulate(publicKey, random, counted)));
      residues.add(counted.memoryOutside().toString("hex"));
    }
    assert.equal(counts.size, 1, "instructions");
    assert.equal(residues.size, 1, "memory");
  });
});
