// Base64 (RFC 4648 §4) without branches and table look-ups that depend on the text: see base64.h.

#include "store/base64.h"

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

static bool is_blank(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

bool base64_take(base64_t *text, char character, uint8_t *byte) {
  if (is_blank(character)) return false;
  text->characters++;
  if (character == '=') {
    if (++text->padding > 2) text->invalid = 1;
    return false;
  }
  uint32_t value = ct_value((uint8_t)character);
  text->invalid |= (uint8_t)(value & 64) | text->padding;
  text->bits = text->bits << 6 | (value & 63);
  text->bit_count = (uint8_t)(text->bit_count + 6);
  if (text->bit_count < 8) return false;
  text->bit_count = (uint8_t)(text->bit_count - 8);
  *byte = (uint8_t)(text->bits >> text->bit_count);
  return true;
}

base64_status_t base64_end(const base64_t *text) {
  if (text->invalid) return BASE64_INVALID;
  if (text->characters % 4 != 0) return BASE64_CUT_OFF;
  uint32_t rest = text->bits & ((1u << text->bit_count) - 1); // bits that stand for nothing
  return rest == 0 ? BASE64_OK : BASE64_INVALID;
}
