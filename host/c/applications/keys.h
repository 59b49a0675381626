// Turns the bytes that a terminal sends into keys: UTF-8 characters, control keys, and escape sequences.
//
// Of escape sequences (ECMA-48 §5.4) the numbers are kept and no bytes; those of unknown keys are swallowed whole, and
// so are bytes that are not UTF-8.

#ifndef SESAME_KEYS_H
#define SESAME_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/** How long a terminal may take to send what follows an ESC; after that it was the Escape key. */
#define KEYS_ESCAPE_MS 500

typedef enum key_name {
  /** A character; with `control` or `meta`, the letter of the key in lower case. */
  KEY_CHARACTER,
  KEY_RETURN,
  KEY_LINEFEED,
  KEY_TAB,
  KEY_BACKSPACE,
  KEY_DELETE,
  KEY_UP,
  KEY_DOWN,
  KEY_LEFT,
  KEY_RIGHT,
  KEY_HOME,
  KEY_END,
  /** One without a meaning here. */
  KEY_OTHER,
} key_name_t;

typedef struct editor_key {
  key_name_t name;
  bool control, meta, shift;
  /** The character in UTF-8. */
  uint8_t length;
  char character[4];
} editor_key_t;

/** Zeros: no key has begun. */
typedef struct keys {
  uint8_t state;
  /** Of a character that is not complete. */
  uint8_t have, need;
  char character[4];
  /** Numbers of an escape sequence: how many have begun, and the first two. */
  uint8_t parameters;
  uint8_t numbers[2];
  bool unknown;
} keys_t;

/** Takes a byte; true when it completes a key. */
bool keys_take(keys_t *keys, uint8_t byte, editor_key_t *key);

/** Whether an ESC waits for what follows. */
bool keys_escape_waits(const keys_t *keys);

/** Nothing has followed the ESC: the key is the Escape key. */
void keys_escape_alone(keys_t *keys, editor_key_t *key);

#endif
