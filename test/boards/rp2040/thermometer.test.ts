// examples/thermometer-pico as somebody builds it who has the package alone: sesame embed, pico-sdk and CMake, in a
// folder of its own; and its commands as OpenSSH meets them in the emulated Pico.

import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { picoSdkFolder } from "../../../boards/rp2040/pico-sdk.js";
import { packageRoot } from "../../../host/node/modules.js";
import { BoardProcess } from "../../support/board-process.js";
import { openSshClients, runSsh, startSsh } from "../../support/openssh.js";
import { folder, run } from "../../support/programs.js";
import { USER, userKey } from "../../support/server.js";

const EMULATOR = "boards/rp2040/emulator/main.ts";
const MOST_LINES = 80;
const LIMIT_MS = 120_000;
const BUILD_LIMIT_MS = 600_000;
const READING = /^-?\d+\.\d degrees$/;
const root = packageRoot();
const example = join(root, "examples", "thermometer-pico");
const copy = join(folder, "thermometer");
const flash = join(folder, "flash");
const ssh = openSshClients[0]!;

/** Runs a program that must succeed. */
async function succeed(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { status, stdout, stderr } = await run(program, args, { env, timeoutMs: BUILD_LIMIT_MS });
  assert.equal(status, 0, `${program}: ${stdout.toString()}${stderr}`);
}

const plugIn = async () =>
  (
    await BoardProcess.start(EMULATOR, ["--bin", join(copy, "build", "thermometer.bin"), "--flash", flash])
  ).learnHostKey();

before(async () => {
  cpSync(example, copy, {
    recursive: true,
    filter: (path) => !/thermometer-pico\/(build|sesame)$/.test(path),
  });
  const cli = join(root, "dist", "host", "node", "cli", "main.js");
  const key = ["--user", USER, "--authorized-key", `${(await userKey()).path}.pub`];
  await succeed(process.execPath, [cli, "embed", ...key, "--sources", "--output", join(copy, "sesame")]);
  const build = join(copy, "build");
  const env = { PICO_SDK_PATH: picoSdkFolder() };
  // picotool would be fetched
  await succeed("cmake", ["-G", "Ninja", "-S", copy, "-B", build, "-DPICO_NO_PICOTOOL=1"], env);
  await succeed("ninja", ["-C", build], env);
});

test("the program is short", () => {
  const lines = readFileSync(join(example, "main.c"), "utf8").split("\n").length - 1;
  assert.ok(lines < MOST_LINES, `${lines} lines`);
});

test("a key opens, both commands measure and are explained, Ctrl-C ends the second", async () => {
  const pico = await plugIn();
  const login = { keys: [await userKey()] };
  const exec = (command: string) => runSsh(ssh, pico, login, [command], { timeoutMs: LIMIT_MS });

  const measured = await exec("temperature");
  assert.match(measured.stdout.toString().trim(), READING, measured.stderr);
  assert.equal(measured.status, 0);
  assert.match((await exec("help")).stdout.toString(), /^temperature +how warm it is\nwatch SECONDS +.*Ctrl-C\n$/m);
  const refused = await exec("watch now");
  assert.deepEqual([refused.status, refused.stderr], [2, "watch: how many seconds?\n"]);

  const shell = startSsh(ssh, pico, login, [], { extra: ["-tt"] });
  await shell.until(/sesame> /, { timeoutMs: LIMIT_MS });
  shell.write("watch 1\r");
  await shell.until(/degrees\r\n.*degrees\r\n.*degrees\r\n/s, { timeoutMs: LIMIT_MS });
  shell.write("\x03");
  await shell.until(/\^C\r\n.*sesame> /s, { timeoutMs: LIMIT_MS });
  shell.write("exit 3\r");
  assert.equal((await shell.ended(LIMIT_MS)).status, 3);

  const { hostKeyLine } = pico;
  await pico.stop();
  const again = await plugIn();
  assert.equal(again.hostKeyLine, hostKeyLine, "the host key is in the store");
  await again.stop();
});
