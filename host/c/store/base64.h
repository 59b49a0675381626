// Base64 (RFC 4648 §4), for secrets: which characters the text has does not show in what is executed, but where there
// are blanks and padding does.

#ifndef SESAME_BASE64_H
#define SESAME_BASE64_H

#include <stdbool.h>
#include <stdint.h>

/** A text that is taken character by character; zeros at first. */
typedef struct base64 {
  /** The lowest `bit_count` of them wait for those that make a byte. */
  uint32_t bits;
  uint8_t bit_count;
  /** How many there were, padding included; only their number modulo 4 counts. */
  uint8_t characters;
  uint8_t padding;
  /** Not zero: a character was wrong, or in a wrong place. */
  uint8_t invalid;
} base64_t;

typedef enum base64_status {
  BASE64_OK = 0,
  /** It ends within a group of four characters. */
  BASE64_CUT_OFF,
  BASE64_INVALID,
} base64_status_t;

/** Takes a character; true when it completes a byte. Blanks and ends of lines are passed over. */
bool base64_take(base64_t *text, char character, uint8_t *byte);

/** Whether all that was taken is a well-formed text, padding included. */
base64_status_t base64_end(const base64_t *text);

#endif
