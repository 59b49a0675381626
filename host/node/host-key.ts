// The server's host key file: made on the first start, kept readable by its owner alone.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";
import { formatPrivateKey, formatPublicKey, generateKeyPair, KeyFormatError, parsePrivateKey } from "./openssh-keys.js";
import type { KeyPair } from "./openssh-keys.js";

const OWNER_ONLY = 0o600;
const GROUP_AND_OTHERS = 0o077;

/** The key in the file. Throws a `KeyFormatError` when others may read the file or it holds no usable key. */
export function readPrivateKeyFile(path: string): KeyPair {
  const text = readFileSync(path, "utf8");
  const { mode } = statSync(path);
  if (process.platform !== "win32" && (mode & GROUP_AND_OTHERS) !== 0) {
    const permissions = (mode & 0o777).toString(8).padStart(4, "0");
    throw new KeyFormatError(`${path}: permissions ${permissions} are too open for a private key; chmod 600 ${path}`);
  }
  try {
    return parsePrivateKey(text);
  } catch (error) {
    if (error instanceof KeyFormatError) throw new KeyFormatError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Writes a new key pair to `path` (0600) and `path`.pub. The private key appears whole or not at all. Throws when `path` exists, unless
 * `overwrite`.
 */
export function writeKeyPairFiles(path: string, pair: KeyPair, comment: string, overwrite = false): void {
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  const text = formatPrivateKey(pair, comment);
  const publicLine = `${formatPublicKey(pair.publicKey, comment)}\n`;
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  writeFileSync(temporary, text, { mode: OWNER_ONLY, flag: "wx" });
  try {
    if (overwrite) renameSync(temporary, path);
    else linkSync(temporary, path); // unlike a rename, fails when the file exists
  } finally {
    rmSync(temporary, { force: true });
  }
  writeFileSync(`${path}.pub`, publicLine);
}

/** The host key in the file, which is made when there is none; `created` says so. */
export function loadHostKey(path: string): { hostKey: KeyPair; created: boolean } {
  let created = false;
  try {
    statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    try {
      writeKeyPairFiles(path, generateKeyPair(), "sesame host key");
      created = true;
    } catch (failure) {
      // Another server may have made it meanwhile.
      if ((failure as NodeJS.ErrnoException).code !== "EEXIST") throw failure;
    }
  }
  return { hostKey: readPrivateKeyFile(path), created };
}
