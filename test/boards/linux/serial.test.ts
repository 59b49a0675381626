// The command `uart` of the Linux board with a real terminal device, which goes while it is in use.

import assert from "node:assert/strict";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { compileDriver } from "../../support/c-driver.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh, startSsh } from "../../support/openssh.js";
import { folder, type Program, start } from "../../support/programs.js";
import { PASSWORD } from "../../support/server.js";

const [ssh] = openSshClients;
const login = { password: PASSWORD };
const GONE = "uart: the serial port has gone\n";
const TICKS_PER_SECOND = 100;

let program = "";
let pty = "";
let count = 0;

before(async () => {
  program = await buildLinuxBoard("wasm2c", "password");
  pty = compileDriver("boards/linux/pty-driver", []);
});

/** Plugs a device in at this path. */
async function plugIn(path: string): Promise<Program> {
  const port = start(pty, []);
  const [, device = ""] = await port.until(/port (\S+)\n/);
  rmSync(path, { force: true });
  symlinkSync(device, path);
  return port;
}

/** A board with a port that is plugged in. */
async function startBoth(): Promise<{ board: LinuxBoard; port: Program; path: string }> {
  const path = join(folder, `port${++count}`);
  const port = await plugIn(path);
  const board = await LinuxBoard.start(program, join(folder, `serial${count}`), ["--serial", path]);
  return { board, port, path };
}

/** Seconds of the processor that a process has used. */
function secondsUsed(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

test("both ways, and what the port answers after the end of the input", async () => {
  const { board, port } = await startBoth();
  const session = startSsh(ssh!, board, login, ["uart"]);
  session.child.stdin.end("question");
  await port.until(/question/);
  port.write("answer");
  const { status, stdout, stderr } = await session.ended();
  assert.equal(stdout.toString(), "answer", stderr);
  assert.equal(status, 0);
  await board.stop();
});

test("a port that is unplugged ends the bridge with a word, keeps nobody awake, and can be had again", async () => {
  const { board, port, path } = await startBoth();
  const session = startSsh(ssh!, board, login, ["uart"]);
  port.write("from the port");
  await session.until(/from the port/);
  port.child.stdin.end();
  await port.ended();
  const { status, stdout, stderr } = await session.ended();
  assert.equal(stdout.toString(), "from the port");
  assert.equal(stderr, GONE);
  assert.equal(status, 1);
  const again = await runSsh(ssh!, board, login, ["uart"]);
  assert.equal(again.stderr, "uart: the serial port cannot be opened; is it plugged in?\n");
  assert.equal(again.status, 1);
  const other = await runSsh(ssh!, board, login, ["uart 12345"]);
  assert.equal(other.stderr, "uart: the serial port has no such speed\n");
  const replugged = await plugIn(path);
  const last = startSsh(ssh!, board, login, ["uart"]);
  replugged.write("back");
  await last.until(/back/);
  last.kill("SIGKILL");
  await board.stop();
});

test("a port whose bytes nobody takes keeps nobody awake", async () => {
  const { board, port } = await startBoth();
  const session = startSsh(ssh!, board, login, ["uart"], { streaming: true });
  await board.program.until(/userauth SUCCESS/);
  port.write("x".repeat(4_000_000)); // more than the client's window, and ssh's output is not read
  // in the end a second passes in which nothing is carried any more
  let least = 1;
  for (let seconds = 0; seconds < 10 && least > 0.2; seconds++) {
    const before = secondsUsed(board.program.pid);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    least = secondsUsed(board.program.pid) - before;
  }
  assert.ok(least <= 0.2, `${least} s of a second`);
  session.kill("SIGKILL");
  port.kill("SIGKILL");
  await board.stop();
});

test("a board without a port says so", async () => {
  const board = await LinuxBoard.start(program, join(folder, "serial-none"));
  assert.equal((await runSsh(ssh!, board, login, ["uart"])).stderr, "uart: this board has no serial port\n");
  await board.stop();
});
