// Key pairs as files: the server's host key, made on the first start and kept readable by its owner alone, and those of
// `sesame keygen`.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type FileOptions, readGivenFile } from "../credentials/given-file.js";
import {
  formatPrivateKey,
  formatPublicKey,
  generateKeyPair,
  KeyFormatError,
  parsePrivateKey,
} from "../credentials/openssh-keys.js";
import type { KeyPair } from "../credentials/openssh-keys.js";
import { existsError, writePrivateFile } from "../credentials/private-file.js";

const READABLE_BY_ALL = 0o644;

/**
 * The key in the file. Throws a `FileError` when others could read or replace it, a `KeyFormatError` when it holds no
 * usable key.
 */
export function readPrivateKeyFile(path: string, options?: FileOptions): KeyPair {
  const text = readGivenFile(path, true, options);
  try {
    return parsePrivateKey(text);
  } catch (error) {
    if (error instanceof KeyFormatError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/**
 * Writes a new key pair to `path` (0600) and `path`.pub. Each appears whole or not at all. Throws an error with the
 * code EEXIST when one of them exists, unless `overwrite`.
 */
export function writeKeyPairFiles(path: string, pair: KeyPair, comment: string, overwrite = false): void {
  const publicPath = `${path}.pub`;
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  if (!overwrite && existsSync(publicPath)) throw existsError(publicPath);
  writePrivateFile(path, formatPrivateKey(pair, comment), { overwrite });
  writePrivateFile(publicPath, `${formatPublicKey(pair.publicKey, comment)}\n`, { overwrite, mode: READABLE_BY_ALL });
}

/** The host key in the file, which is made when there is none; `created` says so. */
export function loadHostKey(path: string, options?: FileOptions): { hostKey: KeyPair; created: boolean } {
  let created = false;
  if (!existsSync(path)) {
    try {
      writeKeyPairFiles(path, generateKeyPair(), "sesame host key");
      created = true;
    } catch (error) {
      // Another server may have made it meanwhile; a public key alone is of some other one.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !existsSync(path)) throw error;
    }
  }
  return { hostKey: readPrivateKeyFile(path, options), created };
}
