// The Pico's firmware with WAMR's interpreters, on the platform of host/c/wamr: OpenSSH logs in to the emulated Pico.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { BoardProcess } from "../../support/board-process.js";
import { testFirmware } from "../../support/firmware.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import { type KeyFile, userKey, wrongKey } from "../../support/server.js";

const LIMIT_MS = 240_000;
const TRANSFER_BYTES = 5_000;
const ssh = openSshClients[0]!;

for (const engine of ["wamr", "wamr-fast"] as const) {
  describe(engine, () => {
    test("the key opens, another one does not; bytes come back as they were, and info names the engine", async () => {
      const bin = await testFirmware(engine, "publickey");
      const pico = await (await BoardProcess.start("boards/rp2040/emulator/main.ts", ["--bin", bin])).learnHostKey();
      const exec = (key: KeyFile, command: string, input?: Buffer) =>
        runSsh(ssh, pico, { keys: [key] }, [command], { timeoutMs: LIMIT_MS, ...(input && { input }) });
      const key = await userKey();
      const input = randomBytes(TRANSFER_BYTES);
      const { status, stdout, stderr } = await exec(key, "cat", input);
      assert.equal(status, 0, stderr);
      assert.ok(stdout.equals(input));
      assert.match((await exec(key, "info")).stdout.toString(), new RegExp(`engine +${engine}\\n`));
      assert.equal((await exec(await wrongKey(), "exit")).status, 255);
      await pico.stop();
    });
  });
}
