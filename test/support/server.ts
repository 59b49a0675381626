// The server as it ships, for tests that speak to it through a socket: `node dist/host/node/cli.js serve` on a free port, as a process
// of its own, with the modules of build/. Its log is read as it is written.
//
// The tests' server has credentials and a host key of its own, made by ssh-keygen.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { UserauthBuild } from "../../host/node/credentials.js";
import { eventually, folder, type Program, run, start } from "./programs.js";

const CLI = fileURLToPath(new URL("../../dist/host/node/cli.js", import.meta.url));

/** Lets a test ask the process for its memory: collects garbage and reports, at SIGUSR2. */
const MEMORY_PROBE = [
  "--expose-gc",
  "--import",
  "data:text/javascript,process.on('SIGUSR2',()=>{gc();gc();console.error('memory '+JSON.stringify(process.memoryUsage()))})",
];

/** Who may log in to the tests' servers. */
export const USER = "admin";
export const PASSWORD = "open sesame, 7!";

/** A key pair in OpenSSH's files. */
export interface KeyFile {
  /** The private key; the public one is beside it in `.pub`. */
  path: string;
  /** Algorithm and base64, without a comment. */
  line: string;
}

/** Makes a key pair. */
export async function makeKey(name: string, type = "ed25519", ...options: string[]): Promise<KeyFile> {
  const path = join(folder, name);
  const { status, stderr } = await run("ssh-keygen", ["-q", "-t", type, ...options, "-N", "", "-C", name, "-f", path]);
  assert.equal(status, 0, stderr);
  return { path, line: readFileSync(`${path}.pub`, "utf8").split(" ").slice(0, 2).join(" ") };
}

const shared = new Map<string, Promise<KeyFile>>();

/** The key of that name, made when it is asked for the first time. */
export function sharedKey(name: string, type?: string, ...options: string[]): Promise<KeyFile> {
  let key = shared.get(name);
  if (!key) shared.set(name, (key = makeKey(name, type, ...options)));
  return key;
}

/** The key that the public-key servers admit, one that they do not, and the servers' own. */
export const userKey = (): Promise<KeyFile> => sharedKey("user_key");
export const wrongKey = (): Promise<KeyFile> => sharedKey("wrong_key");
export const hostKey = (): Promise<KeyFile> => sharedKey("host_key");

/** One line of the log. */
export type LogLine = Record<string, string>;

/** What happened on the server during an action of a test. */
export interface Observation<T> {
  result: T;
  log: LogLine[];
  /** What the userauth module said, in order. */
  statuses: string[];
  /** The ends of the connections. */
  ends: LogLine[];
}

/** The memory of the server's process after a garbage collection, in bytes. */
export interface Memory {
  rss: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
}

/** A server that runs. */
export class ServerProcess {
  readonly log: LogLine[] = [];

  constructor(
    readonly program: Program,
    readonly build: UserauthBuild,
    readonly host: string,
    readonly port: number,
    readonly fingerprint: string,
    /** A known_hosts file with this server alone, and the key in it. */
    readonly knownHosts: string,
    readonly hostKeyLine: string,
  ) {}

  get pid(): number {
    return this.program.pid;
  }

  /** Connections at present, as the log has it. */
  get connectionCount(): number {
    const count = (event: string) => this.log.filter((line) => line["event"] === event).length;
    return count("connection-open") - count("connection-close");
  }

  /** Runs an action and waits until every connection has ended; tells what the server logged meanwhile. */
  async during<T>(action: () => Promise<T>): Promise<Observation<T>> {
    const from = this.log.length;
    const result = await action();
    await delay(20); // the last lines may be on their way
    await eventually(
      "every connection of the server has ended",
      () => this.log.length > from && this.connectionCount === 0,
    );
    const log = this.log.slice(from);
    const ends = log.filter(({ event }) => event === "connection-close");
    const statuses = log.filter(({ event }) => event === "userauth").map(({ status }) => status!);
    return { result, log, statuses, ends };
  }

  /** Garbage collected; only with the memory probe. */
  async memory(): Promise<Memory> {
    const from = this.program.text.length;
    process.kill(this.pid, "SIGUSR2");
    const [, json = ""] = await this.program.until(/memory (\{.*\})\n/, { from });
    return JSON.parse(json) as Memory;
  }

  /** The most memory that the process has ever had, in bytes; undefined where there is no /proc. */
  peakMemory(): number | undefined {
    const path = `/proc/${this.pid}/status`;
    if (!existsSync(path)) return undefined;
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(path, "utf8"))![1]) * 1024;
  }

  /** Files and sockets that the process has open; undefined where there is no /proc. */
  openFiles(): number | undefined {
    const path = `/proc/${this.pid}/fd`;
    return existsSync(path) ? readdirSync(path).length : undefined;
  }

  /** Stops the server and checks that it ended as asked and that no module failed in it. */
  async stop(): Promise<void> {
    process.kill(this.pid, "SIGTERM");
    const { status, signal } = await this.program.ended(15_000);
    assert.deepEqual({ status, signal }, { status: 0, signal: null }, this.program.text.slice(-2_000));
    const failures = this.log.filter(({ event, cause }) => event === "application-error" || cause === "module-error");
    assert.deepEqual(failures, []);
  }
}

export interface ServeOptions {
  build: UserauthBuild;
  memoryProbe?: boolean;
  /** In place of `USER` with `PASSWORD` or `userKey()`. */
  credentials?: string[];
}

/** Starts a server and waits until it listens. */
export async function serve({ build, memoryProbe = false, credentials }: ServeOptions): Promise<ServerProcess> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run "npm run build"`);
  const { path: hostKeyPath, line: hostKeyLine } = await hostKey();
  const args = [
    ...(memoryProbe ? MEMORY_PROBE : []),
    ...[CLI, "serve", "--port", "0", "--userauth", build, "--host-key", hostKeyPath],
    ...(credentials ?? ["--user", USER, ...(await secretOptions(build))]),
  ];
  const program = start(process.execPath, args);
  const [, host = "", port = "", fingerprint = ""] = await program.until(
    /listening on (\S+):(\d+) .*(SHA256:[A-Za-z0-9+/]{43})/,
  );
  const knownHosts = join(folder, `known_hosts_${port}`);
  writeFileSync(knownHosts, `[${host}]:${port} ${hostKeyLine}\n`);
  const server = new ServerProcess(program, build, host, Number(port), fingerprint, knownHosts, hostKeyLine);
  readLog(program, server.log);
  return server;
}

async function secretOptions(build: UserauthBuild): Promise<string[]> {
  if (build !== "password") return ["--authorized-key", `${(await userKey()).path}.pub`];
  const path = join(folder, "password");
  writeFileSync(path, `${PASSWORD}\n`, { mode: 0o600 });
  return ["--password-file", path];
}

/** Takes the log lines apart: logfmt on standard error. */
function readLog({ child }: Program, log: LogLine[]): void {
  let rest = "";
  child.stderr.on("data", (bytes: Buffer) => {
    const lines = (rest + bytes.toString("utf8")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("time=")) continue;
      const entry: LogLine = {};
      for (const [, name, quoted, plain] of line.matchAll(/([\w-]+)=(?:("(?:[^"\\]|\\.)*")|(\S*))/g)) {
        entry[name!] = quoted === undefined ? plain! : (JSON.parse(quoted) as string);
      }
      log.push(entry);
    }
  });
}
