// The C host as OpenSSH meets it: boards/linux, under AddressSanitizer and UndefinedBehaviorSanitizer, with each
// engine.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { UserauthBuild } from "../../../host/node/credentials/credentials.js";
import {
  makeLargeCertificate,
  withLargeCertificate,
  withLargeCommand,
  withLargeVariable,
} from "../../support/large-requests.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh, startSsh } from "../../support/openssh.js";
import { folder } from "../../support/programs.js";
import { keyFingerprint, PASSWORD, USER, userKey, wrongKey } from "../../support/server.js";

const MEGABYTE = 1_000_000;
const TRANSFER_LIMIT_MS = 120_000;
const login = { password: PASSWORD };
const ssh = openSshClients[0]!;
let certified: Promise<string> | undefined;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(engine, () => {
    const programs = new Map<UserauthBuild, string>();
    let board: LinuxBoard;

    before(async () => {
      for (const build of ["password", "publickey"] as const) programs.set(build, await buildLinuxBoard(engine, build));
      board = await LinuxBoard.start(programs.get("password")!, join(folder, `state-${engine}`));
    });

    test("a password opens; the command's output and status arrive", async () => {
      const { status, stdout, stderr } = await runSsh(ssh, board, login, ["echo in"]);
      assert.equal(stdout.toString(), "in\n", stderr);
      assert.equal(status, 0);
      assert.equal((await runSsh(ssh, board, login, ["exit 7"])).status, 7);
      const expected = [
        "accepted from 127.0.0.1",
        "userauth FAILURE",
        `userauth SUCCESS, password, ${USER}, from 127.0.0.1`,
        "ended, client-disconnect, reason 11",
      ];
      assert.deepEqual(await board.lastLog(), expected);
    });

    test("wrong passwords are refused, and after the last one the client is told to go", async () => {
      const extra = ["-o", "NumberOfPasswordPrompts=9"];
      const { status, stderr } = await runSsh(ssh, board, { password: "open wheat" }, ["echo in"], { extra });
      assert.equal(status, 255);
      assert.match(stderr, /Received disconnect from .*: *14: too many attempts to log in/);
      const log = await board.lastLog();
      assert.equal(log.at(-2), "userauth TOO_MANY_ATTEMPTS");
      assert.equal(log.at(-1), "ended, too-many-attempts, reason 14");
      assert.ok(!log.some((line) => line.startsWith("userauth SUCCESS")));
    });

    test("what is too large for the board is refused by its kind, and the connection goes on", async () => {
      for (const length of [5_000, 30_000]) {
        const environment = await withLargeVariable(ssh, board, length);
        assert.equal(environment.stdout.toString(), "in\n", environment.stderr);
        assert.equal(environment.status, 0);
        const command = await withLargeCommand(ssh, board, length);
        assert.match(command.stderr, /exec request failed on channel 0/);
        assert.match((await board.lastLog()).at(-1), /^ended, client-/);
      }
    });

    test("behind a certificate of 7.5 kB the plain key logs in", async () => {
      const keys = await LinuxBoard.start(programs.get("publickey")!, join(folder, `state-${engine}-certificate`));
      const key = await userKey();
      const certificate = await (certified ??= makeLargeCertificate(key));
      const { stdout, stderr } = await withLargeCertificate(ssh, keys, key, certificate);
      assert.equal(stdout.toString(), "in\n", stderr);
      assert.match(stderr, /Offering public key: \S+ ED25519-CERT/, "or this tests nothing");
      const log = await keys.lastLog();
      assert.ok(log.includes(`userauth SUCCESS, publickey, ${USER}, from 127.0.0.1, ${keyFingerprint(key)}`));
      assert.ok(!log.includes("userauth PROTOCOL_ERROR"), log.join("\n"));
      await keys.stop();
    });

    test("1 MB comes back through cat as it was", async () => {
      const input = randomBytes(MEGABYTE);
      const { status, stdout, stderr } = await runSsh(ssh, board, login, ["cat"], {
        input,
        timeoutMs: TRANSFER_LIMIT_MS,
      });
      assert.equal(status, 0, stderr);
      assert.equal(stdout.length, MEGABYTE);
      assert.equal(sha256(stdout), sha256(input));
    });

    test("two clients at once have each their own", async () => {
      const first = startSsh(ssh, board, login, ["cat"]);
      first.write("first\n");
      await first.until(/first\n/);
      const second = await runSsh(ssh, board, login, ["echo second"]);
      assert.equal(second.stdout.toString(), "second\n", second.stderr);
      first.child.stdin.end("still here\n");
      const { status, stdout } = await first.ended();
      assert.equal(stdout.toString(), "first\nstill here\n");
      assert.equal(status, 0);
    });

    test("a client killed in the middle leaves the board ready", async () => {
      const victim = startSsh(ssh, board, login, ["cat"]);
      victim.write("alive\n");
      await victim.until(/alive\n/);
      victim.kill("SIGKILL");
      await victim.ended();
      assert.equal((await board.lastLog()).at(-1), "ended, client-closed");
      const { stdout, stderr } = await runSsh(ssh, board, login, ["echo next"]);
      assert.equal(stdout.toString(), "next\n", stderr);
    });

    test("whoever speaks no SSH is told so, and the connection ends at once", async () => {
      const socket = connect(board.port, board.host);
      socket.end("GET / HTTP/1.1\r\n\r\n");
      const said: Buffer[] = [];
      for await (const bytes of socket as AsyncIterable<Buffer>) said.push(bytes);
      assert.match(Buffer.concat(said).toString("latin1"), /^SSH-2\.0-Sesame/);
      const log = await board.lastLog();
      assert.deepEqual(log, ["accepted from 127.0.0.1", "ended, protocol-error, reason 8"]);
    });

    test("the host key stays the same when the board starts again", async () => {
      const { hostKeyLine } = board;
      await board.stop();
      board = await LinuxBoard.start(programs.get("password")!, join(folder, `state-${engine}`));
      assert.equal(board.hostKeyLine, hostKeyLine);
      const { stdout, stderr } = await runSsh(ssh, board, login, ["echo again"]);
      assert.equal(stdout.toString(), "again\n", stderr);
    });

    test("a key opens, another one does not", async () => {
      const keyBoard = await LinuxBoard.start(programs.get("publickey")!, join(folder, `state-key-${engine}`));
      const { stdout, stderr } = await runSsh(ssh, keyBoard, { keys: [await userKey()] }, ["echo in"]);
      assert.equal(stdout.toString(), "in\n", stderr);
      const log = await keyBoard.lastLog();
      const print = keyFingerprint(await userKey());
      assert.ok(log.includes(`userauth SUCCESS, publickey, ${USER}, from 127.0.0.1, ${print}`), log.join("\n"));
      const refused = await runSsh(ssh, keyBoard, { keys: [await wrongKey()] }, ["echo in"]);
      assert.equal(refused.status, 255);
      assert.match(refused.stderr, /Permission denied/);
    });
  });
}
