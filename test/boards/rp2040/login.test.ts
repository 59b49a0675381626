// The Pico's firmware as OpenSSH meets it: the .bin that is flashed, in the emulated Pico, with each engine.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { TRANSPORTS } from "../../../assembly/abi/builds.js";
import { picoTransport } from "../../../host/node/firmware/pico-transport.js";
import { setTimeout as delay } from "node:timers/promises";
import { encodeCredentials } from "../../../host/node/credentials/credentials.js";
import { SECTOR_BYTES } from "../../../boards/rp2040/emulator/nor-flash.js";
import { moduleBytes } from "../../support/modules.js";
import { testFirmware } from "../../support/firmware.js";
import { BoardProcess } from "../../support/board-process.js";
import { openSshClients, runSsh, startSsh } from "../../support/openssh.js";
import { eventually, folder } from "../../support/programs.js";
import { PASSWORD, USER, userKey, wrongKey } from "../../support/server.js";

const EMULATOR = "boards/rp2040/emulator/main.ts";
const TRANSFER_BYTES = 100_000;
const LIMIT_MS = 120_000;
/** Two sectors at the end of the flash (flash_slots.c). */
const STORE_BYTES = 2 * SECTOR_BYTES;
const ssh = openSshClients[0]!;
const password = { password: PASSWORD };

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(engine, () => {
    const bins = { password: "", publickey: "" };
    let pico: BoardProcess;

    before(async () => {
      for (const userauth of ["password", "publickey"] as const) {
        bins[userauth] = await testFirmware(engine, userauth);
      }
      pico = await (await BoardProcess.start(EMULATOR, ["--bin", bins.password, "--verbose"])).learnHostKey();
    });

    const exec = (command: string, options = {}) =>
      runSsh(ssh, pico, password, [command], { timeoutMs: LIMIT_MS, ...options });

    test("the password opens: a command's output and status arrive", async () => {
      const { status, stdout, stderr } = await exec("echo in");
      assert.equal(stdout.toString(), "in\n", stderr);
      assert.equal(status, 0);
      assert.equal((await exec("exit 7")).status, 7);
      const expected = ["accepted", "userauth FAILURE", `userauth SUCCESS, password, ${USER}`];
      assert.deepEqual((await pico.lastLog()).slice(0, 3), expected);
    });

    test("a wrong password is refused, and the right one opens afterwards", async () => {
      const extra = ["-o", "NumberOfPasswordPrompts=1"];
      const refused = await runSsh(ssh, pico, { password: "open wheat" }, ["echo in"], { extra, timeoutMs: LIMIT_MS });
      assert.equal(refused.status, 255);
      assert.match(refused.stderr, /Permission denied/);
      assert.ok(!(await pico.lastLog()).some((line) => line.startsWith("userauth SUCCESS")));
      assert.equal((await exec("echo in")).stdout.toString(), "in\n");
    });

    test("a shell on a terminal answers, edits its line and leaves with a status", async () => {
      const shell = startSsh(ssh, pico, password, [], { extra: ["-tt"] });
      await shell.until(/sesame> /, { timeoutMs: LIMIT_MS });
      shell.write("ecko\b\bho hello\r");
      await shell.until(/hello\r\n.*sesame> /s, { timeoutMs: LIMIT_MS });
      shell.write("exit 3\r");
      assert.equal((await shell.ended(LIMIT_MS)).status, 3);
    });

    test("100 kB come back through cat as they were", async () => {
      const input = randomBytes(TRANSFER_BYTES);
      const { status, stdout, stderr } = await exec("cat", { input });
      assert.equal(status, 0, stderr);
      assert.equal(stdout.length, TRANSFER_BYTES);
      assert.equal(sha256(stdout), sha256(input));
    });

    test("a client killed in the middle leaves the device ready, and nothing of it to the next client", async () => {
      const victim = startSsh(ssh, pico, password, ["cat"]);
      victim.write("alive\n");
      await victim.until(/alive\n/, { timeoutMs: LIMIT_MS });
      victim.child.stdin.write(randomBytes(20_000));
      victim.kill("SIGKILL");
      await victim.ended();
      const { stdout, stderr } = await exec("echo next");
      assert.equal(stdout.toString(), "next\n", stderr);
    });

    test("info names the modules that were tested, by their SHA-256", async () => {
      const { stdout } = await exec("info");
      const text = stdout.toString();
      for (const name of [TRANSPORTS[picoTransport(engine)], "userauth-password", "connection"]) {
        assert.ok(text.includes(sha256(moduleBytes(`plain/${name}`))), `${name} in\n${text}`);
      }
      assert.match(text, new RegExp(`engine +${engine}\\n`));
      assert.match(text, /last login +\d+ cycles/);
    });

    test("led switches the LED", async () => {
      assert.equal((await exec("led on")).stdout.toString(), "LED on\n");
      await pico.program.until(/LED on\n/);
      assert.equal((await exec("led off")).stdout.toString(), "LED off\n");
    });

    test("gpio drives and reads a pin that is free, adc measures, i2c finds nobody on an empty bus", async () => {
      // the emulated pads do not read what is driven
      assert.match((await exec("gpio 15 1")).stdout.toString(), /^GP15 is [01], an output\n$/);
      assert.match((await exec("gpio 15")).stdout.toString(), /^GP15 is [01], an output\n$/);
      assert.match((await exec("gpio 15 in")).stdout.toString(), /^GP15 is [01], an input\n$/);
      for (const pin of ["0", "1", "23", "25", "29", "x"])
        assert.equal((await exec(`gpio ${pin} 1`)).status, 2, `GP${pin} is in use`);
      assert.match((await exec("adc")).stdout.toString(), /^GP26 +\d+ mV\nGP27 .*\nGP28 .*\nchip -?\d+\.\d degrees\n$/);
      assert.equal((await exec("i2c scan")).stdout.toString(), "0 of 112 addresses\n");
    });

    test("uart bridges the session to the serial console, both ways, until the client ends it", async () => {
      const [, port] = /console on 127\.0\.0\.1:(\d+)/.exec(pico.program.text)!;
      const console = connect(Number(port), "127.0.0.1");
      let heard = "";
      console.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
      const bridge = startSsh(ssh, pico, password, ["uart"]);
      await eventually("the bridge is open", () => /SUCCESS/.test(pico.logOf(pico.connections).join()), LIMIT_MS);
      bridge.write("to the console\n");
      await eventually("the console hears it", () => heard.includes("to the console"), LIMIT_MS);
      console.write("to the client\n");
      await bridge.until(/to the client/, { timeoutMs: LIMIT_MS });
      bridge.child.stdin.end();
      assert.equal((await bridge.ended(LIMIT_MS)).status, 0);
      console.destroy();
    });

    test("a key opens, another one does not", async () => {
      const device = await (await BoardProcess.start(EMULATOR, ["--bin", bins.publickey, "--verbose"])).learnHostKey();
      const keys = [await userKey()];
      const { stdout, stderr } = await runSsh(ssh, device, { keys }, ["echo in"], { timeoutMs: LIMIT_MS });
      assert.equal(stdout.toString(), "in\n", stderr);
      const refused = await runSsh(ssh, device, { keys: [await wrongKey()] }, ["echo in"], { timeoutMs: LIMIT_MS });
      assert.equal(refused.status, 255);
      assert.match(refused.stderr, /Permission denied/);
      await device.stop();
    });

    test("host key and changed credentials are kept when the power goes, and default brings the embedded ones back", async () => {
      const flash = join(folder, `flash-${engine}`);
      if (existsSync(flash)) rmSync(flash);
      const startKept = async () =>
        (await BoardProcess.start(EMULATOR, ["--bin", bins.password, "--flash", flash])).learnHostKey();
      let device = await startKept();
      const { hostKeyLine } = device;
      const other = { password: "another one" };
      const region = encodeCredentials("password", { user: USER, ...other });
      const command = `credentials ${Buffer.from(region).toString("base64")}`;
      const changed = await runSsh(ssh, device, password, [command], { timeoutMs: LIMIT_MS });
      assert.equal(changed.status, 0, changed.stderr);
      await device.stop();

      device = await startKept();
      assert.equal(device.hostKeyLine, hostKeyLine);
      const extra = ["-o", "NumberOfPasswordPrompts=1"];
      assert.equal((await runSsh(ssh, device, password, ["exit"], { extra, timeoutMs: LIMIT_MS })).status, 255);
      assert.equal((await runSsh(ssh, device, other, ["credentials default"], { timeoutMs: LIMIT_MS })).status, 0);
      assert.equal((await runSsh(ssh, device, password, ["exit"], { timeoutMs: LIMIT_MS })).status, 0);
      await device.stop();
    });

    test("bootsel ends the session in order, and the device waits for an image", async () => {
      const device = await (await BoardProcess.start(EMULATOR, ["--bin", bins.password])).learnHostKey();
      assert.equal((await runSsh(ssh, device, password, ["bootsel"], { timeoutMs: LIMIT_MS })).status, 0);
      await device.program.until(/in boot mode/, { timeoutMs: LIMIT_MS });
      await device.endedByItself();
    });

    test("reboot ends the session in order, and the device comes back", async () => {
      const { status } = await exec("reboot");
      assert.equal(status, 0);
      await eventually("the device has restarted", () => /reset|restart/i.test(pico.program.text), LIMIT_MS);
      await delay(500); // until the device is back on the bus
      assert.equal((await exec("echo back")).stdout.toString(), "back\n");
    });
  });
}

test("without entropy no key is made and nobody is served: the console says why, the LED blinks", async () => {
  const bin = await testFirmware("wasm2c", "password");
  for (const kind of ["stuck", "constant", "alternating"]) {
    const flash = join(folder, `flash-${kind}`);
    const options = ["--bin", bin, "--flash", flash, "--entropy", kind, "--verbose"];
    const device = await BoardProcess.start(EMULATOR, options);
    await device.program.until(/fault: the source of entropy/, { timeoutMs: LIMIT_MS });
    const from = device.program.text.length;
    await device.program.until(/LED on\n.*LED off\n.*LED on\n/s, { from, timeoutMs: LIMIT_MS });
    const answer: Buffer[] = [];
    const client = connect(device.port, device.host);
    client.on("data", (bytes: Buffer) => answer.push(bytes));
    client.write("SSH-2.0-x\r\n");
    await delay(2_000);
    assert.equal(Buffer.concat(answer).length, 0, "a device without a key says nothing");
    client.destroy();
    await device.stop();
    const store = readFileSync(flash).subarray(-STORE_BYTES);
    assert.ok(store.length === STORE_BYTES && store.every((byte) => byte === 0xff), "the store is as it was: empty");
  }
});
