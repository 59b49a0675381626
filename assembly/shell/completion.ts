// Completion: what the words that the host knows have in common, and their list on the terminal.
//
// The words are in the input buffer, LF behind each; they stay there until the output has been taken.

import { SHELL_INPUT_CAPACITY } from "../abi/capacities";
import { byteAt, cursor, LINE_PTR, lineLength, replace } from "./line";
import { write, writeNewline, writeTimes } from "./output";

export const INPUT_PTR: usize = memory.data(SHELL_INPUT_CAPACITY, 16);

/** Blanks between two words of a list. */
const GAP: u32 = 2;

let wordsLength: u32 = 0;
/** Where the next word begins. */
let next: u32 = 0;
/** The word that was found. */
let word: usize = 0;
let wordLength: u32 = 0;

/** Begin of the word that the cursor is in or behind. */
export function wordStart(): u32 {
  let place = cursor;
  while (place && byteAt(place - 1) != 0x20) place--;
  return place;
}

/** Finds the next word that goes on as the line's does. */
function findWord(): bool {
  const start = wordStart();
  const length = cursor - start;
  while (next < wordsLength) {
    word = INPUT_PTR + next;
    wordLength = 0;
    while (next < wordsLength && load<u8>(INPUT_PTR + next++) != 0x0a) wordLength++;
    if (wordLength >= length && memory.compare(word, LINE_PTR + start, length) == 0) return true;
  }
  return false;
}

/** What has come of a completion. */
export const enum Completion {
  /** The line has changed, or there are no words. */
  DONE,
  /** There is a choice. */
  CHOICE,
  /** The line has no room. */
  FULL,
}

/** Inserts what all the words have in common, and a blank behind the only one. */
export function completeWith(length: u32): Completion {
  wordsLength = min(length, SHELL_INPUT_CAPACITY);
  next = 0;
  if (!findWord()) return Completion.DONE;
  const typed = cursor - wordStart();
  const first = word;
  let common = wordLength;
  let alone = true;
  while (findWord()) {
    alone = false;
    let same = typed;
    while (same < min(common, wordLength) && load<u8>(first + same) == load<u8>(word + same)) same++;
    common = same;
  }
  if (common == typed && !alone) return Completion.CHOICE;
  if (!replace(cursor, cursor, first + typed, common - typed)) return Completion.FULL;
  if (alone && cursor == lineLength) replace(cursor, cursor, BLANK_PTR, 1);
  return Completion.DONE;
}

const BLANK_PTR: usize = memory.data<u8>([0x20]);

/** The list in columns, a row of it as wide as the terminal at most. */
export function writeWords(columns: u32): void {
  let width: u32 = 0;
  next = 0;
  while (findWord()) width = max(width, wordLength);
  width += GAP;
  const inRow = max((columns + GAP) / width, 1);
  let count: u32 = 0;
  let gap: u32 = 0;
  next = 0;
  while (findWord()) {
    if (count && count % inRow == 0) writeNewline();
    else writeTimes(0x20, gap);
    for (let i: u32 = 0; i < wordLength; i++) write(load<u8>(word + i));
    gap = width - wordLength;
    count++;
  }
  writeNewline();
}
