// The lines that were typed before: as many of the newest as their bytes fit.

#ifndef SESAME_HISTORY_H
#define SESAME_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/** Bytes of all lines together, one more for each. */
#ifndef HISTORY_BYTES
#define HISTORY_BYTES 192
#endif

#define HISTORY_LINES 32

/** Zeros: there is none. */
typedef struct history {
  uint8_t count;
  /** Length of all. */
  uint16_t length;
  /** The newest line first, each with a zero behind it. */
  char lines[HISTORY_BYTES];
} history_t;

/** The line that was typed `index` lines ago, 0 to `count` - 1, as text. */
const char *history_line(const history_t *history, size_t index);

/** Puts a line before all others, which must not contain zeros. One that is longer than everything together is not
 * kept.
 */
void history_add(history_t *history, const char *line, size_t length);

#endif
