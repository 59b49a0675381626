// Options that several commands share, and what they mean: which credentials, which users, which numbers.
//
// Passwords come from files, never from the command line, which every process on the machine can read.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_TRANSPORT, TRANSPORTS } from "../../../assembly/abi/builds.js";
import {
  CredentialsError,
  DEVELOPMENT_USER,
  encodeCredentials,
  type UserauthBuild,
  USERAUTH_BUILDS,
  userNameBytes,
} from "../credentials/credentials.js";
import { type FileOptions, readGivenFile } from "../credentials/given-file.js";
import { KeyFormatError, parsePublicKey } from "../credentials/openssh-keys.js";
import { linesOf, shown } from "../credentials/text.js";
import { UsageError } from "./usage-error.js";
import { readUsersFile } from "../credentials/users-file.js";
import type { UsersTable } from "../credentials/users-region.js";

const UINT32_MAX = 0xffffffff;

/** One user, as the command line names it. */
export interface CredentialOptions extends FileOptions {
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
    .option("--user <name>", "who may log in (default: admin)", parseUser)
    .option("--password-file <file>", "the password is the first line of the file")
    .option("--authorized-key <file>", "the public key (Ed25519), as in a .pub file")
    .addOption(strictModesOption());
}

/** For commands whose results scripts read. */
export function jsonOption(): Option {
  return new Option("--json", "print the result as JSON");
}

/** Which transport module serves. */
export function transportOption(): Option {
  return new Option("--transport <build>", "all key exchanges and ciphers, or those of the smallest module")
    .choices(Object.keys(TRANSPORTS))
    .default(DEFAULT_TRANSPORT);
}

/** Whether files are checked as by sshd's StrictModes. */
export function strictModesOption(): Option {
  return new Option("--no-strict-modes", "take files that others could read or replace, too");
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
export function givenUsers(options: ConfigOptions): UsersTable | undefined {
  const { config, userauth, user, passwordFile, authorizedKey } = options;
  if (config === undefined) return undefined;
  if ((userauth ?? user ?? passwordFile ?? authorizedKey) !== undefined)
    throw new UsageError(
      "--config names the users; --userauth, --user, --password-file and --authorized-key do not go with it",
    );
  return readUsersFile(config, options);
}

/**
 * Throws a `UsageError` for options that contradict each other, and errors that name the file for contents that will
 * not do.
 */
export function givenCredentials(options: CredentialOptions): GivenCredentials {
  const { userauth, user = DEVELOPMENT_USER, passwordFile, authorizedKey } = options;
  const build = userauth ?? (authorizedKey === undefined ? "password" : "publickey");
  if (build === "password" && authorizedKey !== undefined)
    throw new UsageError("--userauth password takes --password-file, not --authorized-key");
  if (build !== "password" && passwordFile !== undefined)
    throw new UsageError(`--userauth ${build} takes --authorized-key, not --password-file`);
  const file = passwordFile ?? authorizedKey;
  if (file === undefined) {
    if (options.user === undefined) return { build };
    throw new UsageError(`--user needs ${build === "password" ? "--password-file" : "--authorized-key"}`);
  }
  const text = readGivenFile(file, passwordFile !== undefined, options);
  try {
    // the password is the first line
    const secret =
      passwordFile === undefined ? { publicKey: parsePublicKey(text).publicKey } : { password: linesOf(text)[0]! };
    return { build, region: encodeCredentials(build, { user, ...secret }) };
  } catch (error) {
    if (error instanceof CredentialsError || error instanceof KeyFormatError)
      error.message = `${file}: ${error.message}`;
    throw error;
  }
}

/** For options whose value is the name of a user. */
export function parseUser(text: string): string {
  try {
    userNameBytes(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
  // what was not UTF-8 on the command line has become this
  if (text.includes("\ufffd")) throw new InvalidArgumentError("the user name is not UTF-8.");
  return text;
}

/** Throws where a change would: so that nobody is asked for a password in vain. `add`: the user is to be a new one. */
export function checkUser(path: string, { users }: UsersTable, name: string, add: boolean): void {
  const isThere = users.some((user) => user.name === name);
  if (isThere && add) throw new Error(`${path}: there is a user ${shown(name)} in it already; --add is for new ones`);
  if (!isThere && !add) throw new Error(`${path}: there is no user ${shown(name)} in it; --add adds one`);
}
