// `sesame connect`, by itself and as OpenSSH's ProxyCommand: a pseudo-terminal stands for the board's serial device,
// and behind it is a server or a program that says what it got.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openSerial, type Port, PortStream, SerialLinkError } from "../../host/node/cli/serial-device.js";
import { carry } from "../../host/node/cli/serial-link.js";
import { openSshClients, runSsh } from "../support/openssh.js";
import { needs, PYTHON } from "../support/peers.js";
import { run, start } from "../support/programs.js";
import { PASSWORD, serve } from "../support/server.js";
import { needsTerminal, startTerminal } from "../support/terminal.js";

const cli = fileURLToPath(new URL("../../dist/host/node/cli/main.js", import.meta.url));

/**
 * Names a terminal and carries what is written there to the server, which is not called before the client has spoken.
 */
const SERIAL_SERVER = `
import os, pty, socket, sys, threading
master, slave = pty.openpty()
print(os.ttyname(slave), flush=True)
first = os.read(master, 4096)
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def answer():
    while data := server.recv(4096):
        while data: data = data[os.write(master, data):]
    os._exit(0)
threading.Thread(target=answer, daemon=True).start()
server.sendall(first)
while True: server.sendall(os.read(master, 4096))
`;

for (const ssh of openSshClients) {
  test(
    `${ssh.version} reaches a server on a serial device, and bytes come back as they were`,
    needs("python"),
    async () => {
      const server = await serve({ build: "password" });
      const serial = start(PYTHON, ["-c", SERIAL_SERVER, String(server.port)]);
      const [device = ""] = await serial.until(/^\/dev\/\S+/);
      const extra = ["-o", `ProxyCommand=${process.execPath} ${cli} connect ${device}`];
      const input = randomBytes(100_000);
      const { status, stdout, stderr } = await runSsh(ssh, server, { password: PASSWORD }, ["cat"], { extra, input });
      assert.equal(status, 0, stderr);
      assert.ok(stdout.equals(input), "every byte value passes unchanged");
      serial.kill("SIGKILL");
    },
  );
}

/** Reads as many bytes as its argument says, few at a time, and tells their digest. */
const SLOW_READER = `
import hashlib
print(path)
digest, missing = hashlib.sha256(), int(sys.argv[1])
while missing:
    data = os.read(master, 512)
    digest.update(data); missing -= len(data)
send(b"thanks")
print(digest.hexdigest())
sys.stdin.read()
`;

/** Says something, and is unplugged when it is told to. */
const UNPLUGGED = `
print(path)
send(b"words")
sys.stdin.readline()
`;

test(
  "sesame connect: what came before the end of the input reaches the board, and its answer the output",
  needsTerminal,
  async () => {
    const input = randomBytes(300_000);
    const { board, device } = await startTerminal(SLOW_READER, [String(input.length)]);
    const { status, stdout, stderr } = await run(process.execPath, [cli, "connect", device], { input });
    assert.equal(status, 0, stderr);
    const [, digest] = await board.until(/^([0-9a-f]{64})$/m);
    assert.equal(digest, createHash("sha256").update(input).digest("hex"));
    assert.equal(stdout.toString(), "thanks");
  },
);

test(
  "sesame connect: a board that is unplugged ends the connection with a word, after its own",
  needsTerminal,
  async () => {
    const { board, device } = await startTerminal(UNPLUGGED);
    const connect = start(process.execPath, [cli, "connect", device]);
    await connect.until(/words/);
    board.write("\n");
    const { status, stdout, stderr } = await connect.ended();
    assert.equal(status, 1);
    assert.equal(stdout.toString(), "words");
    assert.match(stderr, /^sesame: \/dev\/\S+ has gone.*unplugged/);
  },
);

test("sesame connect: a device that another one uses is refused with the reason", needsTerminal, async () => {
  const { device } = await startTerminal(UNPLUGGED);
  const first = start(process.execPath, [cli, "connect", device]);
  await first.until(/words/);
  const { status, stderr } = await run(process.execPath, [cli, "connect", device]);
  assert.equal(status, 1);
  assert.match(stderr, /is busy; another program uses it/);
});

test("a device that reads as ended, as an unplugged ttyACM does, ends the connection with an error", async () => {
  const device = new PassThrough();
  const output = new PassThrough();
  const carried = carry(device, new PassThrough(), output, "/dev/ttyACM0");
  device.end("last words");
  await assert.rejects(
    carried,
    new SerialLinkError("/dev/ttyACM0 has gone; was the board unplugged, or did it restart?"),
  );
  assert.equal(String(output.read()), "last words");
});

test(
  "by the library, as on macOS: bytes both ways as they are, and an error when the device goes",
  needsTerminal,
  async () => {
    const echo = `print(path)\nsend(os.read(master, 64)[::-1])\nsys.stdin.readline()\n`;
    const { board, device } = await startTerminal(echo);
    const port = await openSerial(device, "darwin");
    port.write("\r\n\x03\x11\x7f\xff");
    const [answer] = (await once(port, "data")) as [Buffer];
    assert.deepEqual(answer, Buffer.from("\r\n\x03\x11\x7f\xff").reverse());
    const gone = assert.rejects(carry(port, new PassThrough(), new PassThrough().resume(), device), SerialLinkError);
    board.write("\n");
    await gone;
  },
);

test("by the library, as on Windows: what was written is on its way before the port is closed, and a failing port is told", async () => {
  const calls: string[] = [];
  let fail: (error: Error) => void = () => {};
  const note = (call: string): Promise<void> => Promise.resolve(void calls.push(call));
  const fake: Port = {
    read: () => new Promise((_, reject) => (fail = reject)),
    write: (bytes) => (bytes.length > 0 ? note(`write ${bytes.toString()}`) : Promise.resolve()),
    drain: () => note("drain"),
    close: () => note("close"),
  };
  const port = new PortStream(fake);
  const input = new PassThrough();
  const carried = carry(port, input, new PassThrough(), "COM3");
  input.end("bytes");
  await carried;
  assert.deepEqual(calls, ["write bytes", "drain", "close"]);
  const failing = carry(new PortStream(fake), new PassThrough(), new PassThrough(), "COM3");
  await setImmediate(); // it reads now
  fail(new Error("Reading from COM port: Access denied"));
  await assert.rejects(failing, /COM3 has gone/);
});
