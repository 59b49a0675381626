// `sesame connect` as OpenSSH's ProxyCommand: a pseudo-terminal stands for the board's serial device, and behind it is a server.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSshClients, runSsh } from "../support/openssh.js";
import { needs, PYTHON } from "../support/peers.js";
import { start } from "../support/programs.js";
import { PASSWORD, serve } from "../support/server.js";

const cli = fileURLToPath(new URL("../../dist/host/node/cli.js", import.meta.url));

/** Names a terminal and carries what is written there to the server, which is not called before the client has spoken. */
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
