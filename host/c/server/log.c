// See log.h. A line begins as zeros, and always ends with one.

#include "server/log.h"

void log_text(log_line_t *line, const char *text) {
  for (; *text && line->length < LOG_LINE_BYTES; text++) line->text[line->length++] = *text;
  line->text[line->length] = 0;
}

static void add(log_line_t *line, char character) {
  if (line->length < LOG_LINE_BYTES) line->text[line->length++] = character;
  line->text[line->length] = 0;
}

/** Length of the character at the beginning, in UTF-8 (RFC 3629 §4); 0 for a control character, or none at all. */
static size_t printable_length(const uint8_t *bytes, size_t length) {
  uint8_t first = bytes[0];
  if (first < 0x80) return first >= 0x20 && first != 0x7f;
  size_t wanted = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || length < wanted) return 0;
  for (size_t i = 1; i < wanted; i++) {
    if ((bytes[i] & 0xc0) != 0x80) return 0;
  }
  // below: C1, or a longer form than is needed; above: a surrogate, or beyond Unicode
  uint8_t lowest = first == 0xc2 || first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return bytes[1] >= lowest && bytes[1] <= highest ? wanted : 0;
}

void log_bytes(log_line_t *line, const uint8_t *bytes, size_t length) {
  static const char digits[] = "0123456789abcdef";
  while (length > 0) {
    size_t taken = printable_length(bytes, length);
    for (size_t i = 0; i < taken; i++) add(line, (char)bytes[i]);
    if (taken == 0) {
      log_text(line, "\\x");
      add(line, digits[bytes[0] >> 4]);
      add(line, digits[bytes[0] & 0xf]);
      taken = 1;
    }
    bytes += taken;
    length -= taken;
  }
}

void log_base64(log_line_t *line, const uint8_t *bytes, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;
  unsigned count = 0;
  for (size_t i = 0; i < length; i++) {
    bits = bits << 8 | bytes[i];
    for (count += 8; count >= 6; count -= 6) add(line, digits[bits >> (count - 6) & 0x3f]);
  }
  if (count > 0) add(line, digits[bits << (6 - count) & 0x3f]);
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
