// The server's host key file: made on the first start, kept readable by its owner alone.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { formatPrivateKey, formatPublicKey, generateKeyPair, KeyFormatError, parsePrivateKey } from "./openssh-keys.js";
import type { KeyPair } from "./openssh-keys.js";
import { existsError, PermissionsError, readPrivateFile, writePrivateFile } from "./private-file.js";

/** The key in the file. Throws a `KeyFormatError` when others may read the file or it holds no usable key. */
export function readPrivateKeyFile(path: string): KeyPair {
  try {
    return parsePrivateKey(readPrivateFile(path));
  } catch (error) {
    if (error instanceof KeyFormatError || error instanceof PermissionsError)
      throw new KeyFormatError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Writes a new key pair to `path` (0600) and `path`.pub. The private key appears whole or not at all. Throws an error with the code
 * EEXIST when one of them exists, unless `overwrite`.
 */
export function writeKeyPairFiles(path: string, pair: KeyPair, comment: string, overwrite = false): void {
  const publicPath = `${path}.pub`;
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  if (!overwrite && existsSync(publicPath)) throw existsError(publicPath);
  writePrivateFile(path, formatPrivateKey(pair, comment), overwrite);
  writeFileSync(publicPath, `${formatPublicKey(pair.publicKey, comment)}\n`, { flag: overwrite ? "w" : "wx" });
}

/** The host key in the file, which is made when there is none; `created` says so. */
export function loadHostKey(path: string): { hostKey: KeyPair; created: boolean } {
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
  return { hostKey: readPrivateKeyFile(path), created };
}
