// What the shell writes, through a window: text that is longer than the channel's room is written in several turns.
//
// Whoever writes a text writes all of it every time, from state that has not changed meanwhile; the bytes that went
// in earlier turns are skipped, and those that find no room are dropped. So no text is ever kept, however long it is.

#ifndef SESAME_OUTPUT_H
#define SESAME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/channel.h"

/** One turn. */
typedef struct output {
  channel_t *channel;
  /** Goes to standard error. */
  bool error;
  /** A terminal wants CR before LF. */
  bool carriage_returns;
  /** Bytes still to be skipped. */
  size_t skip;
  size_t room;
  /** Bytes that this turn has sent. */
  size_t sent;
  /** Bytes were dropped: another turn is needed. */
  bool incomplete;
} output_t;

/** Starts a turn that skips what earlier ones sent. */
output_t output_begin(channel_t *channel, size_t skip);

void output_bytes(output_t *output, const void *bytes, size_t length);
void output_text(output_t *output, const char *text);
/** The text, then blanks up to `width` characters. */
void output_padded(output_t *output, const char *text, size_t width);
/** The number in decimal, after blanks that make it `width` characters. */
void output_decimal(output_t *output, uint64_t number, size_t width);
/** "1 d 2 h 3 min 4 s", from the first unit of which there is one. */
void output_duration(output_t *output, uint64_t milliseconds);

#endif
