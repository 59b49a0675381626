#!/usr/bin/env node
// The command `sesame`: serve, build, keygen, size; passwd is in cli-users.ts, connect and flash are in cli-boards.ts.
//
// Exit codes: 0 all is well, 1 it failed, 2 the command line is wrong. The log goes to standard error, results to standard output.

import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { addBoardCommands } from "./cli-boards.js";
import { givenCredentials, UsageError } from "./cli-credentials.js";
import { addUserCommands, checkServable, givenUsers, withConfigOption } from "./cli-users.js";
import type { ConfigOptions } from "./cli-users.js";
import {
  DEVELOPMENT_PASSWORD,
  embedCredentials,
  FULL_BUILD,
  isDevelopment,
  publicKeyOfRegion,
  readCredentials,
  USERAUTH_BUILDS,
  userauthModuleName,
  userOfRegion,
} from "./credentials.js";
import type { AnyUserauthBuild } from "./credentials.js";
import { developmentKeyPath, developmentPublicKey } from "./development.js";
import { loadHostKey, writeKeyPairFiles } from "./host-key.js";
import { formatLogEntry } from "./log.js";
import { loadModule, modulePath, packageRoot, plainModulePath } from "./modules.js";
import { fingerprint, generateKeyPair } from "./openssh-keys.js";
import { writePrivateFile } from "./private-file.js";
import { createServer, formatAddress } from "./server.js";
import type { ServerOptions } from "./server-options.js";
import { createDevice, serveShell } from "./shell.js";
import { storePasswordIn } from "./users-file.js";
import { encodeUsers } from "./users-region.js";

const FAILURE = 1;
const USAGE = 2;
const DEFAULT_PORT = 2222;
const DEFAULT_HOST_KEY = join(".sesame", "host_ed25519");
const DEFAULT_KEY_FILE = "id_ed25519";

interface ServeOptions extends ConfigOptions {
  port: number;
  host: string;
  hostKey: string;
  allowDevelopmentCredentials?: true;
  quiet?: true;
}

interface BuildOptions extends ConfigOptions {
  output?: string;
}

interface KeygenOptions {
  file: string;
  comment: string;
  force?: boolean;
}

const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
const program = new Command("sesame")
  .description("An SSH server for microcontrollers whose protocol layers are small WebAssembly modules")
  .version(version)
  .exitOverride();

withConfigOption(withCredentialOptions(program.command("serve")))
  .description("serve the device shell to SSH clients")
  .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
  .option("--host <address>", "address to listen on", parseHost, "127.0.0.1")
  .option("--host-key <file>", "the server's private key, OpenSSH format; made when there is none", DEFAULT_HOST_KEY)
  .option("--allow-development-credentials", "serve them on addresses that other machines reach, too")
  .option("--quiet", "write no log")
  .action(serve);

withConfigOption(withCredentialOptions(program.command("build")))
  .description("write a userauth module that carries your credentials")
  .option("-o, --output <file>", "where to (default: userauth-<build>.wasm)")
  .action(build);

program
  .command("keygen")
  .description("make an Ed25519 key pair in OpenSSH's formats")
  .option("-f, --file <file>", "the private key; the public one goes to <file>.pub", DEFAULT_KEY_FILE)
  .option("-C, --comment <text>", "comment of the key", "")
  .option("--force", "overwrite")
  .action(keygen);

program
  .command("size")
  .description("report the sizes of the modules")
  .option("--json", "for programs")
  .action(async (options: { json?: boolean }) => (await import("./size.js")).sizeCommand(options));

addUserCommands(program);
addBoardCommands(program, withCredentialOptions);

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE; // it has printed what is wrong
    console.error(`sesame: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? USAGE : FAILURE;
  }
}

function withCredentialOptions(command: Command): Command {
  return command
    .exitOverride()
    .addOption(
      new Option("--userauth <build>", "which userauth module (default: as the credentials ask)").choices(
        USERAUTH_BUILDS,
      ),
    )
    .option("--user <name>", "who may log in (default: admin)")
    .option("--password-file <file>", "the password is the first line of the file")
    .option("--authorized-key <file>", "the public key (Ed25519), as in a .pub file");
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  return Number(text);
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
  const userauth = loadModule(
    "userauth",
    given ? plainModulePath(`userauth-${build}`) : modulePath(`userauth-${build}`),
  );
  const region = given ?? readCredentials(build, userauth);
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
    { userauth: build, modules: { userauth }, ...(given && { credentials: given }) },
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

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let isFirst = true;
    const onSignal = () => {
      if (!isFirst) process.exit(FAILURE);
      isFirst = false;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  });
}

function build(options: BuildOptions): void {
  const users = givenUsers(options);
  if (!users && options.user === undefined) throw new UsageError("--user or --config is missing");
  const { build: name, region }: { build: AnyUserauthBuild; region?: Uint8Array } = users
    ? { build: FULL_BUILD, region: encodeUsers(users) }
    : givenCredentials(options);
  const module = userauthModuleName(name);
  const output = options.output ?? `${module}.wasm`;
  const wasm = embedCredentials(readFileSync(plainModulePath(module)), region!);
  writePrivateFile(output, wasm, true);
  console.log(`${output}  ${wasm.length} bytes  sha256 ${createHash("sha256").update(wasm).digest("hex")}`);
}

function keygen({ file, comment, force = false }: KeygenOptions): void {
  if (!force && (existsSync(file) || existsSync(`${file}.pub`)))
    throw new Error(`${file} exists; --force overwrites it`);
  const pair = generateKeyPair();
  writeKeyPairFiles(file, pair, comment, force);
  console.log(`${file}, ${file}.pub  ${fingerprint(pair.publicKey)}`);
}
