// The device shell: what a client finds behind the login. The same commands in an interactive shell and through `ssh host command`.
//
// Text goes to the channel; the commands know nothing of SSH. line-editor.ts turns keys and bytes into lines.

import { finished } from "node:stream";
import type { Duplex } from "node:stream";
import type { Channel } from "../switchboard/channel.js";
import { editLines, readLines } from "./line-editor.js";
import type { LineReceiver } from "./line-editor.js";
import type { ModuleSet } from "../switchboard/options.js";
import type { Session } from "../switchboard/session.js";

const COMMAND_NOT_FOUND = 127;
const NOT_PERMITTED = 126;
const USAGE_ERROR = 2;
const LAST_STATUS = 255;
/** Of a command that Ctrl-C ended. */
const INTERRUPTED = 130;
const PROMPT = "sesame> ";

/** What the shell talks about: one for the whole server. */
export interface Device {
  modules: ModuleSet;
  /** From `performance.now()`. */
  startedAt: number;
  led: boolean;
}

/** A device whose LED is off and whose clock starts now. */
export function createDevice(modules: ModuleSet): Device {
  return { modules, startedAt: performance.now(), led: false };
}

/** RFC 4254 §6.9: those that end what runs. */
const INTERRUPTING_SIGNALS = new Set(["INT", "TERM", "HUP"]);

/** Gives the session's channels the shell. */
export function serveShell(session: Session, device: Device): void {
  session.on("channel", (channel) => {
    channel.on("exec", (commandLine) => {
      interruptible(channel);
      const command = parse(commandLine);
      const outcome = run(command, session, device);
      if (!outcome.copy) finish(channel, outcome);
      else if (channel.pty) catLines(channel);
      else catBytes(channel);
    });
    channel.on("shell", () => {
      interruptible(channel);
      const shell = new Shell(channel, session, device);
      if (channel.pty) editLines(channel, PROMPT, shell);
      else readLines(channel, shell);
    });
  });
}

/** From now on a signal, or a break as on a terminal that makes SIGINT of it, is Ctrl-C; without a terminal it ends the channel. */
function interruptible(channel: Channel): void {
  const interrupt = (): void => {
    if (channel.pty) (channel as Duplex).emit("keypress", undefined, { ctrl: true, name: "c" });
    else channel.exit(INTERRUPTED);
  };
  channel.on("signal", (name, request) => {
    if (INTERRUPTING_SIGNALS.has(name)) interrupt();
    else request.reject();
  });
  channel.on("break", interrupt);
}

/** A command's outcome. */
interface Outcome {
  status: number;
  output?: string;
  error?: string;
  /** The shell ends with this command. */
  exit?: boolean;
  /** The input is copied to the output. */
  copy?: boolean;
}

interface Command {
  name: string;
  /** What follows the name, blanks around it removed. */
  text: string;
}

interface Entry {
  usage: string;
  help: string;
  /** Whoever is here may find out what there is, and leave. */
  forEverybody?: boolean;
  run(text: string, device: Device, session: Session): Outcome;
}

const COMMANDS: Record<string, Entry> = {
  help: {
    usage: "help",
    help: "this list",
    forEverybody: true,
    run: (_text, _device, session) => ok(describeCommands(session)),
  },
  info: {
    usage: "info",
    help: "modules, sizes, SHA-256, memory in use",
    run: (_text, device) => ok(describeModules(device)),
  },
  uptime: {
    usage: "uptime",
    help: "time since the start",
    run: (_text, device) => ok(describeUptime(performance.now() - device.startedAt)),
  },
  echo: { usage: "echo TEXT", help: "prints the text", run: (text) => ok(text) },
  cat: { usage: "cat", help: "copies the input to the output until its end", run: () => ({ status: 0, copy: true }) },
  led: { usage: "led on|off", help: "switches the LED; alone: says how it is", run: switchLed },
  exit: { usage: "exit [STATUS]", help: "leaves", forEverybody: true, run: exit },
};

/** The commands that the user may run. */
function permitted(session: Session): [name: string, entry: Entry][] {
  return Object.entries(COMMANDS).filter(([command, { forEverybody }]) => forEverybody || session.may({ command }));
}

function ok(output: string): Outcome {
  return { status: 0, output: `${output}\n` };
}

function parse(line: string): Command {
  const [, name = "", text = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  return { name, text };
}

function run({ name, text }: Command, session: Session, device: Device): Outcome {
  if (name === "") return { status: 0 };
  const [, entry] = permitted(session).find(([command]) => command === name) ?? [];
  if (entry) return entry.run(text, device, session);
  if (Object.hasOwn(COMMANDS, name))
    return { status: NOT_PERMITTED, error: `${name}: not permitted; help lists what is\n` };
  return { status: COMMAND_NOT_FOUND, error: `${printable(name)}: no such command; try help\n` };
}

function exit(text: string): Outcome {
  if (text === "") return { status: 0, exit: true };
  if (!/^\d{1,3}$/.test(text) || Number(text) > LAST_STATUS) {
    return { status: USAGE_ERROR, error: `exit: the status is a number from 0 to ${LAST_STATUS}\n` };
  }
  return { status: Number(text), exit: true };
}

function switchLed(text: string, device: Device): Outcome {
  if (text !== "" && text !== "on" && text !== "off") return { status: USAGE_ERROR, error: "led: on or off\n" };
  if (text !== "") device.led = text === "on";
  return ok(`LED ${device.led ? "on" : "off"}`);
}

function describeCommands(session: Session): string {
  return permitted(session)
    .map(([, { usage, help }]) => `${usage.padEnd(14)} ${help}`)
    .join("\n");
}

function describeModules({ modules }: Device): string {
  const list = [modules.transport, modules.userauth, modules.connection];
  const lines = list.map(({ name, bytes, memoryBytes, sha256 }) => {
    return `${name.padEnd(24)} ${String(bytes).padStart(6)} bytes  ${String(memoryBytes).padStart(6)} bytes of memory  sha256 ${sha256}`;
  });
  const bytes = list.reduce((sum, module) => sum + module.bytes, 0);
  const memory = list.reduce((sum, module) => sum + module.memoryBytes, 0);
  return [
    ...lines,
    `${"together".padEnd(24)} ${String(bytes).padStart(6)} bytes  ${String(memory).padStart(6)} bytes of memory`,
  ].join("\n");
}

function describeUptime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const parts = [
    days && `${days} d`,
    (days || hours) && `${hours} h`,
    (seconds >= 60 && `${minutes} min`) || "",
    `${seconds % 60} s`,
  ];
  return `up ${parts.filter(Boolean).join(" ")}`;
}

/** Without the control characters with which a name could play tricks on the terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);
}

/** Writes a command's outcome and ends the channel. */
function finish(channel: Channel, { status, output, error }: Outcome): void {
  if (output !== undefined) print(channel, output);
  if (error !== undefined) printError(channel, error);
  channel.exit(status);
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
    line: (line) => print(channel, `${line}\n`),
    interrupt: () => channel.exit(INTERRUPTED),
    endOfInput: () => channel.exit(0),
  });
}

/** A terminal wants CR before LF. */
function print(channel: Channel, text: string): void {
  channel.write(channel.pty ? text.replace(/\n/g, "\r\n") : text);
}

function printError(channel: Channel, text: string): void {
  if (channel.pty) print(channel, text);
  else channel.stderr.write(text);
}

/** The state of a shell: with a terminal or reading a script. */
class Shell implements LineReceiver {
  readonly words: string[];
  /** While `cat` runs, lines are its input. */
  copying = false;
  #status = 0;

  constructor(
    private readonly channel: Channel,
    private readonly session: Session,
    private readonly device: Device,
  ) {
    this.words = permitted(session).map(([name]) => name);
  }

  line(line: string): void {
    if (this.copying) return print(this.channel, `${line}\n`);
    const command = parse(line);
    const outcome = run(command, this.session, this.device);
    if (outcome.copy) {
      this.copying = true;
      return;
    }
    if (outcome.exit)
      return finish(this.channel, { ...outcome, status: command.text === "" ? this.#status : outcome.status });
    if (outcome.output !== undefined) print(this.channel, outcome.output);
    if (outcome.error !== undefined) printError(this.channel, outcome.error);
    if (command.name !== "") this.#status = outcome.status;
  }

  interrupt(): void {
    this.copying = false;
    this.#status = INTERRUPTED;
  }

  endOfInput(): void {
    if (this.copying) this.copying = false;
    else this.channel.exit(this.#status);
  }
}
