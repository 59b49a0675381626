// NIST SP 800-38D §6.4: GHASH, without tables and without branches on data.
// Comes in: the hash key, blocks. Goes out: the sum that GCM's tag is made of.
// Next: gcm.ts.
//
// A product without carries of two 64-bit numbers is put together from integer products of numbers whose bits stand
// four apart: up to 16 of them add up in 4 bits, and what overflows is masked (Pornin, BearSSL). Its upper half is the
// lower half of the product of the reversed numbers, reversed.

import { reverseBits, reverseBytes } from "./words";

/** Bits 0, 4, 8, …; the other three are this one shifted. */
const EVERY_FOURTH: u64 = 0x1111111111111111;

/** The lower 64 bits of the product without carries. */
function multiply(x: u64, y: u64): u64 {
  const x0 = x & EVERY_FOURTH;
  const x1 = x & (EVERY_FOURTH << 1);
  const x2 = x & (EVERY_FOURTH << 2);
  const x3 = x & (EVERY_FOURTH << 3);
  const y0 = y & EVERY_FOURTH;
  const y1 = y & (EVERY_FOURTH << 1);
  const y2 = y & (EVERY_FOURTH << 2);
  const y3 = y & (EVERY_FOURTH << 3);
  return (
    (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & EVERY_FOURTH) |
    (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & (EVERY_FOURTH << 1)) |
    (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & (EVERY_FOURTH << 2)) |
    (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & (EVERY_FOURTH << 3))
  );
}

/** The upper half of a product from that of the reversed numbers; products have 127 bits. */
function upper(reversedProduct: u64): u64 {
  return reverseBytes(reverseBits(reversedProduct)) >> 1;
}

/**
 * Adds `length` bytes at `ptr`, whole blocks, to the hash of 16 bytes at `sum`; `key` has the 16 bytes of the hash key.
 * All secret.
 */
export function ghash(sum: usize, key: usize, ptr: usize, length: u32): void {
  // In GCM the first bit of a block is the lowest coefficient: a number that is read big-endian is reversed. What is
  // called high here comes first; a reversed number is the one that is read little-endian, with the bits of its bytes
  // turned round.
  const keyHighReversed = reverseBits(load<u64>(key));
  const keyLowReversed = reverseBits(load<u64>(key, 8));
  const keyHigh = reverseBytes(load<u64>(key));
  const keyLow = reverseBytes(load<u64>(key, 8));
  for (const end = ptr + length; ptr < end; ptr += 16) {
    const first = load<u64>(sum, 0, 1) ^ load<u64>(ptr, 0, 1);
    const second = load<u64>(sum, 8, 1) ^ load<u64>(ptr, 8, 1);
    const high = reverseBytes(first);
    const low = reverseBytes(second);
    const highReversed = reverseBits(first);
    const lowReversed = reverseBits(second);

    // Karatsuba, for both halves of each product
    const lowProduct = multiply(low, keyLow);
    const highProduct = multiply(high, keyHigh);
    const middle = multiply(low ^ high, keyLow ^ keyHigh) ^ lowProduct ^ highProduct;
    const lowUpper = multiply(lowReversed, keyLowReversed);
    const highUpper = multiply(highReversed, keyHighReversed);
    const middleUpper = multiply(lowReversed ^ highReversed, keyLowReversed ^ keyHighReversed) ^ lowUpper ^ highUpper;

    // the product of 255 bits, shifted by one since the order of its bits is reversed
    const p1 = upper(lowUpper) ^ middle;
    const p2 = highProduct ^ upper(middleUpper);
    const v0 = lowProduct << 1;
    let v1 = (p1 << 1) | (lowProduct >> 63);
    let v2 = (p2 << 1) | (p1 >> 63);
    let v3 = (upper(highUpper) << 1) | (p2 >> 63);

    // modulo x^128 + x^7 + x^2 + x + 1
    v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
    v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
    v3 ^= v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
    v2 ^= (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
    store<u64>(sum, reverseBytes(v3));
    store<u64>(sum, reverseBytes(v2), 8);
  }
}
