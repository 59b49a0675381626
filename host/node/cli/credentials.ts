// `sesame credentials`: what the command of the same name takes on a board.

import type { Command } from "commander";
import { BOARD_ARGON2_MEMORY_KIB } from "../../../assembly/abi/builds.js";
import {
  type ConfigOptions,
  givenCredentials,
  givenUsers,
  jsonOption,
  parseNumber,
  withCredentialOptions,
} from "./options.js";
import { UsageError } from "./usage-error.js";
import { encodeUsers } from "../credentials/users-region.js";

interface CredentialsOptions extends ConfigOptions {
  argon2Kib: number;
  json?: true;
}

export function define(command: Command): void {
  withCredentialOptions(command)
    .option(
      "--argon2-kib <n>",
      "with --config: what the board's module has for Argon2",
      parseNumber,
      BOARD_ARGON2_MEMORY_KIB,
    )
    .addOption(jsonOption())
    .addHelpText("after", "\nGive it to a board: sesame credentials … | ssh BOARD credentials -")
    .action(printCredentials);
}

function printCredentials(options: CredentialsOptions): void {
  const users = givenUsers(options);
  const region = users ? encodeUsers(users, { argon2MemoryKiB: options.argon2Kib }) : givenCredentials(options).region;
  if (region === undefined)
    throw new UsageError("--config is missing, or --user and --password-file or --authorized-key");
  const credentials = Buffer.from(region).toString("base64");
  console.log(options.json ? JSON.stringify({ credentials, bytes: region.length }) : credentials);
}
