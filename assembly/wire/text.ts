// RFC 3629: whether bytes are a text.

/**
 * U+0000 to U+10FFFF in UTF-8, without NUL and surrogates, each in its shortest form. The same instructions for all
 * bytes: they may be secret.
 */
export function isText(ptr: usize, length: u32): bool {
  let wrong: u32 = 0;
  let previous: u32 = 0;
  /** How many bytes of the character are to come. */
  let due: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const byte: u32 = load<u8>(ptr + i);
    const continues = u32(byte >> 6 == 2);
    const pair = (previous << 8) | byte;
    wrong |=
      u32(byte - 1 > 0xf3) | // NUL, and what would be beyond U+13FFFF
      u32((byte & 0xfe) == 0xc0) | // the long form of one byte
      u32(pair - 0xe080 < 0x20) | // of two
      u32(pair - 0xf080 < 0x10) | // of three
      u32(pair - 0xeda0 < 0x20) | // surrogates
      u32(pair - 0xf490 < 0x30) | // beyond U+10FFFF
      (continues ^ u32(due != 0));
    const more = u32(byte > 0xc1) + u32(byte > 0xdf) + u32(byte > 0xef);
    due = select(due - 1, more, continues != 0);
    previous = byte;
  }
  return !(wrong | due);
}
