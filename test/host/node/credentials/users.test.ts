// users.json: what is read, what is refused and how that is said; authorized_keys; the command `sesame passwd`; and a
// file that a crash at any moment leaves with the old password or with the new one.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseAuthorizedKey, parseAuthorizedKeys } from "../../../../host/node/credentials/authorized-keys.js";
import { readCredentials } from "../../../../host/node/credentials/credentials.js";
import { compileModule } from "../../../../host/node/modules.js";
import { formatPhc, parsePhc } from "../../../../host/node/credentials/phc.js";
import { parseUsersConfig } from "../../../../host/node/credentials/users-config.js";
import { readUsersFile, storePasswordIn } from "../../../../host/node/credentials/users-file.js";
import { encodeUsers } from "../../../../host/node/credentials/users-region.js";
import { password, UserauthClient } from "../../../support/full-server.js";
import { start } from "../../../support/programs.js";
import { changeRequest, SESSION_ID, signed } from "../../../../scripts/client/userauth.js";
import {
  ecdsaKey,
  ed25519Key,
  rsaKey,
  securityEcdsaKey,
  securityEd25519Key,
  type TestKey,
} from "../../../../scripts/client/keys/kinds.js";
import { FullUserauth } from "../../../support/userauth-full.js";
import { pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { bytes, string } from "../../../../scripts/client/wire.js";

const cli = fileURLToPath(new URL("../../../../host/node/cli/main.ts", import.meta.url));
const command = ["--import", fileURLToPath(import.meta.resolve("tsx")), cli];
const folder = mkdtempSync(join(tmpdir(), "sesame-users-"));
const PHC = formatPhc(pbkdf2Of("secret one"));

after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

function usersFile(config: unknown): string {
  const path = join(folder, `users${++count}.json`);
  writeFileSync(path, typeof config === "string" ? config : JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function sesame(
  input: string,
  ...args: string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const program = start(process.execPath, [...command, ...args]);
  program.child.stdin.end(input);
  const { status, stdout, stderr } = await program.ended();
  return { status, stdout: stdout.toString(), stderr };
}

const lineOf = ({ blob }: TestKey, type: string): string => `${type} ${Buffer.from(blob).toString("base64")} a comment`;
const ED25519_LINE = lineOf(ed25519Key(), "ssh-ed25519");
const RSA_LINE = lineOf(rsaKey(), "ssh-rsa");

const noFiles = (): string => assert.fail("no file is read");

test("a configuration with everything becomes the table it says", () => {
  const config = {
    users: [
      { name: "ann", password: PHC, keys: [ED25519_LINE] },
      { name: "bob", password: PHC, passwordExpired: true, methods: ["password"] },
      { name: "zoe", authorizedKeysFile: "zoe.keys", password: PHC, required: [["publickey", "password"]] },
    ],
    limits: { failures: 3, queries: 4, requests: 20 },
    banner: { text: "Welcome", language: "en" },
    newPasswords: { leastLength: 12 },
    hostDecides: { known: ["password"], others: ["publickey"] },
  };
  const table = parseUsersConfig(config, (path) => (path === "zoe.keys" ? `# mine\n\n${RSA_LINE}\n` : noFiles()));
  const phc = parsePhc(PHC);
  assert.deepEqual(table, {
    users: [
      {
        name: "ann",
        password: phc,
        keys: [{ blob: Uint8Array.from(ed25519Key().blob) }],
        required: [["publickey"], ["password"], ["keyboard-interactive"]],
      },
      { name: "bob", password: phc, passwordExpired: true, keys: [], required: [["password"]] },
      {
        name: "zoe",
        password: phc,
        keys: [{ blob: Uint8Array.from(rsaKey().blob) }],
        required: [["publickey", "password"]],
      },
    ],
    failures: 3,
    queries: 4,
    requests: 20,
    banner: "Welcome",
    bannerLanguage: "en",
    leastPasswordLength: 12,
    hostDecides: { known: ["password"], others: ["publickey"] },
  });
});

test("what will not do is refused with its place", () => {
  const user = (properties: object): object => ({ users: [{ name: "ann", password: PHC, ...properties }] });
  for (const [config, message] of [
    [[], /^an object is wanted/],
    [{}, /^users: it is missing/],
    [{ users: {} }, /^users: a list is wanted/],
    [{ users: [], banners: {} }, /^banners: there is no such property, but users, limits, banner/],
    [{ users: [null] }, /^users\[0\]: an object is wanted/],
    [{ users: [{}] }, /^users\[0\]\.name: it is missing/],
    [user({ name: 7 }), /^users\[0\]\.name: a string is wanted/],
    [user({ Password: PHC }), /^users\[0\]\.Password: there is no such property/],
    [user({ password: "secret" }), /^users\[0\]\.password: it is not a PHC string/],
    [user({ passwordExpired: "yes" }), /^users\[0\]\.passwordExpired: true or false/],
    [user({ methods: ["passwd"] }), /^users\[0\]\.methods\[0\]: a method is wanted: publickey, password, keyboard/],
    [user({ required: [["password"], "publickey"] }), /^users\[0\]\.required\[1\]: a list is wanted/],
    [user({ required: [["password"]], methods: ["password"] }), /^users\[0\]: methods .* exclude each other/],
    [user({ keys: [7] }), /^users\[0\]\.keys\[0\]: a string is wanted/],
    [user({ keys: ["ssh-dss AAAA"] }), /^users\[0\]\.keys\[0\]: it is of the type "ssh-dss"; Sesame has ssh-ed25519, /],
    [{ ...user({}), limits: { failures: "3" } }, /^limits\.failures: a number is wanted/],
    [{ ...user({}), banner: "Welcome" }, /^banner: an object is wanted/],
    [{ ...user({}), hostDecides: { all: [] } }, /^hostDecides\.all: there is no such property, but known, others/],
  ] as const) {
    assert.throws(
      () => parseUsersConfig(config, noFiles),
      { name: "CredentialsError", message },
      JSON.stringify(config),
    );
  }
});

test("a file that others may read, or that is no JSON, is refused with its name", () => {
  const path = usersFile({ users: [{ name: "ann", password: PHC }] });
  assert.equal(readUsersFile(path).users[0]?.name, "ann");
  chmodSync(path, 0o644);
  assert.throws(() => readUsersFile(path), /users\d+\.json: permissions 0644 are too open .* chmod 600/);
  assert.throws(() => readUsersFile(usersFile("{")), /users\d+\.json: /);
  const missing = usersFile({ users: [{ name: "ann", authorizedKeysFile: "nobody.keys" }] });
  assert.throws(() => readUsersFile(missing), /users\[0\]\.authorizedKeysFile: .*nobody\.keys: there is no such file/);
  writeFileSync(join(folder, "bad.keys"), `${ED25519_LINE}\nfrom="10.0.0.1" ${RSA_LINE}\n`);
  const bad = usersFile({ users: [{ name: "ann", authorizedKeysFile: "bad.keys" }] });
  assert.throws(() => readUsersFile(bad), /authorizedKeysFile: bad\.keys, line 2: .* the option "from"/);
});

test("keys of every type that the module knows are read from authorized_keys, and the module takes their signatures", () => {
  const keys: [TestKey, string, string][] = [
    [ed25519Key(), "ssh-ed25519", "no-port-forwarding,no-agent-forwarding "],
    [rsaKey("rsa-sha2-512"), "ssh-rsa", ""],
    [ecdsaKey(), "ecdsa-sha2-nistp256", ""],
    [securityEd25519Key(), "sk-ssh-ed25519@openssh.com", ""],
    [securityEcdsaKey(), "sk-ecdsa-sha2-nistp256@openssh.com", ""],
  ];
  const text = keys.map(([key, type, options]) => options + lineOf(key, type)).join("\n");
  const users = [{ name: "ann", keys: parseAuthorizedKeys(text), required: [["publickey" as const]] }];
  for (const [key, type] of keys) {
    assert.equal(new FullUserauth({ users }).judge(signed("ann", key)), "SUCCESS 52", type);
  }
});

test("verify-required and no-touch-required hold for the security keys that have them", () => {
  const key = securityEd25519Key();
  const line = lineOf(key, "sk-ssh-ed25519@openssh.com");
  for (const [options, accepted] of [
    ["", [1, 5]],
    ["verify-required ", [5]],
    ["no-touch-required ", [0, 1, 4, 5]],
    ["no-touch-required,verify-required ", [4, 5]],
  ] as const) {
    const users = [{ name: "ann", keys: [parseAuthorizedKey(options + line)], required: [["publickey" as const]] }];
    const taken = [0, 1, 4, 5].filter((flags) => {
      const request = signed("ann", key, { flags, sessionId: SESSION_ID });
      return new FullUserauth({ users }).judge(request).startsWith("SUCCESS");
    });
    assert.deepEqual(taken, accepted, options);
  }
});

test("options that Sesame cannot keep, and keys that are none, are refused", () => {
  const ecdsa = ecdsaKey().blob;
  const offCurve = Uint8Array.from(ecdsa, (byte, index) => (index === ecdsa.length - 1 ? byte ^ 1 : byte));
  for (const [line, message] of [
    [`from="10.0.0.0/8,!10.1.1.1" ${ED25519_LINE}`, /option "from"/],
    [`command="echo \\"hi there\\", ssh-ed25519" ${ED25519_LINE}`, /option "command"/],
    [`restrict ${ED25519_LINE}`, /option "restrict"/],
    [`no-pty,Restrict ${ED25519_LINE}`, /option "no-pty"/],
    [`cert-authority ${ED25519_LINE}`, /option "cert-authority"/],
    [`verify-required ${ED25519_LINE}`, /verify-required is for security keys/],
    ["ssh-ed25519", /Base64/],
    ["ssh-ed25519 AAAA!", /Base64/],
    [lineOf(ed25519Key(), "ssh-rsa"), /not of the type ssh-rsa/],
    [lineOf({ ...ed25519Key(), blob: ed25519Key().blob.subarray(0, 50) }, "ssh-ed25519"), /ends early/],
    [lineOf({ ...ed25519Key(), blob: bytes(string("ssh-ed25519"), string("short")) }, "ssh-ed25519"), /wrong length/],
    [lineOf(rsaKey("rsa-sha2-256", 1024), "ssh-rsa"), /it has 1024 bits; RSA keys have 2048 to 4096/],
    [lineOf({ ...ecdsaKey(), blob: offCurve }, "ecdsa-sha2-nistp256"), /not on the curve/],
    ["-----BEGIN OPENSSH PRIVATE KEY-----", /private key/],
  ] as const) {
    assert.throws(() => parseAuthorizedKey(line), { name: "KeyFormatError", message }, line);
  }
});

test("build --config writes a module that admits the users and nobody else", async () => {
  const path = usersFile({ users: [{ name: "ann", password: PHC }] });
  const output = join(folder, "mine.wasm");
  const { status, stderr } = await sesame("", "build", "--config", path, "-o", output);
  assert.equal(status, 0, stderr);
  const module = compileModule("userauth", readFileSync(output));
  const region = readCredentials("full", module);
  const expected = encodeUsers(readUsersFile(path));
  assert.deepEqual(Buffer.from(region.subarray(0, expected.length)), Buffer.from(expected));
  const userauth = new FullUserauth(region, { wasm: readFileSync(output) });
  assert.equal(userauth.judge(password("bob", "secret one")), "INVALID_USER 51");
  assert.equal(userauth.judge(password("ann", "secret one")), "SUCCESS 52");
  const both = await sesame("", "build", "--config", path, "--user", "ann");
  assert.equal(both.status, 2);
  assert.match(both.stderr, /--config names the users/);
});

test("serve refuses users about whom nobody would decide", async () => {
  const path = usersFile({ users: [], hostDecides: { others: ["password"] } });
  const { status, stderr } = await sesame("", "serve", "--config", path, "--port", "0");
  assert.equal(status, 2);
  assert.match(stderr, /hostDecides is for programs that use the library/);
});

test("passwd prints the hash of the first line, with the costs that were asked for", async () => {
  const argon2 = await sesame("pass word\nsecond line\n", "passwd", "--argon2", "64,1,2");
  assert.match(
    argon2.stdout,
    /^\$argon2id\$v=19\$m=64,t=1,p=2\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n$/,
    argon2.stderr,
  );
  const pbkdf2 = await sesame("pass word", "passwd", "--pbkdf2", "10");
  assert.match(pbkdf2.stdout, /^\$pbkdf2-sha256\$i=10,l=32\$/);
  for (const { stdout } of [argon2, pbkdf2]) {
    const users = [{ name: "ann", password: parsePhc(stdout.trim()), required: [["password" as const]] }];
    assert.equal(new FullUserauth({ users }).judge(password("ann", "pass word")), "SUCCESS 52");
  }
  for (const [input, args, status] of [
    ["", [], 1],
    ["x".repeat(128), [], 1],
    ["secret", ["--argon2", "7,1,1"], 2],
    ["secret", ["--argon2", "64,1"], 2],
    ["secret", ["--pbkdf2", "0"], 2],
    ["secret", ["--argon2", "64,1,1", "--pbkdf2", "10"], 2],
    ["secret", ["ann"], 2],
  ] as const) {
    assert.equal((await sesame(input, "passwd", ...args)).status, status, args.join(" "));
  }
});

test("passwd gives a user of the file a password with the costs of the others, and nothing else changes", async () => {
  const target = usersFile({
    users: [
      { name: "ann", password: PHC, passwordExpired: true },
      { name: "bob", keys: [ED25519_LINE] },
    ],
  });
  const path = join(folder, "link.json");
  symlinkSync(target, path);
  const { status, stderr } = await sesame("brand new\n", "passwd", "--config", path, "ann");
  assert.equal(status, 0, stderr);
  const { users } = JSON.parse(readFileSync(target, "utf8")) as { users: object[] };
  assert.deepEqual(Object.keys(users[0]!), ["name", "password"]);
  assert.deepEqual(users[1], { name: "bob", keys: [ED25519_LINE] });
  assert.equal(new FullUserauth(readUsersFile(path)).judge(password("ann", "brand new")), "SUCCESS 52");
  const nobody = await sesame("x\n", "passwd", "--config", path, "zoe");
  assert.equal(nobody.status, 1);
});

test("passwd goes on from user to user, and says as long as the file cannot be used", async () => {
  const path = usersFile({ users: [{ name: "ann" }, { name: "bob" }] });
  const passwd = (user: string, iterations: string) =>
    sesame(`secret of ${user}\n`, "passwd", "--config", path, "--pbkdf2", iterations, user);
  for (const [user, iterations, problem] of [
    ["ann", "10", /cannot be used yet: user "bob": there is neither a password nor a key/],
    ["bob", "10", undefined],
    ["ann", "20", /cannot be used yet: the passwords of ann and bob differ in their costs/],
    ["bob", "20", undefined],
  ] as const) {
    const { status, stderr } = await passwd(user, iterations);
    assert.equal(status, 0, stderr);
    if (problem) assert.match(stderr, problem);
    else assert.equal(stderr, "");
  }
  for (const user of ["ann", "bob"])
    assert.equal(new FullUserauth(readUsersFile(path)).judge(password(user, `secret of ${user}`)), "SUCCESS 52");
});

test("a change is refused when somebody else has changed the password in the file", async () => {
  const path = usersFile({ users: [{ name: "ann", password: PHC }] });
  const change = { user: "ann", previous: parsePhc(PHC), password: pbkdf2Of("a new one") };
  await storePasswordIn(path)(change);
  assert.equal(formatPhc(readUsersFile(path).users[0]!.password!), formatPhc(change.password));
  const late = { ...change, password: pbkdf2Of("another one") };
  await assert.rejects(async () => storePasswordIn(path)(late), /has been changed since it was read/);
  assert.equal(formatPhc(readUsersFile(path).users[0]!.password!), formatPhc(change.password));
});

const KILLS = 12;
/** A change takes less than this, so that some are killed before, some during and some after it. */
const LONGEST_MS = 60;

test("a server that is killed at any moment of a change has the old password or the new one, and told SUCCESS only of the new", async (context) => {
  const path = usersFile({ users: [{ name: "ann", password: PHC, methods: ["password"] }] });
  const moments: string[] = [];
  let present = "secret one";
  for (let round = 0; round < KILLS; round++) {
    const next = `secret number ${round}`;
    const server = start(process.execPath, [...command, "serve", "--config", path, "--port", "0"]);
    const [, port] = await server.until(/listening on \S+:(\d+) /);
    const client = await UserauthClient.connect(Number(port));
    // the thread has started when this is answered
    await client.ask(password("ann", "wrong"));
    let answer: number | undefined;
    void client.ask(changeRequest("ann", present, next)).then((reply) => (answer = reply?.[0]));
    await delay(randomInt(LONGEST_MS));
    server.kill("SIGKILL");
    await server.ended();
    await client.tcp.untilClosed();
    await delay(1);
    const table = readUsersFile(path);
    const works = [present, next].filter(
      (secret) => new FullUserauth(table).judge(password("ann", secret)) === "SUCCESS 52",
    );
    assert.equal(works.length, 1);
    if (answer === 52) assert.equal(works[0], next);
    moments.push(`${works[0] === next ? "new" : "old"}${answer === 52 ? ", told" : ""}`);
    present = works[0]!;
  }
  context.diagnostic(moments.join("; "));
});
