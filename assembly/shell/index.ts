// The device shell's lines: what a client types, or sends without a terminal, comes in; finished lines, and bytes for
// the terminal, come out. What a line means is the host's matter. docs/abi.md describes every export.
//
// Next on a byte's way: keys.ts, edit.ts, line.ts, view.ts (terminal); line.ts (script); then words.ts.

import { COMMAND_CAPACITY, LINE_CAPACITY, SHELL_INPUT_CAPACITY } from "../abi/capacities";
import { ShellEvent, ShellInput } from "../abi/index";
import { completeWith, Completion, INPUT_PTR } from "./completion";
import { handleKey, tabAgain } from "./edit";
import { HISTORY_PTR, historyLength as historyBytes } from "./history";
import { Key, takeByte } from "./keys";
import { appendByte, clearLine, dropCarriageReturn, LINE_PTR, lineLength as lineBytes } from "./line";
import { OUTPUT_PTR, wipeOutput } from "./output";
import { outputWaits, ring, setTerminal, showPrompt, showResized, showTail, Tail } from "./view";
import { clearWords, WORDS_PTR, wordsLength as wordsBytes } from "./words";

export { __data_end, __heap_base };
export { wordStart } from "./completion";
export { remember } from "./history";
export { endEscape } from "./keys";
export { output } from "./view";
export { splitWords } from "./words";

let input: ShellInput = 0;
/** A line is being edited. */
let editing: bool = false;
/** How many bytes the last `receive` took. */
let consumedLength: u32 = 0;
let tooLong: bool = false;

export function inputPtr(): usize {
  return INPUT_PTR;
}

export function inputCapacity(): u32 {
  return SHELL_INPUT_CAPACITY;
}

export function outputPtr(): usize {
  return OUTPUT_PTR;
}

export function linePtr(): usize {
  return LINE_PTR;
}

export function lineLength(): u32 {
  return lineBytes;
}

export function wordsPtr(): usize {
  return WORDS_PTR;
}

export function wordsLength(): u32 {
  return wordsBytes;
}

export function historyPtr(): usize {
  return HISTORY_PTR;
}

export function historyLength(): u32 {
  return historyBytes;
}

/** Once, first of all: what the input is, a ShellInput, and of a terminal its width. */
export function open(kind: u32, columns: u32): void {
  input = kind;
  setTerminal(columns, kind == ShellInput.DUMB_TERMINAL);
}

function isTerminal(): bool {
  return input == ShellInput.TERMINAL || input == ShellInput.DUMB_TERMINAL;
}

/** Begins a line: `length` bytes of the input buffer are its prompt. What the buffers held is overwritten. */
export function prompt(length: u32): void {
  clearLine();
  clearWords();
  tooLong = false;
  wipeOutput();
  if (isTerminal()) {
    showPrompt(INPUT_PTR, min(length, SHELL_INPUT_CAPACITY));
    editing = true;
  }
  memory.fill(INPUT_PTR, 0, SHELL_INPUT_CAPACITY);
}

/** Takes bytes of the input buffer, up to the one that makes an event, which it returns. */
export function receive(length: u32): u32 {
  consumedLength = 0;
  if (outputWaits()) return ShellEvent.NONE;
  length = min(length, SHELL_INPUT_CAPACITY);
  while (consumedLength < length) {
    const byte: u32 = load<u8>(INPUT_PTR + consumedLength++);
    const event = isTerminal() ? takeKeyByte(byte) : takeLineByte(byte);
    if (event != ShellEvent.NONE) return event;
  }
  return ShellEvent.NONE;
}

/** How many bytes the last `receive` took. */
export function consumed(): u32 {
  return consumedLength;
}

function takeKeyByte(byte: u32): ShellEvent {
  const key = takeByte(byte);
  if (key == Key.NONE) return ShellEvent.NONE;
  const event = handleKey(key);
  if (event != ShellEvent.NONE && event != ShellEvent.COMPLETE) editing = false;
  return event;
}

function takeLineByte(byte: u32): ShellEvent {
  if (byte == 0x0a && input == ShellInput.SCRIPT) return endLine();
  if (!appendByte(byte, input == ShellInput.COMMAND ? COMMAND_CAPACITY : LINE_CAPACITY)) tooLong = true;
  return ShellEvent.NONE;
}

function endLine(): ShellEvent {
  if (tooLong) return ShellEvent.TOO_LONG;
  if (input == ShellInput.SCRIPT) dropCarriageReturn();
  return ShellEvent.LINE;
}

/** The input has ended: what there is of a line without an end is the last one. */
export function end(): u32 {
  if (!isTerminal()) return lineBytes || tooLong ? endLine() : ShellEvent.END;
  if (editing) showTail(Tail.END);
  editing = false;
  return ShellEvent.END;
}

/**
 * Completes with the words in the input buffer, LF behind each; shows them when Tab was pressed twice and there is a
 * choice.
 */
export function complete(length: u32): void {
  const completion = completeWith(length);
  if (completion == Completion.CHOICE && tabAgain) showTail(Tail.WORDS);
  else if (completion != Completion.DONE) ring();
}

/** The terminal has another width. */
export function resize(columns: u32): void {
  if (editing) showResized(columns);
  else setTerminal(columns, input == ShellInput.DUMB_TERMINAL);
}
