// The device shell: what a client finds behind the login. The same commands in an interactive shell and through `ssh
// host command`.
//
// lines.ts turns keys and bytes into lines, commands.ts lines into commands, and what those write goes to the channel
// from here.

import type { Writable } from "node:stream";
import type { Channel } from "../switchboard/channel.js";
import type { Session } from "../switchboard/session.js";
import { CommandStatus } from "./command.js";
import type { CommandEnd, CommandOutput, CommandTable } from "./command.js";
import { CommandSet } from "./commands.js";
import type { Device } from "./device.js";
import { Lines } from "./lines.js";
import type { LineReceiver } from "./lines.js";

const PROMPT = "sesame> ";

export interface ShellOptions {
  /** Commands beside our own. */
  commands?: CommandTable;
}

/** RFC 4254 §6.9: those that end what runs. */
const INTERRUPTING_SIGNALS = new Set(["INT", "TERM", "HUP"]);

/** Gives the session's channels the shell. Throws a TypeError for a name that no command can have. */
export function serveShell(session: Session, device: Device, { commands: others }: ShellOptions = {}): void {
  const commands = new CommandSet(others);
  device.sessions.set(session, performance.now());
  session.on("close", () => device.sessions.delete(session));
  session.on("channel", (channel) => {
    const begin = (command?: string): void => {
      const shell = new Shell(channel, session, device, commands, command !== undefined);
      interruptible(channel, shell);
      shell.begin(command);
    };
    channel.on("exec", begin);
    channel.on("shell", () => begin());
  });
}

/**
 * From now on a signal, or a break as on a terminal that makes SIGINT of it, is Ctrl-C; without a terminal it ends the
 * channel.
 */
function interruptible(channel: Channel, shell: Shell): void {
  channel.on("signal", (name, request) => {
    if (INTERRUPTING_SIGNALS.has(name)) shell.signal();
    else request.reject();
  });
  channel.on("break", () => shell.signal());
}

/** A terminal wants CR before LF. Whether there is room for more. */
function write(channel: Channel, stream: Writable, text: string): boolean {
  if (!channel.writable) return false;
  return channel.pty ? channel.write(text.replace(/\n/g, "\r\n")) : stream.write(text);
}

/**
 * Waits until the stream has room again. Rejects when the command is to end, and says so to nobody who does not listen.
 */
function written(stream: Writable, hasRoom: boolean, signal: AbortSignal): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    if (!stream.writable) return reject(new Error("nobody reads any more"));
    if (hasRoom) return void setImmediate(resolve); // the other connections have their turn
    const drained = () => {
      signal.removeEventListener("abort", abort);
      resolve();
    };
    stream.once("drain", drained);
    signal.addEventListener("abort", abort, { once: true });
  });
  promise.catch(() => {});
  return promise;
}

function outputTo(channel: Channel, signal: AbortSignal): CommandOutput {
  const to = (stream: Writable) => (text: string) =>
    written(channel.pty ? channel : stream, signal.aborted || write(channel, stream, text), signal);
  return { write: to(channel), writeError: to(channel.stderr) };
}

/** One channel's shell: with a terminal, reading a script, or running one command. */
class Shell implements LineReceiver {
  readonly #names: readonly string[];
  /** While `cat` runs, lines are its input. */
  copying = false;
  readonly #lines: Lines;
  #status = 0;
  /** Of the command that runs. */
  #running: AbortController | undefined;

  constructor(
    private readonly channel: Channel,
    private readonly session: Session,
    private readonly device: Device,
    private readonly commands: CommandSet,
    /** The channel ends with the command. */
    private readonly single: boolean,
  ) {
    this.#names = commands.offered(session).map(([name]) => name);
    this.#lines = new Lines(channel, this);
  }

  begin(command: string | undefined): void {
    if (command === undefined) this.#lines.read();
    else this.#lines.command(command);
  }

  get prompt(): string {
    return this.copying ? "" : PROMPT;
  }

  get completions(): readonly string[] {
    return this.copying ? [] : this.#names;
  }

  line(text: string): void | Promise<void> {
    const { channel } = this;
    if (this.copying) return void write(channel, channel, `${text}\n`);
    const { words } = this.#lines;
    this.#remember(words);
    if (!words) return this.refuse("a quote has no end");
    const end = this.#run(text, words);
    return end instanceof Promise ? end.then((outcome) => this.#conclude(outcome)) : this.#conclude(end);
  }

  refuse(reason: string): void {
    write(this.channel, this.channel.stderr, `${reason}\n`);
    this.#conclude({ status: CommandStatus.USAGE_ERROR });
  }

  interrupt(): void {
    if (this.#running) {
      write(this.channel, this.channel, "^C\n");
      return this.#running.abort();
    }
    this.copying = false;
    this.#conclude({ status: CommandStatus.INTERRUPTED });
  }

  endOfInput(): void {
    if (this.copying && !this.single) this.copying = false;
    else this.#end(this.#status);
  }

  /** The client has sent a signal or a break. */
  signal(): void {
    if (this.channel.pty) this.#lines.interrupt();
    else this.#end(CommandStatus.INTERRUPTED);
  }

  /** What was typed, but for secrets. */
  #remember(words: readonly string[] | undefined): void {
    if (this.channel.pty && !this.single && !this.commands.isSecret(words?.[0])) this.#lines.remember();
  }

  /** Runs a command, which Ctrl-C and the channel's end interrupt. */
  #run(line: string, words: readonly string[]): CommandEnd | Promise<CommandEnd> {
    const { channel, session, device } = this;
    const running = new AbortController();
    const { signal } = running;
    const end = this.commands.run(words, {
      line,
      session,
      device,
      terminal: channel.pty,
      output: outputTo(channel, signal),
      signal,
      history: channel.pty ? this.#lines.history : [],
    });
    if (!(end instanceof Promise)) return end;
    const abort = () => running.abort();
    channel.once("close", abort);
    this.#running = running;
    return end.then((outcome) => {
      channel.off("close", abort);
      this.#running = undefined;
      return signal.aborted ? { status: CommandStatus.INTERRUPTED } : outcome;
    });
  }

  #conclude({ status = this.#status, next }: CommandEnd): void {
    this.copying = next === "copy";
    if (!this.copying) this.#status = status;
    if (next === "exit" || (this.single && !this.copying)) this.#end(status);
  }

  /** The channel ends, and the command that runs. */
  #end(status: number): void {
    this.#running?.abort();
    this.channel.exit(status);
  }
}
