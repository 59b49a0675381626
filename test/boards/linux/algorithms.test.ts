// A board with the full transport as clients meet it: every key exchange, cipher and MAC, with packets that are larger
// than the board's buffers and new keys on the way, under sanitizers; and clients as they are installed.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { AES_CTR, CIPHER_PAIRS } from "../../../scripts/client/ciphers.js";
import { otherClients, runPython } from "../../support/clients.js";
import { withLargeCommand, withLargeVariable } from "../../support/large-requests.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import { needs } from "../../support/peers.js";
import { folder } from "../../support/programs.js";
import { PASSWORD } from "../../support/server.js";

const login = { password: PASSWORD };
const TRANSFER_BYTES = 300_000;
const TRANSFER_LIMIT_MS = 120_000;

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(engine, () => {
    let board: LinuxBoard;

    before(async () => {
      board = await LinuxBoard.start(await buildLinuxBoard(engine, "password"), join(folder, `algorithms-${engine}`));
    });

    for (const [cipher, mac] of CIPHER_PAIRS) {
      const usesMac = AES_CTR.some((name) => name === cipher);
      const name = usesMac ? `${cipher} with ${mac}` : cipher;
      const ssh = openSshClients[0]!;
      const algorithms = ["-c", cipher, "-m", mac];

      test(`${name}: what is too large for the board is refused by its kind, and the connection goes on`, async () => {
        for (const length of [5_000, 30_000]) {
          const { status, stdout, stderr } = await withLargeVariable(ssh, board, length, algorithms);
          assert.equal(stdout.toString(), "in\n", stderr);
          assert.equal(status, 0);
        }
        const command = await withLargeCommand(ssh, board, 30_000, algorithms);
        assert.match(command.stderr, /exec request failed on channel 0/);
        assert.match((await board.lastLog()).at(-1), /^ended, client-/);
      });

      test(`${name}: bytes come back through cat as they were, with new keys on the way`, async () => {
        const input = randomBytes(TRANSFER_BYTES);
        const extra = ["-v", ...algorithms, "-o", "RekeyLimit=64K"];
        const options = { extra, input, timeoutMs: TRANSFER_LIMIT_MS };
        const { status, stdout, stderr } = await runSsh(ssh, board, login, ["cat"], options);
        assert.equal(status, 0, stderr);
        assert.ok(stdout.equals(input));
        assert.match(stderr, new RegExp(`server->client cipher: ${cipher} MAC: ${usesMac ? mac : "<implicit>"}`));
        assert.ok((stderr.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0) > 2, stderr);
      });
    }

    for (const ssh of openSshClients.filter(({ version }) => Number(/^OpenSSH_(\d+)/.exec(version)?.[1]) >= 10)) {
      test(`${ssh.version} as it is installed: mlkem768x25519-sha256, and no warning`, async () => {
        const { status, stderr } = await runSsh(ssh, board, login, ["echo in"], { extra: ["-v"] });
        assert.equal(status, 0, stderr);
        assert.match(stderr, /kex: algorithm: mlkem768x25519-sha256/);
        assert.doesNotMatch(stderr, /post-quantum|WARNING/i);
      });
    }

    test("dbclient as it is installed logs in", needs("dbclient"), async () => {
      const { run } = otherClients.find(({ name }) => name === "dbclient")!;
      const { stdout, stderr } = await run({ server: board, login, command: "echo in" });
      assert.equal(stdout.toString(), "in\n", stderr);
    });

    test("paramiko as it is installed, without chacha20-poly1305, logs in", needs("paramiko"), async () => {
      const task = { server: board, login, command: "exit 7" };
      const { status, stderr } = await runPython("paramiko_client.py", task, { stock: true });
      assert.equal(status, 7, stderr);
    });
  });
}
