// Generated from assembly/abi/exports.ts by `npm run generate`: what lines.c calls, which docs/abi.md explains.

#ifndef SESAME_LINES_EXPORTS_H
#define SESAME_LINES_EXPORTS_H

#include "modules/module.h"

enum {
  LINES_INPUT_PTR,
  LINES_INPUT_CAPACITY,
  LINES_OUTPUT_PTR,
  LINES_OPEN,
  LINES_PROMPT,
  LINES_RECEIVE,
  LINES_CONSUMED,
  LINES_OUTPUT,
  LINES_LINE_PTR,
  LINES_LINE_LENGTH,
  LINES_SPLIT_WORDS,
  LINES_WORDS_PTR,
  LINES_WORDS_LENGTH,
  LINES_REMEMBER,
  LINES_HISTORY_PTR,
  LINES_HISTORY_LENGTH,
  LINES_WORD_START,
  LINES_COMPLETE,
  LINES_RESIZE,
  LINES_END_ESCAPE,
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
