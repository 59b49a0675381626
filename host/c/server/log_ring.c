// See log_ring.h. A line is four bytes of its time, its text and a zero, from wherever the one before has ended.

#include "server/log_ring.h"

#include <string.h>

#define TIME_BYTES 4

_Static_assert(LOG_RING_BYTES > TIME_BYTES + LOG_LINE_BYTES, "the longest line can be kept");
_Static_assert(LOG_RING_BYTES <= UINT16_MAX, "places have 16 bits");

static uint8_t byte_at(const log_ring_t *ring, uint32_t place) {
  return ring->bytes[(ring->start + place) % LOG_RING_BYTES];
}

/** Where the line that begins at `place` ends. */
static uint32_t end_of(const log_ring_t *ring, uint32_t place) {
  place += TIME_BYTES;
  while (byte_at(ring, place) != 0) place++;
  return place + 1;
}

static void drop_oldest(log_ring_t *ring) {
  uint32_t end = end_of(ring, 0);
  ring->start = (uint16_t)((ring->start + end) % LOG_RING_BYTES);
  ring->length = (uint16_t)(ring->length - end);
  ring->first++;
  ring->count--;
}

static void append(log_ring_t *ring, uint8_t byte) {
  ring->bytes[(ring->start + ring->length++) % LOG_RING_BYTES] = byte;
}

void log_ring_keep(log_ring_t *ring, uint32_t seconds, const log_line_t *line) {
  size_t length = strlen(line->text);
  while (ring->length + TIME_BYTES + length + 1 > LOG_RING_BYTES) drop_oldest(ring);
  for (unsigned shift = 0; shift < 32; shift += 8) append(ring, (uint8_t)(seconds >> shift));
  for (size_t i = 0; i <= length; i++) append(ring, (uint8_t)line->text[i]);
  ring->count++;
}

bool log_ring_read(const log_ring_t *ring, uint32_t number, uint32_t *seconds, char text[LOG_LINE_BYTES + 1]) {
  if (number - ring->first >= ring->count) return false;
  uint32_t place = 0;
  for (uint32_t i = ring->first; i != number; i++) place = end_of(ring, place);
  *seconds = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) *seconds |= (uint32_t)byte_at(ring, place++) << shift;
  do *text = (char)byte_at(ring, place++);
  while (*text++ != 0);
  return true;
}
