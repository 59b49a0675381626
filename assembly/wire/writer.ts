// RFC 4251 §5: writes the data types of a payload in order, one cursor for the module. The mirror of reader.ts.
//
// The writer knows no capacity: every message has a bound, and the caller's buffer holds it.

let start: usize = 0;
let cursor: usize = 0;

/** Starts a payload at `ptr`. */
export function startWriting(ptr: usize): void {
  start = ptr;
  cursor = ptr;
}

/** Bytes written since `startWriting`. */
export function writtenLength(): u32 {
  return <u32>(cursor - start);
}

/** Where the next byte is written. */
export function writePosition(): usize {
  return cursor;
}

/** Writes the low eight bits of `value`. */
export function writeByte(value: u32): void {
  store<u8>(cursor++, value);
}

export function writeUint32(value: u32): void {
  store<u32>(cursor, bswap(value), 0, 1); // alignment 1: fields of a payload are not aligned
  cursor += 4;
}

/** Copies `length` bytes without a length before them. */
export function writeBytes(ptr: usize, length: u32): void {
  memory.copy(cursor, ptr, length);
  cursor += length;
}

/** Takes in `length` bytes that are in their place already. */
export function skipBytes(length: u32): void {
  cursor += length;
}

/** A string: its length, then its bytes. */
export function writeString(ptr: usize, length: u32): void {
  writeUint32(length);
  writeBytes(ptr, length);
}
