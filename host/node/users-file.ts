// `users.json` as a file: read by `sesame serve` and `sesame build`, and replaced as a whole when a password changes.
//
// Whoever reads it sees the old file or the new one, at any moment and after a crash at any moment.

import { readFileSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CredentialsError } from "./credentials.js";
import { formatPhc, parsePhc } from "./phc.js";
import type { PasswordHash } from "./phc.js";
import { PermissionsError, readPrivateFile, writePrivateFile } from "./private-file.js";
import type { StorePassword } from "./userauth-service.js";
import { parseUsersConfig } from "./users-config.js";
import { encodeUsers } from "./users-region.js";
import type { UsersTable } from "./users-region.js";

/** The users in the file. Throws a `CredentialsError` that names the file when others may read it or it will not do. */
export function readUsersFile(path: string): UsersTable {
  return tableOf(path, readJson(path));
}

/** For `ServerOptions.storePassword`: replaces the file. Refuses when somebody else has changed that password in it. */
export function storePasswordIn(path: string): StorePassword {
  return ({ user, previous, password }) => {
    const checkPresent = (present: string | undefined): void => {
      if (present === undefined || formatPhc(parsePhc(present)) !== formatPhc(previous))
        throw new CredentialsError(`${path}: the password has been changed since it was read`);
    };
    replacePassword(path, user, password, checkPresent, encodeUsers);
  };
}

/**
 * Gives a user of the file a password. Returns why nobody could use the file yet: others have no password still, or one with other costs;
 * undefined when all is well. Throws a `CredentialsError`, and the file stays, when it has no such user.
 */
export function setPassword(path: string, user: string, password: PasswordHash): string | undefined {
  const table = replacePassword(
    path,
    user,
    password,
    () => {},
    () => {},
  );
  try {
    encodeUsers(table);
    return undefined;
  } catch (error) {
    if (error instanceof CredentialsError) return error.message;
    throw error;
  }
}

/** Users as they are in the file. */
interface StoredUser {
  name: string;
  password?: string;
  passwordExpired?: boolean;
}

function replacePassword(
  path: string,
  user: string,
  password: PasswordHash,
  checkPresent: (present: string | undefined) => void,
  checkTable: (table: UsersTable) => void,
): UsersTable {
  const json = readJson(path);
  tableOf(path, json);
  const { users } = json as { users: StoredUser[] };
  const entry = users.find(({ name }) => name === user);
  if (!entry) throw new CredentialsError(`${path}: there is no user ${JSON.stringify(user)} in it`);
  checkPresent(entry.password);
  entry.password = formatPhc(password);
  delete entry.passwordExpired;
  const table = tableOf(path, json);
  checkTable(table);
  // a link stays one
  writePrivateFile(realpathSync(path), `${JSON.stringify(json, null, 2)}\n`, true);
  return table;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readPrivateFile(path));
  } catch (error) {
    if (error instanceof PermissionsError || error instanceof SyntaxError)
      throw new CredentialsError(`${path}: ${error.message}`);
    throw error;
  }
}

function tableOf(path: string, json: unknown): UsersTable {
  const folder = dirname(resolve(path));
  try {
    return parseUsersConfig(json, (file) => readFileSync(resolve(folder, file), "utf8"));
  } catch (error) {
    if (error instanceof CredentialsError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}
