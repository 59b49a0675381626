// RFC 4252 §5 and RFC 4256: the authentication methods, their names and sets of them.
//
// A method is a number, 0 for "none" and every other name that this build does not know; a set has the bit 1 << method.

import { ctDifference } from "../../../wire/compare";
import { writeByte, writeBytes } from "../../../wire/writer";
import { KEYBOARD_INTERACTIVE, PASSWORD } from "../features";

export const UNKNOWN_METHOD: u32 = 0;
export const PUBLICKEY_METHOD: u32 = 1;
export const PASSWORD_METHOD: u32 = 2;
export const KEYBOARD_INTERACTIVE_METHOD: u32 = 3;

/** "publickey", "password", "keyboard-interactive", each with its length before it. */
const NAMES: usize = memory.data<u8>([
  9, 0x70, 0x75, 0x62, 0x6c, 0x69, 0x63, 0x6b, 0x65, 0x79, 8, 0x70, 0x61, 0x73, 0x73, 0x77, 0x6f, 0x72, 0x64, 20, 0x6b,
  0x65, 0x79, 0x62, 0x6f, 0x61, 0x72, 0x64, 0x2d, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x61, 0x63, 0x74, 0x69, 0x76, 0x65,
]);
const METHOD_COUNT: u32 = 3;

/** The methods of this build. */
export const ALL_METHODS: u32 =
  (1 << PUBLICKEY_METHOD) |
  (u32(PASSWORD) << PASSWORD_METHOD) |
  (u32(KEYBOARD_INTERACTIVE) << KEYBOARD_INTERACTIVE_METHOD);

/** Address of a known method's name; its length is the byte before. */
export function methodName(method: u32): usize {
  let name = NAMES;
  while (--method) name += 1 + load<u8>(name);
  return name + 1;
}

/** The method whose name is `length` bytes at `ptr`. */
export function methodOf(ptr: usize, length: u32): u32 {
  let method = METHOD_COUNT;
  do {
    const name = methodName(method);
    if ((ALL_METHODS >> method) & 1 && load<u8>(name - 1) == length && !ctDifference(name, ptr, length - 1)) break;
  } while (--method);
  return method;
}

/** The name-list of a set, without its length. */
export function writeMethods(set: u32): void {
  let separated = true;
  for (let method = PUBLICKEY_METHOD; method <= METHOD_COUNT; method++) {
    if (!((set >> method) & 1)) continue;
    if (!separated) writeByte(0x2c);
    separated = false;
    const name = methodName(method);
    writeBytes(name, load<u8>(name - 1));
  }
}
