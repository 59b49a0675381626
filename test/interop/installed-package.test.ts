// What somebody gets who has only installed the package: every command explains itself, `serve` admits by each kind of
// credentials, and it is small and quick to start.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { BUILD_NAMES } from "../../assembly/abi/builds.js";
import { installPackage } from "../support/installed-package.js";
import { openSshClients, runSsh } from "../support/openssh.js";
import { type Ending, type Program, run, start } from "../support/programs.js";
import { endpointAt, hostKey, userKey } from "../support/server.js";

/** The issue of compilers aside, this is what a server on Node may cost. */
const MOST_BYTES = 10_000_000;

/** What `--version` may load: the command itself and Commander. It is what start-up time depends on. */
const MOST_FILES_AT_START = 15;

/**
 * A command of ours at the beginning of a line, in backticks, behind a pipe or in a quoted ProxyCommand; with what
 * follows it.
 */
const COMMAND_IN_TEXT = /(?:^|[`|'] ?| {4})(npx )?sesame ([a-z]+)([^|`'#\n]*)/gm;

const PASSWORD = "correct horse battery";

const installed = installPackage();
after(() => rmSync(installed.folder, { recursive: true }));

const [ssh] = openSshClients;
const needsSsh = ssh ? {} : { skip: "OpenSSH is not installed" };

function sesame(args: string[], input = "", env: Record<string, string> = {}): Promise<Ending> {
  return run(process.execPath, [installed.sesame, ...args], { input, env });
}

test("the installation is small, and no compiler is in it", (t) => {
  t.diagnostic(`${(installed.bytes / 1e6).toFixed(1)} MB on the disk: sesame-ssh, ${installed.packages.join(", ")}`);
  assert.ok(installed.bytes <= MOST_BYTES, `${installed.bytes} bytes`);
  for (const compiler of ["assemblyscript", "binaryen", "typescript", "tsx"])
    assert.ok(!installed.packages.includes(compiler), compiler);
});

test("every command explains itself", async () => {
  const help = await sesame(["--help"]);
  assert.equal(help.status, 0, help.stderr);
  const commands = [...help.stdout.toString().matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name!);
  for (const known of ["serve", "build", "keygen", "passwd", "connect", "flash", "credentials", "size"])
    assert.ok(commands.includes(known), known);
  for (const command of commands.filter((name) => name !== "help")) {
    const { status, stdout, stderr } = await sesame([command, "--help"]);
    assert.equal(status, 0, `${command}: ${stderr}`);
    assert.match(stdout.toString(), new RegExp(`^Usage: sesame ${command} `), command);
  }
});

test("the documents tell commands that exist, by the name that an installation gives", async () => {
  const own = join(installed.folder, "node_modules", "sesame-ssh");
  const documents = readdirSync(own, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  const helps = new Map<string, string>();
  let count = 0;
  for (const name of documents) {
    const text = readFileSync(join(own, name), "utf8");
    for (const [line, npx, command = "", rest = ""] of text.matchAll(COMMAND_IN_TEXT)) {
      count += 1;
      assert.equal(npx, undefined, `${name}: ${line}: another package has that name`);
      if (!helps.has(command)) helps.set(command, (await sesame([command, "--help"])).stdout.toString());
      const help = helps.get(command)!;
      assert.match(help, new RegExp(`^Usage: sesame ${command} `), `${name}: ${line}`);
      for (const [option] of rest.matchAll(/(?<= )--[a-z0-9-]+/g)) assert.ok(help.includes(option), `${name}: ${line}`);
    }
  }
  assert.ok(count >= 10, `${count} commands were found`);
});

test("the command starts without loading what it does not need", async () => {
  const coverage = join(installed.folder, "coverage");
  mkdirSync(coverage);
  const { stdout } = await sesame(["--version"], "", { NODE_V8_COVERAGE: coverage });
  assert.match(stdout.toString(), /^\d+\.\d+\.\d+\n$/);
  const [report = ""] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, report), "utf8")) as { result: { url: string }[] };
  const loaded = result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
  assert.ok(loaded.some((url) => url.endsWith("/cli/main.js")));
  assert.ok(loaded.length <= MOST_FILES_AT_START, loaded.join("\n"));
});

test("sesame size and build read the modules that came along", async () => {
  const sizes = await sesame(["size", "--json"]);
  assert.equal(
    (JSON.parse(sizes.stdout.toString()) as { modules: unknown[] }).modules.length,
    BUILD_NAMES.length,
    sizes.stderr,
  );
  const output = join(installed.folder, "own.wasm");
  const built = await sesame([
    "build",
    "--user",
    "me",
    "--authorized-key",
    `${(await userKey()).path}.pub`,
    "-o",
    output,
  ]);
  assert.equal(built.status, 0, built.stderr);
  assert.ok(WebAssembly.validate(readFileSync(output)));
});

function file(name: string, text: string): string {
  const path = join(installed.folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

/** Options for `serve` by the kind of the credentials. */
async function credentials(): Promise<Record<string, { options: string[]; by: "password" | "key" }>> {
  const key = `${(await userKey()).path}.pub`;
  const hash = await sesame(["passwd"], `${PASSWORD}\n`);
  assert.equal(hash.status, 0, hash.stderr);
  const user = {
    name: "me",
    password: hash.stdout.toString().trim(),
    keys: [(await userKey()).line],
    methods: ["password", "publickey"],
  };
  const config = file("users.json", JSON.stringify({ users: [user] }));
  return {
    "a password": { options: ["--user", "me", "--password-file", file("password", `${PASSWORD}\n`)], by: "password" },
    "a key": { options: ["--user", "me", "--authorized-key", key], by: "key" },
    "a key, smallest build": {
      options: ["--userauth", "publickey-small", "--user", "me", "--authorized-key", key],
      by: "key",
    },
    "users.json, password": { options: ["--config", config], by: "password" },
    "users.json, key": { options: ["--config", config], by: "key" },
  };
}

test("serve admits by each kind of credentials", needsSsh, async (t) => {
  for (const [kind, { options, by }] of Object.entries(await credentials())) {
    await t.test(kind, async () => {
      const args = ["serve", "--port", "0", "--host-key", (await hostKey()).path, ...options];
      const server: Program = start(process.execPath, [installed.sesame, ...args]);
      const [, host = "", port = ""] = await server.until(/listening on (\S+):(\d+) /);
      const login = by === "password" ? { password: PASSWORD } : { keys: [await userKey()] };
      const endpoint = await endpointAt(host, Number(port), "");
      const { stdout, stderr } = await runSsh(ssh!, endpoint, { user: "me", ...login }, ["echo", "inside"]);
      assert.equal(stdout.toString(), "inside\n", stderr);
      process.kill(server.pid, "SIGTERM");
      assert.equal((await server.ended()).status, 0);
    });
  }
});
