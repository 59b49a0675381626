// Files that appear whole or not at all, at any moment and after a crash at any moment; those with secrets are for
// their owner alone.
//
// host-key.ts writes key pairs this way, users-file.ts password hashes, cli/build.ts modules with credentials.

import {
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";

const OWNER_ONLY = 0o600;
/** What file systems without hard links say. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

export interface WriteOptions {
  /** Default: false; then a file that is there is an error with the code EEXIST. */
  overwrite?: boolean;
  /** Default: its owner alone reads and writes it. */
  mode?: number;
  /** Called at last, before the file gets its name; what it throws leaves everything as it was. */
  confirm?: () => void;
}

/** Writes a file. What it replaces, a link included, is not written to. */
export function writePrivateFile(path: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const { overwrite = false, mode = OWNER_ONLY, confirm = () => {} } = options;
  const former = overwrite ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (former && !former.isFile()) throw new Error(`${path} is not a regular file`);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = openSync(temporary, "wx", mode);
  try {
    try {
      writeFileSync(file, content);
      keepOwner(file, former);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    confirm();
    if (overwrite) renameSync(temporary, path);
    else moveToNew(temporary, path);
    syncFolder(dirname(resolve(path)));
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** What root replaces stays its owner's, who would not be able to read it any more. */
function keepOwner(file: number, former: Stats | undefined): void {
  if (former && process.geteuid?.() === 0) fchownSync(file, former.uid, former.gid);
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
