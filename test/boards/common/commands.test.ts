// The boards' commands before they build anything: what they refuse.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../../support/programs.js";
import { PASSWORD, secretOptions, USER } from "../../support/server.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx"));

const command = (script: string, ...args: string[]) =>
  run(process.execPath, ["--import", tsx, join(root, script), ...args], { timeoutMs: 120_000 });

test("what others can reach is not built with the development credentials unless told so", async () => {
  for (const args of [["boards/rp2040/build.ts"], ["boards/linux/build.ts", "--host", "0.0.0.0"]]) {
    const { status, stderr } = await command(args[0]!, ...args.slice(1));
    assert.equal(status, 2, stderr);
    assert.match(stderr, /development credentials.*--user.*--allow-development-credentials/s);
  }
});

test("a wrong command line ends with 2, help with 0", async () => {
  for (const script of [
    ...["rp2040", "linux", "qemu", "esp32"].map((name) => `boards/${name}/build.ts`),
    "scripts/bench/main.ts",
  ]) {
    assert.equal((await command(script, "--engine", "abacus")).status, 2, script);
    assert.equal((await command(script, "--transport", "wings")).status, 2, script);
    assert.equal((await command(script, "--help")).status, 0, script);
  }
  assert.equal((await command("boards/rp2040/emulator/main.ts")).status, 2, "without a port");
  const { status, stderr } = await command(
    "boards/rp2040/emulator/main.ts",
    "--port",
    "0",
    "--bin",
    join(root, "absent.bin"),
  );
  assert.equal(status, 1);
  assert.match(stderr, /absent\.bin does not exist: npm run board:rp2040/);
});

test("what was built with credentials is for its owner alone to read", async () => {
  const secret = await secretOptions("password");
  const { status, stdout, stderr } = await command("boards/linux/build.ts", "--build-only", "--user", USER, ...secret);
  assert.equal(status, 0, stderr);
  const folder = join(stdout.toString().trim(), "..");
  const readable = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(PASSWORD));
  assert.ok(readable.length > 0, "the password is in what was built");
  for (const path of readable) {
    const { stdout: mode } = await run("stat", ["-c", "%a", path]);
    assert.match(mode.toString(), /^[67]00$/m, path);
  }
});
