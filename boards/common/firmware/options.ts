// Options that the commands for boards share: the engine, and the credentials that the program carries.

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type ConfigOptions,
  givenCredentials,
  givenUsers,
  withCredentialOptions,
} from "../../../host/node/cli/options.js";
import { isDevelopment } from "../../../host/node/credentials/credentials.js";
import { developmentCredentials, developmentPublicKey } from "../../../host/node/credentials/development.js";
import { UsageError } from "../../../host/node/cli/usage-error.js";
import type { BoardCredentials } from "../../../host/node/firmware/board-credentials.js";
import { boardUsers } from "../../../host/node/firmware/board-users.js";
import { FlagError, parseFlag } from "../../../scripts/size/userauth-flags.js";
import { type Engine, ENGINES } from "../../../host/node/firmware/embed.js";
import { ownBuild } from "./own-build.js";

/** What `withBoardOptions` adds. */
export interface BoardOptions<Engines extends Engine = Engine> extends ConfigOptions {
  engine: Engines;
  use?: Record<string, number>;
  allowDevelopmentCredentials?: true;
  buildOnly?: true;
}

export function withBoardOptions(command: Command, engines: readonly Engine[] = ENGINES): Command {
  return withCredentialOptions(command)
    .option("--use <NAME=VALUE>", "with --config: a flag of the module's build, such as WITH_RSA=0", parseUse)
    .addOption(new Option("--engine <name>", "the WebAssembly engine").choices(engines).default(engines[0]))
    .option("--allow-development-credentials", "where others can reach the device, too")
    .option("--build-only", "build, and run nothing");
}

/** The credentials that the options name, or else those of development: only if `reach` is nobody else's, or when they are allowed. */
export async function boardCredentials(
  options: BoardOptions,
  reach: "this machine" | "others",
): Promise<BoardCredentials> {
  const users = givenUsers(options);
  if (users) return boardUsers(users, options.use && (await ownBuild(options.use)));
  if (options.use) throw new UsageError("--use is for the module that --config asks for");
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

function parseUse(text: string, previous: Record<string, number> = {}): Record<string, number> {
  try {
    const [name, value] = parseFlag(text);
    if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`${name} is given twice.`);
    return { ...previous, [name]: value };
  } catch (error) {
    if (error instanceof FlagError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
