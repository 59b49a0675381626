// See log.h. A line begins as zeros, and always ends with one.

#include "log.h"

void log_text(log_line_t *line, const char *text) {
  for (; *text && line->length < LOG_LINE_BYTES; text++) line->text[line->length++] = *text;
  line->text[line->length] = 0;
}

void log_bytes(log_line_t *line, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length && line->length < LOG_LINE_BYTES; i++) {
    bool is_control = bytes[i] < 0x20 || bytes[i] == 0x7f;
    line->text[line->length++] = is_control ? '?' : (char)bytes[i];
  }
  line->text[line->length] = 0;
}

void log_number(log_line_t *line, uint32_t number) {
  char digits[11]; // 4294967295 and the end
  char *first = digits + sizeof digits - 1;
  *first = 0;
  do {
    *--first = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  log_text(line, first);
}

void log_write(const log_line_t *line, platform_t *platform) {
  platform_log(platform, line->text);
}
