// The sponge of FIPS 202 (assembly/crypto/hash/keccak.ts) against node:crypto.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";

const { plain, counted } = await loadCryptoModule("mlkem768");
const MESSAGE = 1024;

const VARIANTS = [
  { name: "sha3-256", rate: 136, suffix: 0x06, outputLength: 32 },
  { name: "sha3-512", rate: 72, suffix: 0x06, outputLength: 64 },
  { name: "shake128", rate: 168, suffix: 0x1f, outputLength: 500 },
  { name: "shake256", rate: 136, suffix: 0x1f, outputLength: 500 },
];

function keccak(module: typeof plain, variant: (typeof VARIANTS)[number], message: Uint8Array): Buffer {
  module.put(MESSAGE, message);
  module.functions.keccak!(variant.rate, variant.suffix, module.at(MESSAGE), message.length);
  const blocks: Buffer[] = [];
  for (let length = 0; length < variant.outputLength; length += variant.rate) {
    if (length > 0) module.functions.permute!();
    module.functions.squeeze!(module.at(0), variant.rate);
    blocks.push(module.get(0, variant.rate));
  }
  return Buffer.concat(blocks).subarray(0, variant.outputLength);
}

describe("Keccak", () => {
  for (const variant of VARIANTS) {
    test(`${variant.name} of every length up to 350 agrees with node:crypto, its blocks of output included`, () => {
      const { name, outputLength } = variant;
      for (let length = 0; length <= 350; length++) {
        const message = randomBytes(length);
        const hash = createHash(name, name.startsWith("shake") ? { outputLength } : {});
        assert.deepEqual(keccak(plain, variant, message), hash.update(message).digest(), `length ${length}`);
      }
    });
  }

  test("the executed instructions do not depend on the message", () => {
    const counts = new Set<number>();
    for (const message of [Buffer.alloc(200), Buffer.alloc(200, 255), randomBytes(200), randomBytes(200)]) {
      counts.add(counted.count(() => keccak(counted, VARIANTS[0]!, message)));
    }
    assert.equal(counts.size, 1);
  });
});
