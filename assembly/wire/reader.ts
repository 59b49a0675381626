// RFC 4251 §5: reads the data types of a payload in order, one cursor for the module.
//
// Every length is compared with what remains. The first value that does not fit makes the reader malformed for good:
// from then on every read returns zero or an empty string, so a handler reads the whole message first and asks
// `isMalformed` once.

/** Alignment hint: nothing in a payload is aligned, and an engine may take the hint at its word. */
const UNALIGNED_PTR: usize = 1;

/** Address of the next byte. */
let cursor: usize = 0;
let remaining: u32 = 0;
let malformed: bool = false;

/** Length in bytes of the string that the last `readString` returned. */
export let stringLength: u32 = 0;

/** Starts at `ptr`, `length` bytes. */
export function startReading(ptr: usize, length: u32): void {
  cursor = ptr;
  remaining = length;
  malformed = false;
}

/** Address of the next unread byte. */
export function readPosition(): usize {
  return cursor;
}

export function bytesRemaining(): u32 {
  return remaining;
}

/** Whether a value did not fit, or bytes follow the last one: a message is exactly its fields. */
export function isMalformedOrUnfinished(): bool {
  return malformed || remaining != 0;
}

export function isMalformed(): bool {
  return malformed;
}

/** The address of the next `length` bytes, which are then behind the cursor; 0 and malformed where fewer remain. */
export function readBytes(length: u32): usize {
  if (length > remaining) {
    malformed = true;
    remaining = 0;
    return 0;
  }
  const ptr = cursor;
  cursor += length;
  remaining -= length;
  return ptr;
}

export function readByte(): u32 {
  const ptr = readBytes(1);
  return ptr ? load<u8>(ptr) : 0;
}

/** RFC 4251 §5: all non-zero values are TRUE. */
export function readBoolean(): bool {
  return readByte() != 0;
}

export function readUint32(): u32 {
  const ptr = readBytes(4);
  return ptr ? bswap(load<u32>(ptr, 0, UNALIGNED_PTR)) : 0;
}

/** The address of a string's bytes; its length is in `stringLength`. */
export function readString(): usize {
  const length = readUint32();
  const ptr = readBytes(length);
  stringLength = malformed ? 0 : length;
  return ptr;
}
