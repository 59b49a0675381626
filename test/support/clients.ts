// Other people's SSH clients behind one function each: log in, run a command with this input, and end as the command
// did. A login that fails ends with a status of the client's own.
//
// OpenSSH has its own file, openssh.ts: its tests say more.

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client as Ssh2Client } from "ssh2";
import { readFileSync } from "node:fs";
import type { Login } from "./openssh.js";
import { type Peer, PYTHON } from "./peers.js";
import { type Ending, folder, run } from "./programs.js";
import { type KeyFile, type Endpoint, USER } from "./server.js";

const TIME_LIMIT_MS = 30_000;
const FAILED = 255;

/** What a test asks of a client. */
export interface Task {
  server: Endpoint;
  login: Login;
  command: string;
  input?: Uint8Array;
}

/** One client. */
export interface Client {
  name: string;
  /** What has to be installed. */
  peers: Peer[];
  /** Whether it takes more than one key. */
  severalKeys: boolean;
  run(task: Task): Promise<Ending>;
}

/** All but OpenSSH. */
export const otherClients: readonly Client[] = [
  { name: "dbclient", peers: ["dbclient"], severalKeys: true, run: runDbclient },
  { name: "plink", peers: ["plink"], severalKeys: false, run: runPlink },
  { name: "paramiko", peers: ["paramiko"], severalKeys: false, run: (task) => runPython("paramiko_client.py", task) },
  { name: "AsyncSSH", peers: ["asyncssh"], severalKeys: true, run: (task) => runPython("asyncssh_client.py", task) },
  { name: "ssh2", peers: [], severalKeys: false, run: runSsh2 },
];

/** Runs one of the Python clients of test/interop. */
export function runPython(script: string, task: Task, more: Record<string, unknown> = {}): Promise<Ending> {
  const { server, login, command, input = new Uint8Array() } = task;
  const request = {
    host: server.host,
    port: server.port,
    user: login.user ?? USER,
    hostKey: server.hostKeyLine,
    command,
    ...(login.password !== undefined && { password: login.password }),
    ...((login.keys ?? login.password === undefined) && { keys: (login.keys ?? []).map(({ path }) => path) }),
    ...more,
  };
  const path = fileURLToPath(new URL(`../interop/${script}`, import.meta.url));
  return run(PYTHON, ["-B", path, JSON.stringify(request)], { input });
}

async function runDbclient({ server, login, command, input = new Uint8Array() }: Task): Promise<Ending> {
  const keys = await Promise.all((login.keys ?? []).map((key) => convert(key, "dropbear")));
  // twice -y: it keeps known hosts by name alone, and the tests' servers share one
  const args = ["-y", "-y", "-p", String(server.port), ...keys.flatMap((key) => ["-i", key])];
  return run("dbclient", [...args, `${login.user ?? USER}@${server.host}`, command], {
    input,
    env: login.password === undefined ? {} : { DROPBEAR_PASSWORD: login.password },
  });
}

async function runPlink({ server, login, command, input = new Uint8Array() }: Task): Promise<Ending> {
  const keys = await Promise.all((login.keys ?? []).map((key) => convert(key, "ppk")));
  const args = [
    ...["-ssh", "-batch", "-noagent", "-no-antispoof", "-P", String(server.port), "-l", login.user ?? USER],
    ...["-hostkey", server.fingerprint],
    ...(login.password === undefined ? [] : ["-pw", login.password]),
    ...keys.flatMap((key) => ["-i", key]),
  ];
  return run("plink", [...args, server.host, command], { input });
}

/** The private key in the format of Dropbear or PuTTY. */
async function convert({ path }: KeyFile, format: "dropbear" | "ppk"): Promise<string> {
  const output = `${path}.${format}`;
  const { status, stderr } =
    format === "dropbear"
      ? await run("dropbearconvert", ["openssh", "dropbear", path, output])
      : await run("puttygen", [path, "-O", "private", "-o", output]);
  assert.equal(status, 0, stderr);
  return join(folder, output.slice(folder.length));
}

function runSsh2({ server, login, command, input = new Uint8Array() }: Task): Promise<Ending> {
  const client = new Ssh2Client();
  const startedAt = Date.now();
  const stdout: Buffer[] = [];
  let stderr = "";
  let status: number | null = null;
  return new Promise<Ending>((resolve) => {
    const timer = setTimeout(() => client.destroy(), TIME_LIMIT_MS);
    const fail = (error: Error) => {
      stderr += error.message;
      status ??= FAILED;
      client.destroy();
    };
    client.on("error", fail);
    client.on("close", () => {
      clearTimeout(timer);
      resolve({ status, signal: null, stdout: Buffer.concat(stdout), stderr, ms: Date.now() - startedAt });
    });
    client.on("ready", () => {
      client.exec(command, (error, channel) => {
        if (error) return fail(error);
        channel.on("data", (bytes: Buffer) => stdout.push(bytes));
        channel.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString("utf8")));
        channel.on("exit", (code: number | null) => (status = code));
        channel.on("close", () => client.end());
        channel.end(Buffer.from(input));
      });
    });
    const [key] = login.keys ?? [];
    client.connect({
      host: server.host,
      port: server.port,
      username: login.user ?? USER,
      ...(login.password === undefined ? {} : { password: login.password }),
      ...(key === undefined ? {} : { privateKey: readFileSync(key.path) }),
      authHandler: ["none", "publickey", "password"], // its own order ends with the key
      hostVerifier: (offered: Buffer) => offered.toString("base64") === server.hostKeyLine.split(" ")[1],
      readyTimeout: 20_000,
    });
    client.setNoDelay(true); // else each login waits 40 ms for an acknowledgement
  });
}
