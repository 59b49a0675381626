// Who else could read or replace a file: what sshd's StrictModes asks of authorized_keys, and ssh of private keys.
//
// A file and the folders above it, up to the home folder or the root, belong to the user or to root, and nobody else
// may write there; a file with secrets nobody else may read. A folder where anybody may write but only owners may
// rename (/tmp) replaces nothing. Windows has other permissions, which are not looked at.

import { realpathSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { shellQuoted } from "./text.js";

const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Others could read or replace the file. The message is meant for the person who gave it; it names what, and says what
 * to do.
 */
export class PermissionsError extends Error {
  override name = "PermissionsError";
}

/**
 * Checks the file that is open, `stats`, and the folders of its path. Throws a `PermissionsError`. Pipes and devices
 * are nobody's to replace.
 */
export function checkStrictModes(path: string, stats: Stats, secret: boolean): void {
  if (process.platform === "win32" || !stats.isFile()) return;
  checkOwner("it", stats);
  if (secret && (stats.mode & OPEN_TO_OTHERS) !== 0)
    refuse(stats, `are too open for a file with secrets; chmod 600 ${shellQuoted(path)}`);
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) refuse(stats, `let others write; chmod go-w ${shellQuoted(path)}`);
  const home = realHome();
  for (let folder = dirname(realpathSync(path)); ; folder = dirname(folder)) {
    checkFolder(folder, statSync(folder));
    if (folder === home || folder === dirname(folder)) return;
  }
}

function checkFolder(folder: string, stats: Stats): void {
  checkOwner(`its folder ${shellQuoted(folder)}`, stats);
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0 && (stats.mode & STICKY) === 0)
    refuse(stats, `of its folder let others replace it; chmod go-w ${shellQuoted(folder)}`);
}

function checkOwner(what: string, { uid }: Stats): void {
  if (uid !== 0 && uid !== process.geteuid!())
    throw new PermissionsError(`${what} belongs to another user, uid ${uid}, who could replace it`);
}

function refuse({ mode }: Stats, problem: string): never {
  throw new PermissionsError(`permissions ${(mode & 0o777).toString(8).padStart(4, "0")} ${problem}`);
}

/** Where the system says that it is; undefined where it is not. */
function realHome(): string | undefined {
  try {
    return realpathSync(homedir());
  } catch {
    return undefined;
  }
}
