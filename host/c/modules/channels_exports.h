// Generated from assembly/abi/exports.ts by `npm run generate`: what channels.c calls, which docs/abi.md explains.

#ifndef SESAME_CHANNELS_EXPORTS_H
#define SESAME_CHANNELS_EXPORTS_H

#include "modules/module.h"

enum {
  CHANNELS_INPUT_PTR,
  CHANNELS_INPUT_CAPACITY,
  CHANNELS_OUTPUT_PTR,
  CHANNELS_OPEN,
  CHANNELS_RECEIVE,
  CHANNELS_OUTPUT_LENGTH,
  CHANNELS_EVENT_CHANNEL,
  CHANNELS_EVENT_PTR,
  CHANNELS_EVENT_LENGTH,
  CHANNELS_VALUE_PTR,
  CHANNELS_VALUE_LENGTH,
  CHANNELS_COLUMNS,
  CHANNELS_ROWS,
  CHANNELS_ANSWER,
  CHANNELS_CONSUMED,
  CHANNELS_WRITABLE,
  CHANNELS_WRITE_PTR,
  CHANNELS_WRITE,
  CHANNELS_SEND_EOF,
  CHANNELS_EXIT,
  CHANNELS_CLOSE,
  CHANNELS_KEEPALIVE,
  CHANNELS_EXPORTS,
};

static const module_export_t channels_exports[CHANNELS_EXPORTS] = {
    [CHANNELS_INPUT_PTR] = {"inputPtr", 0},
    [CHANNELS_INPUT_CAPACITY] = {"inputCapacity", 0},
    [CHANNELS_OUTPUT_PTR] = {"outputPtr", 0},
    [CHANNELS_OPEN] = {"open", 1},
    [CHANNELS_RECEIVE] = {"receive", 1},
    [CHANNELS_OUTPUT_LENGTH] = {"outputLength", 0},
    [CHANNELS_EVENT_CHANNEL] = {"eventChannel", 0},
    [CHANNELS_EVENT_PTR] = {"eventPtr", 0},
    [CHANNELS_EVENT_LENGTH] = {"eventLength", 0},
    [CHANNELS_VALUE_PTR] = {"valuePtr", 0},
    [CHANNELS_VALUE_LENGTH] = {"valueLength", 0},
    [CHANNELS_COLUMNS] = {"columns", 0},
    [CHANNELS_ROWS] = {"rows", 0},
    [CHANNELS_ANSWER] = {"answer", 1},
    [CHANNELS_CONSUMED] = {"consumed", 2},
    [CHANNELS_WRITABLE] = {"writable", 1},
    [CHANNELS_WRITE_PTR] = {"writePtr", 0},
    [CHANNELS_WRITE] = {"write", 3},
    [CHANNELS_SEND_EOF] = {"sendEof", 1},
    [CHANNELS_EXIT] = {"exit", 2},
    [CHANNELS_CLOSE] = {"close", 1},
    [CHANNELS_KEEPALIVE] = {"keepalive", 0},
};

#endif
