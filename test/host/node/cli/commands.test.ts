// What the commands of `sesame` owe to whoever has only installed the package: where a server keeps its key, what is
// said without credentials, results and logs that programs read, and nothing that is written through a link.

import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeFirmware } from "../../../../host/node/cli/boot-drive.js";
import { writeKeyPairFiles } from "../../../../host/node/server/host-key.js";
import { formatLogEntryAsJson } from "../../../../host/node/server/log.js";
import { generateKeyPair } from "../../../../host/node/credentials/openssh-keys.js";
import { ownCommand } from "../../../../host/node/cli/own-command.js";
import { formatSshConfig, sshConfigOf } from "../../../../host/node/cli/serial-link.js";
import { stateFolder } from "../../../../host/node/server/state-folder.js";
import { folder as home, run, start } from "../../../support/programs.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const cli = join(root, "dist", "host", "node", "cli", "main.js");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "sesame-commands-")));
after(() => rmSync(folder, { recursive: true }));

const sesame = (...args: string[]) => run(process.execPath, [cli, ...args]);
const secret = join(folder, "secret");
writeFileSync(secret, "a long secret\n", { mode: 0o600 });
const CREDENTIALS = ["--user", "ann b", "--password-file", secret];

/** Starts a server in a folder; what it says is read until it listens. */
async function serve(where: string, ...args: string[]) {
  mkdirSync(where, { recursive: true });
  const inFolder = ["-c", 'cd "$0" && exec "$@"', where];
  const server = start("/bin/sh", [...inFolder, process.execPath, cli, "serve", "--port", "0", ...args], {
    env: { XDG_STATE_HOME: join(folder, "state") },
  });
  const [, key] = await server.until(/host key (SHA256:\S+)/);
  return { server, key };
}

test("every command's help reads well, and help and version load nothing but themselves", async () => {
  const names = (await sesame("--help")).stdout.toString().match(/^ {2}(\w+)(?= {2}|$| \[)/gm)!;
  assert.ok(names.length >= 11);
  for (const name of names.map((text) => text.trim()).filter((text) => text !== "help")) {
    const { status, stdout } = await sesame(name, "--help");
    assert.equal(status, 0, name);
    const lines = stdout.toString().split("\n");
    assert.match(lines[0]!, new RegExp(`^Usage: sesame ${name} \\[options\\]`));
    assert.ok(
      lines.every((line) => line.length <= 100),
      `${name}: ${lines.find((line) => line.length > 100)}`,
    );
  }
  const hook = `export async function load(url, context, next) {
    if (url.startsWith("file:")) process._rawDebug(url);
    return next(url, context);
  }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const preload = ["--import", `data:text/javascript,${encodeURIComponent(register)}`];
  const { stdout, stderr } = await run(process.execPath, [...preload, cli, "--version"]);
  assert.match(stdout.toString(), /^\d+\.\d+\.\d+\n$/);
  const loaded = stderr.match(/^file:.*$/gm)!.map((url) => url.replace(/^.*\//, ""));
  assert.ok(loaded.includes("main.js"));
  assert.deepEqual(
    loaded.filter((name) => !/^(main|package-root|usage-error|standard-streams|esm|index)\.m?js$/.test(name)),
    [],
  );
});

test("a server has one host key, whatever folder it is started in, and makes nothing before its options are right", async () => {
  for (const args of [
    ["--user", "ann"],
    ["--user", "", "--password-file", secret],
    ["--host", "no such host", ...CREDENTIALS],
    ["--config", secret],
  ]) {
    const { status } = await run(process.execPath, [cli, "serve", ...args], {
      env: { XDG_STATE_HOME: join(folder, "state") },
    });
    assert.notEqual(status, 0, args.join(" "));
    assert.ok(!existsSync(join(folder, "state")), args.join(" "));
  }
  const first = await serve(join(folder, "here"), ...CREDENTIALS);
  assert.match(first.server.text, /made a host key: \S+state\/sesame\/host_ed25519/);
  first.server.kill("SIGTERM");
  assert.equal((await first.server.ended()).status, 0);
  assert.deepEqual(readdirSync(join(folder, "here")), []);
  const second = await serve(join(folder, "there"), ...CREDENTIALS);
  second.server.kill("SIGTERM");
  await second.server.ended();
  assert.equal(second.key, first.key);
  // a key of an earlier version goes on being used as long as there is no other
  const former = join(folder, "former", ".sesame", "host_ed25519");
  writeKeyPairFiles(former, generateKeyPair(), "");
  const both = await serve(join(folder, "former"), ...CREDENTIALS);
  assert.equal(both.key, first.key);
  assert.match(both.server.text, /\.sesame\/host_ed25519 is not used, but /);
  both.server.kill("SIGTERM");
  await both.server.ended();
  rmSync(join(folder, "state"), { recursive: true });
  const alone = await serve(join(folder, "former"), ...CREDENTIALS);
  assert.notEqual(alone.key, first.key);
  const [, move] = /for all: (mkdir .*)/.exec(alone.server.text)!;
  alone.server.kill("SIGTERM");
  await alone.server.ended();
  assert.equal((await run("/bin/sh", ["-c", `cd ${join(folder, "former")} && ${move}`])).status, 0);
  const moved = await serve(join(folder, "elsewhere"), ...CREDENTIALS);
  assert.equal(moved.key, alone.key);
  moved.server.kill("SIGTERM");
  await moved.server.ended();
});

test("state has the place of the platform's convention", () => {
  assert.equal(stateFolder("linux", {}, "/home/ann"), "/home/ann/.local/state/sesame");
  assert.equal(stateFolder("linux", { XDG_STATE_HOME: "/var/ann" }, "/home/ann"), "/var/ann/sesame");
  assert.equal(stateFolder("linux", { XDG_STATE_HOME: "relative" }, "/home/ann"), "/home/ann/.local/state/sesame");
  assert.equal(stateFolder("darwin", {}, "/Users/ann"), "/Users/ann/Library/Application Support/sesame");
  assert.ok(stateFolder("win32", { LOCALAPPDATA: "/ann/Local" }, "/ann").startsWith("/ann/Local"));
});

test("an installed package without credentials says what to give, and makes nothing", async () => {
  const installed = join(folder, "installed");
  for (const part of ["package.json", "dist/host", "dist/assembly", "build/plain", "build/wide"])
    if (existsSync(join(root, part))) cpSync(join(root, part), join(installed, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(installed, "node_modules"));
  const { status, stderr } = await run(process.execPath, [
    join(installed, "dist/host/node/cli/main.js"),
    "serve",
    "--port",
    "0",
  ]);
  assert.equal(status, 2);
  for (const remedy of ["--authorized-key", "--password-file", "--config users.json", "--add"])
    assert.ok(stderr.includes(remedy), stderr);
  assert.ok(!existsSync(join(home, ".local")));
});

test("the log in JSON has one object a line, what is said at the start included, and the greeting can be copied", async () => {
  rmSync(join(folder, "state"), { recursive: true, force: true });
  const { server } = await serve(join(folder, "json"), ...CREDENTIALS, "--log", "json");
  assert.match(server.text, /try: ssh -p \d+ 'ann b@127\.0\.0\.1'$/m);
  const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(server.text)!;
  await fetch(`http://127.0.0.1:${port}/`).catch(() => {});
  await server.until(/"event":"connection-close"/);
  server.kill("SIGTERM");
  const { stderr } = await server.ended();
  const entries = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    entries.slice(0, 2).map(({ event }) => event),
    ["host-key-made", "connection-open"],
  );
  assert.equal(typeof entries[1]!["connection"], "number");
  assert.equal(
    formatLogEntryAsJson({ event: "x", user: 'a"\n\u009b\u202e', none: undefined, yes: true }, new Date(0)),
    String.raw`{"time":"1970-01-01T00:00:00.000Z","event":"x","user":"a\"\n\u009b\u202e","yes":true}`,
  );
});

test("results are JSON where a script asks for it", async () => {
  const output = join(folder, "mine.wasm");
  const key = join(folder, "mine");
  for (const [args, names] of [
    [
      ["build", ...CREDENTIALS, "-o", output],
      ["file", "userauth", "bytes", "sha256"],
    ],
    [
      ["keygen", "-f", key],
      ["privateKey", "publicKey", "fingerprint"],
    ],
    [
      ["credentials", ...CREDENTIALS],
      ["credentials", "bytes"],
    ],
    [["version"], ["version", "node", "platform", "arch", "modules"]],
    [["size"], ["modules", "connectionMemory"]],
  ] as const) {
    const { status, stdout, stderr } = await sesame(...args, "--json");
    assert.equal(status, 0, stderr);
    assert.deepEqual(Object.keys(JSON.parse(stdout.toString()) as object), names);
    assert.ok(!stdout.includes("a long secret"));
  }
});

test("flash writes through no link and into no pipe", { skip: process.platform === "win32" }, async () => {
  const drive = join(folder, "drive");
  mkdirSync(drive);
  const target = join(folder, "precious");
  writeFileSync(target, "precious");
  symlinkSync(target, join(drive, "sesame.uf2"));
  assert.throws(() => writeFirmware(drive, new Uint8Array(512), () => {}), /sesame\.uf2 is a link or a pipe/);
  assert.equal(readFileSync(target, "utf8"), "precious");
  rmSync(join(drive, "sesame.uf2"));
  await run("mkfifo", [join(drive, "sesame.uf2")]);
  assert.throws(() => writeFirmware(drive, new Uint8Array(512), () => {}), /is a link or a pipe/);
  rmSync(join(drive, "sesame.uf2"));
  await run("mkfifo", [join(drive, "INFO_UF2.TXT")]);
  const { status, stderr } = await sesame("flash", "rp2040", "--file", secret, "--drive", drive);
  assert.equal(status, 1, stderr);
});

test("lines for ~/.ssh/config never name a cache, and call a program that is there tomorrow", async () => {
  const installed = join(folder, "lib", "sesame-ssh", "cli.js");
  const cached = join(folder, "_npx", "abc", "node_modules", "sesame-ssh", "cli.js");
  for (const file of [installed, cached]) {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "");
  }
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(installed, join(bin, "sesame"));
  assert.deepEqual(ownCommand(join(bin, "sesame"), `/nowhere:${bin}`), { command: ["sesame"] });
  assert.deepEqual(ownCommand(installed, "/nowhere", "/usr/bin/node"), { command: ["/usr/bin/node", installed] });
  const { command, note } = ownCommand(cached, bin);
  assert.deepEqual(command, ["sesame"]);
  assert.match(note!, /npm i -g sesame-ssh/);
  // npm's own folders are on the path while it runs something, and at no other time
  const shims = join(folder, "project", "node_modules", ".bin");
  mkdirSync(shims, { recursive: true });
  symlinkSync(installed, join(shims, "sesame"));
  assert.equal(ownCommand(installed, shims, "node").command[0], "node");
  const config = join(folder, "ssh_config");
  writeFileSync(config, formatSshConfig(sshConfigOf(["sesame"], "pico", "ann b", undefined)));
  const { stdout } = await run("ssh", ["-G", "-F", config, "pico"]);
  assert.match(stdout.toString(), /^user ann b$/m);
  assert.match(stdout.toString(), /^proxycommand sesame connect$/m);
});
