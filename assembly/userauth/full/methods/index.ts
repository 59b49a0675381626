// RFC 4252 §5 and RFC 4256: the authentication methods, their names and sets of them.
//
// A method is a number, 0 for "none" and every other name that this build does not know; a set has the bit 1 << method.

import { counted, word } from "../../../wire/ascii";
import { ctDifference } from "../../../wire/compare";
import { KEYBOARD_INTERACTIVE_NAME, PASSWORD_NAME, PUBLICKEY_NAME } from "../../../wire/names";
import { writeByte, writeBytes } from "../../../wire/writer";
import { HAS_KEYBOARD_INTERACTIVE, HAS_PASSWORD } from "../features";

export const UNKNOWN_METHOD: u32 = 0;
export const PUBLICKEY_METHOD: u32 = 1;
export const PASSWORD_METHOD: u32 = 2;
export const KEYBOARD_INTERACTIVE_METHOD: u32 = 3;

/** By number, from 1 on. */
const NAMES_PTR: usize = memory.data<u8>([
  ...counted(PUBLICKEY_NAME),
  ...counted(PASSWORD_NAME),
  ...counted(KEYBOARD_INTERACTIVE_NAME),
]);
const METHOD_COUNT: u32 = 3;

/** The methods of this build. */
export const ALL_METHODS: u32 =
  (1 << PUBLICKEY_METHOD) |
  (u32(HAS_PASSWORD) << PASSWORD_METHOD) |
  (u32(HAS_KEYBOARD_INTERACTIVE) << KEYBOARD_INTERACTIVE_METHOD);

/** Address of a known method's name; its length is the byte before. */
export function methodName(method: u32): usize {
  let name = NAMES_PTR;
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
    if (!separated) writeByte(<u32>word(","));
    separated = false;
    const name = methodName(method);
    writeBytes(name, load<u8>(name - 1));
  }
}
