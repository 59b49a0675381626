// The users' configuration, `users.json` (docs/users.md): from JSON to the table that users-region.ts encodes.
//
// Everything is checked before anything is made of it: a property that is misspelled, of a wrong type or unknown is an
// error that names its place, as `users[2].keys[0]`, and says what to do.

import { parseAuthorizedKey, parseAuthorizedKeys } from "./authorized-keys.js";
import { CredentialsError } from "./credentials.js";
import { FileError } from "./given-file.js";
import { KeyFormatError } from "../../core/key-format-error.js";
import { isPermissionName, NO_NAME } from "../userauth/permissions.js";
import { parsePhc, PhcError } from "./phc.js";
import { textProblem } from "./text.js";
import { METHODS } from "./users-region.js";
import type { Method, UserEntry, UserKey, UsersTable } from "./users-region.js";

/** Reads the text of an `authorizedKeysFile`. */
export type ReadFile = (path: string) => string;

/** The table that a configuration means. Throws a `CredentialsError`. */
export function parseUsersConfig(config: unknown, readFile: ReadFile): UsersTable {
  const { users, limits, banner, newPasswords, hostDecides } = properties(config, "", {
    users: required(array),
    limits: object,
    banner: object,
    newPasswords: object,
    hostDecides: object,
  });
  const { text, language } = properties(banner ?? {}, "banner", { text: string, language: string });
  const { leastLength } = properties(newPasswords ?? {}, "newPasswords", { leastLength: number });
  return {
    ...defined({ bannerLanguage: language, banner: text, leastPasswordLength: leastLength }),
    ...defined(properties(limits ?? {}, "limits", { failures: number, queries: number, requests: number })),
    ...(hostDecides !== undefined && {
      hostDecides: defined(properties(hostDecides, "hostDecides", { known: methods, others: methods })),
    }),
    users: users.map((user, index) => parseUser(user, `users[${index}]`, readFile)),
  };
}

function parseUser(value: unknown, path: string, readFile: ReadFile): UserEntry {
  const user = properties(value, path, {
    name: required(string),
    password: string,
    passwordExpired: boolean,
    methods,
    required: array,
    keys: array,
    authorizedKeysFile: string,
    admin: boolean,
    commands: names,
    channels: names,
  });
  const lists = user.required?.map((list, index) => methods(list, `${path}.required[${index}]`));
  if (lists && user.methods) fail(path, "methods (each of them is enough) and required (lists) exclude each other");
  const keys = [
    ...(user.keys ?? []).map((line, index) => {
      const place = `${path}.keys[${index}]`;
      return explained(place, () => parseAuthorizedKey(string(line, place)));
    }),
    ...keysOfFile(user.authorizedKeysFile, `${path}.authorizedKeysFile`, readFile),
  ];
  const { password } = user;
  return {
    name: user.name,
    ...(password !== undefined && { password: explained(`${path}.password`, () => parsePhc(password)) }),
    ...defined({ passwordExpired: user.passwordExpired }),
    ...defined({ admin: user.admin, commands: user.commands, channels: user.channels }),
    keys,
    required: lists ?? (user.methods ?? methodsOf(keys, password)).map((method) => [method]),
  };
}

function keysOfFile(file: string | undefined, path: string, readFile: ReadFile): UserKey[] {
  if (file === undefined) return [];
  return explained(path, () => {
    try {
      return parseAuthorizedKeys(readFile(file));
    } catch (error) {
      if (error instanceof KeyFormatError) error.message = `${file}, ${error.message}`;
      throw error;
    }
  });
}

/** Each method that the user has something for. */
function methodsOf(keys: UserKey[], password: string | undefined): Method[] {
  return METHODS.filter((method) => (method === "publickey" ? keys.length > 0 : password !== undefined));
}

/** Runs a parser of something that people write, and adds the place to what it has to say. */
function explained<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PhcError || error instanceof KeyFormatError || error instanceof FileError)
      fail(path, error.message, error);
    throw error;
  }
}

function fail(path: string, reason: string, cause?: Error): never {
  throw new CredentialsError(path === "" ? reason : `${path}: ${reason}`, { cause });
}

/** Checks a value and returns it. */
type Check<T> = (value: unknown, path: string) => T;

interface RequiredCheck<T> {
  required: Check<T>;
}

type Properties<Checks> = {
  [Name in keyof Checks]: Checks[Name] extends RequiredCheck<infer T>
    ? T
    : Checks[Name] extends Check<infer T>
      ? T | undefined
      : never;
};

function required<T>(check: Check<T>): RequiredCheck<T> {
  return { required: check };
}

/** The properties of an object, which has no others. */
function properties<Checks extends Record<string, Check<unknown> | RequiredCheck<unknown>>>(
  value: unknown,
  path: string,
  checks: Checks,
): Properties<Checks> {
  const given = object(value, path);
  const placeOf = (name: string) => (path === "" ? name : `${path}.${name}`);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) fail(placeOf(unknown), `there is no such property, but ${Object.keys(checks).join(", ")}`);
  const result: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    const isRequired = typeof check !== "function";
    if (Object.hasOwn(given, name)) result[name] = (isRequired ? check.required : check)(given[name], placeOf(name));
    else if (isRequired) fail(placeOf(name), "it is missing");
  }
  return result as Properties<Checks>;
}

/** Without the properties that are undefined. */
function defined<T extends object>(value: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(value).filter(([, property]) => property !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path, "an object is wanted: { … }");
  return value as Record<string, unknown>;
}

function array(value: unknown, path: string): unknown[] {
  return Array.isArray(value) ? value : fail(path, "a list is wanted: [ … ]");
}

function string(value: unknown, path: string): string {
  if (typeof value !== "string") return fail(path, 'a string is wanted: "…"');
  const problem = textProblem(value);
  return problem ? fail(path, problem.reason) : value;
}

/** Of commands or channels. */
function names(value: unknown, path: string): string[] {
  return array(value, path).map((element, index) => {
    const place = `${path}[${index}]`;
    const name = string(element, place);
    return isPermissionName(name) ? name : fail(place, `${JSON.stringify(name)} is ${NO_NAME}`);
  });
}

function number(value: unknown, path: string): number {
  return typeof value === "number" ? value : fail(path, "a number is wanted");
}

function boolean(value: unknown, path: string): boolean {
  return typeof value === "boolean" ? value : fail(path, "true or false is wanted");
}

function methods(value: unknown, path: string): Method[] {
  return array(value, path).map((name, index) => {
    const method = METHODS.find((known) => known === name);
    return method ?? fail(`${path}[${index}]`, `a method is wanted: ${METHODS.join(", ")}`);
  });
}
