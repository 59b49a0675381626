// OpenSSH's client: every one that the machine has, and its options for a test.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPENSSH_10 } from "./peers.js";
import { type Ending, folder, type Program, run, type RunOptions, start, type StartOptions } from "./programs.js";
import { type KeyFile, type Endpoint, USER } from "./server.js";

/** One installed client. */
export interface OpenSsh {
  program: string;
  /** As `ssh -V` says it, up to the first blank or comma. */
  version: string;
}

/** All that are in PATH, and the one that scripts/install-test-tools.sh unpacks. */
export const openSshClients: readonly OpenSsh[] = findClients();

function findClients(): OpenSsh[] {
  const folders = (process.env["PATH"] ?? "").split(":");
  const paths = [...folders.map((path) => join(path, "ssh")), OPENSSH_10].filter((path) => existsSync(path));
  return [...new Set(paths.map((path) => realpathSync(path)))].flatMap((program) => {
    const { stderr } = spawnSync(program, ["-V"], { encoding: "utf8" });
    const version = /^OpenSSH_[^\s,]+/.exec(stderr)?.[0];
    return version === undefined ? [] : [{ program, version }];
  });
}

/** How to log in: with a password, or with keys in this order. */
export interface Login {
  user?: string;
  password?: string;
  keys?: readonly KeyFile[];
  /** Socket of an agent, whose keys are tried too unless `keys` are given. OpenSSH only. */
  agent?: string;
}

let askpass: string | undefined;

/** A program that answers every question with the password. */
function askpassProgram(): string {
  if (askpass === undefined) {
    askpass = join(folder, "askpass");
    writeFileSync(askpass, `#!/bin/sh\nprintf '%s\\n' "$TEST_PASSWORD"\n`);
    chmodSync(askpass, 0o700);
  }
  return askpass;
}

/** Options that leave nothing to the machine's configuration, and the server's key known beforehand. */
export function sshOptions(server: Endpoint, { user = USER, password, keys = [], agent }: Login): string[] {
  const options: Record<string, string | number> = {
    UserKnownHostsFile: server.knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    HostKeyAlgorithms: "ssh-ed25519",
    ConnectTimeout: 20,
    IdentitiesOnly: agent !== undefined && keys.length === 0 ? "no" : "yes",
    IdentityAgent: agent ?? "none",
    ...(keys.length === 0 && { IdentityFile: "none" }),
    ...(password === undefined && { BatchMode: "yes" }),
  };
  return [
    ...["-F", "/dev/null", "-p", String(server.port), "-l", user],
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...keys.flatMap(({ path }) => ["-i", path]),
  ];
}

/** The environment that lets ssh find the password. */
export function sshEnvironment({ password }: Login): Record<string, string> {
  if (password === undefined) return {};
  return { SSH_ASKPASS: askpassProgram(), SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0", TEST_PASSWORD: password };
}

/** Runs `ssh [extra] host [command]` to its end. */
export function runSsh(
  { program }: OpenSsh,
  server: Endpoint,
  login: Login,
  command: readonly string[],
  { extra = [], env, ...options }: RunOptions & { extra?: readonly string[] } = {},
): Promise<Ending> {
  const args = [...sshOptions(server, login), ...extra, server.host, ...command];
  return run(program, args, { ...options, env: { ...sshEnvironment(login), ...env } });
}

/** Starts the same. */
export function startSsh(
  { program }: OpenSsh,
  server: Endpoint,
  login: Login,
  command: readonly string[],
  { extra = [], env, ...options }: StartOptions & { extra?: readonly string[] } = {},
): Program {
  const args = [...sshOptions(server, login), ...extra, server.host, ...command];
  return start(program, args, { ...options, env: { ...sshEnvironment(login), ...env } });
}
