// Options that the commands for boards share: the engine, and the credentials that the program carries.

import { type Command, InvalidArgumentError, Option } from "commander";
import { type CredentialOptions, givenCredentials, UsageError } from "../../host/node/cli-credentials.js";
import { isDevelopment, USERAUTH_BUILDS, type UserauthBuild } from "../../host/node/credentials.js";
import { developmentCredentials, developmentPublicKey } from "../../host/node/development.js";
import { type Engine, ENGINES } from "./embed.js";

/** What `withBoardOptions` adds. */
export interface BoardOptions<Engines extends Engine = Engine> extends CredentialOptions {
  engine: Engines;
  allowDevelopmentCredentials?: true;
  buildOnly?: true;
}

/** What a board's program carries. Secret. */
export interface BoardCredentials {
  userauth: UserauthBuild;
  credentials: Uint8Array;
  /** They are the development credentials, which everybody knows. */
  development: boolean;
  /** In place of the build's module: for a benchmark. */
  module?: { name: string; wasm: Uint8Array };
}

export function withBoardOptions(command: Command, engines: readonly Engine[] = ENGINES): Command {
  return command
    .addOption(new Option("--engine <name>", "the WebAssembly engine").choices(engines).default(engines[0]))
    .addOption(
      new Option("--userauth <build>", "which userauth module (default: as the credentials ask)").choices(
        USERAUTH_BUILDS,
      ),
    )
    .option("--user <name>", "who may log in (default: admin)")
    .option("--password-file <file>", "the password is the first line of the file")
    .option("--authorized-key <file>", "the public key (Ed25519), as in a .pub file")
    .option("--allow-development-credentials", "where others can reach the device, too")
    .option("--build-only", "build, and run nothing");
}

/** The credentials that the options name, or else those of development: only if `reach` is nobody else's, or when they are allowed. */
export function boardCredentials(options: BoardOptions, reach: "this machine" | "others"): BoardCredentials {
  const { build, region } = givenCredentials(options);
  const credentials = region ?? developmentCredentials(build);
  const development = isDevelopment(credentials, developmentPublicKey());
  if (development && reach === "others" && !options.allowDevelopmentCredentials) {
    throw new UsageError(
      "anyone who reaches the device could log in with the development credentials. Give your own with --user and " +
        "--password-file or --authorized-key; --allow-development-credentials takes these nevertheless",
    );
  }
  return { userauth: build, credentials, development };
}

export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return Number(text);
}
