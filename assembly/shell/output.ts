// The module's output, for the host to take in pieces of any length: each piece is made by writing everything once
// more, and keeping what is not taken yet and has room. So no text is ever kept, however long it is; what it is made of
// must not change meanwhile.

import { OUTPUT_CAPACITY } from "../abi/capacities";

export const OUTPUT_PTR: usize = memory.data(OUTPUT_CAPACITY, 16);

/** Bytes of the whole: those that were taken before, those that this piece has at most, and all that have been made. */
let taken: u32 = 0;
let room: u32 = 0;
let made: u32 = 0;

export function beginPiece(capacity: u32): void {
  room = min(capacity, OUTPUT_CAPACITY);
  made = 0;
}

/** Everything has been written; returns the length of the piece. */
export function endPiece(): u32 {
  const length = min(made - taken, room);
  taken += length;
  return length;
}

/** Whether the last piece was the end of it; the next one is the first of another text. */
export function isTaken(): bool {
  if (taken < made) return false;
  taken = 0;
  return true;
}

/** Overwrites what was written last. */
export function wipeOutput(): void {
  memory.fill(OUTPUT_PTR, 0, OUTPUT_CAPACITY);
}

export function write(byte: u32): void {
  const place = made++ - taken;
  if (place < room) store<u8>(OUTPUT_PTR + place, byte);
}

/** Up to four characters, the first one lowest. */
export function writeText(text: u32): void {
  for (; text; text >>= 8) write(text & 0xff);
}

export function writeNewline(): void {
  writeText(0x0a0d);
}

function writeDecimal(number: u32): void {
  let unit: u32 = 1;
  while (number / unit > 9) unit *= 10;
  for (; unit; unit /= 10) write(0x30 + ((number / unit) % 10));
}

/** ESC [ NUMBER LETTER, unless the number is 0. */
export function writeSequence(number: u32, letter: u32): void {
  if (!number) return;
  writeText(0x5b1b);
  writeDecimal(number);
  write(letter);
}

export function writeTimes(byte: u32, count: u32): void {
  for (; count; count--) write(byte);
}
