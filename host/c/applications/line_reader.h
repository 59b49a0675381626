// The lines that a channel's client types on a terminal, or sends without one: gives the channel's bytes to an instance
// of the shell module (modules/lines.h), and what that writes for the terminal to the channel.

#ifndef SESAME_LINE_READER_H
#define SESAME_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/channel.h"
#include "modules/lines.h"

/** Zeros: there is none. */
typedef struct line_reader {
  channel_t *channel;
  module_t lines;
  /** What the module has said last; to be acted upon when its output has been taken. */
  shell_event_t event;
  /** It may have more for the terminal. */
  bool output_waits;
  /** The input is lines, not one command. */
  bool reads_lines;
  /** The input has ended. */
  bool ended;
  /** The terminal has another width. */
  bool resized;
  /** On a terminal: Ctrl-C is to be heard, whatever waits. */
  bool interrupted;
  /** In platform_milliseconds, its lower half: when the last byte came. */
  uint32_t input_ms;
} line_reader_t;

/** Makes an instance. False: `lines.failed` says why; `line_reader_close` all the same. */
bool line_reader_open(line_reader_t *reader, channel_t *channel, platform_t *platform);
/** Makes a line of a command. Returns SHELL_EVENT_LINE, SHELL_EVENT_TOO_LONG, or SHELL_EVENT_END for an empty one. */
shell_event_t line_reader_command(line_reader_t *reader, const uint8_t *text, size_t length);

/** Begins a line, with a prompt on a terminal; the one before is overwritten. */
void line_reader_prompt(line_reader_t *reader, const char *prompt);
/** Does one thing; whether there was one. An event to be acted upon, if there is any, is in `*event`: it comes once. */
bool line_reader_step(line_reader_t *reader, shell_event_t *event);
/** After SHELL_EVENT_COMPLETE: so many bytes of words are in the module's input. */
void line_reader_complete(line_reader_t *reader, uint32_t length);

/** While no line is read: takes everything up to the last Ctrl-C of what waits; false, and nothing, if there is none.
 */
bool line_reader_take_interrupt(line_reader_t *reader);

/** Overwrites what there is, and frees the instance. */
void line_reader_close(line_reader_t *reader);

#endif
