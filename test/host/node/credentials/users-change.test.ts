// Changes of users.json: none is lost when many are made at once, and a process that is killed while it changes the
// file keeps nobody out. The commands that make them.

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withLock } from "../../../../host/node/credentials/file-lock.js";
import { formatPublicKey, keyPairFromSeed } from "../../../../host/node/credentials/openssh-keys.js";
import { formatPhc } from "../../../../host/node/credentials/phc.js";
import { writePrivateFile } from "../../../../host/node/credentials/private-file.js";
import { readUsersFile, setPassword, storePasswordIn } from "../../../../host/node/credentials/users-file.js";
import { password } from "../../../support/full-server.js";
import { eventually, run, start } from "../../../support/programs.js";
import { FullUserauth } from "../../../support/userauth-full.js";
import { pbkdf2Of } from "../../../../scripts/client/hashes.js";

const cli = fileURLToPath(new URL("../../../../dist/host/node/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sesame-users-change-"));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
function usersFile(names: string[]): string {
  const path = join(folder, `users${++count}.json`);
  const users = names.map((name) => ({ name, password: formatPhc(pbkdf2Of("the first one")) }));
  writeFileSync(path, JSON.stringify({ users }), { mode: 0o600 });
  return path;
}

const sesame = (input: string, ...args: string[]) => run(process.execPath, [cli, ...args], { input });
const admits = (path: string, name: string, secret: string): boolean =>
  new FullUserauth(readUsersFile(path)).judge(password(name, secret)) === "SUCCESS 52";

test("passwords that six processes and a server change at once are all there afterwards", async () => {
  const names = ["ann", "bob", "cid", "dan", "eve", "fay"];
  const path = usersFile([...names, "gus"]);
  const store = storePasswordIn(path);
  let previous = pbkdf2Of("the first one");
  // a server stores one change after the other, as long as the others run
  const running = new AbortController();
  const stored = (async () => {
    do {
      const next = pbkdf2Of(`number ${++count}`);
      const user = readUsersFile(path).users.find(({ name }) => name === "gus")!;
      await store({ user: "gus", previous: user.password!, password: next });
      previous = next;
      await delay(20);
    } while (!running.signal.aborted);
  })();
  const results = await Promise.all(
    names.map((name) => sesame(`secret of ${name}\n`, "passwd", "--config", path, name)),
  );
  running.abort();
  await stored;
  for (const { status, stderr } of results) assert.equal(status, 0, stderr);
  for (const name of names) assert.ok(admits(path, name, `secret of ${name}`), name);
  assert.equal(formatPhc(readUsersFile(path).users.at(-1).password!), formatPhc(previous));
  assert.deepEqual(
    readdirSync(folder).filter((name) => /\.(lock|tmp)/.test(name)),
    [],
  );
});

test("a file that is there is overwritten only by whoever says so", () => {
  const path = join(folder, "private");
  writePrivateFile(path, "first");
  assert.throws(() => writePrivateFile(path, "second"), { code: "EEXIST" });
  assert.equal(readFileSync(path, "utf8"), "first");
  writePrivateFile(path, "third", { overwrite: true });
  assert.equal(readFileSync(path, "utf8"), "third");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("private")),
    ["private"],
  );
});

/** Holds the lock until it is killed. */
const HOLDER = `
import { withLock } from ${JSON.stringify(new URL("../../../../dist/host/node/credentials/file-lock.js", import.meta.url).href)};
await withLock(process.argv[1], () => { process.stdout.write("held\\n"); for (;;); });
`;

test("the lock of a process that was killed is taken over, and that of one that is alive is waited for", async () => {
  const path = usersFile(["ann", "bob"]);
  const holder = start(process.execPath, ["--input-type=module", "-e", HOLDER, path]);
  await holder.until(/held/);
  assert.ok(existsSync(`${path}.lock`));
  holder.kill("SIGKILL");
  await holder.ended();
  const [first, second] = await Promise.all(
    ["ann", "bob"].map((name) => sesame(`secret of ${name}\n`, "passwd", "--config", path, name)),
  );
  assert.equal(first!.status, 0, first!.stderr);
  assert.equal(second!.status, 0, second!.stderr);
  for (const name of ["ann", "bob"]) assert.ok(admits(path, name, `secret of ${name}`));
  assert.ok(!existsSync(`${path}.lock`));
  // whoever changes the file in time keeps the others waiting
  const order: string[] = [];
  let next: Promise<unknown> | undefined;
  await withLock(path, () => {
    next = withLock(path, () => order.push("second"));
    order.push("first");
  });
  await next;
  assert.deepEqual(order, ["first", "second"]);
});

test("whose lock has been taken over writes nothing, and begins again", async () => {
  const path = join(folder, "taken");
  writeFileSync(path, "0");
  let rounds = 0;
  await withLock(path, (confirm) => {
    const next = String(Number(readFileSync(path, "utf8")) + 1);
    // somebody was faster, after this one had slept too long
    if (++rounds === 1) {
      writeFileSync(path, "41");
      writeFileSync(`${path}.lock`, "another");
      setTimeout(() => rmSync(`${path}.lock`), 50);
    }
    writePrivateFile(path, next, { overwrite: true, confirm });
  });
  assert.equal(rounds, 2);
  assert.equal(readFileSync(path, "utf8"), "42");
});

test("passwd --add makes the file and its users; what is there already, or is not, is said before a password is asked for", async () => {
  const path = join(folder, "new.json");
  const missing = await sesame("long enough\n", "passwd", "--config", path, "ann");
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /new\.json: there is no such file/);
  for (const name of ["ann", "bob b"]) {
    const { status, stdout, stderr } = await sesame(
      "long enough\n",
      ...["passwd", "--pbkdf2", "10", "--config", path, "--add", name],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout.toString(), name === "ann" ? /: ann has a new password/ : /: "bob b" has a new password/);
    assert.ok(admits(path, name, "long enough"));
  }
  const again = await sesame("long enough\n", "passwd", "--config", path, "--add", "ann");
  assert.equal(again.status, 1);
  assert.match(again.stderr, /there is a user ann in it already/);
  const nobody = await sesame("long enough\n", "passwd", "--config", path, "zoe");
  assert.match(nobody.stderr, /there is no user zoe in it; --add adds one/);
});

test("passwd refuses what the file's policy refuses to clients, and text that is not what it seems", async () => {
  const path = usersFile(["ann"]);
  const before = readFileSync(path);
  for (const [input, message] of [
    ["short 7\n", /has 7 bytes; a new one has at least 8/],
    ["\n", /empty/],
    [Buffer.from("pa\xdfwort lang\n", "latin1"), /line 1: it is not UTF-8/],
    ["nul\0inside", /a NUL/],
    ["mark\ufeffinside", /byte order mark/],
  ] as const) {
    const { status, stderr } = await run(process.execPath, [cli, "passwd", "--config", path, "ann"], { input });
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.deepEqual(readFileSync(path), before);
  }
  const config = JSON.parse(before.toString()) as object;
  writeFileSync(path, JSON.stringify({ ...config, newPasswords: { leastLength: 12 } }));
  assert.equal((await sesame("only eleven\n", "passwd", "--config", path, "ann")).status, 1);
  for (const input of [
    Buffer.from("\ufefflong enough it is\r\n", "utf16le"),
    "\ufefflong enough it is\r\n",
    "long enough it is\rsecond line",
  ]) {
    const { status, stderr } = await run(process.execPath, [cli, "passwd", "--config", path, "ann"], { input });
    assert.equal(status, 0, stderr);
    assert.ok(admits(path, "ann", "long enough it is"));
  }
});

test("users lists, adds keys and removes, with results that scripts read", async () => {
  const path = usersFile(["ann"]);
  const config = ["--config", path];
  const { publicKey } = keyPairFromSeed(new Uint8Array(32).fill(5));
  const key = join(folder, "zoe.pub");
  writeFileSync(key, `${formatPublicKey(publicKey, "zoe at work")}\n`);
  assert.equal((await sesame("", "users", "add-key", ...config, "zoe", key)).status, 1);
  const added = await sesame("", "users", "add-key", ...config, "--add", "--json", "zoe", key);
  assert.equal(added.status, 0, added.stderr);
  assert.deepEqual(JSON.parse(added.stdout.toString()), { config: path, user: "zoe" });
  const twice = await sesame(readFileSync(key, "utf8"), "users", "add-key", ...config, "zoe", "-");
  assert.match(twice.stderr, /zoe has such a key already/);
  const list = await sesame("", "users", "list", ...config, "--json");
  const [ann, zoe] = JSON.parse(list.stdout.toString()) as Record<string, unknown>[];
  assert.match(String(ann!["password"]), /^pbkdf2-sha256 i=\d+$/);
  const { stdout } = await run("ssh-keygen", ["-l", "-f", key]);
  assert.deepEqual(zoe!["keys"], [{ type: "ssh-ed25519", fingerprint: stdout.toString().split(" ")[1] }]);
  assert.match(
    (await sesame("", "users", "list", ...config)).stdout.toString(),
    /^zoe {2}publickey\n {2}key +ssh-ed25519 SHA256:/m,
  );
  assert.equal((await sesame("", "users", "remove", ...config, "ann")).status, 0);
  assert.deepEqual(
    readUsersFile(path).users.map(({ name }) => name),
    ["zoe"],
  );
  const last = await sesame("", "users", "remove", ...config, "zoe");
  assert.match(last.stderr, /cannot be used yet: users: there is none/);
  assert.throws(() => readUsersFile(path), /users: there is none, so nobody could log in/);
});

test(
  "files that others could replace, or read where they hold secrets, are refused with a remedy that works",
  { skip: process.platform === "win32" },
  async () => {
    const inner = join(folder, "open", "inner");
    mkdirSync(inner, { recursive: true });
    const path = join(inner, "users.json");
    writeFileSync(path, readFileSync(usersFile(["ann"])), { mode: 0o600 });
    const link = join(folder, "link.json");
    symlinkSync(path, link);
    for (const [spoil, mode, message] of [
      [path, 0o640, /permissions 0640 are too open for a file with secrets; (chmod 600 \S+)/],
      [path, 0o620, /permissions 0620 are too open .*; (chmod 600 \S+)/],
      [inner, 0o770, /permissions 0770 of its folder let others replace it; (chmod go-w \S+)/],
      [join(folder, "open"), 0o757, /of its folder let others replace it; (chmod go-w \S+)/],
    ] as const) {
      chmodSync(spoil, mode);
      for (const file of [path, link]) {
        assert.throws(() => readUsersFile(file), { name: "FileError", message });
        assert.equal(readUsersFile(file, { strictModes: false }).users.length, 1);
      }
      const refused = await sesame("", "users", "list", "--config", path);
      assert.match(refused.stderr, /--no-strict-modes/);
      assert.equal((await sesame("", "users", "list", "--no-strict-modes", "--config", path)).status, 0);
      const [, remedy] = message.exec(refused.stderr)!;
      assert.equal((await run("/bin/sh", ["-c", remedy!])).status, 0);
      assert.equal(readUsersFile(path).users.length, 1);
    }
    // a key file is no secret, but nobody else may write there
    const keys = join(inner, "keys");
    writeFileSync(keys, formatPublicKey(keyPairFromSeed(new Uint8Array(32)).publicKey));
    writeFileSync(path, JSON.stringify({ users: [{ name: "ann", authorizedKeysFile: "keys" }] }));
    chmodSync(keys, 0o644);
    assert.equal(readUsersFile(path).users.length, 1);
    chmodSync(keys, 0o664);
    assert.throws(() => readUsersFile(path), /keys: permissions 0664 let others write; chmod go-w /);
  },
);

test("a change keeps what else is in the file, and a link stays one", async () => {
  const path = usersFile(["ann"]);
  const json = JSON.parse(readFileSync(path, "utf8")) as { users: object[] };
  writeFileSync(path, `\ufeff${JSON.stringify({ banner: { text: "hi" }, ...json })}`);
  await setPassword(path, "ann", pbkdf2Of("another one"));
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(path, "utf8")) as object), ["banner", "users"]);
  await eventually("the lock is gone", () => !existsSync(`${path}.lock`));
});
