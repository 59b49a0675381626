// Options that several commands share, and what they mean: which credentials, which users, which numbers.
//
// Passwords come from files, never from the command line, which every process on the machine can read.

import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  CredentialsError,
  DEVELOPMENT_USER,
  encodeCredentials,
  type UserauthBuild,
  USERAUTH_BUILDS,
} from "./credentials.js";
import { KeyFormatError, parsePublicKey } from "./openssh-keys.js";
import { UsageError } from "./usage-error.js";
import { readUsersFile } from "./users-file.js";
import type { UsersTable } from "./users-region.js";

const UINT32_MAX = 0xffffffff;

/** One user, as the command line names it. */
export interface CredentialOptions {
  userauth?: UserauthBuild;
  user?: string;
  passwordFile?: string;
  authorizedKey?: string;
}

/** `--config` beside the options for one user. */
export interface ConfigOptions extends CredentialOptions {
  config?: string;
}

/** The build that is meant, and its credentials if any were given. */
export interface GivenCredentials {
  build: UserauthBuild;
  region?: Uint8Array;
}

/** Adds the options that `givenUsers` and `givenCredentials` read. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option("--config <file>", "several users, and how each logs in: users.json (docs/users.md)")
    .addOption(
      new Option("--userauth <build>", "which userauth module (default: as the credentials ask)").choices(
        USERAUTH_BUILDS,
      ),
    )
    .option("--user <name>", "who may log in (default: admin)")
    .option("--password-file <file>", "the password is the first line of the file")
    .option("--authorized-key <file>", "the public key (Ed25519), as in a .pub file");
}

/** For options whose value is a port; 0 takes a free one. */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return Number(text);
}

/** For the options whose value is from 1 to 2^32 − 1. */
export function parseNumber(text: string): number {
  const value = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : NaN;
  if (!(value <= UINT32_MAX)) throw new InvalidArgumentError("a whole number from 1 on is wanted.");
  return value;
}

/** The users of `--config`, if that is given. */
export function givenUsers({
  config,
  userauth,
  user,
  passwordFile,
  authorizedKey,
}: ConfigOptions): UsersTable | undefined {
  if (config === undefined) return undefined;
  if (userauth ?? user ?? passwordFile ?? authorizedKey)
    throw new UsageError(
      "--config names the users; --userauth, --user, --password-file and --authorized-key do not go with it",
    );
  return readUsersFile(config);
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
