// Text that people, editors and shells made: the one check for every entrance (passwords, names, key files, users.json,
// authorized_keys).
//
// In go bytes, out comes text without a byte order mark; what would silently become a part of a name or a secret is
// refused, with the place and the reason. PowerShell writes UTF-16 and old editors a mark before UTF-8: both are read.
// given-file.ts reads files this way.

import { isUtf8 } from "node:buffer";

const MARK = "\ufeff";

/** A text that cannot be used; the message is for the person who gave it, and has nothing of the text. */
export class TextError extends Error {
  override name = "TextError";
}

/** The text of UTF-8, or of UTF-16 behind its byte order mark. Throws a `TextError` that names the line. */
export function decodeText(bytes: Uint8Array): string {
  const text = withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const problem = textProblem(text);
  if (problem) fail(text, problem.index, problem.reason);
  return text;
}

/** What no text has: half a surrogate pair, NUL, and a byte order mark within. Undefined when all is well. */
export function textProblem(text: string): { index: number; reason: string } | undefined {
  const found = /\p{Surrogate}|\0|\ufeff/u.exec(text);
  if (!found) return undefined;
  const { 0: character, index } = found;
  if (character === MARK) return { index, reason: "a byte order mark (U+FEFF) within the text" };
  if (character !== "\0") return { index, reason: "half of a surrogate pair, which is no character" };
  const looksLikeUtf16 = /^[^\0]?\0[^\0]\0[^\0]/.test(text);
  return { index, reason: looksLikeUtf16 ? "it is UTF-16 without a byte order mark; save it as UTF-8" : "a NUL" };
}

/** The lines of a text; they end with LF, CR LF or CR. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

function withoutMark(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return fromUtf16(bytes.subarray(2));
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    if (bytes.length % 2 !== 0) throw new TextError("it is UTF-16, and ends within a character");
    return fromUtf16(Buffer.from(bytes.subarray(2)).swap16());
  }
  if (!isUtf8(bytes)) {
    const line = linesOf(bytes.toString("latin1")).findIndex((line) => !isUtf8(Buffer.from(line, "latin1")));
    throw new TextError(`line ${line + 1}: it is not UTF-8; save it as UTF-8`);
  }
  const text = bytes.toString("utf8");
  return text.startsWith(MARK) ? text.slice(1) : text;
}

function fromUtf16(bytes: Buffer): string {
  if (bytes.length % 2 !== 0) throw new TextError("it is UTF-16, and ends within a character");
  return bytes.toString("utf16le");
}

function fail(text: string, index: number, reason: string): never {
  throw new TextError(`line ${linesOf(text.slice(0, index)).length}: ${reason}`);
}

/** A name as messages show it: with quotes when it has blanks or what is no letter, digit or one of `. _ @ -`. */
export function shown(name: string): string {
  return /^[\p{L}\p{N}._@-]+$/u.test(name) ? name : JSON.stringify(name);
}

/** A word of a command that a person may copy, for the shell of the system. */
export function shellQuoted(word: string): string {
  if (/^[\p{L}\p{N}_./:@%+=,~-]+$/u.test(word)) return word;
  if (process.platform === "win32") return `"${word.replace(/"/g, '\\"')}"`;
  return `'${word.replace(/'/g, "'\\''")}'`;
}
