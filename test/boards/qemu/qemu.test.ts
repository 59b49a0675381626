// The C host on QEMU's Cortex-M3 and rv32imc machines as OpenSSH meets it, with each engine: `npm run board:qemu`.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, test } from "node:test";
import { engineSources } from "../../../boards/common/firmware/engine-sources.js";
import { QEMU_MACHINES } from "../../../boards/qemu/firmware.js";
import { BoardProcess } from "../../support/board-process.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import { folder } from "../../support/programs.js";
import { PASSWORD, secretOptions, USER, userKey, wrongKey } from "../../support/server.js";
import { ENGINES } from "../../../host/node/firmware/embed-module.js";

const LIMIT_MS = 120_000;
const TRANSFER_BYTES = 20_000;
const ssh = openSshClients[0]!;

for (const machine of QEMU_MACHINES) {
  for (const engine of ENGINES) {
    describe(`${machine}, ${engine}`, () => {
      const serve = async (userauth: "password" | "publickey"): Promise<BoardProcess> => {
        engineSources(engine); // the board has a home of its own, where cargo would find no toolchain
        const state = join(folder, `${machine}-${engine}-${userauth}`);
        const args = ["--machine", machine, "--engine", engine, "--state", state, "--user", USER];
        const board = await BoardProcess.start("boards/qemu/build.ts", [...args, ...(await secretOptions(userauth))]);
        return board.learnHostKey();
      };

      test("the password opens, a wrong one does not; bytes come back as they were, the host key stays", async () => {
        const board = await serve("password");
        const login = { password: PASSWORD };
        const input = randomBytes(TRANSFER_BYTES);
        const { status, stdout, stderr } = await runSsh(ssh, board, login, ["cat"], { input, timeoutMs: LIMIT_MS });
        assert.equal(status, 0, stderr);
        assert.ok(stdout.equals(input));
        const refused = await runSsh(ssh, board, { password: "open wheat" }, ["exit"], { timeoutMs: LIMIT_MS });
        assert.equal(refused.status, 255);
        const { stdout: info } = await runSsh(ssh, board, login, ["info"], { timeoutMs: LIMIT_MS });
        assert.match(info.toString(), new RegExp(`engine +${engine}\\nboard +QEMU ${machine}`));
        await board.stop();
      });

      test("the key opens, another one does not", async () => {
        const board = await serve("publickey");
        const keys = [await userKey()];
        const { status, stderr } = await runSsh(ssh, board, { keys }, ["exit 5"], { timeoutMs: LIMIT_MS });
        assert.equal(status, 5, stderr);
        const login = { keys: [await wrongKey()] };
        assert.equal((await runSsh(ssh, board, login, ["exit"], { timeoutMs: LIMIT_MS })).status, 255);
        await board.stop();
      });
    });
  }
}
