// Reads a file that somebody names: users.json, passwords, keys. What is wrong with it is said with its name.

import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { checkStrictModes, PermissionsError } from "./strict-modes.js";
import { decodeText, TextError } from "./text.js";

/** How files are read. */
export interface FileOptions {
  /** Refuse files that others could replace or, where they hold secrets, read: see strict-modes.ts. Default: true. */
  strictModes?: boolean;
}

/** A file that cannot be read; the message begins with its path. */
export class FileError extends Error {
  override name = "FileError";
  /** The system's, such as ENOENT; undefined where the system had nothing against it. */
  readonly code: string | undefined;

  constructor(path: string, reason: string, cause: Error) {
    super(`${path}: ${reason}`, { cause });
    ({ code: this.code } = cause as NodeJS.ErrnoException);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read: permission denied",
  EISDIR: "it is a folder; a file is wanted",
  ENOTDIR: "a folder of this path is a file",
  ELOOP: "its links lead nowhere",
};

/** The text of the file, which may hold a secret or not. Throws a `FileError`. */
export function readGivenFile(path: string, secret: boolean, { strictModes = true }: FileOptions = {}): string {
  try {
    const file = openSync(path, "r");
    try {
      if (strictModes) checkStrictModes(path, fstatSync(file), secret);
      return decodeText(readFileSync(file));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!code && !(error instanceof PermissionsError || error instanceof TextError)) throw error;
    throw new FileError(path, REASONS[code] ?? message, error as Error);
  }
}
