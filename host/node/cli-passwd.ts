// `sesame passwd`: hashes a password for users.json.
//
// Passwords come from a terminal or from standard input, never from the command line.

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseNumber } from "./cli-options.js";
import { ARGON2ID_COSTS, hashPassword, type HashCosts } from "./password-hash.js";
import { formatPhc } from "./phc.js";
import { UsageError } from "./usage-error.js";
import { readUsersFile, setPassword } from "./users-file.js";

interface PasswdOptions {
  config?: string;
  argon2?: HashCosts;
  pbkdf2?: HashCosts;
}

export function define(command: Command): void {
  command
    .argument("[user]", "whose password it is, in the file of --config")
    .option("--config <file>", "users.json, which is replaced as a whole")
    .addOption(
      new Option(
        "--argon2 <m,t,p>",
        "Argon2id: memory in KiB, passes, lanes (default: 19456,2,1, or as the file's others)",
      )
        .argParser(parseArgon2)
        .conflicts("pbkdf2"),
    )
    .option("--pbkdf2 <iterations>", "PBKDF2-HMAC-SHA-256 (600000 are recommended)", parsePbkdf2)
    .action(passwd);
}

async function passwd(user: string | undefined, { config, argon2, pbkdf2 }: PasswdOptions): Promise<void> {
  if ((user === undefined) !== (config === undefined)) throw new UsageError("a user and --config go together");
  const costs = argon2 ?? pbkdf2 ?? (config === undefined ? undefined : costsIn(config, user!)) ?? ARGON2ID_COSTS;
  const password = process.stdin.isTTY ? await askTwice() : await firstLine();
  const hash = hashPassword(password, costs);
  password.fill(0);
  if (config === undefined) return console.log(formatPhc(hash));
  const missing = setPassword(config, user!, hash);
  console.log(`${config}: ${user} has a new password`);
  if (missing !== undefined) console.error(`sesame: the file cannot be used yet: ${missing}`);
}

/** All passwords of a file have the same costs. */
function costsIn(config: string, user: string): HashCosts | undefined {
  const { users } = readUsersFile(config);
  if (!users.some(({ name }) => name === user)) throw new Error(`${config}: there is no user ${JSON.stringify(user)}`);
  return users.find(({ password }) => password)?.password;
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

async function firstLine(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    if ((chunk as Buffer).includes(0x0a)) break;
  }
  const [line = ""] = Buffer.concat(chunks).toString("latin1").split(/\r?\n/);
  return Buffer.from(line, "latin1");
}
