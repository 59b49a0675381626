import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBlock } from "uf2";
import { uf2Image } from "../../../boards/rp2040/uf2.js";
import { Random } from "../../support/random.js";

const SECTOR_BYTES = 4096;
const FLASH_ADDRESS = 0x10000000;
const RP2040_FAMILY = 0xe48bff56;
const FAMILY_PRESENT = 0x2000;

test("a UF2 image puts the program at the start of the flash and fills its last sector", () => {
  for (const length of [1, 255, SECTOR_BYTES, SECTOR_BYTES + 1, 10_000]) {
    const program = new Random(length).bytes(length);
    const image = uf2Image(program);
    assert.equal(image.length % 512, 0);
    const blocks = Array.from({ length: image.length / 512 }, (_, i) =>
      decodeBlock(image.subarray(i * 512, i * 512 + 512)),
    );
    const flash = Buffer.concat(
      blocks.map(({ flags, boardFamily, blockNumber, totalBlocks, flashAddress, payload }, i) => {
        assert.deepEqual({ flags, boardFamily }, { flags: FAMILY_PRESENT, boardFamily: RP2040_FAMILY });
        assert.deepEqual({ blockNumber, totalBlocks }, { blockNumber: i, totalBlocks: blocks.length });
        assert.equal(flashAddress, FLASH_ADDRESS + i * 256);
        return Buffer.from(payload);
      }),
    );
    assert.equal(flash.length, Math.ceil(length / SECTOR_BYTES) * SECTOR_BYTES, `${length} bytes`);
    assert.deepEqual(flash.subarray(0, length), Buffer.from(program));
    assert.ok(flash.subarray(length).every((byte) => byte === 0xff));
  }
});
