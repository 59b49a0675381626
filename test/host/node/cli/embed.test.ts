// `sesame embed`: the modules and credentials as C for whoever builds firmware on host/c, without a compiler of ours.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import { formatPhc, type PasswordHash } from "../../../../host/node/credentials/phc.js";
import { ENGINES } from "../../../../host/node/firmware/embed.js";
import { copySources } from "../../../../host/node/firmware/sources.js";
import { nativeModulePath, packageRoot } from "../../../../host/node/modules.js";
import { moduleBytes } from "../../../support/modules.js";
import { run } from "../../../support/programs.js";
import { pbkdf2Of } from "../../../../scripts/client/hashes.js";

const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), "sesame-embed-"));
after(() => rmSync(folder, { recursive: true }));

const secret = join(folder, "secret");
writeFileSync(secret, "a long secret\n", { mode: 0o600 });
const CREDENTIALS = ["--user", "ann", "--password-file", secret];

const embed = (...args: string[]) =>
  run(process.execPath, [join(root, "dist", "host", "node", "cli", "main.js"), "embed", ...args]);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

interface Report {
  engine: string;
  userauth: string;
  modules: { name: string; bytes: number; sha256: string }[];
  files: { file: string; bytes: number; sha256: string }[];
}

test("the report names what was written: the modules that the tests run, their C, and each file by its digest", async () => {
  const output = join(folder, "reported");
  const { status, stdout, stderr } = await embed(...CREDENTIALS, "--sources", "-o", output, "--json");
  assert.equal(status, 0, stderr);
  const { engine, userauth, modules, files } = JSON.parse(stdout.toString()) as Report;
  assert.deepEqual([engine, userauth], ["wasm2c", "password"]);
  for (const { name, bytes, sha256: digest } of modules) {
    const wasm = moduleBytes(`plain/${name}`);
    assert.deepEqual([bytes, digest], [wasm.length, sha256(wasm)], name);
    const part = name.replace(/-.*/, "");
    const written = readFileSync(join(output, "generated", `wasm2c_${part}.c`));
    assert.deepEqual(written, readFileSync(nativeModulePath(name)), name);
  }
  const found = readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(output.length + 1));
  assert.deepEqual(files.map(({ file }) => file).sort(), found.sort());
  for (const { file, bytes, sha256: digest } of files) {
    const content = readFileSync(join(output, file));
    assert.deepEqual([bytes, digest], [content.length, sha256(content)], file);
    if (file.startsWith("generated/")) assert.equal(statSync(join(output, file)).mode & 0o077, 0, file);
  }
  for (const file of ["host/c/CMakeLists.txt", "host/c/server/device.h", "boards/rp2040/memory.ld", "LICENSE"])
    assert.ok(found.includes(file), file);
  assert.ok(!found.some((file) => file.endsWith(".ts") || file.endsWith("/main.c")), "our own builds stay out");
});

test("the credentials are in the C as the module takes them, and an interpreter needs no C of the modules", async () => {
  const output = join(folder, "mine");
  const { status, stderr } = await embed(...CREDENTIALS, "--engine", "wasm3", "-o", output);
  assert.equal(status, 0, stderr);
  const source = readFileSync(join(output, "generated", "embedded.c"), "utf8");
  const [, digits = ""] = /embedded_credentials\[\] = \{([^}]*)\}/.exec(source)!;
  const region = encodeCredentials("password", { user: "ann", password: "a long secret" });
  assert.deepEqual(Uint8Array.from(digits.match(/\d+/g)!, Number), Uint8Array.from(region));
  assert.deepEqual(
    readdirSync(join(output, "generated")).filter((name) => name.startsWith("wasm2c_")),
    [],
  );
});

test("without credentials, with those that anyone knows and with contradictions nothing is written", async () => {
  const known = join(folder, "known");
  writeFileSync(known, "nano123\n", { mode: 0o600 });
  for (const [args, message] of [
    [[], /--config is missing, or --user and --password-file or --authorized-key/],
    [["--user", "admin", "--password-file", known], /development credentials/],
    [[...CREDENTIALS, "--arduino", "--engine", "wasm3"], /--arduino goes with --engine wasm2c alone/],
    [[...CREDENTIALS, "--config", secret], /--config names the users/],
    [[...CREDENTIALS, "--engine", "abacus"], new RegExp(ENGINES.join(", "))],
  ] as const) {
    const { status, stderr } = await embed(...args, "-o", join(folder, "nothing"));
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
  }
  assert.ok(!existsSync(join(folder, "nothing")));
});

test("a hash that a Pico would not compute in time is refused, and taken for a PC", async () => {
  const config = join(folder, "users.json");
  const password = formatPhc({ ...pbkdf2Of("secret"), iterations: 600_000 } as PasswordHash);
  writeFileSync(config, JSON.stringify({ users: [{ name: "u", password }] }), { mode: 0o600 });
  const args = ["--config", config, "-o", join(folder, "slow")];
  const { status, stderr } = await embed(...args);
  assert.equal(status, 1);
  assert.match(stderr, /PBKDF2 of 600000 iterations takes the Pico about/);
  const taken = await embed(...args, "--processor", "pc");
  assert.equal(taken.status, 0, taken.stderr);
  assert.match(readFileSync(join(folder, "slow", "generated", "embedded.c"), "utf8"), /\.iterations = 10000000/);
});

test("the sources are not copied onto themselves", () => {
  assert.throws(() => copySources(root), /is where the sources are/);
});
