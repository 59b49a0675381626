// `sesame passwd`: hashes a password, for users.json or in it.
//
// Passwords come from a terminal or from standard input, never from the command line, which every process on the
// machine can read.

import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { type Command, InvalidArgumentError, Option } from "commander";
import { checkUser, jsonOption, parseNumber, parseUser, strictModesOption } from "./options.js";
import { passwordBytes } from "../credentials/credentials.js";
import { ARGON2ID_COSTS, hashPassword, type HashCosts } from "../credentials/password-hash.js";
import { formatPhc } from "../credentials/phc.js";
import { decodeText, linesOf, shown } from "../credentials/text.js";
import { UsageError } from "./usage-error.js";
import { type ChangeOptions, readUsersTable, setPassword } from "../credentials/users-file.js";
import { LEAST_PASSWORD_LENGTH, type UsersTable } from "../credentials/users-region.js";

interface PasswdOptions extends ChangeOptions {
  config?: string;
  argon2?: HashCosts;
  pbkdf2?: HashCosts;
  json?: true;
}

export function define(command: Command): void {
  command
    .argument("[user]", "whose password it is, in the file of --config", parseUser)
    .option("--config <file>", "users.json, which is replaced as a whole")
    .option("--add", "the user is a new one, and so may be the file")
    .addOption(
      new Option(
        "--argon2 <m,t,p>",
        "Argon2id: memory in KiB, passes, lanes (default: 19456,2,1, or as the file's others)",
      )
        .argParser(parseArgon2)
        .conflicts("pbkdf2"),
    )
    .option("--pbkdf2 <iterations>", "PBKDF2-HMAC-SHA-256 (600000 are recommended)", parsePbkdf2)
    .addOption(jsonOption())
    .addOption(strictModesOption())
    .addHelpText(
      "after",
      "\nThe password is asked for, or is the first line of standard input.\nWithout a user its hash is printed.\n" +
        "\n  sesame passwd --config users.json --add ann\n      a new user, and the file if there is none",
    )
    .action(passwd);
}

async function passwd(user: string | undefined, options: PasswdOptions): Promise<void> {
  const { config, add = false, json = false } = options;
  if ((user === undefined) !== (config === undefined)) throw new UsageError("a user and --config go together");
  if (add && user === undefined) throw new UsageError("--add is for a user in the file of --config");
  const table = config === undefined || (add && !existsSync(config)) ? undefined : readUsersTable(config, options);
  if (table) checkUser(config!, table, user!, add);
  const costs = options.argon2 ?? options.pbkdf2 ?? costsIn(table) ?? ARGON2ID_COSTS;
  const password = process.stdin.isTTY ? await askTwice() : await firstLine();
  checkNew(password, table?.leastPasswordLength);
  const hash = hashPassword(password, costs);
  password.fill(0);
  if (config === undefined) return console.log(json ? JSON.stringify({ password: formatPhc(hash) }) : formatPhc(hash));
  const problem = await setPassword(config, user!, hash, options);
  console.log(json ? JSON.stringify({ config, user, problem }) : `${config}: ${shown(user!)} has a new password`);
  if (problem !== undefined) console.error(`sesame: the file cannot be used yet: ${problem}`);
}

/** All passwords of a file have the same costs. */
function costsIn(table: UsersTable | undefined): HashCosts | undefined {
  return table?.users.find(({ password }) => password)?.password;
}

/** Throws for what a client could not choose as its new password either. */
function checkNew(password: Uint8Array, least = LEAST_PASSWORD_LENGTH): void {
  passwordBytes(password);
  if (password.length < least)
    throw new Error(
      `the password has ${password.length} bytes; a new one has at least ${least} (newPasswords.leastLength)`,
    );
}

function parseArgon2(text: string): HashCosts {
  const numbers = text.split(",").map(parseNumber);
  const [memoryKiB, passes, lanes] = numbers;
  if (numbers.length !== 3 || lanes! > 255 || memoryKiB! < 8 * lanes!)
    throw new InvalidArgumentError(
      "m,t,p are three numbers: KiB of memory, at least 8 for each lane; passes; at most 255 lanes.",
    );
  return { algorithm: "argon2id", memoryKiB: memoryKiB!, passes: passes!, lanes: lanes! };
}

function parsePbkdf2(text: string): HashCosts {
  return { algorithm: "pbkdf2-sha256", iterations: parseNumber(text) };
}

async function askTwice(): Promise<Buffer> {
  const password = await ask("Password: ");
  if (password !== (await ask("Once more: "))) throw new Error("the passwords differ");
  return Buffer.from(password, "utf8");
}

/** A line of the terminal, which does not show it. */
function ask(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(prompt); // now that the terminal does not echo any more
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => resolve(line));
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => reject(new Error("no password was given")));
  }).finally(() => {
    lines.close();
    process.stderr.write("\n");
  }) as Promise<string>;
}

/** Of standard input; of UTF-16, which PowerShell may send, all is read. */
async function firstLine(): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (bytes.includes(0x0a) && bytes[0]! < 0xfe) break;
  }
  return Buffer.from(linesOf(decodeText(bytes))[0]!, "utf8");
}
