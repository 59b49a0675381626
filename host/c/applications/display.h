// Where text stands on a terminal: rows and columns that characters take.

#ifndef SESAME_DISPLAY_H
#define SESAME_DISPLAY_H

#include <stddef.h>
#include <stdint.h>

/** Counted from where the text begins, both from 0. */
typedef struct display_position {
  uint32_t row, column;
} display_position_t;

/** Columns that text takes on a terminal, from `start` on. `columns`: the terminal's width, 0 if it is not known. The
 * text is valid UTF-8 without control characters. */
uint32_t display_advance(uint32_t start, const char *text, size_t length, uint32_t columns);

/** The position behind so many columns. */
display_position_t display_position(uint32_t offset, uint32_t columns);

#endif
