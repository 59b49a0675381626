// What the boards' commands make of `--config`, `--transport` and `--use`: the modules and the region that a firmware
// carries, and what they refuse before anything is built.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { UsageError } from "../../host/node/cli/usage-error.js";
import { encodeCredentials } from "../../host/node/credentials/credentials.js";
import type { HashCosts } from "../../host/node/credentials/password-hash.js";
import { formatPhc, type PasswordHash } from "../../host/node/credentials/phc.js";
import type { UserEntry, UsersTable } from "../../host/node/credentials/users-region.js";
import { BoardBuildError } from "../../host/node/firmware/build-error.js";
import { describeEmbedded, embedModules } from "../../host/node/firmware/embed.js";
import { readFullModule } from "../../host/node/firmware/full-module.js";
import { checkHashCosts, HASH_LONGEST_SECONDS, secondsToVerify } from "../../host/node/firmware/hash-cost.js";
import { ownBuild } from "../../boards/common/firmware/own-build.js";
import { boardCredentials, type BoardOptions, withBoardOptions } from "../../boards/common/firmware/options.js";
import { noteCredentials } from "../../host/node/firmware/board-credentials.js";
import { boardUsers, refuseMissing } from "../../host/node/firmware/board-users.js";
import { FLAGS, TRANSPORT_FEATURES } from "../../scripts/size/build-flags.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { Session } from "../support/session.js";
import { run } from "../support/programs.js";
import { argon2idOf, pbkdf2Of } from "../../scripts/client/hashes.js";
import { ed25519Key, rsaKey } from "../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../support/userauth-full.js";
import { ENGINES } from "../../host/node/firmware/embed-module.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sesame-board-options-"));
after(() => rmSync(folder, { recursive: true }));

const config = join(folder, "users.json");
writeFileSync(config, JSON.stringify({ users: [{ name: "u", password: formatPhc(pbkdf2Of("secret")) }] }), {
  mode: 0o600,
});

/** What a board's command would build with these arguments. */
async function credentialsOf(...args: string[]): ReturnType<typeof boardCredentials> {
  const command = withBoardOptions(new Command("board"))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return boardCredentials(command.parse(args, { from: "user" }).opts<BoardOptions>(), "others");
}

const digestOf = (wasm: Uint8Array): string => createHash("sha256").update(wasm).digest("hex");

const tableOf = (user: Partial<UserEntry>, more: Partial<UsersTable> = {}): UsersTable => ({
  users: [passwordUser("u", "secret", user)],
  ...more,
});

test("--config embeds the module of npm run build, and the users as its credentials", async () => {
  const credentials = await credentialsOf("--config", config);
  assert.equal(credentials.userauth, "full");
  const modules = embedModules({ engine: "wasm3", ...credentials, folder: join(folder, "plain") });
  const wasm = moduleBytes("plain/userauth-board");
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  assert.match(
    describeEmbedded(modules),
    new RegExp(`^userauth-board\\.wasm +${wasm.length} bytes +sha256 ${sha256}$`, "m"),
  );
  const source = readFileSync(join(folder, "plain", "embedded.c"), "utf8");
  assert.match(source, /^const userauth_build_t embedded_userauth_build = USERAUTH_BUILD_FULL;$/m);
  assert.match(source, /^const uint32_t embedded_credentials_capacity = 2048;$/m);
  const [, algorithms] = /^const char embedded_signature_algorithms\[\] = "(.*)";$/m.exec(source)!;
  assert.deepEqual(algorithms!.split(","), readFullModule(wasm).signatureAlgorithms);
  assert.ok(algorithms!.length <= 127, "the transport has room for them");
  assert.equal(new FullUserauth(credentials.credentials, { wasm }).judge(passwordRequest("u", "secret")), "SUCCESS 52");
});

test("the small builds are told from each other, and announce no algorithms", async () => {
  const password = join(folder, "password");
  writeFileSync(password, "secret\n", { mode: 0o600 });
  const credentials = await credentialsOf("--user", "u", "--password-file", password);
  embedModules({ engine: "wasm3", ...credentials, folder: join(folder, "small") });
  const source = readFileSync(join(folder, "small", "embedded.c"), "utf8");
  assert.match(source, /embedded_userauth_build = USERAUTH_BUILD_PASSWORD;/);
  assert.match(source, /embedded_credentials_capacity = 192;/);
  assert.match(source, /embedded_signature_algorithms\[\] = "";/);
  for (const userauth of ["publickey", "full"] as const) {
    const wrong = { ...credentials, userauth, ...(userauth === "full" && { credentials: new Uint8Array(2049) }) };
    assert.throws(() => embedModules({ engine: "wasm3", ...wrong, folder: join(folder, "small") }), BoardBuildError);
  }
});

test("what a store keeps is told to belong to these credentials: others, or another build, have another number", async () => {
  const idOf = (userauth: "full" | "password", credentials: Uint8Array): string => {
    embedModules({ engine: "wasm3", userauth, credentials, development: false, folder: join(folder, "id") });
    return /embedded_credentials_id = (\d+);/.exec(readFileSync(join(folder, "id", "embedded.c"), "utf8"))![1]!;
  };
  const { credentials } = await credentialsOf("--config", config);
  const id = idOf("full", credentials);
  assert.ok(Number(id) > 0);
  assert.equal(idOf("full", credentials), id, "new firmware for the same users keeps their changed passwords");
  const other = credentials.with(credentials.length - 3, 0);
  assert.notEqual(idOf("full", other), id);
  const small = encodeCredentials("password", { user: "u", password: "secret" });
  assert.notEqual(idOf("password", small), idOf("full", small));
});

test("--use compiles the module: it is left beside the sources, and its region and its algorithms count", async () => {
  const uses = ["WITH_RSA=0", "CREDENTIALS_BYTES=400", "ARGON2_KIB=48"];
  const credentials = await credentialsOf("--config", config, ...uses.flatMap((use) => ["--use", use]));
  const [, userauth] = embedModules({ engine: "wasm3", ...credentials, folder: join(folder, "own") });
  const wasm = readFileSync(join(folder, "own", "userauth-board.wasm"));
  assert.equal(userauth!.sha256, createHash("sha256").update(wasm).digest("hex"));
  assert.notEqual(wasm.length, moduleBytes("plain/userauth-board").length);
  const source = readFileSync(join(folder, "own", "embedded.c"), "utf8");
  assert.match(source, /embedded_credentials_capacity = 400;/);
  assert.doesNotMatch(source, /rsa-sha2/);
  assert.equal(new FullUserauth(credentials.credentials, { wasm }).judge(passwordRequest("u", "secret")), "SUCCESS 52");
});

test("boards serve with every algorithm unless told otherwise, and the smallest transport is the one of npm run build", async () => {
  const embedded = async (...args: string[]): Promise<string> => {
    const credentials = await credentialsOf("--config", config, ...args);
    const [transport] = embedModules({ engine: "wasm3", ...credentials, folder: join(folder, "transport") });
    const { name, sha256 } = transport!;
    assert.equal(sha256, digestOf(readFileSync(join(folder, "transport", `${name}.wasm`))));
    return sha256;
  };
  const [plain, full] = [digestOf(moduleBytes("plain/transport")), digestOf(moduleBytes("plain/transport-full"))];
  assert.equal(await embedded(), full);
  assert.equal(await embedded("--transport", "full"), full);
  assert.equal(await embedded("--transport", "plain"), plain);
  const flags = new Set(TRANSPORT_FEATURES.flatMap(([, names]) => names));
  assert.equal(await embedded(...[...flags].flatMap((flag) => ["--use", `${flag}=0`])), plain);
});

test("--use gives the smallest transport one algorithm more, and takes one from the full one", async () => {
  const listsOf = async (...args: string[]): Promise<string> => {
    const { modules, userauth } = await credentialsOf("--allow-development-credentials", ...args);
    assert.deepEqual([Object.keys(modules ?? {}), userauth], [["transport"], "password"]);
    const code = new WebAssembly.Module(modules!.transport!.wasm as BufferSource);
    const session = new Session({ instances: { transport: () => new WebAssembly.Instance(code) } });
    return Buffer.from(session.client.serverKexinit).toString("latin1");
  };
  const hybrid = await listsOf("--transport", "plain", "--use", "WITH_MLKEM=1");
  assert.match(hybrid, /mlkem768x25519-sha256/);
  assert.doesNotMatch(hybrid, /aes/);
  const aes = await listsOf("--use", "WITH_MLKEM=0", "--use", "WITH_AES_GCM=0");
  assert.match(aes, /aes256-ctr/);
  assert.doesNotMatch(aes, /mlkem|gcm/);
});

test("options that contradict each other are a wrong command line", async () => {
  for (const args of [
    ["--config", config, "--user", "u"],
    ["--config", config, "--userauth", "password"],
    ["--config", config, "--authorized-key", config],
    ["--use", "WITH_RSA=0"],
    ["--use", "WITH_MLKEM=0", "--use", "WITH_RSA=0"],
    ["--user", "u", "--password-file", config, "--use", "WITH_RSA=0"],
  ]) {
    await assert.rejects(credentialsOf(...args), UsageError, args.join(" "));
  }
});

test("a flag that does not exist, or not with such a value, is a wrong command line, and the flags are listed", async () => {
  for (const use of [
    ...[
      "WITH_RSA",
      "WITH_RSA=",
      "WITH_RSA=2",
      "WITH_RSA=no",
      "with_rsa=0",
      "RSA=0",
      "WITH_MLKEM=2",
      "WITH_X_COORDINATE=1",
      "toString=1",
    ],
    ...["PAYLOAD_BYTES=8192", "MONTGOMERY_PTR=0", "ARGON2_KIB=7", "ARGON2_KIB=-1", "CREDENTIALS_BYTES=2049"],
  ]) {
    await assert.rejects(
      credentialsOf("--config", config, "--use", use),
      {
        code: "commander.invalidArgument",
        message: /WITH_MLKEM=0 or 1; .*WITH_RSA=0; .*ARGON2_KIB=N.*CREDENTIALS_BYTES=N/,
      },
      use,
    );
  }
  const twice = credentialsOf("--config", config, "--use", "WITH_RSA=0", "--use", "WITH_RSA=1");
  await assert.rejects(twice, { code: "commander.invalidArgument", message: /twice/ });
});

test("the flags are those that the sources have", () => {
  const sources = ["transport", "userauth/full"].map((path) => join(root, "assembly", path, "features.ts"));
  const features = sources.map((path) => readFileSync(path, "utf8")).join("");
  const flags = Array.from(features.matchAll(/isDefined\((\w+)\)/g), ([, name]) => name!);
  assert.deepEqual(Object.keys(FLAGS).sort(), [...flags, "ARGON2_KIB", "CREDENTIALS_BYTES"].sort());
});

test("users for whom the module has no room are refused, by the limits of the module that is embedded", async () => {
  const hash = argon2idOf("secret", { m: 41, t: 1, p: 1 });
  assert.throws(() => boardUsers(tableOf({ password: hash })), /want 41 KiB of memory, the module has 40 .*ARGON2_KIB/);
  const more = boardUsers(tableOf({ password: hash }), await ownBuild("userauth-board", { ARGON2_KIB: 41 }));
  const userauth = new FullUserauth(more.credentials, { wasm: more.modules!.userauth!.wasm });
  assert.equal(userauth.judge(passwordRequest("u", "secret")), "SUCCESS 52");
  const least = await ownBuild("userauth-board", { CREDENTIALS_BYTES: 80, WITH_ARGON2ID: 0 });
  assert.throws(() => boardUsers(tableOf({}), least), /the module has 80 .*CREDENTIALS_BYTES/);
});

test("what users need and the module was built without is refused with the reason", async () => {
  const rsa = { keys: [rsaKey()], required: [["publickey" as const]] };
  const withoutRsa = await ownBuild("userauth-board", { WITH_RSA: 0 });
  assert.throws(() => boardUsers(tableOf(rsa), withoutRsa), /user "u" has a key of the type ssh-rsa.*without/);

  const { signatureAlgorithms } = readFullModule(moduleBytes("plain/userauth-board"));
  const refused: [flag: string, table: UsersTable][] = [
    ["WITH_PBKDF2", tableOf({})],
    ["WITH_ARGON2ID", tableOf({ password: argon2idOf("secret") })],
    ["WITH_PASSWORD_CHANGE", tableOf({ passwordExpired: true })],
    ["WITH_KEYBOARD_INTERACTIVE", tableOf({ required: [["keyboard-interactive"]] })],
    ["WITH_MULTI_FACTOR", tableOf({ keys: [ed25519Key()], required: [["publickey", "password"]] })],
    ["WITH_BANNER", tableOf({}, { banner: "hello" })],
    ["WITH_HOST_DECISIONS", tableOf({}, { hostDecides: { others: ["password"] } })],
  ];
  for (const [flag, table] of refused) {
    refuseMissing(table, {}, signatureAlgorithms);
    assert.throws(() => refuseMissing(table, { [flag]: 0 }, signatureAlgorithms), RegExp(`${flag}.*without`), flag);
  }
  // another list remains
  const either = tableOf({ required: [["password"], ["keyboard-interactive"]] });
  refuseMissing(either, { WITH_KEYBOARD_INTERACTIVE: 0 }, signatureAlgorithms);
});

test("who builds for requests that the host decides about is told what the board needs", () => {
  assert.deepEqual(noteCredentials(boardUsers(tableOf({}))), []);
  const notes = noteCredentials(boardUsers(tableOf({}, { hostDecides: { others: ["publickey"] } })));
  assert.equal(notes.length, 1);
  assert.match(notes[0]!, /device\.authenticate/);
});

test("the time for a password is that of the table in docs/security.md", () => {
  const page = readFileSync(join(root, "docs", "security.md"), "utf8");
  const costsOf = (cell: string): HashCosts | undefined => {
    const [, m, t, p] = /^Argon2id m=(\d+), t=(\d+), p=(\d+)$/.exec(cell) ?? [];
    if (m !== undefined) return { algorithm: "argon2id", memoryKiB: Number(m), passes: Number(t), lanes: Number(p) };
    const [, iterations] = /^PBKDF2, ([\d,]+)$/.exec(cell) ?? [];
    return iterations === undefined
      ? undefined
      : { algorithm: "pbkdf2-sha256", iterations: Number(iterations.replace(",", "")) };
  };
  let compared = 0;
  for (const line of page.split("\n").filter((text) => text.startsWith("| "))) {
    const [, first = "", , , ...times] = line.split("|").map((cell) => cell.trim());
    const costs = costsOf(first);
    if (!costs) continue;
    for (const [index, engine] of ENGINES.entries()) {
      const [, measured] = /^([\d.]+) s$/.exec(times[index] ?? "") ?? [];
      if (measured === undefined) continue;
      const [seconds, expected] = [secondsToVerify(engine, costs), Number(measured)];
      assert.ok(Math.abs(seconds - expected) < 0.006 + expected * 0.02, `${line}: ${engine}, ${seconds}`);
      compared++;
    }
  }
  assert.ok(compared >= 9, `${compared} cells`);
});

test("a hash that outlasts the watchdog is refused, and the costs that do not are named", () => {
  const header = readFileSync(join(root, "host", "c", "modules", "module.h"), "utf8");
  const [, patience] = /define MODULE_CALL_LONGEST_MS (\d+)/.exec(header)!;
  assert.ok(2 * HASH_LONGEST_SECONDS * 1000 <= Number(patience), "a change of the password hashes twice");

  const tooMuch: HashCosts[] = [
    { algorithm: "pbkdf2-sha256", iterations: 600_000 },
    { algorithm: "argon2id", memoryKiB: 40, passes: 10_000, lanes: 1 },
    { algorithm: "argon2id", memoryKiB: 50_000, passes: 1, lanes: 1 },
  ];
  for (const engine of ENGINES) {
    for (const costs of tooMuch) {
      let message = "";
      assert.throws(
        () => checkHashCosts(engine, costs),
        (error) => error instanceof BoardBuildError && (message = error.message) !== "",
      );
      const argon2 = /that is Argon2id m=(\d+),t=(\d+),p=1$/.exec(message);
      const pbkdf2 = /that is PBKDF2 of (\d+) iterations$/.exec(message);
      const named: HashCosts = argon2
        ? { algorithm: "argon2id", memoryKiB: Number(argon2[1]), passes: Number(argon2[2]), lanes: 1 }
        : { algorithm: "pbkdf2-sha256", iterations: Number(pbkdf2![1]) };
      checkHashCosts(engine, named);
      assert.ok(secondsToVerify(engine, named) > HASH_LONGEST_SECONDS - 0.2, message);
    }
  }
});

test("board:rp2040 builds nothing for users whose hash outlasts the watchdog", async () => {
  const slow = join(folder, "slow.json");
  const password = formatPhc({ ...pbkdf2Of("secret"), iterations: 600_000 } as PasswordHash);
  writeFileSync(slow, JSON.stringify({ users: [{ name: "u", password }] }), { mode: 0o600 });
  const script = join(root, "boards", "rp2040", "build.ts");
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const args = ["--import", tsx, script, "--config", slow];
  const { status, stderr } = await run(process.execPath, args, { timeoutMs: 120_000 });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /PBKDF2 of 600000 iterations.*about 95 s/);
});

test("a board's command whose reader has gone ends without a stack trace", async () => {
  const command = join(root, "boards", "linux", "build.ts");
  const { stderr } = await run("bash", [
    "-c",
    'cd "$2" && "$0" --import tsx "$1" --help | true',
    process.execPath,
    command,
    root,
  ]);
  assert.equal(stderr, "");
});
