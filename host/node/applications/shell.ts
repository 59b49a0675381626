// The device shell: what a client finds behind the login. The same commands in an interactive shell and through `ssh host command`.
//
// line-editor.ts turns keys and bytes into lines, commands.ts lines into commands, and what those write goes to the channel from here.

import { emitKeypressEvents } from "node:readline";
import type { Key } from "node:readline";
import { finished } from "node:stream";
import type { Duplex, Writable } from "node:stream";
import type { Channel } from "../switchboard/channel.js";
import type { Session } from "../switchboard/session.js";
import { CommandStatus } from "./command.js";
import type { CommandEnd, CommandOutput, CommandTable } from "./command.js";
import { CommandSet } from "./commands.js";
import type { Device } from "./device.js";
import { editLines, readLines } from "./line-editor.js";
import type { LineReceiver } from "./line-editor.js";

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
    channel.on("exec", (commandLine) => {
      const shell = new Shell(channel, session, device, commands);
      interruptible(channel, shell);
      void runAlone(shell, channel, commandLine);
    });
    channel.on("shell", () => {
      const shell = new Shell(channel, session, device, commands);
      interruptible(channel, shell);
      if (channel.pty) editLines(channel, PROMPT, shell);
      else readLines(channel, shell);
    });
  });
}

/** From now on a signal, or a break as on a terminal that makes SIGINT of it, is Ctrl-C; without a terminal it ends the channel. */
function interruptible(channel: Channel, shell: Shell): void {
  const interrupt = (): void => {
    if (channel.pty) (channel as Duplex).emit("keypress", undefined, { ctrl: true, name: "c" });
    else shell.end(CommandStatus.INTERRUPTED);
  };
  channel.on("signal", (name, request) => {
    if (INTERRUPTING_SIGNALS.has(name)) interrupt();
    else request.reject();
  });
  channel.on("break", interrupt);
}

/** One command, with which the channel ends. */
function runAlone(shell: Shell, channel: Channel, commandLine: string): void | Promise<void> {
  const conclude = ({ status = 0, next }: CommandEnd): void => {
    if (next !== "copy") return shell.end(status);
    if (channel.pty) catLines(channel);
    else catBytes(channel);
  };
  const end = shell.run(commandLine);
  if (!(end instanceof Promise)) return conclude(end);
  if (!channel.pty) return end.then(conclude);
  const onKey = (_text: string | undefined, { ctrl, name }: Key): void => {
    if (ctrl && name === "c") shell.interrupt();
  };
  emitKeypressEvents(channel);
  (channel as Duplex).on("keypress", onKey);
  channel.resume();
  return end.then((outcome) => {
    (channel as Duplex).off("keypress", onKey);
    conclude(outcome);
  });
}

/** `cat` from a program to a program: every byte, as fast as the client takes them. */
function catBytes(channel: Channel): void {
  channel.pipe(channel, { end: false });
  finished(channel, { writable: false }, (error) => {
    if (!error) channel.exit(0);
  });
}

/** `cat` on a terminal: line by line until Ctrl-D. */
function catLines(channel: Channel): void {
  editLines(channel, "", {
    copying: true,
    line: (line) => void write(channel, channel, `${line}\n`),
    interrupt: () => channel.exit(CommandStatus.INTERRUPTED),
    endOfInput: () => channel.exit(0),
  });
}

/** A terminal wants CR before LF. Whether there is room for more. */
function write(channel: Channel, stream: Writable, text: string): boolean {
  if (!channel.writable) return false;
  return channel.pty ? channel.write(text.replace(/\n/g, "\r\n")) : stream.write(text);
}

/** Waits until the stream has room again. Rejects when the command is to end, and says so to nobody who does not listen. */
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

/** The state of a shell: with a terminal or reading a script. */
class Shell implements LineReceiver {
  readonly words: string[];
  /** While `cat` runs, lines are its input. */
  copying = false;
  #status = 0;
  /** Of the command that runs. */
  #running: AbortController | undefined;

  constructor(
    private readonly channel: Channel,
    private readonly session: Session,
    private readonly device: Device,
    private readonly commands: CommandSet,
  ) {
    this.words = commands.offered(session).map(([name]) => name);
  }

  /** Runs a command, which Ctrl-C and the channel's end interrupt. */
  run(line: string): CommandEnd | Promise<CommandEnd> {
    const { channel, session, device } = this;
    const running = new AbortController();
    const { signal } = running;
    const end = this.commands.run(line, {
      session,
      device,
      terminal: channel.pty,
      output: outputTo(channel, signal),
      signal,
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

  line(line: string): void | Promise<void> {
    if (this.copying) {
      write(this.channel, this.channel, `${line}\n`);
      return;
    }
    const end = this.run(line);
    return end instanceof Promise ? end.then((outcome) => this.#conclude(outcome)) : this.#conclude(end);
  }

  #conclude({ status = this.#status, next }: CommandEnd): void {
    if (next === "exit") return this.end(status);
    if (next === "copy") this.copying = true;
    else this.#status = status;
  }

  /** The channel ends, and the command that runs. */
  end(status: number): void {
    this.#running?.abort();
    this.channel.exit(status);
  }

  interrupt(): void {
    if (this.#running) {
      write(this.channel, this.channel, "^C\n");
      return this.#running.abort();
    }
    this.copying = false;
    this.#status = CommandStatus.INTERRUPTED;
  }

  endOfInput(): void {
    if (this.copying) this.copying = false;
    else this.end(this.#status);
  }
}
