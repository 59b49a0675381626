// The server as it ships, for tests that speak to it through a socket: `node dist/host/node/cli/main.js serve` on a
// free port, as a process of its own, with the modules of build/. Its log is read as it is written.
//
// The tests' server has credentials and a host key of its own, made by ssh-keygen.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { blobFingerprint } from "../../host/node/credentials/openssh-keys.js";
import {
  createDevice,
  createServer,
  encodeCredentials,
  fingerprint,
  type LogEntry,
  readPrivateKeyFile,
  type Server,
  type ServerOptions,
  serveShell,
  type UserauthBuild,
} from "../../host/node/index.js";
import { atEnd, eventually, folder, type Program, run, start } from "./programs.js";

const CLI = fileURLToPath(new URL("../../dist/host/node/cli/main.js", import.meta.url));

/**
 * Lets a test ask the process for its memory at SIGUSR2: after some collections of garbage, as finalizers take turns.
 */
const PROBE = `process.on("SIGUSR2", async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done, gc()));
  console.error("memory " + JSON.stringify(process.memoryUsage()));
})`;
const MEMORY_PROBE = ["--expose-gc", "--import", `data:text/javascript,${encodeURIComponent(PROBE)}`];

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
  heapTotal: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
}

/** What a client has to know of a server. */
export interface Endpoint {
  host: string;
  port: number;
  /** Of the host key: algorithm and base64, and SHA256:… */
  hostKeyLine: string;
  fingerprint: string;
  /** A known_hosts file with this server alone. */
  knownHosts: string;
}

/** As a log writes it. */
export function keyFingerprint({ line }: KeyFile): string {
  return blobFingerprint(Buffer.from(line.split(" ")[1]!, "base64"));
}

/** A server that runs. */
export class ServerProcess implements Endpoint {
  readonly host: string;
  readonly port: number;
  readonly hostKeyLine: string;
  readonly fingerprint: string;
  readonly knownHosts: string;
  readonly log: LogLine[] = [];
  #stopped = false;

  constructor(
    readonly program: Program,
    endpoint: Endpoint,
  ) {
    ({
      host: this.host,
      port: this.port,
      hostKeyLine: this.hostKeyLine,
      fingerprint: this.fingerprint,
      knownHosts: this.knownHosts,
    } = endpoint);
  }

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
    await this.idle();
    const from = this.log.length;
    const result = await action();
    await this.idle();
    const log = this.log.slice(from);
    const ends = log.filter(({ event }) => event === "connection-close");
    const statuses = log.filter(({ event }) => event === "userauth").map(({ status }) => status!);
    return { result, log, statuses, ends };
  }

  /** Waits until every connection has ended. */
  async idle(): Promise<void> {
    await delay(20); // the last lines may be on their way
    await eventually("every connection of the server has ended", () => this.connectionCount === 0);
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

  /**
   * Stops the server and checks that it ended as asked and that no module failed in it. Done when the tests are over,
   * if not before.
   */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
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
  /** More of the command's options. */
  options?: string[];
}

/** Starts a server with the full userauth build, for the users of a users.json. */
export function serveUsers(path: string): Promise<ServerProcess> {
  return startServer(["--config", path]);
}

/** Starts a server and waits until it listens. */
export async function serve({
  build,
  memoryProbe = false,
  credentials,
  options = [],
}: ServeOptions): Promise<ServerProcess> {
  const given = credentials ?? ["--user", USER, ...(await secretOptions(build))];
  return startServer(["--userauth", build, ...given, ...options], memoryProbe ? MEMORY_PROBE : []);
}

async function startServer(options: string[], nodeOptions: string[] = []): Promise<ServerProcess> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run "npm run build"`);
  const args = [...nodeOptions, CLI, "serve", "--port", "0", "--host-key", (await hostKey()).path, ...options];
  const program = start(process.execPath, args);
  const [, host = "", port = "", fingerprint = ""] = await program.until(
    /listening on (\S+):(\d+) .*(SHA256:[A-Za-z0-9+/]{43})/,
  );
  const server = new ServerProcess(program, await endpointAt(host, Number(port), fingerprint));
  readLog(program, server.log);
  atEnd(() => server.stop());
  return server;
}

/** A server of this process, made with the library. */
export interface LibraryServer {
  server: Server;
  endpoint: Endpoint;
  log: LogEntry[];
}

/**
 * Starts a server with the device shell in this process, for options that the command has not. User and password are
 * the same.
 */
export async function serveFromLibrary(options: Partial<ServerOptions>): Promise<LibraryServer> {
  const log: LogEntry[] = [];
  const key = readPrivateKeyFile((await hostKey()).path);
  const server = createServer({
    hostKey: key,
    credentials: encodeCredentials("password", { user: USER, password: PASSWORD }),
    log: (entry) => log.push(entry),
    ...options,
  });
  const device = createDevice(server.modules);
  server.on("session", (session) => serveShell(session, device));
  const { address, port } = await server.listen(0);
  atEnd(() => server.close());
  return { server, endpoint: await endpointAt(address, port, fingerprint(key.publicKey)), log };
}

/** A server with `hostKey()`. */
export async function endpointAt(host: string, port: number, fingerprint: string): Promise<Endpoint> {
  const { line: hostKeyLine } = await hostKey();
  const knownHosts = join(folder, `known_hosts_${port}`);
  writeFileSync(knownHosts, `[${host}]:${port} ${hostKeyLine}\n`);
  return { host, port, hostKeyLine, fingerprint, knownHosts };
}

/** Options that give `USER` `PASSWORD` or `userKey()`. */
export async function secretOptions(build: UserauthBuild): Promise<string[]> {
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
