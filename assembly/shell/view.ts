// What the terminal is sent so that it shows prompt, line and cursor: the least that makes of what it shows what it
// should show. The sequences are ECMA-48's; a terminal that is `dumb` gets none of them.
//
// Changes only set what is to be done; `output` does it (output.ts). The cursor never waits behind a full row: a blank
// and CR bring it to the next one.

import { PROMPT_CAPACITY } from "../abi/capacities";
import { writeWords } from "./completion";
import { changedFrom, cursor, LINE_PTR, lineLength, settleChange, UNCHANGED } from "./line";
import { beginPiece, endPiece, isTaken, write, writeNewline, writeSequence, writeText, writeTimes } from "./output";
import { cellBehind, leavesRow, widthAt } from "./width";

const PROMPT_PTR: usize = memory.data(PROMPT_CAPACITY, 16);
let promptLength: u32 = 0;

/** The terminal's width in cells, 0 if it is not known. */
export let columns: u32 = 0;
/** It knows no escape sequences, and shows the cursor behind the line alone. */
export let isDumb: bool = false;

// ---- what is to be done ----

/** What follows the line. */
export const enum Tail {
  NONE,
  NEWLINE,
  CANCELLED,
  END,
  /** Words come before the line, which then is written once more below them. */
  WORDS,
}

/** Of an end: everything below is to be cleared. */
const UNKNOWN: u32 = 0xffff_ffff;

let pending: bool = false;
/** Prompt and line are to be written as a whole. */
let whole: bool = false;
let clearing: bool = false;
let ringing: bool = false;
let tail: Tail = Tail.NONE;
/** Nothing of the prompt is there yet. */
let fresh: bool = false;

/**
 * The cell of the cursor on the terminal, counted from the prompt's first one, and the one behind all that is shown.
 */
let shownCursor: u32 = 0;
let shownEnd: u32 = 0;

export function setTerminal(width: u32, dumb: bool): void {
  columns = width;
  isDumb = dumb;
}

/** The cursor may have moved. */
export function showCursor(): void {
  pending = true;
}

export function showTail(what: Tail): void {
  tail = what;
  pending = true;
}

/** The line is shown alone on the terminal. */
export function showAlone(): void {
  clearing = !isDumb;
  whole = true;
  pending = true;
}

export function ring(): void {
  ringing = true;
  pending = true;
}

/** A new prompt, where the terminal's cursor stands. */
export function showPrompt(text: usize, length: u32): void {
  promptLength = min(length, PROMPT_CAPACITY);
  memory.copy(PROMPT_PTR, text, promptLength);
  shownCursor = 0;
  shownEnd = 0;
  fresh = true;
  whole = true;
  pending = true;
}

/** The terminal has another width, and has broken its rows anew. */
export function showResized(width: u32): void {
  columns = width;
  shownCursor = cellAt(cursor);
  shownEnd = UNKNOWN;
  whole = true;
  pending = true;
}

/** Whether there is output that the host has not taken. */
export function outputWaits(): bool {
  return pending || changedFrom != UNCHANGED;
}

// ---- output ----

/** Bracketed paste: the terminal marks what is pasted, or does so no longer. `letter`: h or l. */
function writePasteMode(letter: u32): void {
  if (isDumb) return;
  writeText(0x3f5b1b);
  writeText(0x34303032);
  write(letter);
}

/** Writes the next piece of the output, at most so many bytes; returns how many. 0, if there is room: that was all. */
export function output(capacity: u32): u32 {
  if (!outputWaits()) return 0;
  beginPiece(capacity);
  writeChanges();
  const length = endPiece();
  if (!isTaken()) return length;
  pending = false;
  settleChange();
  whole = false;
  clearing = false;
  ringing = false;
  fresh = false;
  tail = Tail.NONE;
  shownCursor = at;
  shownEnd = cellAt(lineLength);
  return length;
}

// ---- cells ----

/** The cell of the terminal's cursor while output is made. */
let at: u32 = 0;

function cellAt(place: u32): u32 {
  return cellBehind(cellBehind(0, PROMPT_PTR, promptLength, columns), LINE_PTR, place, columns);
}

function rowOf(cell: u32): u32 {
  return columns ? cell / columns : 0;
}

function columnOf(cell: u32): u32 {
  return columns ? cell % columns : cell;
}

/** Moves the cursor to a cell; on a dumb terminal, to one on its left in the same row. */
function moveTo(cell: u32): void {
  const column = columnOf(at);
  const wanted = columnOf(cell);
  if (isDumb) {
    writeTimes(0x08, column - wanted);
  } else {
    const down = <i32>(rowOf(cell) - rowOf(at));
    writeSequence(abs(down), down < 0 ? 0x41 : 0x42);
    if (wanted) writeSequence(wanted > column ? wanted - column : column - wanted, wanted > column ? 0x43 : 0x44);
    else if (column) write(0x0d);
  }
  at = cell;
}

/** Text where the cursor stands. */
function writeCharacters(text: usize, length: u32): void {
  const end = text + length;
  for (; text < end; text++) {
    const byte: u32 = load<u8>(text);
    if (byte >> 6 != 2) {
      const width = widthAt(text);
      if (leavesRow(at, width, columns)) {
        // what stood in the row's last cell is not left there
        write(0x20);
        at++;
      }
      at += width;
    }
    write(byte);
  }
}

/** Clears what is shown from the cursor up to a cell, and all that is below. */
function eraseTo(end: u32): void {
  if (!isDumb) return writeText(0x4a5b1b);
  writeTimes(0x20, end - at);
  writeTimes(0x08, end - at);
}

/** Prompt and line, or the part of the line that has changed. */
function writeLine(first: u32, all: bool, end: u32): void {
  if (all) {
    if (fresh) writePasteMode(0x68);
    writeCharacters(PROMPT_PTR, promptLength);
    first = 0;
  } else {
    moveTo(cellAt(first));
  }
  writeCharacters(LINE_PTR + first, lineLength - first);
  if (columns && at && at % columns == 0) writeText(0x0d20);
  if (end > at) eraseTo(end);
}

function writeChanges(): void {
  let all = whole;
  let end = shownEnd;
  at = shownCursor;
  if (clearing) {
    writeText(0x485b1b); // the cursor to the corner
    at = 0;
    end = UNKNOWN;
  } else if (tail == Tail.WORDS) {
    moveTo(cellAt(lineLength));
    writeNewline();
    writeWords(columns);
    all = true;
    at = 0;
    end = 0;
  } else if (isDumb && changedFrom != UNCHANGED && rowOf(cellAt(changedFrom)) != rowOf(at)) {
    // it cannot be reached
    writeNewline();
    all = true;
    at = 0;
    end = 0;
  } else if (all && !fresh) {
    if (isDumb) {
      writeNewline();
      at = 0;
      end = 0;
    } else {
      moveTo(0);
    }
  }
  if (all || changedFrom != UNCHANGED) writeLine(changedFrom, all, end);
  if (tail == Tail.NONE || tail == Tail.WORDS) {
    moveTo(cellAt(cursor));
    if (ringing) write(7);
    return;
  }
  moveTo(cellAt(lineLength));
  if (tail == Tail.CANCELLED) writeText(0x435e);
  writePasteMode(0x6c);
  if (tail != Tail.END) writeNewline();
}
