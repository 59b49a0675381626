// `sesame serve`: the device shell for SSH clients, until a signal comes.

import { lookup } from "node:dns/promises";
import { join, relative } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type ConfigOptions, givenCredentials, givenUsers, parsePort, withCredentialOptions } from "./cli-options.js";
import {
  DEVELOPMENT_PASSWORD,
  isDevelopment,
  publicKeyOfRegion,
  readCredentials,
  userOfRegion,
} from "./credentials.js";
import { developmentKeyPath, developmentPublicKey } from "./development.js";
import { loadHostKey } from "./host-key.js";
import { formatLogEntry } from "./log.js";
import { loadModule, modulePath } from "./modules.js";
import { fingerprint } from "./openssh-keys.js";
import { createServer, formatAddress } from "./server.js";
import type { ServerOptions } from "./server-options.js";
import { createDevice, serveShell } from "./shell.js";
import { outliveStandardOutput } from "./standard-streams.js";
import { UsageError } from "./usage-error.js";
import { storePasswordIn } from "./users-file.js";
import type { UsersTable } from "./users-region.js";

const FAILURE = 1;
const DEFAULT_PORT = 2222;
const DEFAULT_HOST_KEY = join(".sesame", "host_ed25519");

interface ServeOptions extends ConfigOptions {
  port: number;
  host: string;
  hostKey: string;
  allowDevelopmentCredentials?: true;
  quiet?: true;
}

export function define(command: Command): void {
  withCredentialOptions(command)
    .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
    .option("--host <address>", "address to listen on", parseHost, "127.0.0.1")
    .option("--host-key <file>", "the server's private key, OpenSSH format; made when there is none", DEFAULT_HOST_KEY)
    .option("--allow-development-credentials", "serve them on addresses that other machines reach, too")
    .option("--quiet", "write no log")
    .action(serve);
}

function parseHost(text: string): string {
  if (text === "") throw new InvalidArgumentError("it is empty; every interface is 0.0.0.0 or ::.");
  return text;
}

async function serve(options: ServeOptions): Promise<void> {
  const users = givenUsers(options);
  if (users) {
    checkServable(users);
    const storePassword = storePasswordIn(options.config!);
    return run(options, { users, storePassword }, { user: users.users[0]?.name ?? "USER" });
  }
  const { build, region: given } = givenCredentials(options);
  const region = given ?? readCredentials(build, loadModule("userauth", modulePath(`userauth-${build}`)));
  const isKnownToAll = isDevelopment(region, developmentPublicKey());
  const { address: host } = await lookup(options.host);
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
      user: userOfRegion(region)!,
      withDevelopmentKey: isKnownToAll && publicKeyOfRegion(region) !== undefined,
      warn: () => isKnownToAll && warnOfDevelopment(region),
    },
  );
}

/** What is said to the person who starts a server. */
interface Greeting {
  /** Who can log in. */
  user: string;
  withDevelopmentKey?: boolean;
  warn?: () => void;
}

/** Serves the device shell until a signal comes. */
async function run(
  { host, port, hostKey: path, quiet }: ServeOptions,
  options: Omit<ServerOptions, "hostKey">,
  { user, withDevelopmentKey = false, warn }: Greeting,
): Promise<void> {
  const { hostKey, created } = loadHostKey(path);
  const server = createServer({
    hostKey,
    ...options,
    log: quiet ? () => {} : (entry) => console.error(formatLogEntry(entry)),
  });
  const device = createDevice(server.modules);
  server.on("session", (session) => serveShell(session, device));
  server.on("error", (error) => console.error(`sesame: ${error.message}`));
  warn?.();
  if (created) console.error(`sesame: made a host key: ${path}`);
  outliveStandardOutput();
  const address = await server.listen(port, host);
  const client = sshCommand(address.address, address.port, user, withDevelopmentKey);
  const place = formatAddress(address.address, address.port);
  console.log(`listening on ${place}  host key ${fingerprint(hostKey.publicKey)}  try: ${client}`);
  await signalled();
  await server.close();
}

function warnOfDevelopment(region: Uint8Array): void {
  const user = userOfRegion(region);
  const secret = publicKeyOfRegion(region)
    ? `the key ${shown(developmentKeyPath())}`
    : `password ${DEVELOPMENT_PASSWORD}`;
  const lines = [
    "WARNING: DEVELOPMENT CREDENTIALS ARE ACTIVE: anyone can log in",
    `         user ${user}, ${secret}`,
    "         Give your own with --user and --password-file or --authorized-key.",
  ];
  const frame = "*".repeat(Math.max(...lines.map((line) => line.length)));
  console.error([frame, ...lines, frame].join("\n"));
}

/** Whether only this machine reaches the address. */
function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

function sshCommand(address: string, port: number, user: string, withDevelopmentKey: boolean): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : address;
  const identity = withDevelopmentKey ? `-i ${shown(developmentKeyPath())} -o IdentitiesOnly=yes ` : "";
  return `ssh -p ${port} ${identity}${user}@${host}`;
}

/** A path as the person at the prompt would write it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
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
