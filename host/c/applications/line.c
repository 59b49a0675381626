// Characters and words of a line: see line.h. What a word is, is readline's: letters, digits and underscores, or
// anything else but blanks.

#include "applications/line.h"

#include <stdbool.h>

static bool continues_character(char byte) {
  return ((uint8_t)byte & 0xc0) == 0x80;
}

size_t line_character_left(const line_t *line, size_t at) {
  while (at > 0 && continues_character(line->bytes[--at]))
    ;
  return at;
}

size_t line_character_right(const line_t *line, size_t at) {
  if (at < line->length) at++;
  while (at < line->length && continues_character(line->bytes[at])) at++;
  return at;
}

typedef enum character_class { BLANK, WORD, OTHER } character_class_t;

static character_class_t class_at(const line_t *line, size_t at) {
  char byte = line->bytes[at];
  if (byte == ' ') return BLANK;
  bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  return letter || (byte >= '0' && byte <= '9') || byte == '_' ? WORD : OTHER;
}

size_t line_word_left(const line_t *line, size_t at) {
  while (at > 0 && class_at(line, at - 1) == BLANK) at--;
  if (at == 0) return 0;
  character_class_t class = class_at(line, at - 1);
  while (at > 0 && class_at(line, at - 1) == class) at--;
  return at;
}

size_t line_word_right(const line_t *line, size_t at) {
  if (at == line->length) return at;
  character_class_t class = class_at(line, at);
  while (at < line->length && class_at(line, at) == class) at++;
  while (at < line->length && class_at(line, at) == BLANK) at++;
  return at;
}
