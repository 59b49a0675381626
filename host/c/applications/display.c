// Rows and columns of text: see display.h.

#include "applications/display.h"

#include <stdbool.h>

typedef struct range {
  uint32_t first, last;
} range_t;

/** Characters of two columns: the blocks that matter of Unicode's EastAsianWidth.txt (W and F), and emoji. */
static const range_t wide_characters[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff01, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

/** Characters that take no column: combining marks, joiners, variation selectors. */
static const range_t combining_characters[] = {
    {0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_among(uint32_t character, const range_t *ranges, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (character >= ranges[i].first && character <= ranges[i].last) return true;
  }
  return false;
}

static uint32_t width(uint32_t character) {
  if (character < 0x300) return 1;
  if (is_among(character, combining_characters, COUNT(combining_characters))) return 0;
  return is_among(character, wide_characters, COUNT(wide_characters)) ? 2 : 1;
}

uint32_t display_advance(uint32_t start, const char *text, size_t length, uint32_t columns) {
  uint32_t offset = start;
  for (size_t i = 0; i < length;) {
    uint8_t first = (uint8_t)text[i++];
    uint32_t character = first < 0x80   ? first
                         : first < 0xe0 ? first & 0x1f
                         : first < 0xf0 ? first & 0x0f
                                        : first & 0x07;
    for (; i < length && ((uint8_t)text[i] & 0xc0) == 0x80; i++) character = character << 6 | ((uint8_t)text[i] & 0x3f);
    uint32_t taken = width(character);
    if (taken == 2 && columns > 0 && (offset + 1) % columns == 0) offset++; // it begins in the next row
    offset += taken;
  }
  return offset;
}

display_position_t display_position(uint32_t offset, uint32_t columns) {
  if (columns == 0) return (display_position_t){0, offset};
  return (display_position_t){offset / columns, offset % columns};
}
