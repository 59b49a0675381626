// The last lines of the log, for the command `log`: what the console was told since, as it was told, with nothing of a
// client's unescaped (log.h). The oldest lines make way.

#ifndef SESAME_LOG_RING_H
#define SESAME_LOG_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/log.h"

/** Bytes of all lines together, with a zero and four bytes of time for each. */
#ifndef LOG_RING_BYTES
#define LOG_RING_BYTES 1024
#endif

/** Zeros: nothing has been kept. */
typedef struct log_ring {
  /** Number of the oldest line, and how many there are. */
  uint32_t first, count;
  /** Where the oldest one begins, and the length of all. */
  uint16_t start, length;
  uint8_t bytes[LOG_RING_BYTES];
} log_ring_t;

/** Keeps a line. `seconds`: since the start of the device. */
void log_ring_keep(log_ring_t *ring, uint32_t seconds, const log_line_t *line);

/** Copies the line with this number and its end, a zero; false: there is none, or none any more. */
bool log_ring_read(const log_ring_t *ring, uint32_t number, uint32_t *seconds, char text[LOG_LINE_BYTES + 1]);

#endif
