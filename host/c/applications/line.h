// A line of text in the making, and where its characters and words begin. Lengths and places are in bytes.

#ifndef SESAME_LINE_H
#define SESAME_LINE_H

#include <stddef.h>
#include <stdint.h>

/** The longest line. It holds the `credentials` command for a region of 192 bytes. */
#ifndef LINE_BYTES
#define LINE_BYTES 320
#endif

/** Typed on a terminal, the bytes are UTF-8 without control characters; in a script and a command, any. */
typedef struct line {
  uint16_t length;
  char bytes[LINE_BYTES];
} line_t;

// Each returns a place in a line of UTF-8, from the place `at` on, which is where a character begins or the line ends.

/** Begin of the character on the left. */
size_t line_character_left(const line_t *line, size_t at);
/** End of the character on the right. */
size_t line_character_right(const line_t *line, size_t at);
/** Begin of the word on the left; blanks behind it belong to it. */
size_t line_word_left(const line_t *line, size_t at);
/** Begin of the next word on the right. */
size_t line_word_right(const line_t *line, size_t at);

#endif
