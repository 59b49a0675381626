// The commands of the device shell: finds, permits, explains and runs them. They know nothing of channels and lines.
//
// Ours stand in commands/, a table for each subject; an application adds its own (`serveShell`, command.ts). A command
// of the application's replaces one of ours that has the same name. host/c/applications/commands.c says the same.

import { isPermissionName } from "../userauth/permissions.js";
import type { Session } from "../switchboard/session.js";
import { CommandStatus } from "./command.js";
import type { Command, CommandCall, CommandEnd, CommandResult, CommandTable } from "./command.js";
import { factsCommands } from "./commands/facts.js";
import { hardwareCommands } from "./commands/hardware.js";
import { peopleCommands } from "./commands/people.js";
import { sessionCommands } from "./commands/session.js";

const OWN: CommandTable = { ...sessionCommands, ...factsCommands, ...peopleCommands, ...hardwareCommands };
/** Shorter names are too much like any other. */
const LEAST_SIMILAR_CHARACTERS = 3;
/** As much of a name that is not known as is repeated. */
const NAME_CHARACTERS = 64;

/** What `run` is told by the shell; the rest is looked up. */
export type CommandLine = Omit<CommandCall, "name" | "text" | "words" | "commands">;

export class CommandSet {
  readonly #entries: ReadonlyMap<string, Command>;

  /** Throws a TypeError for a name that no line and no user's record could have. */
  constructor(others: CommandTable = {}) {
    for (const name of Object.keys(others))
      if (!isPermissionName(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a command`);
    const own = Object.entries(OWN).filter(([name]) => !Object.hasOwn(others, name));
    this.#entries = new Map([...own, ...Object.entries(others)]);
  }

  /** The commands that the user may run. */
  offered(session: Session): [name: string, command: Command][] {
    return [...this.#entries].filter(([name, command]) => isPermitted(session, name, command));
  }

  /** Writes usage and help of a command, or why not; returns the status. */
  explain(name: string, { session, output }: Pick<CommandCall, "session" | "output">): number {
    const command = this.#entries.get(name);
    if (!command) {
      const similar = this.#similar(name, session);
      const advice = similar === undefined ? "; try help" : `; did you mean ${similar}?`;
      void output.writeError(`${printable(name)}: no such command${advice}\n`);
      return CommandStatus.NOT_FOUND;
    }
    if (!isPermitted(session, name, command)) {
      void output.writeError(`${name}: not permitted; help lists what is\n`);
      return CommandStatus.NOT_PERMITTED;
    }
    void output.write(`usage: ${command.usage ?? name}\n${command.help}\n`);
    return 0;
  }

  /** Whether lines of the command are not to be kept. */
  isSecret(name: string | undefined): boolean {
    return name !== undefined && this.#entries.get(name)?.secret === true;
  }

  /** Runs a line. What takes its time is a promise, which is never rejected. */
  run([name, ...words]: readonly string[], shell: CommandLine): CommandEnd | Promise<CommandEnd> {
    if (name === undefined) return {};
    const text = words.join(" ");
    const command = this.#entries.get(name);
    if (!command || !isPermitted(shell.session, name, command) || text === "--help")
      return { status: this.explain(name, shell) };
    const call = { ...shell, name, text, words, commands: this };
    const fail = (reason: string, status: number) => {
      void call.output.writeError(`${name}: ${reason}\n`);
      return { status };
    };
    if (words.length > 0 && (command.usage ?? name) === name)
      return fail("there are no arguments", CommandStatus.USAGE_ERROR);
    const failed = (error: unknown) =>
      call.signal.aborted
        ? { status: CommandStatus.INTERRUPTED }
        : fail(error instanceof Error ? error.message : String(error), CommandStatus.FAILED);
    try {
      const result = command.run(call);
      return result instanceof Promise ? result.then(endOf, failed) : endOf(result);
    } catch (error) {
      return failed(error);
    }
  }

  #similar(name: string, session: Session): string | undefined {
    if (Buffer.byteLength(name) < LEAST_SIMILAR_CHARACTERS) return undefined;
    return this.offered(session).find(([other]) => isSimilar(Buffer.from(name), Buffer.from(other)))?.[0];
  }
}

function isPermitted(session: Session, command: string, { audience = "users" }: Command): boolean {
  return audience === "everybody" || session.may({ command, administrative: audience === "administrators" });
}

function endOf(result: CommandResult): CommandEnd {
  return typeof result === "object" ? result : { status: result ?? 0 };
}

/**
 * Whether one of the names becomes the other when one byte is put in, taken out or replaced, or when two neighbours
 * change places.
 */
function isSimilar(left: Buffer, right: Buffer): boolean {
  let start = 0;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (start < leftEnd && start < rightEnd && left[start] === right[start]) start++;
  while (start < leftEnd && start < rightEnd && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  const [leftRest, rightRest] = [leftEnd - start, rightEnd - start];
  if (leftRest === 2 && rightRest === 2) return left[start] === right[start + 1] && left[start + 1] === right[start];
  return leftRest <= 1 && rightRest <= 1;
}

/** Without the control characters with which a name could play tricks on the terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, NAME_CHARACTERS);
}
