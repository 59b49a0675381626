// The full userauth build in the C host, as other people's clients see it: boards/linux with the users of a users.json,
// under AddressSanitizer and UndefinedBehaviorSanitizer.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { smallCredentials, usersCredentials } from "../../support/board-credentials.js";
import { keyExchange } from "../../../scripts/client/login.js";
import { Message, Reader } from "../../../scripts/client/client.js";
import { otherClients } from "../../support/clients.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import {
  changeAtTerminal,
  changeInteractively,
  changeWithPlink,
  changeWithSsh2,
} from "../../support/password-changes.js";
import { needs } from "../../support/peers.js";
import { folder } from "../../support/programs.js";
import { keyFingerprint, type KeyFile, PASSWORD, sharedKey, userKey, wrongKey } from "../../support/server.js";
import { TcpClient } from "../../../scripts/client/tcp.js";

const NEW = "open wheat, open rye";
/** Nearly as long as one may be. */
const BANNER = Array.from({ length: 32 }, () => "Forty thieves are watching.").join("\n");
const [ssh] = openSshClients;
const change = { user: "cassim", password: PASSWORD, newPassword: NEW };

/** Of the longest kind that is taken. */
const rsaKey = (): Promise<KeyFile> => sharedKey("full_rsa", "rsa", "-b", "4096");
const ecdsaKey = (): Promise<KeyFile> => sharedKey("full_ecdsa", "ecdsa", "-b", "256");

let wasm2c = "";
let wasm3 = "";
let count = 0;

before(async () => {
  const [ed25519, rsa, ecdsa] = await Promise.all([userKey(), rsaKey(), ecdsaKey()]);
  const users = [
    { name: "ali", methods: ["password", "keyboard-interactive"], admin: true },
    { name: "cassim", methods: ["password", "keyboard-interactive"], passwordExpired: true },
    { name: "morgiana", keys: [ed25519.line], required: [["publickey", "password"]] },
    { name: "baba", password: undefined, keys: [rsa.line, ecdsa.line] },
  ];
  const credentials = usersCredentials(users, { banner: { text: BANNER, language: "en" } });
  wasm2c = await buildLinuxBoard("wasm2c", credentials);
  wasm3 = await buildLinuxBoard("wasm3", credentials);
});

const newState = (): string => join(folder, `state${++count}`);

/** The new password, and it alone, is the user's, also when the board starts again. */
async function assertChanged(program: string, board: LinuxBoard, state: string): Promise<void> {
  const logIn = async (at: LinuxBoard, password: string): Promise<number | null> => {
    const extra = ["-o", "NumberOfPasswordPrompts=1", "-o", "PreferredAuthentications=password"];
    return (await runSsh(ssh!, at, { user: change.user, password }, ["exit 3"], { extra })).status;
  };
  assert.equal(await logIn(board, NEW), 3);
  assert.equal(await logIn(board, PASSWORD), 255);
  await board.stop();
  const again = await LinuxBoard.start(program, state);
  assert.equal(await logIn(again, PASSWORD), 255);
  assert.equal(await logIn(again, NEW), 3);
}

for (const client of openSshClients) {
  for (const engine of ["wasm2c", "wasm3"] as const) {
    test(`${client.version}, ${engine}: an expired password is changed at a terminal`, needs("expect"), async () => {
      const [program, state] = [engine === "wasm2c" ? wasm2c : wasm3, newState()];
      const board = await LinuxBoard.start(program, state);
      await changeAtTerminal(client, board, change);
      assert.deepEqual(await board.lastLog(), [
        "accepted from 127.0.0.1",
        "userauth FAILURE",
        "userauth CHANGE_REQUIRED, password",
        "userauth CHANGE_REQUIRED, password",
        "a password was changed",
        "userauth SUCCESS, password, cassim, from 127.0.0.1",
        "ended, client-disconnect, reason 11",
      ]);
      await assertChanged(program, board, state);
    });
  }

  test(`${client.version}: keyboard-interactive asks for a new password`, needs("expect"), async () => {
    const state = newState();
    const board = await LinuxBoard.start(wasm2c, state);
    await changeInteractively(client, board, change);
    const log = await board.lastLog();
    assert.ok(log.includes("userauth SUCCESS, keyboard-interactive, cassim, from 127.0.0.1"), log.join("\n"));
    await assertChanged(wasm2c, board, state);
  });

  test(`${client.version}: a key and then a password are needed, and the client knows it`, async () => {
    const board = await LinuxBoard.start(wasm2c, newState());
    const login = { user: "morgiana", password: PASSWORD, keys: [await userKey()] };
    const { status, stderr } = await runSsh(client, board, login, ["exit 3"], { extra: ["-v"] });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /Authenticated using "publickey" with partial success/);
    assert.deepEqual((await board.lastLog()).slice(2, -1), [
      "userauth QUERY_OK, publickey",
      `userauth PARTIAL_SUCCESS, publickey, morgiana, from 127.0.0.1, ${keyFingerprint(await userKey())}`,
      "userauth SUCCESS, password, morgiana, from 127.0.0.1",
    ]);
    const alone = await runSsh(client, board, { user: "morgiana", keys: [await userKey()] }, ["exit 3"]);
    assert.equal(alone.status, 255);
    assert.match(alone.stderr, /Permission denied \(password\)/);
    assert.equal((await runSsh(client, board, { user: "morgiana", password: PASSWORD }, ["exit 3"])).status, 255);
  });

  test(`${client.version}: RSA and ECDSA keys let in, and one that is not the user's does not`, async () => {
    const board = await LinuxBoard.start(wasm2c, newState());
    const rsa = { user: "baba", keys: [await rsaKey()] };
    for (const [keys, ...extra] of [
      [[await ecdsaKey()]],
      [rsa.keys, "-o", "PubkeyAcceptedAlgorithms=rsa-sha2-256"],
      [rsa.keys, "-o", "PubkeyAcceptedAlgorithms=rsa-sha2-512"],
    ] as [KeyFile[], ...string[]][]) {
      const { status, stderr } = await runSsh(client, board, { user: "baba", keys }, ["exit 3"], { extra });
      assert.equal(status, 3, stderr);
      const statuses = (await board.lastLog()).slice(1, -1);
      assert.deepEqual(statuses, [
        "userauth FAILURE",
        "userauth QUERY_OK, publickey",
        `userauth SUCCESS, publickey, baba, from 127.0.0.1, ${keyFingerprint(keys[0]!)}`,
      ]);
    }
    const wrong = await runSsh(client, board, { user: "baba", keys: [await wrongKey()] }, ["exit 3"]);
    assert.equal(wrong.status, 255);
  });

  test(`${client.version} shows the banner, and is disconnected after too many failures`, async () => {
    const board = await LinuxBoard.start(wasm2c, newState());
    const extra = ["-o", "NumberOfPasswordPrompts=9", "-o", "PreferredAuthentications=password"];
    const { stderr } = await runSsh(client, board, { user: "ali", password: "barley" }, ["exit 3"], { extra });
    assert.ok(stderr.replaceAll("\r", "").startsWith(`${BANNER}\n`), stderr);
    assert.match(stderr, /Received disconnect from \S+ port \d+:14: too many attempts to log in/);
    const log = await board.lastLog();
    assert.deepEqual(log.slice(-2), ["userauth TOO_MANY_ATTEMPTS, password", "ended, too-many-attempts, reason 14"]);
  });
}

test("plink changes an expired password, of a user whom a session has put in", needs("plink", "expect"), async () => {
  const state = newState();
  const board = await LinuxBoard.start(wasm2c, state);
  const { credentials } = usersCredentials([{ name: "cassim", methods: ["password"], passwordExpired: true }]);
  const input = Buffer.from(credentials).toString("base64");
  const login = { user: "ali", password: PASSWORD };
  const { status, stderr } = await runSsh(ssh!, board, login, ["credentials -"], { input });
  assert.equal(status, 0, stderr);
  await changeWithPlink(board, change);
  await assertChanged(wasm2c, board, state);
});

test("ssh2 changes an expired password", async () => {
  const state = newState();
  const board = await LinuxBoard.start(wasm2c, state);
  assert.deepEqual(await changeWithSsh2(board, change), ["Your password has expired."]);
  await assertChanged(wasm2c, board, state);
});

for (const { name, peers, run } of otherClients) {
  test(`${name} goes on with the password when the key was a partial success`, needs(...peers), async () => {
    const board = await LinuxBoard.start(wasm2c, newState());
    const login = { user: "morgiana", password: PASSWORD, keys: [await userKey()] };
    const { status, stderr } = await run({ server: board, login, command: "exit 3" });
    assert.equal(status, 3, stderr);
    assert.ok(
      (await board.lastLog()).includes(
        `userauth PARTIAL_SUCCESS, publickey, morgiana, from 127.0.0.1, ${keyFingerprint(await userKey())}`,
      ),
    );
  });
}

test("wasm3: a key and then a password open, and an RSA key does", async () => {
  const board = await LinuxBoard.start(wasm3, newState());
  const both = { user: "morgiana", password: PASSWORD, keys: [await userKey()] };
  for (const login of [both, { user: "baba", keys: [await rsaKey()] }]) {
    const { status, stderr } = await runSsh(ssh!, board, login, ["exit 3"]);
    assert.equal(status, 3, stderr);
  }
});

/** What server-sig-algs says. */
async function signatureAlgorithms(program: string): Promise<string> {
  const board = await LinuxBoard.start(program, newState());
  const client = await TcpClient.connect(board.port, { extInfo: true });
  assert.ok(await client.run(keyExchange(client.raw)));
  client.socket.destroy();
  const extInfo = client.raw.messages.find((message) => message[0] === Message.EXT_INFO);
  const reader = new Reader(extInfo!.subarray(1));
  for (let extensions = reader.uint32(); extensions > 0; extensions--) {
    const [name, value] = [reader.string().toString(), reader.string().toString()];
    if (name === "server-sig-algs") return value;
  }
  return assert.fail("no server-sig-algs");
}

test("server-sig-algs names what the module verifies", async () => {
  const all =
    "ssh-ed25519,ecdsa-sha2-nistp256,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";
  assert.equal(await signatureAlgorithms(wasm2c), all);
  assert.equal(
    await signatureAlgorithms(await buildLinuxBoard("wasm2c", await smallCredentials("publickey"))),
    "ssh-ed25519",
  );
});
