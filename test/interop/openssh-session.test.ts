// RFC 4253 and 4254 with OpenSSH's client, every version that is there: shells, commands, large transfers, rekeying,
// channels side by side, and what the server refuses without ending the session.

import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer as createNetServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type OpenSsh, openSshClients, runSsh, sshOptions, startSsh } from "../support/openssh.js";
import { eventually, folder, type Program, run, start } from "../support/programs.js";
import { PASSWORD, serve, type ServerProcess } from "../support/server.js";

const MEGABYTE = 1_000_000;
/** Channels that the connection module has room for. */
const CHANNEL_COUNT = 8;
const PROMPT = /sesame> $/;
const login = { password: PASSWORD };

let started: Promise<ServerProcess> | undefined;

function theServer(): Promise<ServerProcess> {
  return (started ??= serve({ build: "password" }));
}

/** So many bytes that look like noise, made on the way. */
function* noise(length: number): Generator<Buffer> {
  const zeros = Buffer.alloc(64 * 1024);
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16));
  for (let left = length; left > 0; left -= zeros.length) {
    yield cipher.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
  }
}

/** Sends noise through `ssh host cat` and compares what comes back. Returns what the client says in the end. */
async function throughCat(ssh: OpenSsh, server: ServerProcess, length: number, extra: string[] = []): Promise<string> {
  const program = startSsh(ssh, server, login, ["cat"], { extra, streaming: true });
  const { stdin, stdout } = program.child;
  const [sent, received] = [createHash("sha256"), createHash("sha256")];
  let receivedBytes = 0;
  const receive = (async () => {
    for await (const bytes of stdout as AsyncIterable<Buffer>) {
      received.update(bytes);
      receivedBytes += bytes.length;
    }
  })();
  const send = pipeline(
    Readable.from(noise(length)),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const bytes of source) {
        sent.update(bytes);
        yield bytes;
      }
    },
    stdin,
  );
  const { status, stderr } = await program.ended(60_000);
  await Promise.all([send, receive]);
  assert.equal(status, 0, stderr);
  assert.equal(receivedBytes, length);
  assert.equal(received.digest("hex"), sent.digest("hex"));
  return stderr;
}

for (const ssh of openSshClients) {
  test(`${ssh.version}: a shell on a terminal answers line by line and leaves with the status of exit`, async () => {
    const server = await theServer();
    const shell = startSsh(ssh, server, login, [], { extra: ["-tt"] });
    await shell.until(PROMPT);
    const type = async (line: string, answer: RegExp) => {
      const from = shell.text.length;
      shell.write(`${line}\r`);
      await shell.until(answer, { from });
      await shell.until(PROMPT, { from });
    };
    await type("help", /led on\|off/);
    await type("info", /transport-full +\d+ bytes[\s\S]*userauth-password +\d+ bytes[\s\S]*sha256 [0-9a-f]{64}/);
    await type("led on", /LED on\r\n/);
    await type("led", /LED on\r\n/);
    await type("dance", /dance: no such command/);
    shell.write("exit 3\r");
    const { status, stderr } = await shell.ended();
    assert.equal(status, 3, stderr);
  });

  test(`${ssh.version}: ~B, a break, interrupts what runs in the shell`, async () => {
    const server = await theServer();
    const shell = startSsh(ssh, server, login, [], { extra: ["-tt"] });
    await shell.until(PROMPT);
    shell.write("cat\r");
    const from = shell.text.length;
    shell.write("copied\r");
    await shell.until(/copied\S*\r\ncopied\r\n/, { from });
    shell.write("~B");
    await shell.until(/\^C\S*\r\n/, { from });
    await shell.until(PROMPT, { from });
    shell.write("exit\r");
    const { status, stderr } = await shell.ended();
    assert.equal(status, 130, stderr);
  });

  test(`${ssh.version}: a shell without a terminal takes a script`, async () => {
    const server = await theServer();
    const input = "echo one\necho two\nexit 4\necho never\n";
    const { status, stdout, stderr } = await runSsh(ssh, server, login, [], { extra: ["-T"], input });
    assert.equal(stdout.toString(), "one\ntwo\n");
    assert.equal(status, 4, stderr);
  });

  test(`${ssh.version}: a command ends with its status, and its standard error is apart`, async () => {
    const server = await theServer();
    for (const [command, status, stdout, stderr] of [
      ["echo hello", 0, /^hello\n$/, /^$/],
      ["exit 0", 0, /^$/, /^$/],
      ["exit 3", 3, /^$/, /^$/],
      ["exit 255", 255, /^$/, /^$/],
      ["dance", 127, /^$/, /^dance: no such command/],
      ["led blue", 2, /^$/, /^led: on or off/],
    ] as const) {
      const result = await runSsh(ssh, server, login, [command], { extra: ["-q"] });
      assert.equal(result.status, status, command);
      assert.match(result.stdout.toString(), stdout);
      assert.match(result.stderr, stderr);
    }
  });

  test(`${ssh.version}: 100 MB go to the server and come back unharmed, in bounded memory`, async (context) => {
    const server = await theServer();
    const startedAt = Date.now();
    await throughCat(ssh, server, 100 * MEGABYTE);
    const peak = server.peakMemory();
    context.diagnostic(`${Date.now() - startedAt} ms; the server's memory peaked at ${String(peak)} bytes`);
    if (peak !== undefined) assert.ok(peak < 250 * MEGABYTE, `the server needed ${peak} bytes`);
  });

  test(`${ssh.version}: the client changes keys every 64 KiB of a transfer and loses nothing`, async () => {
    const server = await theServer();
    const said = await throughCat(ssh, server, 4 * MEGABYTE, ["-v", "-o", "RekeyLimit=64K"]);
    const exchanges = said.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0;
    assert.ok(exchanges > 20, `${exchanges} key exchanges`);
  });

  test(`${ssh.version}: eight channels share a connection; the ninth is refused and the others live on`, async () => {
    const server = await theServer();
    const socket = join(folder, `master_${ssh.version}`);
    const master = startSsh(ssh, server, login, [], { extra: ["-M", "-N", "-S", socket] });
    await eventually(
      "the master has logged in, and the log says so",
      () => existsSync(socket) && server.connectionCount === 1,
    );
    // without a way of its own to the server, the client cannot get round the master
    const shared = [...sshOptions(server, login), "-S", socket, "-o", "ProxyCommand=false", server.host];
    const ping = async (channel: Program, text: string) => {
      const from = channel.text.length;
      channel.write(`${text}\n`);
      await channel.until(new RegExp(`^${text}\n$`), { from });
    };
    const connections = server.connectionCount;
    const channels: Program[] = [];
    for (let index = 0; index < CHANNEL_COUNT; index++) {
      const channel = start(ssh.program, [...shared, "cat"]);
      channels.push(channel);
      await ping(channel, `channel ${index}`);
    }
    const ninth = await run(ssh.program, [...shared, "echo ninth"]);
    assert.notEqual(ninth.status, 0);
    assert.equal(ninth.stdout.length, 0);
    assert.match(master.text, /open failed: resource shortage/);
    await Promise.all(channels.map((channel, index) => ping(channel, `still ${index}`)));

    const [first, ...rest] = channels;
    first!.child.stdin.end();
    assert.equal((await first!.ended()).status, 0);
    const again = await run(ssh.program, [...shared, "echo again"]);
    assert.equal(again.stdout.toString(), "again\n", again.stderr);
    await Promise.all(rest.map((channel) => ping(channel, "alive")));
    assert.equal(server.connectionCount, connections);

    for (const channel of rest) channel.child.stdin.end();
    for (const channel of rest) assert.equal((await channel.ended()).status, 0);
    master.kill("SIGTERM");
    await master.ended();
    await server.idle();
  });

  test(`${ssh.version}: an idle session answers keepalives, and -N holds a session without a channel`, async () => {
    const server = await theServer();
    const alive = ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1", "-vvv"];
    const idle = startSsh(ssh, server, login, [], { extra: ["-N", ...alive] });
    const withChannel = startSsh(ssh, server, login, ["cat"], { extra: alive });
    await delay(3_500);
    for (const program of [idle, withChannel]) {
      assert.equal(program.child.exitCode, null, program.text);
      assert.match(program.text, /Authenticated to/);
    }
    assert.equal(server.connectionCount, 2);
    withChannel.child.stdin.end("last words");
    const { status, stdout } = await withChannel.ended();
    assert.equal(stdout.toString(), "last words");
    assert.equal(status, 0);
    idle.kill("SIGTERM");
    await idle.ended();
    await server.idle();
  });

  test(`${ssh.version}: the sftp subsystem is refused cleanly`, async () => {
    const server = await theServer();
    const { status, stderr } = await runSsh(ssh, server, login, ["sftp"], { extra: ["-s"] });
    assert.equal(status, 255);
    assert.match(stderr, /subsystem request failed on channel 0/);
  });

  test(`${ssh.version}: port forwarding is refused in both directions without ending the session`, async () => {
    const server = await theServer();
    const port = await freePort();
    const forward = ["-L", `${port}:127.0.0.1:9`, "-R", "0:127.0.0.1:9"];
    const session = startSsh(ssh, server, login, ["cat"], { extra: forward });
    await session.until(/remote port forwarding failed/);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "close");
    await session.until(/open failed: (unknown channel type|administratively prohibited)/);
    session.child.stdin.end("still here");
    const { status, stdout, stderr } = await session.ended();
    assert.equal(stdout.toString(), "still here");
    assert.equal(status, 0, stderr);
  });
}

async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
