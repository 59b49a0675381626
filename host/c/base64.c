// Base64 (RFC 4648 §4) without branches and table look-ups that depend on the text: see base64.h.

#include "base64.h"

/** All bits set when lowest <= character <= highest, else none. All are below 256. */
static uint32_t ct_mask_in_range(uint32_t character, uint32_t lowest, uint32_t highest) {
  return (((character - lowest) | (highest - character)) >> 31) - 1;
}

/** The six bits that the character stands for; 64 and more for a character that is none of the alphabet's. */
static uint32_t ct_value(uint8_t character) {
  uint32_t upper = ct_mask_in_range(character, 'A', 'Z');
  uint32_t lower = ct_mask_in_range(character, 'a', 'z');
  uint32_t digit = ct_mask_in_range(character, '0', '9');
  uint32_t plus = ct_mask_in_range(character, '+', '+');
  uint32_t slash = ct_mask_in_range(character, '/', '/');
  uint32_t none = ~(upper | lower | digit | plus | slash);
  return (upper & (character - 'A')) | (lower & (character - 'a' + 26u)) | (digit & (character - '0' + 52u)) |
         (plus & 62) | (slash & 63) | (none & 64);
}

bool base64_decode(const char *text, size_t text_length, uint8_t *bytes, size_t length) {
  if (text_length != (length + 2) / 3 * 4) return false;
  size_t padding = (3 - length % 3) % 3;
  uint32_t bits = 0, invalid = 0;
  size_t written = 0;
  for (size_t i = 0; i < text_length; i++) {
    bool is_padding = i >= text_length - padding;
    uint32_t value = is_padding ? (uint32_t)(text[i] != '=') << 6 : ct_value((uint8_t)text[i]);
    invalid |= value & 64;
    bits = bits << 6 | (value & 63);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0; shift -= 8) {
      if (written < length)
        bytes[written++] = (uint8_t)(bits >> shift);
      else
        invalid |= bits >> shift & 0xff; // bits that stand for nothing
    }
    bits = 0;
  }
  return invalid == 0;
}
