// Bytes of a terminal become keys: UTF-8 characters (RFC 3629), control keys, and escape sequences (ECMA-48 §5.4).
//
// In: one byte after the other. Out: a `Key` when a byte completes one. Sequences of unknown keys are swallowed whole,
// and so are bytes that are not UTF-8. Next: edit.ts.

/** Keys that have names. With CONTROL or META, the letter of a character's key, in lower case, takes a name's place. */
export const enum Key {
  /** The byte completes none. */
  NONE = 0,
  /** The character is in `character` and `characterLength`. */
  CHARACTER = 1,
  TAB = 2,
  RETURN = 3,
  LINEFEED = 4,
  BACKSPACE = 5,
  DELETE = 6,
  UP = 7,
  DOWN = 8,
  RIGHT = 9,
  LEFT = 10,
  HOME = 11,
  END = 12,
  PASTE_BEGIN = 13,
  PASTE_END = 14,
  /** One without a meaning here. */
  OTHER = 15,
}

/** Flags that are added to a key. */
export const CONTROL: u32 = 0x100;
export const META: u32 = 0x200;
export const SHIFT: u32 = 0x400;

/** The last character: its bytes, the first one lowest, and how many they are. */
export let character: u32 = 0;
export let characterLength: u32 = 0;
/** How many bytes of it are to come. */
let due: u32 = 0;

const enum State {
  GROUND,
  ESCAPE,
  /** ESC O, then a letter, perhaps behind a number (SS3). */
  SINGLE_SHIFT,
  /** ESC [, then numbers, then a final byte (CSI). */
  CONTROL_SEQUENCE,
}

let state: State = State.GROUND;
/** Numbers of a sequence: the one before the semicolon, and the last one. */
let first: u32 = 0;
let last: u32 = 0;
let semicolons: u32 = 0;
let unknown: bool = false;

const ESC: u32 = 0x1b;
/** No number of a sequence that is known is as high. */
const NUMBER_LIMIT: u32 = 999;

/**
 * Whether a byte continues the character. The second one decides about long forms, surrogates and the end of Unicode.
 */
function continues(byte: u32): bool {
  if (byte >> 6 != 2) return false;
  if (characterLength > 1) return true;
  const pair = (character << 8) | byte;
  return !(pair - 0xe080 < 0x20 || pair - 0xeda0 < 0x20 || pair - 0xf080 < 0x10 || pair - 0xf490 < 0x30);
}

/** Collects a character's bytes; true when it is complete. */
function takeCharacter(byte: u32): bool {
  if (due && continues(byte)) {
    character |= byte << (characterLength++ << 3);
    return --due == 0;
  }
  due = byte - 0xc2 < 0x33 ? 1 + u32(byte > 0xdf) + u32(byte > 0xef) : 0;
  character = byte;
  characterLength = 1;
  return byte < 0x80;
}

/** U+0080 to U+009F, which a terminal would obey; U+2028 and U+2029, which end a line where a person sees none. */
function isNoText(): bool {
  return (character & 0xe0ff) == 0x80c2 || (character & 0xfeffff) == 0xa880e2;
}

/** A key for which one character stands. */
function plainKey(flags: u32): u32 {
  switch (character) {
    case 0x08:
    case 0x7f:
      return Key.BACKSPACE | flags;
    case 0x09:
      return Key.TAB | flags;
    case 0x0a:
      return Key.LINEFEED | flags;
    case 0x0d:
      return Key.RETURN | flags;
  }
  if (character < 0x20) return flags || character - 1 > 25 ? Key.OTHER : CONTROL | (character + 0x60);
  if (flags) return characterLength > 1 ? Key.OTHER : flags | (character - 0x41 < 26 ? character | 0x20 : character);
  return isNoText() ? Key.OTHER : Key.CHARACTER;
}

function keyOfLetter(letter: u32): u32 {
  if (letter - 0x41 < 4) return Key.UP + letter - 0x41; // A to D
  if (letter == 0x46) return Key.END; // F
  return letter == 0x48 ? Key.HOME : Key.OTHER; // H
}

function keyOfNumber(number: u32): u32 {
  switch (number) {
    case 1:
    case 7:
      return Key.HOME;
    case 3:
      return Key.DELETE;
    case 4:
    case 8:
      return Key.END;
    case 200:
      return Key.PASTE_BEGIN;
    case 201:
      return Key.PASTE_END;
    default:
      return Key.OTHER;
  }
}

/** Of a modifier of a sequence: 1, and 1 more for Shift, 2 for Alt, 4 for Control, 8 for Meta. */
function flagsOf(modifier: u32): u32 {
  if (!modifier) return 0;
  const bits = modifier - 1;
  return (bits & 1 ? SHIFT : 0) | (bits & 10 ? META : 0) | (bits & 4 ? CONTROL : 0);
}

/** ESC [ NUMBER ; MODIFIER ~ (rxvt: ^ with Control, $ with Shift), or ESC [ 1 ; MODIFIER LETTER. */
function sequenceKey(final: u32): u32 {
  if (unknown) return Key.OTHER;
  if (final == 0x5a) return Key.TAB | SHIFT; // Z
  const control = final == 0x5e ? CONTROL : 0;
  const shift = final == 0x24 ? SHIFT : 0;
  if (!control && !shift && final != 0x7e) return keyOfLetter(final) | flagsOf(last);
  const number = semicolons ? first : last;
  return keyOfNumber(number) | flagsOf(semicolons ? last : 0) | control | shift;
}

/** A byte of a control sequence. */
function takeParameter(byte: u32): u32 {
  if (byte - 0x30 < 10) {
    last = min(last * 10 + byte - 0x30, NUMBER_LIMIT);
    return Key.NONE;
  }
  if (byte == 0x3b) {
    first = last;
    last = 0;
    if (++semicolons > 1) unknown = true;
    return Key.NONE;
  }
  // the console of Linux sends ESC [ [ for function keys; the others are private parameters and intermediate bytes
  if (byte == 0x5b || (byte - 0x20 < 0x20 && byte != 0x24)) {
    unknown = true;
    return Key.NONE;
  }
  state = State.GROUND;
  return sequenceKey(byte);
}

function begin(next: State): u32 {
  state = next;
  last = 0;
  semicolons = 0;
  unknown = false;
  return Key.NONE;
}

/** Takes a byte; returns the key that it completes, with its flags. */
export function takeByte(byte: u32): u32 {
  // Ctrl-C is Ctrl-C wherever it comes: nobody has to know what was sent before
  if (byte == 3) state = State.GROUND;
  if (!takeCharacter(byte)) return Key.NONE;
  // a character of several bytes is in a sequence what a control character is: its end, without a meaning
  if (character == ESC) return begin(State.ESCAPE);
  switch (state) {
    case State.GROUND:
      return plainKey(0);
    case State.ESCAPE:
      if (character == 0x5b) return begin(State.CONTROL_SEQUENCE);
      if (character == 0x4f) return begin(State.SINGLE_SHIFT);
      state = State.GROUND;
      return plainKey(META);
    case State.SINGLE_SHIFT:
      if (character - 0x30 < 10 && !last) {
        last = character - 0x30;
        return Key.NONE;
      }
      state = State.GROUND;
      return sequenceKey(character);
    default:
      return takeParameter(character);
  }
}

/** Nothing has followed an ESC: it was the Escape key, which has no meaning here. */
export function endEscape(): void {
  if (state == State.ESCAPE) state = State.GROUND;
}
