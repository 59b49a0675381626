// By hand: `npx tsx scripts/password-flood.ts [SECONDS]` (60; after `npm run build`). While 50 connections a second
// from one address send one password request each and hang up, how long does a login by key from another take, and how
// long a right password after the end?

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { formatPhc, hashPassword } from "../host/node/index.js";
import { packageRoot } from "../host/node/package-root.js";
import { keyExchange } from "./client/login.js";
import { Message } from "./client/client.js";
import { passwordRequest, signed } from "./client/userauth.js";
import { TcpClient } from "./client/tcp.js";
import { ed25519Key } from "./client/keys/kinds.js";
import { string } from "./client/wire.js";

const SECONDS = Number(process.argv[2] ?? 60);
const PER_SECOND = 50;
const FLOODER = "127.0.0.66";
const OTHER = "127.0.0.2";
const PASSWORD = "open sesame, 7!";
const KEY = ed25519Key();

const folder = mkdtempSync(join(tmpdir(), "sesame-flood-"));
const config = join(folder, "users.json");
const keyLine = `ssh-ed25519 ${Buffer.from(KEY.blob).toString("base64")}`;
const users = [
  { name: "ann", password: formatPhc(hashPassword(Buffer.from(PASSWORD))) },
  { name: "kim", keys: [keyLine] },
];
writeFileSync(config, JSON.stringify({ users }), { mode: 0o600 });
const cli = join(packageRoot(), "dist", "host", "node", "cli", "main.js");
const options = ["--port", "0", "--host-key", join(folder, "host"), "--config", config, "--quiet", "--no-strict-modes"];
const server = spawn(process.execPath, [cli, "serve", ...options], { stdio: ["ignore", "pipe", "inherit"] });
const [greeting] = (await once(server.stdout, "data")) as [Buffer];
const port = Number(/:(\d+) /.exec(greeting.toString())![1]);

/** A client whose service is open. */
async function connect(address: string): Promise<TcpClient> {
  const client = await TcpClient.connect(port, {}, address);
  await client.run(keyExchange(client.raw));
  client.socket.write(client.raw.send(Message.SERVICE_REQUEST, string("ssh-userauth")));
  await client.until(() => client.raw.lastNumber() === Message.SERVICE_ACCEPT);
  return client;
}

/** A whole login, in ms; NaN when it failed. */
async function login(request: (client: TcpClient) => Uint8Array): Promise<number> {
  const startedAt = performance.now();
  const client = await connect(OTHER);
  if (!client.closed) client.socket.write(client.raw.packet(request(client)));
  await client.until(() => [51, 52].includes(client.raw.lastNumber()));
  const ms = client.raw.lastNumber() === Message.USERAUTH_SUCCESS ? performance.now() - startedAt : NaN;
  client.socket.destroy();
  return ms;
}

const byKey = (): Promise<number> => login(({ raw }) => signed("kim", KEY, { sessionId: raw.sessionId! }));
const byPassword = (): Promise<number> => login(() => passwordRequest("ann", PASSWORD));
const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;
const shown = (times: number[]): string =>
  `median ${median(times).toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)} ms, ${times.length} logins`;

async function repeat(count: number, action: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) times.push(await action());
  return times;
}

let sent = 0;
async function floodOnce(): Promise<void> {
  const client = await connect(FLOODER);
  if (client.closed) return;
  client.socket.write(client.raw.packet(passwordRequest("ann", "wrong")), () => client.socket.destroy());
  sent++;
}

try {
  await repeat(3, byKey);
  console.log(`key before:     ${shown(await repeat(15, byKey))}`);
  console.log(`password before: ${shown(await repeat(5, byPassword))}`);
  const timer = setInterval(() => void floodOnce().catch(() => {}), 1_000 / PER_SECOND);
  const endsAt = performance.now() + 1_000 * SECONDS;
  const during: number[] = [];
  while (performance.now() < endsAt) {
    during.push(await byKey());
    await delay(500);
  }
  clearInterval(timer);
  console.log(`after the end:  a right password in ${(await byPassword()).toFixed(0)} ms`);
  console.log(`key meanwhile:  ${shown(during)}; ${sent} passwords of clients that hung up in ${SECONDS} s`);
} finally {
  server.kill("SIGTERM");
  rmSync(folder, { recursive: true });
}
process.exit();
