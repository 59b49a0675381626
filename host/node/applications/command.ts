// What a command of the device shell is made of: its entry in a table, and what it is told when it is run. This is all
// that the author of a command needs; commands.ts finds and runs them.
//
//     serveShell(session, device, {
//       commands: { hello: { help: "greets", run: ({ output }) => output.write("hello\n") } },
//     });

import type { Pty } from "../switchboard/channel.js";
import type { Session } from "../switchboard/session.js";
import type { CommandSet } from "./commands.js";
import type { Device } from "./device.js";

/** Statuses as a Unix shell has them. */
export const CommandStatus = {
  FAILED: 1,
  USAGE_ERROR: 2,
  NOT_PERMITTED: 126,
  NOT_FOUND: 127,
  /** Of a command that Ctrl-C ended. */
  INTERRUPTED: 130,
} as const;

/** Takes a command's text, each LF as the client's terminal wants it. */
export interface CommandOutput {
  /**
   * Resolves when there is room for more: whoever writes much, or for long, waits for it. Rejects when the command is
   * to end, by Ctrl-C or because the client has gone.
   */
  write(text: string): Promise<void>;
  /** The same to standard error. */
  writeError(text: string): Promise<void>;
}

/** What a command is told. */
export interface CommandCall {
  name: string;
  /** What follows the name, without the quotes that kept blanks together. */
  words: readonly string[];
  /** The words with one blank between them. */
  text: string;
  /** The whole line as it was typed. */
  line: string;
  session: Session;
  device: Device;
  /** Where somebody types; undefined: there is no terminal. */
  terminal: Pty | undefined;
  output: CommandOutput;
  /** Aborted when the command is to end. */
  signal: AbortSignal;
  /** The lines that were typed on the terminal, the oldest first. */
  history: readonly string[];
  /** What else there is. */
  commands: CommandSet;
}

/** What a command has come to. A number is its status; nothing, 0. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function that returns nothing has succeeded
export type CommandResult = void | number | CommandEnd;

export interface CommandEnd {
  /** Left out: that of the command before. */
  status?: number | undefined;
  /** What comes then: the session ends, or the input is copied to the output. */
  next?: "exit" | "copy";
}

/** An entry of a table, whose key is the command's name. */
export interface Command {
  /** The name and its arguments, "led on|off". Default: the name; then there are none, and any are refused. */
  usage?: string;
  help: string;
  /**
   * Who may run it where nothing else is said of the user (docs/users.md). "everybody" is for finding out what there
   * is, and leaving. Default: "users".
   */
  audience?: "everybody" | "users" | "administrators";
  /** The line may have a secret in it: it does not go into the history. */
  secret?: boolean;
  /** An error that it throws is told to the user: "NAME: MESSAGE", and the status is 1. */
  run(call: CommandCall): CommandResult | Promise<CommandResult>;
}

/** Commands by their names. */
export type CommandTable = Readonly<Record<string, Command>>;

/** "NAME: TEXT" as an error message; returns the status. */
export function fail({ name, output }: CommandCall, text: string, status: number = CommandStatus.USAGE_ERROR): number {
  void output.writeError(`${name}: ${text}\n`);
  return status;
}
