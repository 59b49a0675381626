// The C device shell in its driver (test/host/c/shell-driver.c), and the Node host's on a channel of its own, both for
// the same script of a session.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { moduleSources } from "../../host/node/firmware/embed-module.js";
import { Channel, type ChannelPort } from "../../host/node/switchboard/channel.js";
import {
  createDevice,
  type LogEntry,
  type ModuleSet,
  type Permissions,
  RecentLog,
  serveShell,
  Session,
  type ShellOptions,
} from "../../host/node/index.js";
import type { CompiledModule } from "../../host/node/modules.js";
import { translateToC } from "../../scripts/compile/wasm2c.js";
import { moduleBytes } from "./modules.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = [
  "store/base64",
  "applications/bridge",
  "applications/command",
  "applications/commands",
  ...["credentials", "facts", "hardware", "people", "session"].map((subject) => `applications/commands/${subject}`),
  "store/credentials",
  "applications/line_reader",
  "applications/output",
  "engine/wasm2c",
  "engine/wasm2c/multiply",
  "modules/lines",
  "modules/module",
  "server/log",
  "server/log_ring",
  "server/permissions",
  "applications/shell",
  "store/store",
];
const FLAGS = "-std=c11 -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all".split(" ");

/** Of what wasm2c makes of the module. */
const MODULE_FLAGS = ["-std=gnu11", "-O1", "-w"];

/** What one part of a session does: bytes come, or the terminal has another width. */
export type Part = string | Uint8Array | { columns: number } | Interrupt;
/** RFC 4254 §6.9, RFC 4335: SIGINT and a break. */
export type Interrupt = { interrupt: "signal" | "break" };

/** A session from its request to the client's EOF. */
export interface Script {
  /** Columns; absent: there is no terminal. */
  terminal?: number;
  /** It knows no escape sequences. */
  dumb?: boolean;
  /** A command; absent: the shell. */
  exec?: string;
  parts?: Part[];
  /** Whether the client sends EOF in the end. */
  eof?: boolean;
}

/** Who is logged in. */
export interface User {
  id: number;
  user: string;
  from: string;
  forMs: number;
}

/** What became of it. */
export interface Transcript {
  output: string;
  errors: string;
  status: number | undefined;
}

export interface Driver {
  /** Runs commands (see the driver) and returns the lines that it prints. */
  run(commands: string[]): string[];
  /** Plays a session; the channel takes `room` bytes at a time. */
  play(script: Script, room?: number): Transcript;
}

export const hex = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString("hex");

function gcc(args: readonly string[]): void {
  const { status, stderr } = spawnSync("gcc", args, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** The shell module for the engine wasm2c: the C file that defines it, and the object of its code. */
function compileModule(folder: string): string[] {
  const wasm = moduleBytes("shell");
  const module = { name: "the-shell", wasm, native: () => translateToC("shell", wasm) };
  const { definition, native } = moduleSources("wasm2c", "shell", module);
  const [file, code, object] = ["shell.c", "wasm2c_shell.c", "wasm2c_shell.o"].map((name) => join(folder, name));
  writeFileSync(file!, `#include "engine/engine.h"\nextern const engine_module_t embedded_shell;\n${definition}`);
  writeFileSync(code!, native!);
  gcc([...MODULE_FLAGS, "-Ihost/c", "-c", code!, "-o", object!]);
  return [file!, object!];
}

function compile(folder: string, program: string, sizes: Record<string, number>): void {
  const defines = Object.entries({ DEVICE_CONNECTIONS: 3, CREDENTIALS_BYTES: 192, USERAUTH_BUILD: 1, ...sizes }).map(
    ([name, value]) => `-D${name}=${value}`,
  );
  const sources = ["test/host/c/shell-driver.c", ...SOURCES.map((name) => `host/c/${name}.c`)];
  gcc([...FLAGS, ...defines, "-Ihost/c", ...sources, ...compileModule(folder), "-o", program]);
}

/**
 * The driver with the sanitizers, compiled when it is first used. `sizes`: what the headers leave to the build, such as
 * CREDENTIALS_BYTES.
 */
export function createDriver(sizes: Record<string, number> = {}): Driver & { remove(): void } {
  let folder: string | undefined;
  const program = (): string => {
    if (folder === undefined) {
      folder = mkdtempSync(join(tmpdir(), "sesame-shell-"));
      compile(folder, join(folder, "driver"), sizes);
    }
    return join(folder, "driver");
  };
  const run = (commands: string[]): string[] => {
    const input = commands.join("\n") + "\n";
    const result = spawnSync(program(), { input, encoding: "utf8", maxBuffer: 1 << 28, timeout: 60_000 });
    assert.equal(result.status, 0, `${result.stderr}\n${result.signal}`);
    return result.stdout.split("\n").slice(0, -1);
  };
  const play = ({ terminal, dumb = false, exec, parts = [], eof = true }: Script, room = 512): Transcript => {
    const commands = [`room ${room}`];
    if (terminal !== undefined) commands.push(`${dumb ? "dumb" : "terminal"} ${terminal}`);
    commands.push(exec === undefined ? "shell" : `exec ${hex(exec)}`);
    for (const part of parts) {
      if (typeof part === "string" || part instanceof Uint8Array) commands.push(`input ${hex(part)}`);
      else if ("columns" in part) commands.push(`resize ${part.columns}`);
      else commands.push(part.interrupt);
    }
    if (eof) commands.push("eof");
    return transcript(run(commands));
  };
  return { run, play, remove: () => folder && rmSync(folder, { recursive: true }) };
}

/** What the lines say about a session. */
export function transcript(lines: string[], session = 0): Transcript {
  const bytes = { out: [] as Buffer[], err: [] as Buffer[] };
  let status: number | undefined;
  for (const line of lines) {
    const [number, what, value = ""] = line.split(" ");
    if (number !== `${session}`) continue;
    if (what === "exit") status = Number(value);
    else bytes[what as "out" | "err"].push(Buffer.from(value, "hex"));
  }
  return { output: Buffer.concat(bytes.out).toString(), errors: Buffer.concat(bytes.err).toString(), status };
}

function pretend<Type extends "transport" | "userauth" | "connection">(type: Type): CompiledModule<Type> {
  const instantiate = (): never => {
    throw new Error("not under test");
  };
  return { type, name: `the-${type}`, bytes: 1000, sha256: "ab".repeat(32), memoryBytes: 5000, instantiate };
}

/** The modules that the driver has too. */
const modules: ModuleSet = {
  transport: pretend("transport"),
  userauth: pretend("userauth"),
  connection: pretend("connection"),
};

/** Plays the session with the Node host's shell. */
export async function playOnNode(
  { terminal, dumb = false, exec, parts = [], eof = true }: Script,
  upMs = 0,
  permissions: Permissions = {},
  {
    users = [],
    log = [],
    room = 1000,
    ...options
  }: ShellOptions & { users?: User[]; log?: LogEntry[]; room?: number } = {},
): Promise<Transcript> {
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let status: number | undefined;
  const port: ChannelPort = {
    writable: () => room,
    write: (bytes, extended) => (extended ? errors : output).push(Buffer.from(bytes)),
    consumed: () => {},
    sendEof: () => {},
    exit: (value) => {
      status = value;
    },
    close: () => channel.receiveClose(),
  };
  const channel = new Channel(port);
  if (terminal !== undefined) channel.pty = { terminal: dumb ? "dumb" : "xterm", columns: terminal, rows: 24 };
  const session = new Session(1, "nowhere", () => {}, permissions);
  const recent = new RecentLog();
  log.forEach((entry) => recent.keep(entry));
  const device = { ...createDevice(modules, { log: recent }), startedAt: performance.now() - upMs };
  serveShell(session, device, options);
  if (users.length > 0) device.sessions.clear();
  for (const { id, user, from, forMs } of users)
    device.sessions.set(new Session(id, from, () => {}, {}, user), performance.now() - forMs);
  session.emit("channel", channel);
  channel.request(exec === undefined ? "shell" : "exec", exec === undefined ? [] : [exec]);
  channel.answered();
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Uint8Array) channel.receiveData(Buffer.from(part));
    else if ("columns" in part) channel.windowChange(part.columns, 24);
    else {
      channel.request(part.interrupt, part.interrupt === "signal" ? ["INT"] : [0]);
      channel.answered();
    }
    await turn();
  }
  if (eof) channel.receiveEof();
  for (let turns = 0; turns < 10; turns++) await turn();
  const transcript = { output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString(), status };
  channel.destroy();
  return transcript;
}
