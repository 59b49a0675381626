// BLAKE2b (RFC 7693) and Argon2id (RFC 9106) against their RFCs' examples, node:crypto, the reference implementation
// and @noble/hashes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { argon2id as nobleArgon2id } from "@noble/hashes/argon2.js";
import { blake2b as nobleBlake2b } from "@noble/hashes/blake2.js";
import { loadCryptoModule, type CryptoModule } from "../../support/crypto-module.js";
import { fuzzSeed, Random } from "../../support/random.js";

/** 1.3 MB, of which Argon2's memory is what lies above the module's own. */
const PAGES = 20;
const { plain, counted } = await loadCryptoModule("argon2id", PAGES);
const PASSWORD = 0;
const SALT = 256;
const OUT = 384;

const random = new Random(fuzzSeed(9106));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The hash of `length` bytes of the concatenated pieces, each of at most 384 bytes, handed over one by one. */
function blake2b(length: number, pieces: Uint8Array[], module: CryptoModule = plain): Buffer {
  module.functions.blake2bStart!(length);
  for (const piece of pieces) {
    module.put(0, piece);
    module.functions.blake2bUpdate!(module.at(0), piece.length);
  }
  module.functions.blake2bFinish!(module.at(OUT));
  return module.get(OUT, length);
}

interface Costs {
  /** KiB. */
  m: number;
  /** Passes. */
  t: number;
  /** Lanes. */
  p: number;
}

/** The tag of `length` bytes, at most 640. */
function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  { m, t, p }: Costs,
  length: number,
  module: CryptoModule = plain,
): Buffer {
  const { functions, at, put, get } = module;
  put(PASSWORD, password);
  put(SALT, salt);
  const heap = functions.heapPtr!();
  functions.argon2id!(at(OUT), length, at(PASSWORD), password.length, at(SALT), salt.length, heap, m, t, p);
  return get(OUT, length);
}

describe("BLAKE2b", () => {
  test("RFC 7693's example is right", () => {
    const abc =
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
    assert.equal(hex(blake2b(64, [Buffer.from("abc")])), abc);
  });

  test("every length up to 520, in pieces of any length, agrees with node:crypto", () => {
    for (let length = 0; length <= 520; length++) {
      const message = random.bytes(length);
      const cuts = [0, random.below(length + 1), random.below(length + 1), length].sort((a, b) => a - b);
      const pieces = [0, 1, 2].map((index) => message.subarray(cuts[index], cuts[index + 1]));
      if (pieces.some((piece) => piece.length > 384)) continue;
      const expected = createHash("blake2b512").update(message).digest("hex");
      assert.equal(hex(blake2b(64, pieces)), expected, cuts.join(", "));
    }
  });

  test("every length of the hash agrees with @noble/hashes, around the ends of blocks as well", () => {
    for (let dkLen = 1; dkLen <= 64; dkLen++) {
      for (const length of [0, 1, 127, 128, 129, 255, 256, 257]) {
        const message = random.bytes(length);
        assert.equal(hex(blake2b(dkLen, [message])), hex(nobleBlake2b(message, { dkLen })), `${length} to ${dkLen}`);
      }
    }
  });

  test("a message that was never finished does not disturb the next one", () => {
    plain.functions.blake2bStart!(64);
    plain.functions.blake2bUpdate!(plain.at(0), 200);
    const expected = createHash("blake2b512").update("next").digest("hex");
    assert.equal(hex(blake2b(64, [Buffer.from("next")])), expected);
  });

  test("no trace of the message stays in memory", () => {
    blake2b(48, [random.bytes(300)], counted);
    assert.deepEqual(counted.residue(), []);
  });

  test("the number of instructions does not depend on what is hashed", () => {
    const counts = [Buffer.alloc(150), Buffer.alloc(150, 255), random.bytes(150)].map((message) =>
      counted.count(() => blake2b(64, [message], counted)),
    );
    assert.equal(new Set(counts).size, 1, counts.join());
  });
});

describe("Argon2id", () => {
  test("@noble/hashes, which the others are compared with, computes RFC 9106's example", () => {
    // our interface has neither the secret value nor the associated data of §5.3
    const [password, salt] = [new Uint8Array(32).fill(1), new Uint8Array(16).fill(2)];
    const [key, personalization] = [new Uint8Array(8).fill(3), new Uint8Array(12).fill(4)];
    const tag = nobleArgon2id(password, salt, { m: 32, t: 3, p: 4, dkLen: 32, key, personalization });
    assert.equal(hex(tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  });

  test("tags of the reference implementation are right", () => {
    // printf password | argon2 somesalt -id -t T -k M -p P -l LENGTH -r
    const tags: [Costs, number, string][] = [
      [{ m: 256, t: 2, p: 1 }, 32, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"],
      [{ m: 256, t: 2, p: 2 }, 32, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"],
      [
        { m: 8, t: 1, p: 1 },
        64,
        "1437f91898f231ac18bc80cbcd32883b34264c2927195fec7a7773226927033688422945a19069302e7e70233131350f89cb8a96daa78cee92f6b8416a5efd6c",
      ],
      [
        { m: 100, t: 3, p: 3 },
        100,
        "d927bda7760c043cdef876bf501ff201a22c97ba963c03759ade2d61692a3cc33f543e9392ec75b848c49037a79183eee1b0b291e0896d8c0d4315f7dd8e656bba104c556417c84997f019df288f7fdd8b35f7ae6fdcfdddbb7c692f0e143eb795962c2e",
      ],
    ];
    for (const [costs, length, tag] of tags) {
      assert.equal(hex(argon2id(Buffer.from("password"), Buffer.from("somesalt"), costs, length)), tag);
    }
  });

  /** Compares one tag with that of @noble/hashes. */
  function compare(passwordLength: number, saltLength: number, costs: Costs, dkLen: number): void {
    const password = random.bytes(passwordLength);
    const salt = random.bytes(saltLength);
    const tag = hex(argon2id(password, salt, costs, dkLen));
    const { m, t, p } = costs;
    const what = `password ${passwordLength}, salt ${saltLength}, m=${m},t=${t},p=${p}, tag ${dkLen}`;
    assert.equal(tag, hex(nobleArgon2id(password, salt, { ...costs, dkLen })), what);
  }

  test("for several lanes, the least memory and what does not divide evenly agree with @noble/hashes", () => {
    for (const p of [1, 2, 3, 4, 8]) {
      for (const more of [0, 1, 4 * p - 1, 4 * p, 4 * p + 1]) {
        for (const t of [1, 2, 3]) compare(10, 16, { m: 8 * p + more, t, p }, 32);
      }
    }
  });

  test("segments of several address blocks agree with @noble/hashes", () => {
    for (const m of [508, 512, 516, 520, 1024, 1032]) compare(10, 16, { m, t: 1, p: 1 }, 32);
    compare(10, 16, { m: 1100, t: 2, p: 2 }, 32);
  });

  test("every length of the tag around 64 and 128 and many others agree with @noble/hashes", () => {
    const lengths = [4, 5, 16, 31, 32, 33, 63, 64, 65, 66, 95, 96, 97, 127, 128, 129, 160, 255, 500, 640];
    for (const length of lengths) compare(10, 16, { m: 8, t: 1, p: 1 }, length);
  });

  test("passwords and salts of every length around the ends of BLAKE2b's blocks agree with @noble/hashes", () => {
    for (const length of [0, 1, 2, 63, 64, 84, 85, 86, 99, 100, 101, 127, 128, 129, 255, 256]) {
      compare(length, 16, { m: 8, t: 1, p: 1 }, 32);
      compare(5, Math.min(8 + length, 128), { m: 8, t: 1, p: 1 }, 32);
    }
  });

  test("anything else agrees with @noble/hashes", () => {
    for (let run = 0; run < 60; run++) {
      const p = 1 + random.below(5);
      const costs = { m: 8 * p + random.below(120), t: 1 + random.below(4), p };
      compare(random.below(257), 8 + random.below(121), costs, 4 + random.below(120));
    }
  });

  test("what the memory held before does not matter, what lies behind it stays, and all that was used is zero", () => {
    for (const costs of [
      { m: 33, t: 2, p: 1 },
      { m: 50, t: 1, p: 3 },
    ]) {
      const { memory, heapPtr } = plain.functions as unknown as { memory: WebAssembly.Memory; heapPtr: () => number };
      const content = new Uint8Array(memory.buffer, heapPtr());
      const [password, salt] = [random.bytes(20), random.bytes(16)];
      content.fill(0xa5);
      const tag = argon2id(password, salt, costs, 32);
      assert.equal(hex(tag), hex(nobleArgon2id(password, salt, { ...costs, dkLen: 32 })));
      const used = (costs.m - (costs.m % (4 * costs.p))) * 1024;
      assert.ok(content.subarray(0, used).every((byte) => byte === 0));
      assert.ok(content.subarray(used).every((byte) => byte === 0xa5));
    }
  });

  test("no trace of the password stays in memory", () => {
    argon2id(random.bytes(40), random.bytes(16), { m: 64, t: 2, p: 2 }, 100, counted);
    assert.deepEqual(counted.residue(), []);
  });

  test("the number of instructions does not depend on the password, whatever blocks it refers to", () => {
    for (const costs of [
      { m: 32, t: 3, p: 1 },
      { m: 64, t: 2, p: 4 },
    ]) {
      const counts = [
        Buffer.alloc(24),
        Buffer.alloc(24, 255),
        ...Array.from({ length: 8 }, () => random.bytes(24)),
      ].map((password) => counted.count(() => argon2id(password, Buffer.alloc(16), costs, 32, counted)));
      assert.equal(new Set(counts).size, 1, counts.join());
    }
  });
});
