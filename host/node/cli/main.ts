#!/usr/bin/env node
// The command `sesame`: which commands there are. Each has a file of its own, which is loaded when it is asked for: so
// that help and version are there at once.
//
// Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong. The log goes to standard error, results to
// standard output.

import { Command, CommanderError } from "commander";
import { packageVersion } from "../package-root.js";
import { guardStandardStreams } from "./standard-streams.js";
import { failureText, UsageError } from "./usage-error.js";

const FAILURE = 1;
const USAGE = 2;

/** What a command's file exports: `define` adds its arguments, options and action. */
interface CommandFile {
  define: (command: Command) => void;
}

/** The commands in the order of the help: what each is for, and its file. */
const COMMANDS: Record<string, [description: string, load: () => Promise<CommandFile>]> = {
  serve: ["serve the device shell to SSH clients", () => import("./serve.js")],
  build: ["write a userauth module that carries your credentials", () => import("./build.js")],
  embed: ["write the modules and your credentials as C, for your own firmware", () => import("./embed.js")],
  keygen: ["make an Ed25519 key pair in OpenSSH's formats", () => import("./keygen.js")],
  passwd: ["hash a password for users.json: print it, or give it to a user", () => import("./passwd.js")],
  users: ["list the users of users.json, give them keys, remove them", () => import("./users.js")],
  connect: ["carry an SSH connection to a board on a serial device", () => import("./connect.js")],
  flash: ["copy the firmware to a board in boot mode", () => import("./flash.js")],
  credentials: ["print what a board's command of the same name takes", () => import("./credentials.js")],
  version: ["tell what is installed, for a report of a fault", () => import("./version.js")],
  size: ["report the sizes of the modules", () => import("./size.js")],
};

guardStandardStreams("sesame");
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    await (await programFor(args)).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE; // it has printed what is wrong
    console.error(`sesame: ${failureText(error)}`);
    return error instanceof UsageError ? USAGE : FAILURE;
  }
}

/** The program with all its commands, of which the one that the arguments name is whole. */
async function programFor(args: string[]): Promise<Command> {
  const program = new Command("sesame")
    .description("An SSH server for microcontrollers whose protocol layers are small WebAssembly modules")
    .version(packageVersion())
    .exitOverride();
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  const named = first === "help" ? second : first;
  for (const [name, [description, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    if (name === named) (await load()).define(command);
  }
  return program;
}
