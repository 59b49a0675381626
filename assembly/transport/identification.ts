// RFC 4253 §4.2: the line with which each side begins.
//
// In: the client's line at INPUT_PTR, byte by byte. Out: ours; both are kept for the exchange hash. Next: kexinit.ts.

import { ascii, byteLength, word } from "../wire/ascii";
import { INPUT_PTR, writeRaw } from "./packet";

/** With CR LF. */
const MAXIMUM_LINE_BYTES: u32 = 255;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** With CR LF behind it. */
export const SERVER_IDENTIFICATION_PTR: usize = memory.data<u8>([...ascii("SSH-2.0-Sesame_0.1"), CR, LF]);
export const SERVER_IDENTIFICATION_BYTES: u32 = byteLength("SSH-2.0-Sesame_0.1");

/** The client's line without CR LF. */
export const CLIENT_IDENTIFICATION_PTR: usize = memory.data(MAXIMUM_LINE_BYTES, 16);
export let clientIdentificationLength: u32 = 0;

export function writeIdentification(): void {
  writeRaw(SERVER_IDENTIFICATION_PTR, SERVER_IDENTIFICATION_BYTES + 2);
}

/** Whether the `length` bytes at INPUT_PTR are still a beginning of a line, of allowed length. */
export function isUnfinishedLine(length: u32): bool {
  return load<u8>(INPUT_PTR + length - 1) != LF && length < MAXIMUM_LINE_BYTES;
}

/**
 * Whether a line begins with "SSH-2.0-", or with "SSH-1.99-" as of those who speak 2.0 and 1.5 (RFC 4253 §5.1); the
 * first eight bytes are compared as one number.
 */
function isVersion2(line: usize): bool {
  const start = load<u64>(line);
  return start == word("SSH-2.0-") || (start == word("SSH-1.99") && load<u8>(line, 8) == <u8>word("-"));
}

/**
 * Keeps the line of `length` bytes at INPUT_PTR; false if it is not SSH-2.0's: a client sends no other line before it.
 */
export function readIdentification(length: u32): bool {
  length--;
  // A line that was cut off has no LF.
  if (load<u8>(INPUT_PTR + length) != LF || !isVersion2(INPUT_PTR)) return false;
  if (load<u8>(INPUT_PTR + length - 1) == CR) length--;
  memory.copy(CLIENT_IDENTIFICATION_PTR, INPUT_PTR, length);
  clientIdentificationLength = length;
  return true;
}
