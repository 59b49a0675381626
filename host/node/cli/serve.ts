// `sesame serve`: the device shell for SSH clients, until a signal comes.

import { lookup } from "node:dns/promises";
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Transport } from "../../../assembly/abi/builds.js";
import { type LimitOptions, limitsOf, withLimitOptions } from "./limits.js";
import {
  type ConfigOptions,
  givenCredentials,
  givenUsers,
  jsonOption,
  parsePort,
  transportOption,
  withCredentialOptions,
} from "./options.js";
import {
  DEVELOPMENT_PASSWORD,
  isDevelopment,
  publicKeyOfRegion,
  readCredentials,
  userOfRegion,
} from "../credentials/credentials.js";
import { developmentKeyPath, developmentPublicKey } from "../credentials/development.js";
import type { FileOptions } from "../credentials/given-file.js";
import { readPrivateKeyFile, writeKeyPairFiles } from "../server/host-key.js";
import { formatLogEntry, formatLogEntryAsJson, type LogEntry } from "../server/log.js";
import { RecentLog } from "../server/recent-log.js";
import { loadModule, modulePath } from "../modules.js";
import { fingerprint, generateKeyPair, type KeyPair } from "../credentials/openssh-keys.js";
import { createServer, formatAddress, type Server } from "../server/server.js";
import type { ServerOptions } from "../server/options.js";
import { createDevice } from "../applications/device.js";
import { serveShell } from "../applications/shell.js";
import { outliveStandardOutput } from "./standard-streams.js";
import { hostKeyPlace, stateFolder } from "../server/state-folder.js";
import { shellQuoted, shown } from "../credentials/text.js";
import { UsageError } from "./usage-error.js";
import { storePasswordIn } from "../credentials/users-file.js";
import { isLoopback } from "../server/source-address.js";
import type { UsersTable } from "../credentials/users-region.js";

const FAILURE = 1;
const DEFAULT_PORT = 2222;

interface ServeOptions extends ConfigOptions, LimitOptions {
  port: number;
  host: string;
  hostKey?: string;
  allowDevelopmentCredentials?: true;
  transport: Transport;
  quiet?: true;
  log: "text" | "json";
  json?: true;
}

export function define(command: Command): void {
  withLimitOptions(withCredentialOptions(command))
    .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
    .option("--host <address>", "address to listen on", parseHost, "127.0.0.1")
    .option(
      "--host-key <file>",
      `the server's private key, OpenSSH format; made when there is none (default: host_ed25519 in ${stateFolder()})`,
    )
    .addOption(transportOption())
    .option("--allow-development-credentials", "serve them on addresses that other machines reach, too")
    .addOption(new Option("--log <format>", "one line an event").choices(["text", "json"]).default("text"))
    .option("--quiet", "write no log")
    .addOption(jsonOption())
    .action(serve);
}

function parseHost(text: string): string {
  if (text === "") throw new InvalidArgumentError("it is empty; every interface is 0.0.0.0 or ::.");
  return text;
}

async function serve(options: ServeOptions): Promise<void> {
  const users = givenUsers(options);
  const host = await addressOf(options.host);
  if (users) {
    checkServable(users);
    const storePassword = storePasswordIn(options.config!, options);
    return run({ ...options, host }, { users, storePassword }, { user: users.users[0]?.name ?? "USER" });
  }
  const { build, region: given } = givenCredentials(options);
  const region = given ?? readCredentials(build, loadModule("userauth", modulePath(`userauth-${build}`)));
  const user = userOfRegion(region);
  if (user === undefined) throw new UsageError(WITHOUT_CREDENTIALS);
  const isKnownToAll = isDevelopment(region, developmentPublicKey());
  if (isKnownToAll && !isLoopback(host) && !options.allowDevelopmentCredentials) {
    throw new UsageError(
      `anyone who reaches ${options.host} could log in with the development credentials. Give your own with --user and ` +
        "--password-file or --authorized-key; --allow-development-credentials serves these nevertheless",
    );
  }
  return run(
    { ...options, host },
    { userauth: build, credentials: region },
    {
      user,
      withDevelopmentKey: isKnownToAll && publicKeyOfRegion(region) !== undefined,
      ...(isKnownToAll && { warning: warningOfDevelopment(user, region) }),
    },
  );
}

const WITHOUT_CREDENTIALS = `nobody could log in. Say who may:
  --user NAME --authorized-key FILE    one user, with the key in a .pub file
  --user NAME --password-file FILE     one user, with the password in the file's first line
  --config users.json                  several users; sesame passwd --config users.json --add NAME makes the file`;

/** Throws a `UsageError` for a name that has no address. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new UsageError(`--host ${shown(host)}: there is no such address`);
  }
}

/** What is said to the person who starts a server. */
interface Greeting {
  /** Who can log in. */
  user: string;
  withDevelopmentKey?: boolean;
  warning?: string;
}

/** Serves the device shell until a signal comes. */
async function run(
  { host, port, transport, hostKey: given, strictModes = true, quiet, log: format, json, ...limits }: ServeOptions,
  options: Omit<ServerOptions, "hostKey">,
  { user, withDevelopmentKey = false, warning }: Greeting,
): Promise<void> {
  const recent = new RecentLog();
  const log = (entry: LogEntry) =>
    console.error(format === "json" ? formatLogEntryAsJson(entry) : formatLogEntry(entry));
  const serverLog = (entry: LogEntry) => {
    recent.keep(entry);
    if (!quiet) log(entry);
  };
  const tell = (event: string, message: string) =>
    format === "json" ? log({ event, message }) : console.error(message);
  const make = (hostKey: KeyPair) =>
    createServer({ hostKey, transport, ...options, ...limitsOf(limits), log: serverLog });
  const { path, note } = given === undefined ? hostKeyPlace() : { path: given };
  if (note !== undefined) tell("host-key-place", `sesame: ${note}`);
  const { server, hostKey, created } = await withHostKey(path, { strictModes }, make);
  const device = createDevice(server.modules, { log: recent });
  server.on("session", (session) => serveShell(session, device));
  server.on("error", (error) => tell("server-error", `sesame: ${error.message}`));
  if (warning !== undefined) tell("development-credentials", warning);
  if (created) tell("host-key-made", `sesame: made a host key: ${path}`);
  outliveStandardOutput();
  const address = await server.listen(port, host);
  const ended = signalled(); // whoever reads the line may send one
  const client = sshCommand(address.address, address.port, user, withDevelopmentKey);
  const key = fingerprint(hostKey.publicKey);
  if (json) console.log(JSON.stringify({ address: address.address, port: address.port, hostKey: key, try: client }));
  else console.log(`listening on ${formatAddress(address.address, address.port)}  host key ${key}  try: ${client}`);
  await ended;
  await server.close();
}

/**
 * A server with the host key in the file, which is made when there is none: after the server has found nothing wrong
 * with its options.
 */
async function withHostKey(path: string, options: FileOptions, make: (hostKey: KeyPair) => Server) {
  if (existsSync(path)) {
    const hostKey = readPrivateKeyFile(path, options);
    return { server: make(hostKey), hostKey, created: false };
  }
  const fresh = generateKeyPair();
  const server = make(fresh);
  try {
    writeKeyPairFiles(path, fresh, "sesame host key");
    return { server, hostKey: fresh, created: true };
  } catch (error) {
    // Another server may have made it meanwhile; a public key alone is of some other one.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !existsSync(path)) throw error;
    await server.close();
    const hostKey = readPrivateKeyFile(path, options);
    return { server: make(hostKey), hostKey, created: false };
  }
}

function warningOfDevelopment(user: string, region: Uint8Array): string {
  const secret = publicKeyOfRegion(region)
    ? `the key ${fromHere(developmentKeyPath())}`
    : `password ${DEVELOPMENT_PASSWORD}`;
  const lines = [
    "WARNING: DEVELOPMENT CREDENTIALS ARE ACTIVE: anyone can log in",
    `         user ${shown(user)}, ${secret}`,
    "         Give your own with --user and --password-file or --authorized-key.",
  ];
  const frame = "*".repeat(Math.max(...lines.map((line) => line.length)));
  return [frame, ...lines, frame].join("\n");
}

/** What the person at the prompt can copy. */
function sshCommand(address: string, port: number, user: string, withDevelopmentKey: boolean): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : address;
  const identity = withDevelopmentKey ? ["-i", fromHere(developmentKeyPath()), "-o", "IdentitiesOnly=yes"] : [];
  return ["ssh", "-p", String(port), ...identity, `${user}@${host}`].map(shellQuoted).join(" ");
}

/** A path as the person at the prompt would write it. */
function fromHere(path: string): string {
  const relativePath = relative(process.cwd(), path);
  return relativePath.startsWith("..") ? path : relativePath;
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true;
    const onSignal = () => {
      if (!isFirst) process.exit(FAILURE);
      isFirst = false;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}

/** Throws for users about whom only a program can decide. */
function checkServable(table: UsersTable): void {
  const { known = [], others = [] } = table.hostDecides ?? {};
  if (known.length + others.length > 0)
    throw new UsageError("hostDecides is for programs that use the library, and for boards; nobody would decide here");
}
