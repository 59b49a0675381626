// The Linux board as a process: what becomes of it when its log cannot be written, when it is asked to end, and when
// its options are wrong.

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh, startSsh } from "../../support/openssh.js";
import { eventually, folder, run, start } from "../../support/programs.js";
import { type Endpoint, PASSWORD } from "../../support/server.js";

const [ssh] = openSshClients;
const login = { password: PASSWORD };

let program = "";
let count = 0;
const newState = (): string => join(folder, `process${++count}`);

before(async () => {
  program = await buildLinuxBoard("wasm2c", "password");
});

async function logIn(board: Endpoint, word: string): Promise<void> {
  const { stdout, stderr } = await runSsh(ssh!, board, login, [`echo ${word}`]);
  assert.equal(stdout.toString(), `${word}\n`, stderr);
}

test("rule 28 (nodejs/node #947): when the log's reader goes away the log is lost, and the server lives", async () => {
  const board = await LinuxBoard.start(program, newState());
  await logIn(board, "before");
  board.program.child.stderr.destroy();
  board.program.child.stdout.destroy();
  for (const word of ["after", "again"]) await logIn(board, word);
  await board.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until somebody listens there. */
async function listening(port: number): Promise<void> {
  for (let open = false; !open;) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    open = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("close", () => resolve(false));
    });
    socket.destroy();
    if (!open) await delay(50);
  }
}

/** What the shell does before it leaves its place to the program, and how that finds its standard streams. */
const STREAMS = {
  "a full disk under the log": ["", "2>/dev/full"],
  "no standard streams at all": ["", "<&- >&- 2>&-"],
  "a reader of the log that stands still": [
    "rm -f full; mkfifo full; exec 9<>full; dd if=/dev/zero of=full bs=4096 oflag=nonblock 2>/dev/null;",
    "2>full",
  ],
} as const;

for (const [name, [preparation, streams]] of Object.entries(STREAMS)) {
  test(`rule 28 (nodejs/node #947): ${name}: clients are served`, async () => {
    const state = newState();
    const first = await LinuxBoard.start(program, state);
    await first.stop();
    const [host, port] = ["127.0.0.1", await freePort()];
    const knownHosts = join(folder, `known_hosts_of_${port}`);
    writeFileSync(knownHosts, `[${host}]:${port} ${first.hostKeyLine}\n`);
    const command = `${preparation} exec "$0" --port ${port} --state "$1" ${streams}`;
    const server = start("sh", ["-c", command, program, state]);
    await listening(port);
    const endpoint = { host, port, knownHosts, hostKeyLine: first.hostKeyLine, fingerprint: first.fingerprint };
    for (const word of ["one", "two"]) await logIn(endpoint, word);
    process.kill(server.pid, "SIGTERM");
    assert.equal((await server.ended()).status, 0);
  });
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`rule 34: ${signal} ends the server when its clients have been told`, async () => {
    const board = await LinuxBoard.start(program, newState());
    const session = startSsh(ssh!, board, login, ["cat"]);
    session.write("hello\n");
    await session.until(/hello/);
    const silent = connect(board.port, board.host);
    await eventually("both are there", () => board.logOf(2).length > 0);
    const stopped = board.stop(signal);
    const { status, stderr } = await session.ended();
    assert.equal(status, 255);
    assert.match(stderr, /Received disconnect from .*: *11: the server is being stopped/);
    silent.resume();
    if (!silent.closed) await once(silent, "close");
    await stopped;
    assert.equal(board.logOf(1).at(-1), "ended, server-close, reason 11");
  });
}

test("a second signal does not wait for clients", async () => {
  const board = await LinuxBoard.start(program, newState());
  const socket = connect(board.port, board.host).pause(); // takes nothing, and never closes
  await eventually("it is there", () => board.logOf(1).length > 0);
  process.kill(board.program.pid, "SIGTERM");
  await eventually("the end has begun", () => board.logOf(1).length > 1);
  await board.stop();
  socket.destroy();
});

test("under nohup a hang-up ends nothing", async () => {
  const server = start("nohup", [program, "--port", "0", "--state", newState()]);
  await server.until(/listening on/);
  process.kill(server.pid, "SIGHUP");
  process.kill(server.pid, "SIGTERM");
  assert.equal((await server.ended()).status, 0);
});

test("numbers are read to their end, and within their range", async () => {
  const wrong = {
    "--port": ["", "-1", "22x", " 22", "+22", "0x16", "65536", "70000", "4294967318", "99999999999999999999"],
    "--idle-timeout": ["", "-1", "1.5", "10s", "2678401", "4294967296", "18446744073709551617"],
  };
  for (const [option, numbers] of Object.entries(wrong)) {
    for (const number of numbers) {
      const { status, stderr } = await run(program, [option, number, "--state", newState()]);
      assert.equal(status, 2, `${option} ${number}`);
      assert.match(stderr, new RegExp(`^${option}: .*not "${number.replace(/[.+]/g, "\\$&")}"\nusage: `));
    }
  }
});

test("an idle session ends after the time that the option says", async () => {
  const board = await LinuxBoard.start(program, newState(), ["--idle-timeout", "1"]);
  const { status, stderr } = await startSsh(ssh!, board, login, ["cat"]).ended();
  assert.equal(status, 255);
  assert.match(stderr, /Received disconnect from .*: *11: nothing has happened in the session for too long/);
  await board.stop();
});
