// The lines that were typed before: see history.h.

#include "applications/history.h"

#include <string.h>

const char *history_line(const history_t *history, size_t index) {
  const char *line = history->lines;
  while (index-- > 0) line += strlen(line) + 1;
  return line;
}

static void drop_oldest(history_t *history) {
  history->count--;
  history->length = (uint16_t)(history_line(history, history->count) - history->lines);
}

void history_add(history_t *history, const char *line, size_t length) {
  if (length >= HISTORY_BYTES) return;
  while (history->count == HISTORY_LINES || (size_t)history->length + length + 1 > HISTORY_BYTES) drop_oldest(history);
  memmove(history->lines + length + 1, history->lines, history->length);
  memcpy(history->lines, line, length);
  history->lines[length] = 0;
  history->length = (uint16_t)(history->length + length + 1);
  history->count++;
}
