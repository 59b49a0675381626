// The words of a line, as a Unix shell makes them (POSIX.1-2024, XCU 2.2): blanks between them, and quotes around
// blanks that belong to one.
//
// In: the line (line.ts), which stays as it is. Out: the words without their quotes, NUL behind each.

import { COMMAND_CAPACITY } from "../abi/capacities";
import { ShellWords } from "../abi/index";
import { byteAt, lineLength } from "./line";

export const WORDS_PTR: usize = memory.data(COMMAND_CAPACITY + 1, 16);
export let wordsLength: u32 = 0;

const NEWLINE: u32 = 0x0a;
const DOUBLE_QUOTE: u32 = 0x22;
const DOLLAR: u32 = 0x24;
const SINGLE_QUOTE: u32 = 0x27;
const BACKSLASH: u32 = 0x5c;
const BACKTICK: u32 = 0x60;

/** Blanks, and what separates lines: a command is one line. */
function isBlank(byte: u32): bool {
  return byte == 0x20 || byte - 0x09 < 5;
}

/**
 * Whether a backslash before the byte is one that quotes: between double quotes it does so only where the byte has a
 * meaning.
 */
function isQuotable(byte: u32, quote: u32): bool {
  if (quote == SINGLE_QUOTE) return false;
  return !quote || byte == DOUBLE_QUOTE || byte == DOLLAR || byte == BACKSLASH || byte == BACKTICK || byte == NEWLINE;
}

/**
 * There is room: a NUL takes the place of the blank behind the word; the last one has the byte that the buffer is
 * longer than the line.
 */
function append(byte: u32): void {
  store<u8>(WORDS_PTR + wordsLength++, byte);
}

/** Makes words of the line. */
export function splitWords(): u32 {
  /** The quote that is open, 0 if there is none. */
  let quote: u32 = 0;
  let inWord = false;
  wordsLength = 0;
  for (let place: u32 = 0; place < lineLength; place++) {
    let byte = byteAt(place);
    if (!quote && isBlank(byte)) {
      if (inWord) append(0);
      inWord = false;
      continue;
    }
    if (byte == BACKSLASH && place + 1 < lineLength && isQuotable(byteAt(place + 1), quote)) {
      byte = byteAt(++place);
      if (byte == NEWLINE) continue; // both are left out: the line goes on
    } else if (byte == quote) {
      quote = 0;
      continue;
    } else if (!quote && (byte == SINGLE_QUOTE || byte == DOUBLE_QUOTE)) {
      quote = byte;
      inWord = true; // perhaps an empty one
      continue;
    }
    if (!byte) continue; // no word has a NUL
    inWord = true;
    append(byte);
  }
  if (inWord) append(0);
  return quote ? ShellWords.UNFINISHED_QUOTE : ShellWords.OK;
}

/** Overwrites the words: they may be secret. */
export function clearWords(): void {
  memory.fill(WORDS_PTR, 0, wordsLength);
  wordsLength = 0;
}
