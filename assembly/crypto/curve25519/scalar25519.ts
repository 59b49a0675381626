// Integers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point (RFC 8032
// §5.1). In: the S of a signature and the hash k, both public. Out: odd numbers, in the form that the comb of
// ed25519-verify.ts reads.

import { addOrder } from "./group-order";

/** The number of 256 bits at `ptr` or, if it is even, that number plus L; bit 255 inverted, which adds 2^255. */
function makeOdd(ptr: usize): void {
  addOrder(ptr, 1 ^ (load<u8>(ptr) & 1));
  store<u8>(ptr, load<u8>(ptr, 31) ^ 0x80, 31);
}

/**
 * Whether the 32 bytes at `ptr` are less than L. If they are, leaves 2^255 plus an odd number equal to them modulo L.
 */
export function prepareScalarVartime(ptr: usize): bool {
  if (addOrder(ptr, -1) >= 0) return false;
  addOrder(ptr, 1);
  makeOdd(ptr);
  return true;
}

/**
 * Reduces the 512-bit number at `ptr` (66 bytes, the last two zero) to 2^255 plus an odd number in (−2^143, 2^254)
 * equal to it modulo L, in the first 32 bytes.
 */
export function reduceHashVartime(ptr: usize): void {
  // With b the bit that `end` begins with, the number is in two's complement below 2^(b + 12) and above −2^(b + 12).
  // The quotient takes its bits from b − 4 up and is below 2^16; L · 2^(b − 256) times it leaves between −2^(b − 114)
  // and 2^(b − 4), for which the 16 digits before `end` are enough, their sign included.
  let end: usize = ptr + 64;
  do {
    const quotient: i32 = ((load<i16>(end) as i32) << 4) | ((load<u16>(end - 2) as i32) >> 12);
    end -= 2;
    addOrder(end - 30, -quotient);
  } while (end != ptr + 30);
  makeOdd(ptr);
}
