// `sesame keygen`: an Ed25519 key pair in OpenSSH's formats.

import { existsSync } from "node:fs";
import type { Command } from "commander";
import { jsonOption } from "./options.js";
import { writeKeyPairFiles } from "../server/host-key.js";
import { fingerprint, generateKeyPair } from "../credentials/openssh-keys.js";

const DEFAULT_KEY_FILE = "id_ed25519";

interface KeygenOptions {
  file: string;
  comment: string;
  force?: boolean;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option("-f, --file <file>", "the private key; the public one goes to <file>.pub", DEFAULT_KEY_FILE)
    .option("-C, --comment <text>", "comment of the key", "")
    .option("--force", "overwrite")
    .addOption(jsonOption())
    .action(keygen);
}

function keygen({ file, comment, force = false, json = false }: KeygenOptions): void {
  if (!force && (existsSync(file) || existsSync(`${file}.pub`)))
    throw new Error(`${file} exists; --force overwrites it`);
  const pair = generateKeyPair();
  writeKeyPairFiles(file, pair, comment, force);
  const key = fingerprint(pair.publicKey);
  if (json) console.log(JSON.stringify({ privateKey: file, publicKey: `${file}.pub`, fingerprint: key }));
  else console.log(`${file}, ${file}.pub  ${key}`);
}
