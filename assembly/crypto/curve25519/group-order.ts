// L = 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point (RFC 8032 §5.1).
//
// In: a number of 256 bits, secret or public. Out: the same number modulo L, nearer to where its caller wants it. The
// callers are ed25519-sign.ts, which reduces in constant time, and scalar25519.ts, which need not.

/** L in digits of 16 bits, lowest first. */
// prettier-ignore
const GROUP_ORDER: usize = memory.data<u16>([
  0xd3ed, 0x5cf5, 0x631a, 0x5812, 0x9cd6, 0xa2f7, 0xf9de, 0x14de, 0, 0, 0, 0, 0, 0, 0, 0x1000,
]);

/**
 * Adds `factor` · L to the 256-bit number at `ptr`, modulo 2^256; |factor| ≤ 2^20. Returns the carry, rounded down.
 * Constant time.
 */
export function addOrder(ptr: usize, factor: i64): i64 {
  let carry: i64 = 0;
  let i: usize = 0;
  do {
    carry += factor * (load<u16>(i, GROUP_ORDER) as i64) + (load<u16>(ptr + i) as i64);
    store<u16>(ptr + i, carry);
    carry >>= 16;
    i += 2;
  } while (i < 32);
  return carry;
}
