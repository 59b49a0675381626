// What `sesame serve` and `sesame build` make of the options that name credentials.
//
// Passwords come from files, never from the command line, which every process on the machine can read.

import { readFileSync } from "node:fs";
import { CredentialsError, DEVELOPMENT_USER, encodeCredentials } from "./credentials.js";
import type { UserauthBuild } from "./credentials.js";
import { KeyFormatError, parsePublicKey } from "./openssh-keys.js";

/** The command line makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The options as the command line gives them. */
export interface CredentialOptions {
  userauth?: UserauthBuild;
  user?: string;
  passwordFile?: string;
  authorizedKey?: string;
}

/** The build that is meant, and its credentials if any were given. */
export interface GivenCredentials {
  build: UserauthBuild;
  region?: Uint8Array;
}

/** Throws a `UsageError` for options that contradict each other, and errors that name the file for contents that will not do. */
export function givenCredentials({ userauth, user, passwordFile, authorizedKey }: CredentialOptions): GivenCredentials {
  const build = userauth ?? (authorizedKey === undefined ? "password" : "publickey");
  if (build === "password" && authorizedKey !== undefined)
    throw new UsageError("--userauth password takes --password-file, not --authorized-key");
  if (build !== "password" && passwordFile !== undefined)
    throw new UsageError(`--userauth ${build} takes --authorized-key, not --password-file`);
  if (passwordFile === undefined && authorizedKey === undefined) {
    if (user === undefined) return { build };
    throw new UsageError(`--user needs ${build === "password" ? "--password-file" : "--authorized-key"}`);
  }
  const name = user ?? DEVELOPMENT_USER;
  const file = (passwordFile ?? authorizedKey)!;
  try {
    const secret =
      passwordFile === undefined ? { publicKey: readPublicKeyFile(file) } : { password: readPasswordFile(file) };
    return { build, region: encodeCredentials(build, { user: name, ...secret }) };
  } catch (error) {
    if (error instanceof CredentialsError || error instanceof KeyFormatError)
      error.message = `${file}: ${error.message}`;
    throw error;
  }
}

/** The file's first line, without its end. */
function readPasswordFile(path: string): Uint8Array {
  const text = readFileSync(path);
  const newline = text.indexOf(0x0a);
  const line = newline < 0 ? text : text.subarray(0, newline);
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

function readPublicKeyFile(path: string): Uint8Array {
  return parsePublicKey(readFileSync(path, "utf8")).publicKey;
}
