// Options that the commands for boards share: the engine, and the credentials that the program carries.

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type ConfigOptions,
  givenCredentials,
  givenUsers,
  transportOption,
  withCredentialOptions,
} from "../../../host/node/cli/options.js";
import { isDevelopment } from "../../../host/node/credentials/credentials.js";
import { developmentCredentials, developmentPublicKey } from "../../../host/node/credentials/development.js";
import { UsageError } from "../../../host/node/cli/usage-error.js";
import type { BoardCredentials } from "../../../host/node/firmware/board-credentials.js";
import { boardUsers } from "../../../host/node/firmware/board-users.js";
import { BOARD_USERAUTH } from "../../../host/node/firmware/full-module.js";
import { DEFAULT_TRANSPORT, type Transport, TRANSPORTS } from "../../../assembly/abi/builds.js";
import { FlagError, flagsOf, parseFlag } from "../../../scripts/size/build-flags.js";
import { type Engine, ENGINES } from "../../../host/node/firmware/embed.js";
import { ownBuild } from "./own-build.js";

/** What `withBoardOptions` adds. */
export interface BoardOptions<Engines extends Engine = Engine> extends ConfigOptions {
  engine: Engines;
  transport?: Transport;
  use?: Record<string, number>;
  allowDevelopmentCredentials?: true;
  buildOnly?: true;
}

/** `usual`: which transport the board has when none is named, for the help. */
export function withBoardOptions(
  command: Command,
  engines: readonly Engine[] = ENGINES,
  usual: string = DEFAULT_TRANSPORT,
): Command {
  return withCredentialOptions(command)
    .addOption(transportOption().default(undefined, usual))
    .option("--use <NAME=VALUE>", "a flag of a module's build: WITH_AES_GCM=0; with --config also WITH_RSA=0", parseUse)
    .addOption(new Option("--engine <name>", "the WebAssembly engine").choices(engines).default(engines[0]))
    .option("--allow-development-credentials", "where others can reach the device, too")
    .option("--build-only", "build, and run nothing");
}

/**
 * The credentials that the options name, or else those of development: only if `reach` is nobody else's, or when they
 * are allowed; and the transport, which is the `usual` one where none is named.
 */
export async function boardCredentials(
  options: BoardOptions,
  reach: "this machine" | "others",
  usual: Transport = DEFAULT_TRANSPORT,
): Promise<BoardCredentials> {
  const { transport = usual, use } = options;
  const judged = await judgedCredentials(options, reach);
  const flags = flagsOf("transport", use);
  const own = flags && { transport: (await ownBuild(TRANSPORTS[transport], flags)).module };
  return { ...judged, transport, modules: { ...judged.modules, ...own } };
}

/** The userauth module and its credentials. */
async function judgedCredentials(options: BoardOptions, reach: "this machine" | "others"): Promise<BoardCredentials> {
  const users = givenUsers(options);
  const flags = flagsOf("userauth", options.use);
  if (users) return boardUsers(users, flags && (await ownBuild(BOARD_USERAUTH, flags)));
  if (flags) throw new UsageError(`--use ${Object.keys(flags)[0]}=… is for the module that --config asks for`);
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
