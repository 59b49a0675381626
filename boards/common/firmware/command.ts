// Runs a board's command line, and builds the modules when it is known to be right. Exit codes: 0 all is well, 1 it
// failed, 2 the command line is wrong.

import { type Command, CommanderError } from "commander";
import { guardStandardStreams } from "../../../host/node/cli/standard-streams.js";
import { failureText, UsageError } from "../../../host/node/cli/usage-error.js";
import { packageRoot } from "../../../host/node/modules.js";
import { buildTargets } from "../../../scripts/compile/target.js";

const FAILURE = 1;
const USAGE = 2;

/** Parses the process's arguments and runs the command's action; what is wrong is printed and becomes the exit code. */
export async function runBoardCommand(command: Command): Promise<void> {
  guardStandardStreams(command.name());
  try {
    await command.exitOverride().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : USAGE; // it has printed what is wrong
    } else {
      console.error(`${command.name()}: ${failureText(error)}`);
      process.exitCode = error instanceof UsageError ? USAGE : FAILURE;
    }
  }
}

/** Makes the modules what their sources are; a command's action calls it when it has no more complaint. */
export async function buildModules(): Promise<void> {
  await buildTargets(packageRoot(), [], console.error);
}
