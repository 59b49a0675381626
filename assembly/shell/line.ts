// The line: its bytes, UTF-8 on a terminal, and the cursor's place in it; where its characters and words begin; what
// was cut out of it.
//
// Every change goes through `replace`, which keeps from where on the terminal shows something else (view.ts). Places
// are in bytes.

import { COMMAND_CAPACITY, LINE_CAPACITY } from "../abi/capacities";
import { widthAt } from "./width";

export const LINE_PTR: usize = memory.data(COMMAND_CAPACITY, 16);
export let lineLength: u32 = 0;
export let cursor: u32 = 0;

/** From which byte on the terminal does not show the line. */
export const UNCHANGED: u32 = 0xffff_ffff;
export let changedFrom: u32 = 0xffff_ffff;

/** Bytes that were cut out last. They lie at the end of the room for a line that is edited, until it needs that. */
let cutLength: u32 = 0;

function change(place: u32): void {
  // a mark is drawn with the character that it belongs to
  while (place && place < lineLength && (continuesCharacter(place) || !widthAt(LINE_PTR + place))) place--;
  changedFrom = min(changedFrom, place);
}

/** The terminal shows the line. */
export function settleChange(): void {
  changedFrom = UNCHANGED;
}

/**
 * Replaces the bytes from `from` to `to`, and puts the cursor behind what is there now. False: the line has no room for
 * that.
 */
export function replace(from: u32, to: u32, text: usize, length: u32): bool {
  const rest = lineLength - to;
  const newLength = from + length + rest;
  if (newLength > LINE_CAPACITY) return false;
  if (newLength + cutLength > LINE_CAPACITY) cutLength = 0;
  change(from); // what is there now may be a mark on the character before it; so may what comes
  memory.copy(LINE_PTR + from + length, LINE_PTR + to, rest);
  memory.copy(LINE_PTR + from, text, length);
  lineLength = newLength;
  cursor = from + length;
  change(from);
  return true;
}

/** Removes what is between the cursor and `place`. */
export function removeTo(place: u32): void {
  if (place != cursor) replace(min(place, cursor), max(place, cursor), LINE_PTR, 0);
}

/** Removes what is between the cursor and `place`, for `insertCut`. */
export function cutTo(place: u32): void {
  const from = min(place, cursor);
  const length = max(place, cursor) - from;
  if (!length) return;
  const restBehind = from + length < lineLength;
  cutLength = restBehind && lineLength + length > LINE_CAPACITY ? 0 : length;
  memory.copy(LINE_PTR + LINE_CAPACITY - cutLength, LINE_PTR + from, cutLength);
  replace(from, from + length, LINE_PTR, 0);
}

/** Inserts at the cursor what was cut out last. False: the line has no room for that. */
export function insertCut(): bool {
  // `replace` moves bytes before it copies the text
  if (lineLength + 2 * cutLength > LINE_CAPACITY) return false;
  return replace(cursor, cursor, LINE_PTR + LINE_CAPACITY - cutLength, cutLength);
}

export function moveCursor(place: u32): void {
  cursor = place;
}

/** Empties the line, and overwrites what it held: that may be secret. */
export function clearLine(): void {
  memory.fill(LINE_PTR, 0, lineLength);
  lineLength = 0;
  cursor = 0;
}

/** A byte of a line that nobody edits. False: it has as many as it may have. */
export function appendByte(byte: u32, capacity: u32): bool {
  if (lineLength == capacity) return false;
  store<u8>(LINE_PTR + lineLength++, byte);
  return true;
}

/** Leaves out the CR of a line that ended with CR LF. */
export function dropCarriageReturn(): void {
  if (lineLength && byteAt(lineLength - 1) == 0x0d) lineLength--;
}

export function byteAt(place: u32): u32 {
  return load<u8>(LINE_PTR + place);
}

// ---- characters and words ----

function continuesCharacter(place: u32): bool {
  return byteAt(place) >> 6 == 2;
}

/** Begin of the character on the left of a place. */
export function characterLeft(place: u32): u32 {
  while (place && continuesCharacter(--place));
  return place;
}

/** End of the character on the right of a place. */
export function characterRight(place: u32): u32 {
  if (place < lineLength) place++;
  while (place < lineLength && continuesCharacter(place)) place++;
  return place;
}

/** 0 for a blank; letters, digits and underscores are one class, all else is another. */
function classAt(place: u32): u32 {
  const byte = byteAt(place);
  if (byte == 0x20) return 0;
  const isWord = (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10 || byte == 0x5f;
  return isWord ? 1 : 2;
}

/** Begin of the word on the left of the cursor; blanks behind it belong to it. */
export function wordLeft(): u32 {
  let place = cursor;
  while (place && !classAt(place - 1)) place--;
  if (!place) return 0;
  const kind = classAt(place - 1);
  while (place && classAt(place - 1) == kind) place--;
  return place;
}

/** Begin of the next word on the right of the cursor. */
export function wordRight(): u32 {
  let place = cursor;
  if (place == lineLength) return place;
  const kind = classAt(place);
  while (place < lineLength && classAt(place) == kind) place++;
  while (place < lineLength && !classAt(place)) place++;
  return place;
}
