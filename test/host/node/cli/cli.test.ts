// The command `sesame`: exit codes, files, and what it says when it serves.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { givenCredentials } from "../../../../host/node/cli/options.js";
import { encodeCredentials, readCredentials } from "../../../../host/node/credentials/credentials.js";
import { formatLogEntry } from "../../../../host/node/server/log.js";
import { compileModule } from "../../../../host/node/modules.js";
import { fingerprint, parsePrivateKey, parsePublicKey } from "../../../../host/node/credentials/openssh-keys.js";
import { UsageError } from "../../../../host/node/cli/usage-error.js";

const cli = fileURLToPath(new URL("../../../../host/node/cli/main.ts", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx"));
const folder = mkdtempSync(join(tmpdir(), "sesame-cli-"));
const command = ["--import", tsx, cli];

function sesame(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...command, ...args], { cwd: folder, encoding: "utf8", timeout: 20_000 });
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

test("a wrong command line ends with 2, help and version with 0", () => {
  for (const args of [
    ["dance"],
    ["serve", "--port", "65536"],
    ["serve", "--port", "-1"],
    ["serve", "--port", "2222x"],
    ["serve", "--userauth", "gssapi"],
    ["serve", "--user", "me"],
    ["serve", "--password", "secret"],
    ["serve", "extra"],
    ["serve", "--authorized-key"],
    ["serve", "--host", ""],
    ["build"],
    ["build", "--user", "me"],
  ]) {
    const { status, stdout, stderr } = sesame(...args);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.notEqual(stderr, "");
  }
  assert.equal(sesame("--help").status, 0);
  assert.match(sesame("--version").stdout, /^\d+\.\d+\.\d+\n$/);
});

test("options that contradict each other are refused", () => {
  const password = file("a-password", "secret\n");
  for (const options of [
    { user: "me" },
    { userauth: "publickey", passwordFile: password },
    { userauth: "password", authorizedKey: password },
    { passwordFile: password, authorizedKey: password },
  ] as const) {
    assert.throws(() => givenCredentials(options), UsageError, JSON.stringify(options));
  }
  assert.deepEqual(givenCredentials({}), { build: "password" });
  assert.deepEqual(givenCredentials({ userauth: "publickey-small" }), { build: "publickey-small" });
});

test("the password is the file's first line", () => {
  for (const content of ["pass word", "pass word\n", "pass word\r\n", "pass word\nsecond line\n"]) {
    const given = givenCredentials({ user: "u", passwordFile: file("password", content) });
    assert.deepEqual(given.region, encodeCredentials("password", { user: "u", password: "pass word" }));
  }
  for (const [content, message] of [
    ["", /password: the password is empty/],
    ["\nsecond", /empty/],
    ["x".repeat(128), /128 bytes/],
  ] as const) {
    assert.throws(() => givenCredentials({ user: "u", passwordFile: file("password", content) }), message);
  }
  assert.throws(
    () => givenCredentials({ user: "u", passwordFile: join(folder, "missing") }),
    /missing: there is no such file/,
  );
});

test("keygen writes OpenSSH's formats and overwrites only when forced", () => {
  const first = sesame("keygen", "-f", "key", "-C", "me@here");
  assert.equal(first.status, 0, first.stderr);
  const pair = parsePrivateKey(readFileSync(join(folder, "key"), "utf8"));
  const line = parsePublicKey(readFileSync(join(folder, "key.pub"), "utf8"));
  assert.deepEqual(Buffer.from(line.publicKey), Buffer.from(pair.publicKey));
  assert.equal(line.comment, "me@here");
  assert.ok(first.stdout.includes(fingerprint(pair.publicKey)));
  assert.equal(statSync(join(folder, "key")).mode & 0o777, 0o600);
  const second = sesame("keygen", "-f", "key");
  assert.equal(second.status, 1);
  assert.match(second.stderr, /key exists; --force/);
  assert.equal(sesame("keygen", "-f", "key", "--force").status, 0);
  assert.notDeepEqual(parsePrivateKey(readFileSync(join(folder, "key"), "utf8")).seed, pair.seed);
});

test("build writes the module with the credentials, and nothing when they will not do", () => {
  const built = sesame(
    "build",
    "--user",
    "me",
    "--password-file",
    file("build-password", "secret\n"),
    "-o",
    "mine.wasm",
  );
  assert.equal(built.status, 0, built.stderr);
  const module = compileModule("userauth", readFileSync(join(folder, "mine.wasm")));
  assert.deepEqual(
    readCredentials("password", module),
    encodeCredentials("password", { user: "me", password: "secret" }),
  );
  assert.ok(built.stdout.includes(module.sha256));
  assert.ok(!built.stdout.includes("secret"));

  assert.equal(sesame("keygen", "-f", "client").status, 0);
  const withKey = sesame("build", "--user", "me", "--authorized-key", "client.pub", "--userauth", "publickey-small");
  assert.equal(withKey.status, 0, withKey.stderr);
  const small = compileModule("userauth", readFileSync(join(folder, "userauth-publickey-small.wasm")));
  const { publicKey } = parsePublicKey(readFileSync(join(folder, "client.pub"), "utf8"));
  assert.deepEqual(
    readCredentials("publickey-small", small),
    encodeCredentials("publickey-small", { user: "me", publicKey }),
  );

  const refused = sesame("build", "--user", "me", "--authorized-key", "client", "-o", "no.wasm");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /client: it is a private key; give the \.pub file/);
  assert.ok(!existsSync(join(folder, "no.wasm")));
});

test("build makes a file that others could read its owner's alone, and leaves nothing beside it", () => {
  const output = file("open.wasm", "earlier");
  chmodSync(output, 0o644);
  const before = readdirSync(folder).length;
  const args = ["build", "--user", "me", "--password-file", file("open-password", "secret\n"), "-o"];
  const { status, stderr } = sesame(...args, "open.wasm");
  assert.equal(status, 0, stderr);
  assert.equal(statSync(output).mode & 0o777, 0o600);
  assert.ok(WebAssembly.validate(readFileSync(output)));
  assert.equal(readdirSync(folder).length, before + 1, "the password file");
  assert.equal(sesame(...args, "/dev/null").status, 1, "a device is not replaced");
});

test("development credentials stay on this machine unless one insists", async () => {
  const nano = file("nano", "nano123\n");
  for (const args of [
    ["--host", "0.0.0.0"],
    ["--host", "::"],
    ["--host", "0.0.0.0", "--userauth", "publickey"],
    ["--host", "0.0.0.0", "--password-file", nano],
  ]) {
    const { status, stderr } = sesame("serve", "--port", "0", "--host-key", "host_key", ...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, /development credentials[^]*--allow-development-credentials/);
  }
  const own = ["--user", "me", "--password-file", file("own-password", "secret\n")];
  for (const [args, warned] of [
    [["--host", "0.0.0.0", "--allow-development-credentials"], true],
    [["--host", "0.0.0.0", ...own], false],
    [["--host", "localhost"], true],
  ] as const) {
    const child = spawn(process.execPath, [...command, "serve", "--port", "0", "--host-key", "host_key", ...args], {
      cwd: folder,
    });
    let stderr = "";
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    assert.match(line, /^listening on /);
    child.kill();
    await once(child, "exit");
    assert.equal(stderr.includes("DEVELOPMENT CREDENTIALS ARE ACTIVE"), warned, args.join(" "));
  }
});

test("a second signal, the same or the other, ends a server that waits for its clients", async () => {
  for (const second of ["SIGINT", "SIGTERM"] as const) {
    const args = ["serve", "--port", "0", "--host-key", "host_key"];
    const child = spawn(process.execPath, [...command, ...args], { cwd: folder });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = connect({ port: Number(/:(\d+)/.exec(line)![1]), host: "127.0.0.1", allowHalfOpen: true });
    client.on("error", () => {});
    await once(client, "data"); // and it does not close when the server does
    child.kill("SIGINT");
    for await (const bytes of child.stderr) if (String(bytes).includes("cause=server-close")) break;
    child.kill(second);
    assert.deepEqual(await once(child, "exit"), [1, null]);
    client.destroy();
  }
});

test("a failure that is not the command line's ends with 1 and a plain message", () => {
  const { status, stderr } = sesame("serve", "--host-key", file("no-key", "nonsense"), "--port", "0");
  assert.equal(status, 1);
  assert.match(stderr, /^sesame: .*no-key/m);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test("serve says where it listens, with which key, and how to log in; SIGTERM and SIGINT end it with 0", async () => {
  for (const [signal, quiet] of [
    ["SIGTERM", false],
    ["SIGINT", true],
  ] as const) {
    const args = ["serve", "--port", "0", "--host-key", "host_key", ...(quiet ? ["--quiet"] : [])];
    const child = spawn(process.execPath, [...command, ...args], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    const { publicKey } = parsePublicKey(readFileSync(join(folder, "host_key.pub"), "utf8"));
    assert.ok(line.includes(fingerprint(publicKey)), line);
    assert.match(line, new RegExp(`ssh -p ${port} admin@127\\.0\\.0\\.1$`));
    assert.match(stderr, /WARNING: DEVELOPMENT CREDENTIALS ARE ACTIVE[^]*admin[^]*nano123/);
    const client = connect(Number(port), "127.0.0.1");
    await once(client, "data");
    child.kill(signal);
    const [status] = (await once(child, "exit")) as [number];
    assert.equal(status, 0);
    assert.equal(stderr.includes("event=connection-open"), !quiet);
    assert.equal(stderr.includes("event=connection-close connection=1 cause=server-close"), !quiet);
    client.destroy();
  }
});

test("one's own credentials take the warning away", async () => {
  const args = [
    "serve",
    "--port",
    "0",
    "--user",
    "me",
    "--password-file",
    file("own", "secret\n"),
    "--host-key",
    "host_key",
  ];
  const child = spawn(process.execPath, [...command, ...args], { cwd: folder });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  assert.match(line, /ssh -p \d+ me@127\.0\.0\.1$/);
  child.kill();
  await once(child, "exit");
  assert.doesNotMatch(stderr, /WARNING|secret/);
});

test("a log line cannot be forged by what it carries", () => {
  const time = new Date(0);
  assert.equal(
    formatLogEntry({ event: "x", count: 3, text: 'a "b"\nevent=y', none: undefined }, time),
    String.raw`time=1970-01-01T00:00:00.000Z event=x count=3 text="a \"b\"\nevent=y"`,
  );
  assert.equal(
    formatLogEntry({ event: "x", error: "a\u009b31m\x7f\u2028\u{1f600} b" }, time),
    String.raw`time=1970-01-01T00:00:00.000Z event=x error="a\u009b31m\u007f\u2028\ud83d\ude00 b"`,
  );
});
