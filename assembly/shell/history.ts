// The lines that were typed before: as many of the newest as fit, and the search among them.

import { HISTORY_CAPACITY } from "../abi/capacities";
import { cursor, LINE_PTR, lineLength, replace } from "./line";

/** The newest line first, LF behind each. */
export const HISTORY_PTR: usize = memory.data(HISTORY_CAPACITY, 16);
export let historyLength: u32 = 0;

/** Where in the buffer the line stands that is shown; `NONE`: it is none of them. */
const NONE: u32 = 0xffff_ffff;
let shown: u32 = 0xffff_ffff;
/** While the history is searched: how many of its first bytes the line shares with what is looked for. */
let searchedLength: u32 = 0;
let searching: bool = false;

/** Length of the line at a place in the buffer. */
function lengthAt(place: u32): u32 {
  let end = place;
  while (load<u8>(HISTORY_PTR + end) != 0x0a) end++;
  return end - place;
}

function equals(place: u32, length: u32): bool {
  return memory.compare(HISTORY_PTR + place, LINE_PTR, length) == 0;
}

/** Whether the line there begins with what is searched, and is not the one that is on the terminal. */
function isFound(place: u32): bool {
  const length = lengthAt(place);
  if (length < searchedLength || !equals(place, searchedLength)) return false;
  return length != lineLength || !equals(place, length);
}

function beginSearch(): void {
  if (!searching) searchedLength = cursor;
  searching = true;
}

/** A key was pressed that does not search. */
export function endSearch(): void {
  searching = false;
}

/** Shows the next older line that begins with what is on the left of the cursor. False: there is none. */
export function searchOlder(): bool {
  beginSearch();
  let place: u32 = shown == NONE ? 0 : shown + lengthAt(shown) + 1;
  while (place < historyLength && !isFound(place)) place += lengthAt(place) + 1;
  if (place >= historyLength) return false;
  shown = place;
  return replace(0, lineLength, HISTORY_PTR + place, lengthAt(place));
}

/** Shows the next newer one, or, behind the newest, what is searched. */
export function searchNewer(): void {
  beginSearch();
  let found: u32 = NONE;
  for (let place: u32 = 0; place < shown && place < historyLength; place += lengthAt(place) + 1) {
    if (isFound(place)) found = place;
  }
  shown = found;
  if (found == NONE) replace(searchedLength, lineLength, LINE_PTR, 0);
  else replace(0, lineLength, HISTORY_PTR + found, lengthAt(found));
}

/** The next search begins at the newest line again. */
export function restartSearch(): void {
  shown = NONE;
  searching = false;
}

/** Puts the line before all others, unless it is blank or repeats the newest, or is longer than everything together. */
export function remember(): void {
  let blanks: u32 = 0;
  while (blanks < lineLength && load<u8>(LINE_PTR + blanks) == 0x20) blanks++;
  if (blanks == lineLength || lineLength >= HISTORY_CAPACITY) return;
  if (historyLength && lengthAt(0) == lineLength && equals(0, lineLength)) return;
  let kept: u32 = 0;
  while (kept < historyLength) {
    const next = kept + lengthAt(kept) + 1;
    if (next + lineLength + 1 > HISTORY_CAPACITY) break;
    kept = next;
  }
  memory.copy(HISTORY_PTR + lineLength + 1, HISTORY_PTR, kept);
  memory.copy(HISTORY_PTR, LINE_PTR, lineLength);
  store<u8>(HISTORY_PTR + lineLength, 0x0a);
  historyLength = kept + lineLength + 1;
}
