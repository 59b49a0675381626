// help, echo, cat, history, exit, quit and logout.

import { fail } from "../command.js";
import type { Command, CommandCall, CommandResult, CommandTable } from "../command.js";

const LAST_STATUS = 255;
const USAGE_WIDTH = 16;

function help(call: CommandCall): CommandResult {
  const { text, session, output, commands } = call;
  if (text !== "") return commands.explain(text, call);
  const lines = commands
    .offered(session)
    .map(([name, { usage = name, help }]) => `${usage.padEnd(USAGE_WIDTH)} ${help}\n`);
  void output.write(lines.join(""));
}

function exit(call: CommandCall): CommandResult {
  const { text } = call;
  if (text === "") return { next: "exit" };
  if (!/^\d+$/.test(text) || Number(text) > LAST_STATUS)
    return fail(call, `the status is a number from 0 to ${LAST_STATUS}`);
  return { status: Number(text), next: "exit" };
}

/** As bash numbers them. */
function showHistory({ history, output }: CommandCall): void {
  void output.write(history.map((line, index) => `${String(index + 1).padStart(5)}  ${line}\n`).join(""));
}

const leaving = (name: string): Command => ({
  usage: `${name} [STATUS]`,
  help: "leaves",
  audience: "everybody",
  run: exit,
});

export const sessionCommands: CommandTable = {
  help: {
    usage: "help [NAME]",
    help: "this list, or what is said of one command",
    audience: "everybody",
    run: help,
  },
  echo: { usage: "echo TEXT", help: "prints the text", run: ({ text, output }) => void output.write(`${text}\n`) },
  cat: { help: "copies the input to the output until its end", run: () => ({ next: "copy" }) },
  history: { help: "lists the lines that were typed", run: showHistory },
  exit: leaving("exit"),
  quit: leaving("quit"),
  logout: leaving("logout"),
};
