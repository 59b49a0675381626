// Images in the format of the RP2040's boot loader: https://github.com/microsoft/uf2.

import { encodeBlock, familyID, UF2Flags } from "uf2";

const FLASH_ADDRESS = 0x10000000;
const PAYLOAD_BYTES = 256;
const SECTOR_BYTES = 4096;

/** A program that is to stand at the start of the flash. It is filled up to whole sectors: the boot loader of the RP2040 may lose pages
 * of a sector that an image fills in part only (erratum RP2040-E14). */
export function uf2Image(program: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(program.length / SECTOR_BYTES) * SECTOR_BYTES).fill(0xff);
  padded.set(program);
  const totalBlocks = padded.length / PAYLOAD_BYTES;
  const blocks = Array.from({ length: totalBlocks }, (_, blockNumber) =>
    encodeBlock({
      flags: UF2Flags.familyIDPresent,
      flashAddress: FLASH_ADDRESS + blockNumber * PAYLOAD_BYTES,
      payload: padded.subarray(blockNumber * PAYLOAD_BYTES, (blockNumber + 1) * PAYLOAD_BYTES),
      blockNumber,
      totalBlocks,
      boardFamily: familyID("Raspberry Pi RP2040")!,
    }),
  );
  return Buffer.concat(blocks);
}
