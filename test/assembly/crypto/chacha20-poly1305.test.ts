import assert from "node:assert/strict";
import { createCipheriv, createHash, randomBytes, randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";

const { plain, counted } = await loadCryptoModule("chacha20-poly1305");
const KEYS = 0;
const DATA = 128;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** Data XOR key stream by OpenSSL, whose initialisation vector is the counter, little-endian, and the nonce. */
function nodeChacha20(key: Uint8Array, sequenceNumber: number, counter: number, data: Uint8Array): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(counter, 0);
  iv.writeUInt32BE(sequenceNumber, 12);
  return createCipheriv("chacha20", key, iv).update(data);
}

function chacha20(key: Uint8Array, sequenceNumber: number, counter: number, data: Uint8Array): Buffer {
  plain.put(KEYS, key);
  plain.put(DATA, data);
  plain.functions.chacha20Xor!(plain.at(KEYS), sequenceNumber, counter, plain.at(DATA), data.length);
  return plain.get(DATA, data.length);
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).reverse().toString("hex")}`);

/** RFC 8439 §2.5.1 as it is written. */
function bigintPoly1305(key: Uint8Array, message: Uint8Array): Buffer {
  const r = littleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let i = 0; i < message.length; i += 16) {
    const block = message.subarray(i, i + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % ((1n << 130n) - 5n);
  }
  sum = (sum + littleEndian(key.subarray(16))) % (1n << 128n);
  return Buffer.from(sum.toString(16).padStart(32, "0"), "hex").reverse();
}

function poly1305(key: Uint8Array, message: Uint8Array): Buffer {
  plain.put(KEYS, Buffer.concat([key, Buffer.alloc(24)]));
  plain.put(DATA, message);
  plain.functions.poly1305!(plain.at(KEYS), plain.at(DATA), message.length, plain.at(64));
  return plain.get(64, 16);
}

/** The packet as OpenSSH's PROTOCOL.chacha20poly1305 seals it, with its tag. */
function nodeSeal(keys: Buffer, sequenceNumber: number, body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const [main, header] = [keys.subarray(0, 32), keys.subarray(32)];
  const encryptedLength = nodeChacha20(header, sequenceNumber, 0, length);
  const packet = Buffer.concat([encryptedLength, nodeChacha20(main, sequenceNumber, 1, body)]);
  const oneTimeKey = nodeChacha20(main, sequenceNumber, 0, Buffer.alloc(32));
  return Buffer.concat([packet, bigintPoly1305(oneTimeKey, packet)]);
}

/** Opens a packet whose body has `length` bytes, in one piece. */
function openPacket(module: typeof plain, sequenceNumber: number, length: number): boolean {
  return openPiece(module, sequenceNumber, DATA, 4 + length, 0, true);
}

function openPiece(
  module: typeof plain,
  sequenceNumber: number,
  place: number,
  length: number,
  offset: number,
  last: boolean,
): boolean {
  const args = [module.at(KEYS), sequenceNumber, module.at(place), length, offset, Number(last)] as const;
  return module.functions.openPiece!(...args) !== 0;
}

describe("ChaCha20", () => {
  test("key streams published for the original cipher are right", () => {
    const zeroKey = hex(`76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7
      da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586`);
    assert.deepEqual(chacha20(Buffer.alloc(32), 0, 0, Buffer.alloc(64)), zeroKey);
    const nonceOne = hex(`de9cba7bf3d69ef5e786dc63973f653a0b49e015adbff7134fcb7df137821031
      e85a050278a7084527214f73efc7fa5b5277062eb7a0433e445f41e3`);
    assert.deepEqual(chacha20(Buffer.alloc(32), 1, 0, Buffer.alloc(60)), nonceOne);
  });

  test("every length up to 300 agrees with node:crypto", () => {
    for (let length = 0; length <= 300; length++) {
      const [key, data, sequenceNumber] = [randomBytes(32), randomBytes(length), randomInt(2 ** 32)];
      const expected = nodeChacha20(key, sequenceNumber, length, data);
      assert.deepEqual(chacha20(key, sequenceNumber, length, data), expected, `length ${length}`);
    }
  });

  test("no more than a word's rest is written behind the data", () => {
    for (let length = 0; length <= 130; length++) {
      plain.put(DATA, Buffer.alloc(300, 0xa5));
      plain.functions.chacha20Xor!(plain.at(KEYS), 7, 0, plain.at(DATA), length);
      const end = Math.ceil(length / 4) * 4;
      assert.ok(plain.get(DATA + end, 300 - end).every((byte) => byte === 0xa5));
    }
  });
});

describe("Poly1305", () => {
  test("the example of RFC 8439 §2.5.2 is right", () => {
    const key = hex("85d6be7857556d337f4452fe42d506a8 0103808afb0db2fd4abff6af4149f51b");
    const tag = poly1305(key, Buffer.from("Cryptographic Forum Research Group"));
    assert.equal(tag.toString("hex"), "a8061dc1305136c6c22b8baf0c0127a9");
  });

  test("the carries that RFC 8439 appendix A.3 aims at are right", () => {
    const ones = "ff".repeat(16);
    const blocks = "e33594d7505e43b90000000000000000 3394d7505e4379cd0100000000000000";
    const vectors: [string, string, string, string][] = [
      ["02", "", ones, "03"],
      ["02", ones, "02", "03"],
      ["01", "", `${ones} f0${"ff".repeat(15)} 11${"00".repeat(15)}`, "05"],
      ["01", "", `${ones} fb${"fe".repeat(15)} ${"01".repeat(16)}`, "00"],
      ["02", "", `fd${"ff".repeat(15)}`, `fa${"ff".repeat(15)}`],
      [
        "010000000000000004",
        "",
        `${blocks} ${"00".repeat(16)} 01${"00".repeat(15)}`,
        "14000000000000005500000000000000",
      ],
      ["010000000000000004", "", `${blocks} ${"00".repeat(16)}`, "13"],
    ];
    for (const [r, s, data, tag] of vectors) {
      const pad = (text: string): Buffer => Buffer.concat([hex(text), Buffer.alloc(16)]).subarray(0, 16);
      const key = Buffer.concat([pad(r), pad(s)]);
      const message = hex(data).length % 16 ? pad(data) : hex(data);
      assert.equal(bigintPoly1305(key, message).toString("hex"), pad(tag).toString("hex"), "the oracle");
      assert.equal(poly1305(key, message).toString("hex"), pad(tag).toString("hex"));
    }
  });

  test("every length up to 300 agrees with arithmetic on big integers, all ones included", () => {
    for (let length = 0; length <= 300; length++) {
      for (const [key, message] of [
        [randomBytes(32), randomBytes(length)],
        [Buffer.alloc(32, 255), Buffer.alloc(length, 255)],
        [Buffer.alloc(32, 255), randomBytes(length)],
        [randomBytes(32), Buffer.alloc(length, 255)],
      ] as const) {
        assert.deepEqual(poly1305(key, message), bigintPoly1305(key, message), `length ${length}`);
      }
    }
  });

  test("messages whose sum ends next to the prime are reduced", () => {
    // With r = 1 the sum is that of the blocks: three blocks of about 2^128 + 2^128 / 3 end within 8 of 2^130 − 5.
    const key = Buffer.concat([hex("01"), Buffer.alloc(31)]);
    for (let offset = -8n; offset <= 8n; offset++) {
      const rest = (1n << 130n) - 5n + offset - 3n * (1n << 128n);
      const blocks = [rest / 3n, rest / 3n, rest - 2n * (rest / 3n)];
      const message = Buffer.concat(
        blocks.map((block) => Buffer.from(block.toString(16).padStart(32, "0"), "hex").reverse()),
      );
      assert.deepEqual(poly1305(key, message), bigintPoly1305(key, message), `2^130 − 5 + ${offset}`);
    }
  });
});

describe("chacha20-poly1305@openssh.com", () => {
  test("packets of every length up to 300 are sealed as OpenSSL's cipher and the definition of the tag say", () => {
    for (let length = 0; length <= 300; length++) {
      const [keys, body, sequenceNumber] = [randomBytes(64), randomBytes(length), randomInt(2 ** 32)];
      const header = Buffer.alloc(4);
      header.writeUInt32BE(length);
      plain.put(KEYS, keys);
      plain.put(DATA, Buffer.concat([header, body]));
      plain.functions.sealPacket!(plain.at(KEYS), sequenceNumber, plain.at(DATA), length);
      assert.deepEqual(plain.get(DATA, length + 20), nodeSeal(keys, sequenceNumber, body), `length ${length}`);
    }
  });

  test("packets of every length up to 300 are opened", () => {
    for (let length = 0; length <= 300; length++) {
      const [keys, body, sequenceNumber] = [randomBytes(64), randomBytes(length), randomInt(2 ** 32)];
      const sealed = nodeSeal(keys, sequenceNumber, body);
      plain.put(KEYS, keys);
      plain.put(DATA, sealed);
      assert.equal(plain.functions.decryptLength!(plain.at(KEYS), sequenceNumber, plain.at(DATA)), length);
      assert.deepEqual(plain.get(DATA, length + 20), sealed, "the length stays encrypted");
      assert.ok(openPacket(plain, sequenceNumber, length));
      assert.deepEqual(plain.get(DATA + 4, length), body, `length ${length}`);
    }
  });

  test("a packet with any bit flipped, or another sequence number, is refused and left as it came", () => {
    const [keys, body] = [randomBytes(64), randomBytes(24)];
    const sealed = nodeSeal(keys, 9, body);
    plain.put(KEYS, keys);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const forged = Buffer.from(sealed);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      plain.put(DATA, forged);
      assert.ok(!openPacket(plain, 9, body.length), `bit ${bit}`);
      assert.deepEqual(plain.get(DATA, forged.length), forged, `bit ${bit}`);
    }
    plain.put(DATA, sealed);
    for (const other of [8, 10, 0, 0xffffffff, 0x09000000]) assert.ok(!openPacket(plain, other, body.length));
    assert.ok(openPacket(plain, 9, body.length), "and the packet itself still opens");
  });

  test("a packet in pieces opens as the whole does, wherever it is cut, though another one is sealed in between", () => {
    for (let round = 0; round < 300; round++) {
      const length = 4 * randomInt(1, 500);
      const [keys, body, sequenceNumber] = [randomBytes(64), randomBytes(length), randomInt(2 ** 32)];
      const packet = nodeSeal(keys, sequenceNumber, body);
      const opened: Buffer[] = [];
      plain.put(KEYS, keys);
      for (let offset = 0; offset < 4 + length;) {
        const left = 4 + length - offset;
        const blocks = randomInt(1, 9);
        const last = left <= 64 * blocks;
        const taken = last ? left : 64 * blocks;
        plain.put(DATA, randomBytes(64)); // what is before the piece is lost
        plain.put(DATA + 64, packet.subarray(offset, offset + taken + (last ? 16 : 0)));
        assert.ok(openPiece(plain, sequenceNumber, DATA + 64, taken, offset, last), `${taken} bytes at ${offset}`);
        opened.push(plain.get(DATA + 64, taken));
        plain.put(3072, randomBytes(40));
        plain.functions.sealPacket!(plain.at(KEYS), 7, plain.at(3072), 40);
        offset += taken;
      }
      assert.deepEqual(Buffer.concat(opened).subarray(4), body, `${length} bytes`);
    }
  });

  test("the tag of a packet in pieces covers all of them", () => {
    const [keys, body] = [randomBytes(64), randomBytes(300)];
    const packet = nodeSeal(keys, 5, body);
    plain.put(KEYS, keys);
    const open = (bytes: Buffer): boolean => {
      const cuts = [0, 64, 192, 304];
      return cuts.slice(1).every((end, index) => {
        const start = cuts[index]!;
        plain.put(DATA + 64, bytes.subarray(start, end === 304 ? 320 : end));
        return openPiece(plain, 5, DATA + 64, end - start, start, end === 304);
      });
    };
    assert.ok(open(packet));
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const forged = Buffer.from(packet);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      assert.ok(!open(forged), `bit ${bit}`);
    }
    assert.ok(open(packet), "and the packet itself still opens");
  });

  test("no key, one-time key or key stream stays in memory", () => {
    const [keys, body] = [randomBytes(64), randomBytes(77)];
    counted.put(KEYS, keys);
    counted.put(DATA, nodeSeal(keys, 3, body));
    counted.functions.decryptLength!(counted.at(KEYS), 3, counted.at(DATA));
    openPacket(counted, 3, body.length);
    counted.functions.sealPacket!(counted.at(KEYS), 3, counted.at(DATA), body.length);
    // What stays is the end of a ciphertext, which was public, in the block that Poly1305 pads.
    assert.ok(counted.residue().length <= 16, counted.residue().join());
  });

  test("the number of instructions does not depend on keys, body or the place of a forgery", () => {
    const length = 72;
    const counts = [0, 1, 2, 3].map((round) => {
      const keys = round ? randomBytes(64) : Buffer.alloc(64);
      counted.put(KEYS, keys);
      counted.put(DATA, nodeSeal(keys, round, round ? randomBytes(length) : Buffer.alloc(length)));
      return counted.count(() => openPacket(counted, round, length));
    });
    assert.equal(new Set(counts).size, 1, counts.join());
    const keys = counted.get(KEYS, 64);
    const refusals = [4, 30, 76, 83, 84, 91].map((place) => {
      const forged = nodeSeal(keys, 1, Buffer.alloc(length));
      forged[place]! ^= 0x80;
      counted.put(DATA, forged);
      return counted.count(() => openPacket(counted, 1, length));
    });
    assert.equal(new Set(refusals).size, 1, refusals.join());
  });
});

describe("random numbers", () => {
  /** The generator as random.ts describes it. */
  function* expected(entropy: Uint8Array): Generator<Buffer, never> {
    for (let key: Uint8Array = createHash("sha256").update(entropy).digest(); ;) {
      const block = nodeChacha20(key, 0, 0, Buffer.alloc(64));
      key = block.subarray(0, 32);
      yield block.subarray(32);
    }
  }

  test("are ChaCha20's with fast key erasure, from SHA-256 of the entropy", () => {
    for (const length of [32, 33, 64, 200]) {
      const entropy = randomBytes(length);
      const generator = expected(entropy);
      plain.put(DATA, entropy);
      plain.functions.seedRandom!(plain.at(DATA), length);
      for (let call = 0; call < 20; call++) {
        plain.functions.randomBytes32!(plain.at(0));
        assert.deepEqual(plain.get(0, 32), generator.next().value);
      }
    }
  });

  test("an output or an earlier key cannot be found in memory", () => {
    counted.put(DATA, randomBytes(32));
    const before = counted.residue();
    counted.functions.seedRandom!(counted.at(DATA), 32);
    counted.functions.randomBytes32!(counted.at(0));
    const left = counted.residue().filter((address) => !before.includes(address));
    assert.ok(left.length <= 32, "one key and nothing else");
    assert.ok(left.every((address) => address - left[0]! < 32));
  });
});
