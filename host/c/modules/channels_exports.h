// Generated from assembly/abi/exports.ts by `npm run generate`: what channels.c calls.

#ifndef SESAME_CHANNELS_EXPORTS_H
#define SESAME_CHANNELS_EXPORTS_H

#include "modules/module.h"

enum {
  /** Where the host writes. */
  CHANNELS_INPUT_PTR,
  /** At most how much. */
  CHANNELS_INPUT_CAPACITY,
  /** Where the host reads. */
  CHANNELS_OUTPUT_PTR,
  /** Once: the receive window, in bytes, that each channel is given; the application must be able to hold it. */
  CHANNELS_OPEN,
  /** One payload is in the input buffer; returns a `ConnectionEvent`. */
  CHANNELS_RECEIVE,
  /** Length of the reply payload at `outputPtr` that the last call made; 0 for none. */
  CHANNELS_OUTPUT_LENGTH,
  /** The channel the event is about. */
  CHANNELS_EVENT_CHANNEL,
  /** PTY_REQ: terminal name; ENV: variable's name; EXEC: command; SUBSYSTEM: name; SIGNAL: name; DATA: the bytes. */
  CHANNELS_EVENT_PTR,
  /** Its length. */
  CHANNELS_EVENT_LENGTH,
  /** ENV: the variable's value; PTY_REQ: the encoded terminal modes (RFC 4254 §8). */
  CHANNELS_VALUE_PTR,
  /** Its length. */
  CHANNELS_VALUE_LENGTH,
  /** PTY_REQ and WINDOW_CHANGE: the terminal's width; BREAK (RFC 4335): its length in milliseconds. */
  CHANNELS_COLUMNS,
  /** PTY_REQ and WINDOW_CHANGE: the terminal's height. */
  CHANNELS_ROWS,
  /** The application's answer, 0 or 1, to PTY_REQ, ENV, SHELL, EXEC, SUBSYSTEM, SIGNAL or BREAK, before the next
   * `receive`: writes CHANNEL_SUCCESS or CHANNEL_FAILURE if the client wants one; returns the reply's length. */
  CHANNELS_ANSWER,
  /** The application has taken `length` bytes of DATA; writes WINDOW_ADJUST when one is due; returns the reply's
   * length. */
  CHANNELS_CONSUMED,
  /** How many bytes the next `write` may have: the smallest of the client's window, its maximum packet and our buffer;
   * 0 after `sendEof` and `close`. The only call that leaves the output alone, the pointers and lengths above apart. */
  CHANNELS_WRITABLE,
  /** Where the host writes them, directly before `write`: it lies in the output buffer. */
  CHANNELS_WRITE_PTR,
  /** CHANNEL_DATA, or with `extended` 1 (stderr) CHANNEL_EXTENDED_DATA; returns the payload's length, 0 when `length`
   * is 0 or more than `writable`. */
  CHANNELS_WRITE,
  /** CHANNEL_EOF; returns the payload's length, 0 when it or a CLOSE was sent before. */
  CHANNELS_SEND_EOF,
  /** The exit-status request; returns the same. */
  CHANNELS_EXIT,
  /** CHANNEL_CLOSE; returns the same. */
  CHANNELS_CLOSE,
  /** The global request keepalive@openssh.com, which the client answers one way or the other: for a host that wants to
   * know whether it is still there. Any bytes that come are a sign of life. Returns the payload's length, 0 while a
   * request is unanswered and after an error. */
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
