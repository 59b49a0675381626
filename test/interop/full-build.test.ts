// The whole of RFC 4252 as other people's clients see it: password changes, several factors, keyboard-interactive, keys
// of every type, the banner and the limits. The server is the command with a users.json.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hashPassword } from "../../host/node/credentials/password-hash.js";
import { formatPhc } from "../../host/node/credentials/phc.js";
import { otherClients } from "../support/clients.js";
import { openSshClients, runSsh } from "../support/openssh.js";
import { changeAtTerminal, changeInteractively, changeWithPlink, changeWithSsh2 } from "../support/password-changes.js";
import { needs } from "../support/peers.js";
import { folder } from "../support/programs.js";
import { type KeyFile, serveUsers, type ServerProcess, sharedKey, userKey, wrongKey } from "../support/server.js";

const OLD = "open sesame, 7!";
const NEW = "open wheat, open rye";
const change = { user: "cassim", password: OLD, newPassword: NEW };
const BANNER = "Forty thieves are watching.";
const [ssh] = openSshClients;

const rsaKey = (): Promise<KeyFile> => sharedKey("full_rsa", "rsa", "-b", "3072");
const ecdsaKey = (): Promise<KeyFile> => sharedKey("full_ecdsa", "ecdsa", "-b", "256");

let count = 0;

/** Starts a server for these users, whose passwords are all `OLD` unless they have another or none. */
async function serveWith(users: object[], more: object = {}): Promise<{ server: ServerProcess; file: string }> {
  const hash = hashPassword(Buffer.from(OLD), { algorithm: "pbkdf2-sha256", iterations: 1_000 });
  const file = join(folder, `users${++count}.json`);
  const config = { users: users.map((user) => ({ password: formatPhc(hash), ...user })), ...more };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return { server: await serveUsers(file), file };
}

/** The new password, and it alone, is the user's: to new connections, and in the file for the next start. */
async function assertChanged(server: ServerProcess, file: string, user: string): Promise<void> {
  const extra = ["-o", "NumberOfPasswordPrompts=1"];
  const logIn = (password: string): Promise<{ status: number | null }> =>
    runSsh(ssh!, server, { user, password }, ["exit 3"], { extra });
  assert.equal((await logIn(NEW)).status, 3);
  assert.equal((await logIn(OLD)).status, 255);
  const { users } = JSON.parse(readFileSync(file, "utf8")) as { users: { name: string; passwordExpired?: true }[] };
  assert.equal(users.find(({ name }) => name === user)?.passwordExpired, undefined);
  await server.stop();
  const again = await serveUsers(file);
  assert.equal((await runSsh(ssh!, again, { user, password: NEW }, ["exit 3"])).status, 3);
}

for (const client of openSshClients) {
  test(`${client.version}: an expired password is changed at a terminal`, needs("expect"), async () => {
    const { server, file } = await serveWith([{ name: "cassim", passwordExpired: true }]);
    const { log } = await server.during(() => changeAtTerminal(client, server, change));
    const statuses = log.filter(({ event }) => event === "userauth").map(({ status }) => status);
    assert.deepEqual(statuses, ["FAILURE", "CHANGE_REQUIRED", "CHANGE_REQUIRED", "SUCCESS"]);
    assert.equal(log.find(({ event }) => event === "password-changed")?.["user"], "cassim");
    await assertChanged(server, file, "cassim");
  });

  test(
    `${client.version}: keyboard-interactive asks for the password, and for a new one`,
    needs("expect"),
    async () => {
      const methods = ["keyboard-interactive"];
      const { server, file } = await serveWith([
        { name: "ali", methods },
        { name: "cassim", methods: [...methods, "password"], passwordExpired: true },
      ]);
      const { result, statuses } = await server.during(() =>
        runSsh(client, server, { user: "ali", password: OLD }, ["exit 3"]),
      );
      assert.equal(result.status, 3, result.stderr);
      assert.deepEqual(statuses, ["FAILURE", "PROMPTED", "SUCCESS"]);
      await changeInteractively(client, server, change);
      await assertChanged(server, file, "cassim");
    },
  );

  test(`${client.version}: a password with Argon2id lets in, another one does not`, async () => {
    const hash = hashPassword(Buffer.from(OLD), { algorithm: "argon2id", memoryKiB: 64, passes: 2, lanes: 2 });
    const { server } = await serveWith([{ name: "ali", password: formatPhc(hash) }]);
    const extra = ["-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"];
    for (const [password, status, said] of [
      [OLD, 3, "SUCCESS"],
      [NEW, 255, "INVALID_PASSWORD"],
    ] as const) {
      const { result, statuses } = await server.during(() =>
        runSsh(client, server, { user: "ali", password }, ["exit 3"], { extra }),
      );
      assert.equal(result.status, status, result.stderr);
      assert.deepEqual(statuses, ["FAILURE", said]);
    }
  });

  test(`${client.version}: a key and then a password are needed, in this order, and the client knows it`, async () => {
    const key = await userKey();
    const user = { name: "ali", keys: [key.line], required: [["publickey", "password"]] };
    const { server } = await serveWith([user]);
    const login = { user: "ali", password: OLD, keys: [key] };
    const { result, log } = await server.during(() => runSsh(client, server, login, ["exit 3"], { extra: ["-v"] }));
    assert.equal(result.status, 3, result.stderr);
    assert.match(result.stderr, /Authenticated using "publickey" with partial success/);
    assert.deepEqual(
      log.filter(({ event }) => event === "userauth").map(({ method, status }) => [method, status]),
      [
        [undefined, "FAILURE"],
        ["publickey", "QUERY_OK"],
        ["publickey", "PARTIAL_SUCCESS"],
        ["password", "SUCCESS"],
      ],
    );
    const alone = await server.during(() => runSsh(client, server, { user: "ali", keys: [key] }, ["exit 3"]));
    assert.equal(alone.result.status, 255);
    assert.match(alone.result.stderr, /Permission denied \(password\)/);
    const password = { user: "ali", password: OLD };
    assert.equal((await runSsh(client, server, password, ["exit 3"])).status, 255);
  });

  test(`${client.version}: RSA and ECDSA keys let in, and one that is not the user's does not`, async () => {
    const keys = [await rsaKey(), await ecdsaKey()];
    const { server } = await serveWith([{ name: "ali", password: undefined, keys: keys.map(({ line }) => line) }]);
    for (const key of keys) {
      const { result, statuses } = await server.during(() =>
        runSsh(client, server, { user: "ali", keys: [key] }, ["exit 3"]),
      );
      assert.equal(result.status, 3, result.stderr);
      assert.deepEqual(statuses, ["FAILURE", "QUERY_OK", "SUCCESS"]);
    }
    for (const algorithm of ["rsa-sha2-256", "rsa-sha2-512"]) {
      const extra = ["-o", `PubkeyAcceptedAlgorithms=${algorithm}`];
      const { status, stderr } = await runSsh(client, server, { user: "ali", keys }, ["exit 3"], { extra });
      assert.equal(status, 3, stderr);
    }
    const wrong = await runSsh(client, server, { user: "ali", keys: [await wrongKey()] }, ["exit 3"]);
    assert.equal(wrong.status, 255);
  });

  test(`${client.version} shows the banner, and is disconnected after too many failures`, async () => {
    const { server } = await serveWith([{ name: "ali" }], {
      banner: { text: BANNER, language: "en" },
      limits: { failures: 2 },
    });
    const extra = ["-o", "NumberOfPasswordPrompts=5", "-o", "PreferredAuthentications=password"];
    const { result, statuses, ends } = await server.during(() =>
      runSsh(client, server, { user: "ali", password: "barley" }, ["exit 3"], { extra }),
    );
    assert.ok(result.stderr.startsWith(`${BANNER}\r\n`) || result.stderr.startsWith(`${BANNER}\n`), result.stderr);
    assert.match(result.stderr, /Received disconnect from \S+ port \d+:14: too many attempts to log in/);
    assert.deepEqual(statuses, ["FAILURE", "INVALID_PASSWORD", "TOO_MANY_ATTEMPTS"]);
    assert.equal(ends[0]?.["reason"], "NO_MORE_AUTH_METHODS_AVAILABLE");
  });
}

test("plink changes an expired password", needs("plink", "expect"), async () => {
  const { server, file } = await serveWith([{ name: "cassim", passwordExpired: true, methods: ["password"] }]);
  await changeWithPlink(server, change);
  await assertChanged(server, file, "cassim");
});

test("ssh2 changes an expired password", async () => {
  const { server, file } = await serveWith([{ name: "cassim", passwordExpired: true }]);
  assert.deepEqual(await changeWithSsh2(server, change), ["Your password has expired."]);
  await server.idle();
  await assertChanged(server, file, "cassim");
});

test("plink answers keyboard-interactive", needs("plink"), async () => {
  const { server } = await serveWith([{ name: "ali", methods: ["keyboard-interactive"] }]);
  const plink = otherClients.find(({ name }) => name === "plink")!;
  const { result, statuses } = await server.during(() =>
    plink.run({ server, login: { user: "ali", password: OLD }, command: "exit 3" }),
  );
  assert.equal(result.status, 3, result.stderr);
  assert.deepEqual(statuses, ["FAILURE", "PROMPTED", "SUCCESS"]);
});

/** What each client says of a partial success. */
const FURTHER: Record<string, RegExp> = {
  plink: /Further authentication required/,
  paramiko: /partial success, then password/,
};

for (const { name, peers, run: runClient } of otherClients) {
  test(`${name} goes on with the password when the key was a partial success`, needs(...peers), async () => {
    const key = await userKey();
    const user = { name: "ali", keys: [key.line], required: [["publickey", "password"]] };
    const { server } = await serveWith([user]);
    const login = { user: "ali", password: OLD, keys: [key] };
    const { result, statuses } = await server.during(() => runClient({ server, login, command: "exit 3" }));
    assert.equal(result.status, 3, `${result.stderr} ${server.program.text}`);
    assert.deepEqual(statuses.slice(-2), ["PARTIAL_SUCCESS", "SUCCESS"]);
    if (FURTHER[name]) assert.match(result.stdout.toString() + result.stderr, FURTHER[name]);
  });
}

test("an RSA key and an ECDSA key let paramiko and AsyncSSH in", needs("paramiko", "asyncssh"), async () => {
  const keys = [await rsaKey(), await ecdsaKey()];
  const { server } = await serveWith([{ name: "ali", password: undefined, keys: keys.map(({ line }) => line) }]);
  for (const client of otherClients.filter(({ name }) => name === "paramiko" || name === "AsyncSSH")) {
    for (const key of keys) {
      const { status, stderr } = await client.run({ server, login: { user: "ali", keys: [key] }, command: "exit 3" });
      assert.equal(status, 3, `${client.name}: ${stderr}`);
    }
  }
});
