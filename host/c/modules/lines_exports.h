// Generated from assembly/abi/exports.ts by `npm run generate`: what lines.c calls.

#ifndef SESAME_LINES_EXPORTS_H
#define SESAME_LINES_EXPORTS_H

#include "modules/module.h"

enum {
  /** Where the host writes. */
  LINES_INPUT_PTR,
  /** At most how much. */
  LINES_INPUT_CAPACITY,
  /** Where the host reads. */
  LINES_OUTPUT_PTR,
  /** First of all: what the input is, a `ShellInput`, and a terminal's width in columns, 0 if it is not known. Again,
   * where the input becomes another: that of a command, then the lines for the command. */
  LINES_OPEN,
  /** Begins a line; the first `length` bytes of the input buffer, at most 32, are its prompt. What the buffers hold of
   * the line before is overwritten. */
  LINES_PROMPT,
  /** Takes bytes of the input buffer, up to the one that makes a `ShellEvent`, and returns that. While output waits it
   * takes nothing. */
  LINES_RECEIVE,
  /** How many bytes the last `receive` has taken; the host keeps the others and gives them again. */
  LINES_CONSUMED,
  /** Writes the next bytes for the terminal, at most `room`, to `outputPtr`, and returns how many; 0, if `room` is
   * more, when all have been taken. After every other call they are taken before the event is acted upon. */
  LINES_OUTPUT,
  /** The line. After `LINE` it stays until the next `prompt`. */
  LINES_LINE_PTR,
  /** Its length; after `TOO_LONG`, what there is room for. */
  LINES_LINE_LENGTH,
  /** After `LINE`: makes words of the line, as a Unix shell does: blanks separate them, but for those in single or
   * double quotes or behind a backslash; quoted parts join what stands beside them. Returns a `ShellWords`; of an
   * unfinished quote both hosts say `a quote has no end`, and the status is 2. */
  LINES_SPLIT_WORDS,
  /** The words, NUL behind each and in none, until the next `prompt`. The line stays as it was typed, for `remember`
   * and for a command that wants it so. */
  LINES_WORDS_PTR,
  /** The length of all of them, NULs included; 0 for none. */
  LINES_WORDS_LENGTH,
  /** After `LINE`: the line goes into the history, unless it is blank or repeats the newest. A host does not call it
   * for secrets. */
  LINES_REMEMBER,
  /** The lines that were typed before, the newest first, LF behind each. */
  LINES_HISTORY_PTR,
  /** The length of all of them. */
  LINES_HISTORY_LENGTH,
  /** Where in the line the word begins that the cursor is in or behind. */
  LINES_WORD_START,
  /** After `COMPLETE`: completes that word with those that are in the input buffer, LF behind each, which stay there
   * until the output has been taken. */
  LINES_COMPLETE,
  /** The terminal has another width. */
  LINES_RESIZE,
  /** Nothing has followed an ESC for so long (half a second in both hosts) that it was the Escape key. */
  LINES_END_ESCAPE,
  /** The input has ended. Returns `LINE` or `TOO_LONG` for a last line without an end, else `END`. */
  LINES_END,
  LINES_EXPORTS,
};

static const module_export_t lines_exports[LINES_EXPORTS] = {
    [LINES_INPUT_PTR] = {"inputPtr", 0},
    [LINES_INPUT_CAPACITY] = {"inputCapacity", 0},
    [LINES_OUTPUT_PTR] = {"outputPtr", 0},
    [LINES_OPEN] = {"open", 2},
    [LINES_PROMPT] = {"prompt", 1},
    [LINES_RECEIVE] = {"receive", 1},
    [LINES_CONSUMED] = {"consumed", 0},
    [LINES_OUTPUT] = {"output", 1},
    [LINES_LINE_PTR] = {"linePtr", 0},
    [LINES_LINE_LENGTH] = {"lineLength", 0},
    [LINES_SPLIT_WORDS] = {"splitWords", 0},
    [LINES_WORDS_PTR] = {"wordsPtr", 0},
    [LINES_WORDS_LENGTH] = {"wordsLength", 0},
    [LINES_REMEMBER] = {"remember", 0},
    [LINES_HISTORY_PTR] = {"historyPtr", 0},
    [LINES_HISTORY_LENGTH] = {"historyLength", 0},
    [LINES_WORD_START] = {"wordStart", 0},
    [LINES_COMPLETE] = {"complete", 1},
    [LINES_RESIZE] = {"resize", 1},
    [LINES_END_ESCAPE] = {"endEscape", 0},
    [LINES_END] = {"end", 0},
};

#endif
