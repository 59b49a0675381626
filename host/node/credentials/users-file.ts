// `users.json` as a file: read by `sesame serve` and `sesame build`, and replaced as a whole when something in it
// changes.
//
// Whoever reads it sees the old file or the new one, at any moment and after a crash at any moment. Whoever changes it
// does so alone (file-lock.ts), and changes what is there then: all else in it stays.

import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseAuthorizedKey } from "./authorized-keys.js";
import { CredentialsError } from "./credentials.js";
import { withLock } from "./file-lock.js";
import { type FileOptions, readGivenFile } from "./given-file.js";
import { parseJson } from "../../core/json-text.js";
import { formatPhc, parsePhc } from "./phc.js";
import type { PasswordHash } from "./phc.js";
import { writePrivateFile } from "./private-file.js";
import { shown, TextError } from "./text.js";
import type { StorePassword } from "../userauth/service.js";
import { parseUsersConfig } from "./users-config.js";
import { checkServed } from "../userauth/user-regions.js";
import type { UsersTable } from "./users-region.js";

/** How users are changed. */
export interface ChangeOptions extends FileOptions {
  /** The user is a new one, and so may be the file. Default: false, and there is such a user. */
  add?: boolean;
}

/**
 * The users in the file. Throws a `FileError` when it cannot be read, and a `CredentialsError` that names it when it
 * will not do.
 */
export function readUsersFile(path: string, options?: FileOptions): UsersTable {
  const table = readUsersTable(path, options);
  if (isNobody(table)) throw new CredentialsError(`${path}: ${NOBODY}`);
  return table;
}

/** The same for a file that may be on its way: without users, or with some that cannot log in yet. */
export function readUsersTable(path: string, options?: FileOptions): UsersTable {
  return tableOf(path, readJson(path, options), options);
}

/** For `ServerOptions.storePassword`: replaces the file. Refuses when somebody else has changed that password in it. */
export function storePasswordIn(path: string, options?: FileOptions): StorePassword {
  return async ({ user, previous, password }) => {
    await changeUser(path, user, { ...options, check: checkServed }, (entry) => {
      if (entry.password === undefined || formatPhc(parsePhc(entry.password)) !== formatPhc(previous))
        throw new CredentialsError(`${path}: the password has been changed since it was read`);
      putPassword(entry, password);
    });
  };
}

/**
 * Gives a user of the file a password. Returns why nobody could use the file yet: others have no password still, or one
 * with other costs; undefined when all is well. Throws a `CredentialsError`, and the file stays, when it has no such
 * user, or has one that was to be added.
 */
export async function setPassword(
  path: string,
  user: string,
  password: PasswordHash,
  options?: ChangeOptions,
): Promise<string | undefined> {
  return problemOf(await changeUser(path, user, options, (entry) => putPassword(entry, password)));
}

/** Gives a user of the file keys, which are lines of authorized_keys; else like `setPassword`. */
export async function addKeys(
  path: string,
  user: string,
  lines: string[],
  options?: ChangeOptions,
): Promise<string | undefined> {
  const check = ({ users }: UsersTable): void => {
    const { keys = [] } = users.find(({ name }) => name === user)!;
    if (new Set(keys.map(({ blob }) => Buffer.from(blob).toString("base64"))).size < keys.length)
      throw new CredentialsError(`${path}: ${shown(user)} has such a key already`);
  };
  for (const line of lines) parseAuthorizedKey(line);
  const table = await changeUser(path, user, { ...options, check }, (entry) => {
    entry.keys = [...(entry.keys ?? []), ...lines];
  });
  return problemOf(table);
}

/** Takes a user out of the file; else like `setPassword`. */
export async function removeUser(path: string, user: string, options?: FileOptions): Promise<string | undefined> {
  return problemOf(
    await changeUsers(path, options, (users) => {
      users.splice(users.indexOf(userIn(path, users, user)), 1);
    }),
  );
}

const NOBODY = "users: there is none, so nobody could log in; sesame passwd --config FILE --add USER adds one";

/** Nobody is in the table, and nobody would decide about others. */
function isNobody({ users, hostDecides }: UsersTable): boolean {
  return users.length === 0 && !hostDecides?.others?.length;
}

function problemOf(table: UsersTable): string | undefined {
  if (isNobody(table)) return NOBODY;
  try {
    checkServed(table);
    return undefined;
  } catch (error) {
    if (error instanceof CredentialsError) return error.message;
    throw error;
  }
}

/** A user as the file has it; what else is there stays. */
interface StoredUser {
  name: string;
  password?: string;
  passwordExpired?: boolean;
  keys?: string[];
}

interface CheckedOptions extends ChangeOptions {
  /** Throws for a table that is not to be stored. */
  check?: (table: UsersTable) => unknown;
}

function putPassword(entry: StoredUser, password: PasswordHash): void {
  entry.password = formatPhc(password);
  delete entry.passwordExpired;
}

function userIn(path: string, users: StoredUser[], name: string): StoredUser {
  const entry = users.find((user) => user.name === name);
  if (!entry) throw new CredentialsError(`${path}: there is no user ${shown(name)} in it`);
  return entry;
}

function changeUser(
  path: string,
  name: string,
  options: CheckedOptions = {},
  change: (entry: StoredUser) => void,
): Promise<UsersTable> {
  return changeUsers(path, options, (users) => {
    if (!options.add) return change(userIn(path, users, name));
    if (users.some((user) => user.name === name))
      throw new CredentialsError(`${path}: there is a user ${shown(name)} in it already`);
    const entry: StoredUser = { name };
    change(entry);
    users.push(entry);
  });
}

async function changeUsers(
  path: string,
  options: CheckedOptions = {},
  change: (users: StoredUser[]) => void,
): Promise<UsersTable> {
  const { add = false, check = () => {} } = options;
  const isNew = (): boolean => add && !existsSync(path);
  // a link stays one
  const target = isNew() ? resolve(path) : realpathSync(path);
  return withLock(target, (confirm) => {
    const json = isNew() ? { users: [] } : readJson(path, options);
    tableOf(path, json, options);
    change((json as { users: StoredUser[] }).users);
    const table = tableOf(path, json, options);
    check(table);
    writePrivateFile(target, `${JSON.stringify(json, null, 2)}\n`, { overwrite: true, confirm });
    return table;
  });
}

function readJson(path: string, options?: FileOptions): unknown {
  try {
    return parseJson(readGivenFile(path, true, options));
  } catch (error) {
    if (error instanceof TextError) throw new CredentialsError(`${path}: ${error.message}`);
    throw error;
  }
}

function tableOf(path: string, json: unknown, options?: FileOptions): UsersTable {
  const folder = dirname(resolve(path));
  try {
    return parseUsersConfig(json, (file) => readGivenFile(resolve(folder, file), false, options));
  } catch (error) {
    if (error instanceof CredentialsError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}
