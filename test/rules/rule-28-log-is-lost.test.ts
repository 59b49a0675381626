// Rule 28 (nodejs/node #947): a log that cannot be written (EPIPE, ENOSPC) is lost; the server lives. The same for what
// it says on its standard output. A command whose results nobody wants to read ends without a word; one whose results
// are lost says so.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openSshClients, runSsh } from "../support/openssh.js";
import { type Program, run, start } from "../support/programs.js";
import { type Endpoint, endpointAt, hostKey, PASSWORD, secretOptions, USER } from "../support/server.js";

const CLI = fileURLToPath(new URL("../../dist/host/node/cli/main.js", import.meta.url));
const LISTENING = /listening on (\S+):(\d+) .*(SHA256:[A-Za-z0-9+/]{43})/;

const [ssh] = openSshClients;
const options = ssh ? {} : { skip: "OpenSSH is not installed" };

/** Starts a server through a shell, so that its standard streams may be what they like. */
async function serveThrough(script: string): Promise<{ program: Program; server: Endpoint }> {
  const credentials = ["--user", USER, ...(await secretOptions("password"))];
  const command = [process.execPath, CLI, "serve", "--port", "0", "--host-key", (await hostKey()).path, ...credentials];
  const program = start("/bin/sh", ["-c", script, ...command]);
  const [, host = "", port = "", fingerprint = ""] = await program.until(LISTENING);
  return { program, server: await endpointAt(host, Number(port), fingerprint) };
}

/** A port that was free a moment ago, for a server that cannot tell which one it has taken. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isThere = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await delay(50);
  }
}

/** Several logins, one after the other: each writes some lines of log. */
async function expectLogins(server: Endpoint): Promise<void> {
  for (const turn of ["one", "two", "three"]) {
    const { stdout, stderr } = await runSsh(ssh!, server, { password: PASSWORD }, ["echo", turn]);
    assert.equal(stdout.toString(), `${turn}\n`, stderr);
  }
}

async function expectEnd(program: Program, signal: NodeJS.Signals): Promise<void> {
  process.kill(program.pid, signal);
  const { status } = await program.ended();
  assert.equal(status, 0, `what ${signal} ends has ended well`);
}

test("the log's reader goes away: the server lives", options, async () => {
  const { program, server } = await serveThrough('exec "$0" "$@"');
  program.child.stderr.destroy();
  await once(program.child.stderr, "close");
  await expectLogins(server);
  await expectEnd(program, "SIGTERM");
});

test("the disk that the log is on is full: the server lives", options, async () => {
  const { program, server } = await serveThrough('exec "$0" "$@" 2>/dev/full');
  await expectLogins(server);
  await expectEnd(program, "SIGHUP");
});

test("the disk that the standard output is on is full: the server lives", options, async () => {
  const port = await freePort();
  const credentials = ["--user", USER, ...(await secretOptions("password"))];
  const args = ["serve", "--port", String(port), "--host-key", (await hostKey()).path, ...credentials];
  const program = start("/bin/sh", ["-c", 'exec "$0" "$@" >/dev/full', process.execPath, CLI, ...args]);
  await untilListening(port);
  await expectLogins(await endpointAt("127.0.0.1", port, ""));
  await expectEnd(program, "SIGTERM");
});

test("a command whose results nobody wants to read ends without a word", async () => {
  const script = '"$0" "$@" | head -n 1; exec "$0" "$@" | true';
  const { stdout, stderr } = await run("/bin/sh", ["-c", script, process.execPath, CLI, "size", "--json"]);
  assert.equal(stdout.toString(), "{\n");
  assert.equal(stderr, "");
});

test("a command whose results are lost says so", async () => {
  for (const args of [["size"], ["--version"], ["serve", "--help"]]) {
    const { status, stderr } = await run("/bin/sh", [
      "-c",
      'exec "$0" "$@" >/dev/full',
      process.execPath,
      CLI,
      ...args,
    ]);
    assert.match(stderr, /^sesame: the standard output cannot be written: ENOSPC/, args.join(" "));
    assert.equal(status, 1);
  }
});
