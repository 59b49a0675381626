// Looks for what is left of a secret in a module's memory: any eight bytes of it in a row, in the byte orders and the
// number representation that the modules use.

const WINDOW_BYTES = 8;
/** field25519.ts: nine limbs of 29 bits, 32 bits apart. */
const LIMB_BITS = 29n;
const LIMB_COUNT = 9;

function swapWords(bytes: Buffer, width: 4 | 8): Buffer {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % width)));
  return width === 4 ? whole.swap32() : whole.swap64();
}

/** A little-endian number of 32 bytes as limbs in memory. */
function limbs(bytes: Buffer): Buffer {
  const number = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const result = Buffer.alloc(4 * LIMB_COUNT);
  for (let index = 0; index < LIMB_COUNT; index++) {
    result.writeUInt32LE(Number((number >> (LIMB_BITS * BigInt(index))) & ((1n << LIMB_BITS) - 1n)), 4 * index);
  }
  return result;
}

function representations(secret: Buffer): Buffer[] {
  const orders = [secret, Buffer.from(secret).reverse(), swapWords(secret, 4), swapWords(secret, 8)];
  if (secret.length === 32) orders.push(limbs(secret), limbs(Buffer.from(secret).reverse()));
  return orders;
}

/** Whether eight bytes in a row say too little to be found: padding, a top limb that is zero. */
function saysNothing(window: Buffer): boolean {
  return new Set(window).size < 4;
}

/** Addresses at which a part of the secret stands. */
export function findTraces(memory: Uint8Array, secret: Uint8Array): number[] {
  const haystack = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
  const found = new Set<number>();
  for (const form of representations(Buffer.from(secret))) {
    for (let start = 0; start + WINDOW_BYTES <= form.length; start++) {
      const window = form.subarray(start, start + WINDOW_BYTES);
      if (saysNothing(window)) continue;
      for (let at = haystack.indexOf(window); at >= 0; at = haystack.indexOf(window, at + 1)) found.add(at);
    }
  }
  return [...found].sort((a, b) => a - b);
}
