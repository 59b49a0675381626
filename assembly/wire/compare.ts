// Comparing what the client sent with what the module holds.

/**
 * Nonzero if the `last` + 1 bytes at `a` and `b` differ. The instructions executed depend on `last` alone, which is the
 * client's: they never tell how much of a secret is right.
 */
export function ctDifference(a: usize, b: usize, last: u32): u32 {
  let difference: u32 = 0;
  do difference |= load<u8>(a + last) ^ load<u8>(b + last);
  while (last--);
  return difference;
}
