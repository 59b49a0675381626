// Bytes of a terminal become keys: see keys.h.

#include "applications/keys.h"

#include <string.h>

enum {
  GROUND,
  /** ESC, and a second one: which changes nothing but what a third one means. */
  ESCAPE,
  ESCAPE_TWICE,
  /** ESC O, then a letter, perhaps after a number (SS3). */
  SINGLE_SHIFT,
  /** ESC [, then numbers, then a final byte (CSI). */
  CONTROL_SEQUENCE,
};

#define ESC 0x1b

/** Modifiers of a sequence, less 1. */
enum { MODIFIER_SHIFT = 1, MODIFIER_META = 2 | 8, MODIFIER_CONTROL = 4 };

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/** How many bytes follow this first byte of a character (RFC 3629 §4); negative: it is none. */
static int continuation_count(uint8_t byte) {
  if (byte < 0x80) return 0;
  if (byte >= 0xc2 && byte <= 0xdf) return 1;
  if (byte >= 0xe0 && byte <= 0xef) return 2;
  if (byte >= 0xf0 && byte <= 0xf4) return 3;
  return -1;
}

/** Whether the byte continues the character. The second byte decides about overlong forms, surrogates and the end of
 * Unicode. */
static bool continues(const keys_t *keys, uint8_t byte) {
  uint8_t lowest = 0x80, highest = 0xbf;
  if (keys->have == 1) {
    switch ((uint8_t)keys->character[0]) {
    case 0xe0: lowest = 0xa0; break;
    case 0xed: highest = 0x9f; break;
    case 0xf0: lowest = 0x90; break;
    case 0xf4: highest = 0x8f; break;
    }
  }
  return byte >= lowest && byte <= highest;
}

/** Collects a character's bytes; true when it is complete. */
static bool take_character(keys_t *keys, uint8_t byte) {
  if (keys->need > 0 && continues(keys, byte)) {
    keys->character[keys->have++] = (char)byte;
    return --keys->need == 0;
  }
  int count = continuation_count(byte);
  keys->need = count > 0 ? (uint8_t)count : 0;
  keys->have = 1;
  keys->character[0] = (char)byte;
  return count == 0;
}

static bool is_c1_control(const keys_t *keys) {
  return (uint8_t)keys->character[0] == 0xc2 && (uint8_t)keys->character[1] < 0xa0;
}

/** U+2028 and U+2029, which end a line where a person sees none. */
static bool is_separator(const keys_t *keys) {
  return memcmp(keys->character, "\xe2\x80\xa8", 3) == 0 || memcmp(keys->character, "\xe2\x80\xa9", 3) == 0;
}

/** A key for which one character stands. */
static void plain_key(const keys_t *keys, bool meta, editor_key_t *key) {
  uint8_t first = (uint8_t)keys->character[0];
  key->meta = meta;
  key->length = keys->have;
  memcpy(key->character, keys->character, sizeof key->character);
  switch (first) {
  case '\r': key->name = KEY_RETURN; return;
  case '\n': key->name = KEY_LINEFEED; return;
  case '\t': key->name = KEY_TAB; return;
  case '\b':
  case 0x7f: key->name = KEY_BACKSPACE; return;
  }
  bool no_character = is_c1_control(keys) || is_separator(keys);
  if (no_character || first < 0x20) {
    if (no_character || meta || first == 0 || first > 26) return;
    key->control = true;
    key->character[0] = (char)(first - 1 + 'a');
  } else if (meta && first >= 'A' && first <= 'Z') {
    key->character[0] = (char)(first - 'A' + 'a');
  }
  key->name = KEY_CHARACTER;
}

static key_name_t name_of_letter(uint8_t letter) {
  switch (letter) {
  case 'A': return KEY_UP;
  case 'B': return KEY_DOWN;
  case 'C': return KEY_RIGHT;
  case 'D': return KEY_LEFT;
  case 'F': return KEY_END;
  case 'H': return KEY_HOME;
  case 'Z': return KEY_TAB;
  default: return KEY_OTHER;
  }
}

static key_name_t name_of_number(uint8_t number) {
  switch (number) {
  case 1:
  case 7: return KEY_HOME;
  case 3: return KEY_DELETE;
  case 4:
  case 8: return KEY_END;
  default: return KEY_OTHER;
  }
}

static void set_modifiers(uint8_t modifier, editor_key_t *key) {
  if (modifier == 0) return;
  unsigned bits = modifier - 1u;
  key->shift = (bits & MODIFIER_SHIFT) != 0;
  key->meta = (bits & MODIFIER_META) != 0;
  key->control = (bits & MODIFIER_CONTROL) != 0;
}

/** ESC [ NUMBER ; MODIFIER ~ (rxvt: ^ with Control, $ with Shift), or ESC [ 1 ; MODIFIER LETTER. */
static void sequence_key(const keys_t *keys, uint8_t final, editor_key_t *key) {
  if (keys->unknown) return;
  if (final == '~' || final == '^' || final == '$') {
    key->name = name_of_number(keys->numbers[0]);
    set_modifiers(keys->numbers[1], key);
    if (final == '^') key->control = true;
  } else {
    key->name = name_of_letter(final);
    set_modifiers(keys->numbers[keys->parameters > 1], key);
  }
}

/** A byte of a control sequence; true when it is the last one. */
static bool take_sequence(keys_t *keys, uint8_t byte, editor_key_t *key) {
  if (is_digit(byte)) {
    if (keys->parameters == 0) keys->parameters = 1;
    if (keys->parameters > 2) return false;
    uint8_t *number = &keys->numbers[keys->parameters - 1];
    if (*number < 10)
      *number = (uint8_t)(*number * 10 + (byte - '0'));
    else
      keys->unknown = true;
    return false;
  }
  if (byte == ';') {
    if (keys->parameters < 2)
      keys->parameters++;
    else
      keys->unknown = true;
    return false;
  }
  // the console of Linux sends ESC [ [ for function keys; the other bytes are private parameters and intermediate bytes
  if (byte == '[' || (byte >= 0x20 && byte < 0x40 && byte != '$')) {
    keys->unknown = true;
    return false;
  }
  sequence_key(keys, byte, key);
  return true;
}

/** The key is not complete: more of it follows. */
static bool expect(keys_t *keys, uint8_t state) {
  keys->state = state;
  keys->parameters = 0;
  keys->numbers[0] = keys->numbers[1] = 0;
  keys->unknown = false;
  return false;
}

bool keys_take(keys_t *keys, uint8_t byte, editor_key_t *key) {
  if (!take_character(keys, byte)) return false;
  // a character of several bytes is in a sequence what a control character is: its end, without a meaning
  uint8_t first = (uint8_t)keys->character[0];
  uint8_t state = keys->state;
  *key = (editor_key_t){.name = KEY_OTHER};

  switch (state) {
  case ESCAPE:
  case ESCAPE_TWICE:
    if (first == '[') return expect(keys, CONTROL_SEQUENCE);
    if (first == 'O') return expect(keys, SINGLE_SHIFT);
    if (first == ESC && state == ESCAPE) return expect(keys, ESCAPE_TWICE);
    keys->state = GROUND;
    if (first != ESC) plain_key(keys, true, key);
    return true;
  case SINGLE_SHIFT:
    if (is_digit(first) && keys->parameters == 0) {
      keys->parameters = 1;
      keys->numbers[0] = (uint8_t)(first - '0');
      return false;
    }
    break;
  case CONTROL_SEQUENCE: break;
  default:
    if (first == ESC) return expect(keys, ESCAPE);
    plain_key(keys, false, key);
    return true;
  }

  // within a sequence, ESC begins another one
  if (first == ESC) return expect(keys, ESCAPE);
  if (state == SINGLE_SHIFT)
    sequence_key(keys, first, key);
  else if (!take_sequence(keys, first, key))
    return false;
  keys->state = GROUND;
  return true;
}

bool keys_escape_waits(const keys_t *keys) {
  return keys->state == ESCAPE || keys->state == ESCAPE_TWICE;
}

void keys_escape_alone(keys_t *keys, editor_key_t *key) {
  keys->state = GROUND;
  *key = (editor_key_t){.name = KEY_OTHER};
}
