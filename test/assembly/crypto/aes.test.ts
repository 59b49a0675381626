// AES in counter mode and GCM (assembly/crypto/aes) against FIPS 197's examples and node:crypto; and that neither
// instructions nor addresses depend on key or data.

import assert from "node:assert/strict";
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { compileFile } from "../../../scripts/compile/file.js";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { watchMemory } from "../../support/watched-memory.js";

const { plain, counted } = await loadCryptoModule("aes");
const KEYS = 0;
const KEY = 1024;
const COUNTER = 1072;
const DATA = 1104;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** Encrypts in counter mode, in as many calls as there are parts. */
function ctr(key: Uint8Array, counter: Uint8Array, parts: readonly Uint8Array[], module = plain): Buffer {
  module.put(KEY, key);
  module.put(COUNTER, counter);
  module.functions.aesExpandKey!(module.at(KEYS), module.at(KEY), key.length);
  return Buffer.concat(
    parts.map((part) => {
      module.put(DATA, part);
      module.functions.aesCtr!(module.at(KEYS), key.length, module.at(COUNTER), module.at(DATA), part.length);
      return module.get(DATA, part.length);
    }),
  );
}

const nodeCtr = (key: Uint8Array, counter: Uint8Array, data: Uint8Array): Buffer =>
  createCipheriv(`aes-${8 * key.length}-ctr`, key, counter).update(data);

/** The four bytes of additional data stand before the content, the tag behind it. */
function seal(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, data: Uint8Array, module = plain): Buffer {
  module.put(KEY, key);
  module.put(COUNTER, nonce);
  module.put(DATA - 4, additional);
  module.put(DATA, data);
  module.functions.gcmExpandKey!(module.at(KEYS), module.at(KEY), key.length);
  module.functions.gcmSeal!(module.at(KEYS), key.length, module.at(COUNTER), module.at(DATA), data.length);
  return module.get(DATA, data.length + 16);
}

function nodeSeal(key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv(key.length === 16 ? "aes-128-gcm" : "aes-256-gcm", key, nonce);
  cipher.setAAD(additional);
  return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `seal` has left in the buffer, after a change of one bit of additional data, content and tag. */
function open(keyLength: number, length: number, flippedBit?: number): boolean {
  if (flippedBit !== undefined) {
    const place = DATA - 4 + (flippedBit >> 3);
    plain.put(place, Uint8Array.of(plain.get(place, 1)[0]! ^ (1 << (flippedBit & 7))));
  }
  return plain.functions.gcmOpen!(plain.at(KEYS), keyLength, plain.at(COUNTER), plain.at(DATA), length) !== 0;
}

describe("AES in counter mode", () => {
  test("the examples of FIPS 197, appendix C, are right", () => {
    const block = hex("00112233445566778899aabbccddeeff");
    const sequence = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
    const zeros = [Buffer.alloc(16)];
    assert.equal(ctr(sequence.subarray(0, 16), block, zeros).toString("hex"), "69c4e0d86a7b0430d8cdb78070b4c55a");
    assert.equal(ctr(sequence, block, zeros).toString("hex"), "8ea2b7ca516745bfeafc49904b496089");
  });

  for (const keyLength of [16, 32]) {
    test(`AES-${8 * keyLength}: every number of blocks up to 20 agrees with node:crypto`, () => {
      for (let blocks = 0; blocks <= 20; blocks++) {
        const [key, counter, data] = [randomBytes(keyLength), randomBytes(16), randomBytes(16 * blocks)];
        assert.deepEqual(ctr(key, counter, [data]), nodeCtr(key, counter, data), `${blocks} blocks`);
      }
    });

    test(`AES-${8 * keyLength}: calls of any numbers of blocks go on where the last one ended, carries included`, () => {
      for (const start of ["ff".repeat(16), `00${"ff".repeat(15)}`, `${"00".repeat(8)}${"ff".repeat(7)}fe`]) {
        const key = randomBytes(keyLength);
        const parts = [3, 1, 4, 1, 5, 0, 9, 2, 6].map((blocks) => randomBytes(16 * blocks));
        assert.deepEqual(ctr(key, hex(start), parts), nodeCtr(key, hex(start), Buffer.concat(parts)), start);
      }
    });
  }
});

describe("AES-GCM", () => {
  for (const keyLength of [16, 32]) {
    test(`AES-${8 * keyLength}: every number of blocks up to 20 agrees with node:crypto, and is opened again`, () => {
      for (let blocks = 0; blocks <= 20; blocks++) {
        const [key, nonce, additional] = [randomBytes(keyLength), randomBytes(12), randomBytes(4)];
        const data = randomBytes(16 * blocks);
        assert.deepEqual(
          seal(key, nonce, additional, data),
          nodeSeal(key, nonce, additional, data),
          `${blocks} blocks`,
        );
        assert.ok(open(keyLength, data.length), "opened");
        assert.deepEqual(plain.get(DATA, data.length), data);
      }
    });

    test(`AES-${8 * keyLength}: any wrong bit of length, content or tag is refused, and nothing is decrypted`, () => {
      const [key, nonce, additional, data] = [randomBytes(keyLength), randomBytes(12), randomBytes(4), randomBytes(48)];
      for (let bit = 0; bit < 8 * (4 + 48 + 16); bit++) {
        const sealed = seal(key, nonce, additional, data);
        assert.equal(open(keyLength, data.length, bit), false, `bit ${bit}`);
        const changed = plain.get(DATA, data.length).map((byte, i) => byte ^ sealed[i]!);
        assert.ok(changed.reduce((sum, byte) => sum + (byte ? 1 : 0), 0) <= 1, "no more than that bit has changed");
      }
    });
  }

  test("keys and data of all ones and all zeros, where every carry and every reduction occurs, agree with node:crypto", () => {
    for (const [keyByte, dataByte] of [
      [0, 0],
      [0, 255],
      [255, 0],
      [255, 255],
    ] as const) {
      const [key, nonce] = [Buffer.alloc(32, keyByte), Buffer.alloc(12, keyByte)];
      const [additional, data] = [Buffer.alloc(4, dataByte), Buffer.alloc(160, dataByte)];
      assert.deepEqual(seal(key, nonce, additional, data), nodeSeal(key, nonce, additional, data));
    }
  });
});

describe("AES and its secrets", () => {
  const inputs = [0, 255, undefined, undefined].map((byte) => ({
    key: byte === undefined ? randomBytes(32) : Buffer.alloc(32, byte),
    data: byte === undefined ? randomBytes(128) : Buffer.alloc(128, byte),
    nonce: byte === undefined ? randomBytes(16) : Buffer.alloc(16, byte),
  }));

  test("the executed instructions do not depend on key, counter or data", () => {
    for (const use of [
      ({ key, nonce, data }: (typeof inputs)[number]) => ctr(key, nonce, [data], counted),
      ({ key, nonce, data }: (typeof inputs)[number]) =>
        seal(key, nonce.subarray(0, 12), data.subarray(0, 4), data, counted),
    ]) {
      assert.equal(new Set(inputs.map((input) => counted.count(() => use(input)))).size, 1);
    }
  });

  /** A hash of the addresses of all accesses of a call. */
  function addresses(
    wasm: Uint8Array,
    call: (module: typeof plain.functions, at: number) => void,
    bytes: Uint8Array,
  ): string {
    const trace = createHash("sha256");
    let accesses = 0;
    const { exports } = watchMemory(wasm, (address, size) => {
      trace.update(`${address} ${size},`);
      accesses++;
    })();
    const functions = exports as unknown as typeof plain.functions;
    const at = functions.bufferPtr!();
    new Uint8Array((exports.memory as WebAssembly.Memory).buffer).set(bytes, at + KEY);
    call(functions, at);
    assert.ok(accesses > 100, "the module was watched");
    return trace.digest("hex");
  }

  test("nor do the addresses; a table would be found out", () => {
    const wasm = compileFile("test/modules/aes.ts", []);
    const traces = inputs.map(({ key, nonce, data }) =>
      addresses(
        wasm,
        (functions, at) => {
          functions.gcmExpandKey!(at, at + KEY, 32);
          functions.gcmSeal!(at, 32, at + KEY + 32, at + KEY + 64, 128);
          functions.aesCtr!(at, 32, at + KEY + 32, at + KEY + 64, 128);
        },
        Buffer.concat([key, nonce, Buffer.alloc(16), data]),
      ),
    );
    assert.equal(new Set(traces).size, 1);

    const table = compileFile("test/modules/table-aes.ts", []);
    const leaks = inputs.map(({ key, data }) =>
      addresses(
        table,
        (functions, at) => functions.substitute!(at + KEY, at + KEY + 64, 64),
        Buffer.concat([key, key, data]),
      ),
    );
    assert.ok(new Set(leaks).size > 1, "the control leaks");
  });

  test("nothing of key, counter or data stays in the module's memory", () => {
    const fresh = plain.memoryOutside();
    ctr(randomBytes(32), randomBytes(16), [randomBytes(160)]);
    seal(randomBytes(32), randomBytes(12), randomBytes(4), randomBytes(160));
    open(32, 160);
    assert.deepEqual(plain.memoryOutside(), fresh);
  });
});
