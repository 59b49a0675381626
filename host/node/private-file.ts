// Files that hold secrets: read only when nobody else may read them, and written whole or not at all.
//
// host-key.ts keeps key pairs in them, users-file.ts password hashes; cli-build.ts writes modules with credentials.

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";

const OWNER_ONLY = 0o600;
const GROUP_AND_OTHERS = 0o077;
/** What file systems without hard links say. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Others may read the file; the message says what to do. */
export class PermissionsError extends Error {
  override name = "PermissionsError";
}

/** The file's text. Throws a `PermissionsError` when others than its owner may read it. */
export function readPrivateFile(path: string): string {
  const file = openSync(path, "r");
  try {
    const { mode } = fstatSync(file);
    if (process.platform !== "win32" && (mode & GROUP_AND_OTHERS) !== 0) {
      const permissions = (mode & 0o777).toString(8).padStart(4, "0");
      throw new PermissionsError(`permissions ${permissions} are too open for a file with secrets; chmod 600 ${path}`);
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Writes a file for its owner alone. Throws an error with the code EEXIST when there is one, unless `overwrite`. */
export function writePrivateFile(path: string, content: string | Uint8Array, overwrite: boolean): void {
  if (overwrite && existsSync(path) && !statSync(path).isFile()) throw new Error(`${path} is not a regular file`);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = openSync(temporary, "wx", OWNER_ONLY);
  try {
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (overwrite) renameSync(temporary, path);
    else moveToNew(temporary, path);
    syncFolder(dirname(resolve(path)));
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The file's new name outlives a power cut, too, where the system lets folders be synchronized. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** A rename that fails when the file exists. */
function moveToNew(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    if (existsSync(to)) throw existsError(to);
    renameSync(from, to);
  }
}

/** What the system says of a file that is not to be overwritten. */
export function existsError(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} exists`), { code: "EEXIST" });
}
