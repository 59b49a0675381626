// `sesame users`: who is in users.json; a key for one of them; one less.

import { existsSync } from "node:fs";
import type { Command } from "commander";
import { checkUser, jsonOption, parseUser, strictModesOption } from "./options.js";
import { readGivenFile } from "../credentials/given-file.js";
import { KeyFormatError } from "../../core/key-format-error.js";
import { readKeyLines } from "../credentials/key-text.js";
import { blobFingerprint } from "../credentials/openssh-keys.js";
import { describeCosts } from "../credentials/phc.js";
import { decodeText, shown } from "../credentials/text.js";
import { addKeys, type ChangeOptions, readUsersTable, removeUser } from "../credentials/users-file.js";
import type { Method, UserEntry } from "../credentials/users-region.js";
import { WireReader } from "../credentials/wire.js";

const DEFAULT_CONFIG = "users.json";

interface UsersOptions extends ChangeOptions {
  config: string;
  json?: true;
}

export function define(command: Command): void {
  const subcommand = (usage: string, description: string): Command =>
    command
      .command(usage)
      .description(description)
      .option("--config <file>", "the file, which is replaced as a whole when it changes", DEFAULT_CONFIG)
      .addOption(jsonOption())
      .addOption(strictModesOption());
  subcommand("list", "who may log in, and how").action(list);
  subcommand("add-key", "let a user log in with another key")
    .argument("<user>", "who", parseUser)
    .argument("<key-file>", "a .pub file, or lines of authorized_keys; - is standard input")
    .option("--add", "the user is a new one, and so may be the file")
    .action(addKey);
  subcommand("remove", "take a user out").argument("<user>", "who", parseUser).action(remove);
  command.addHelpText("after", "\nPasswords are given by sesame passwd --config FILE USER, to new users with --add.");
}

function list({ config, json, ...options }: UsersOptions): void {
  const users = readUsersTable(config, options).users.map(describe);
  if (json) return console.log(JSON.stringify(users, null, 2));
  for (const { name, password, passwordExpired, keys, required } of users) {
    console.log(`${shown(name)}  ${required.map((list) => list.join("+")).join(" or ") || "cannot log in yet"}`);
    if (password !== null) console.log(`  password  ${password}${passwordExpired ? ", expired" : ""}`);
    for (const { type, fingerprint } of keys) console.log(`  key       ${type} ${fingerprint}`);
  }
}

/** A user as scripts get it, without the hash. */
interface UserDescription {
  name: string;
  /** The hash's algorithm and parameters; null for no password. */
  password: string | null;
  passwordExpired: boolean;
  keys: { type: string; fingerprint: string }[];
  required: Method[][];
}

function describe({ name, password, passwordExpired = false, keys = [], required }: UserEntry): UserDescription {
  return {
    name,
    password: password ? describeCosts(password) : null,
    passwordExpired,
    keys: keys.map(({ blob }) => ({ type: new WireReader(blob).text(), fingerprint: blobFingerprint(blob) })),
    required,
  };
}

async function addKey(user: string, file: string, options: UsersOptions): Promise<void> {
  const text = file === "-" ? decodeText(await readAll()) : readGivenFile(file, false, options);
  const lines = readKeyLines(text).map(({ line }) => line);
  if (lines.length === 0) throw new KeyFormatError(`${file}: there is no public key in it`);
  const { config, add = false } = options;
  if (!add || existsSync(config)) checkUser(config, readUsersTable(config, options), user, add);
  report(await addKeys(config, user, lines, options), user, "has another key", options);
}

async function remove(user: string, options: UsersOptions): Promise<void> {
  report(await removeUser(options.config, user, options), user, "is removed", options);
}

/** `problem`: why nobody can use the file yet. */
function report(problem: string | undefined, user: string, what: string, { config, json }: UsersOptions): void {
  console.log(json ? JSON.stringify({ config, user, problem }) : `${config}: ${shown(user)} ${what}`);
  if (problem !== undefined) console.error(`sesame: the file cannot be used yet: ${problem}`);
}

async function readAll(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
