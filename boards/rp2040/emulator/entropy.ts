// The ring oscillator and its random bit. Silicon gives bits whose quality depends on voltage, temperature and luck;
// the emulator gives bits of a chosen quality, so that the firmware's health tests can be seen to pass and to fail.

import { createCipheriv, createHash, randomFillSync } from "node:crypto";
import { BasePeripheral } from "rp2040js";
import type { RP2040 } from "rp2040js";

const STATUS = 0x18;
const RANDOM_BIT = 0x1c;
const STABLE_AND_ENABLED = (1 << 31) | (1 << 12);
const BUFFER_BYTES = 4096;

export const ENTROPY_KINDS = ["good", "biased", "stuck", "constant", "alternating"] as const;

/**
 * good: independent, fair bits; biased: independent, three quarters ones; stuck: always 1, as in rp2040js itself;
 * constant: always 0; alternating: 0 1 0 1.
 */
export type EntropyKind = (typeof ENTROPY_KINDS)[number];

/** Successive random bits, 0 or 1. With a seed, the same bits in every run; without, the operating system's. */
export function entropyBits(kind: EntropyKind, seed?: string): () => number {
  let alternating = 1;
  switch (kind) {
    case "stuck":
      return () => 1;
    case "constant":
      return () => 0;
    case "alternating":
      return () => (alternating ^= 1);
    case "good":
    case "biased": {
      const nextByte = randomBytesOf(seed);
      return kind === "good" ? () => nextByte() & 1 : () => Number(nextByte() < 192);
    }
  }
}

function randomBytesOf(seed: string | undefined): () => number {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const stream =
    seed === undefined
      ? undefined
      : createCipheriv("aes-256-ctr", createHash("sha256").update(seed).digest(), Buffer.alloc(16));
  let at = BUFFER_BYTES;
  return () => {
    if (at === BUFFER_BYTES) {
      if (stream) buffer.set(stream.update(Buffer.alloc(BUFFER_BYTES)));
      else randomFillSync(buffer);
      at = 0;
    }
    return buffer[at++]!;
  };
}

export class RingOscillator extends BasePeripheral {
  readonly #registers = new Map<number, number>();

  constructor(
    rp2040: RP2040,
    readonly nextBit: () => number,
  ) {
    super(rp2040, "ROSC");
  }

  override readUint32(offset: number): number {
    if (offset === RANDOM_BIT) return this.nextBit();
    if (offset === STATUS) return STABLE_AND_ENABLED;
    return this.#registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    this.#registers.set(offset, value);
  }
}
