// RFC 4253 §9 from the server's side, and the login grace time: what the command has no option for, with a server of
// this process made by the library.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compile } from "../../scripts/compile/compile.js";
import { compileModule } from "../../host/node/index.js";
import { otherClients } from "../support/clients.js";
import { openSshClients, runSsh, startSsh } from "../support/openssh.js";
import { needs } from "../support/peers.js";
import { eventually, folder } from "../support/programs.js";
import { type LibraryServer, PASSWORD, serveFromLibrary } from "../support/server.js";

/** Of the build that is compiled here. */
const PAYLOAD_BYTES = 4096;
const REKEY_AFTER_BYTES = 64 * 1024;
const TRANSFER_BYTES = 1_000_000;
const GRACE_MS = 1_000;
const login = { password: PASSWORD };

let rekeying: Promise<LibraryServer> | undefined;

/** A server that changes keys every 64 KiB. */
function rekeyingServer(): Promise<LibraryServer> {
  return (rekeying ??= (async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const wasm = await compile({ root, target: "transport", use: { REKEY_AFTER_BYTES } });
    return serveFromLibrary({
      payloadCapacity: PAYLOAD_BYTES,
      modules: { transport: compileModule("transport", wasm) },
    });
  })());
}

for (const ssh of openSshClients) {
  test(`${ssh.version} follows when the server changes keys every 64 KiB of a transfer`, async () => {
    const { endpoint } = await rekeyingServer();
    const input = randomBytes(TRANSFER_BYTES);
    const { status, stdout, stderr } = await runSsh(ssh, endpoint, login, ["cat"], { extra: ["-v"], input });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.equals(input));
    const exchanges = stderr.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0;
    // what is on its way when the server asks is more than 64 KiB
    assert.ok(exchanges > 4, `${exchanges} key exchanges`);
  });
}

for (const { name, peers, run } of otherClients) {
  test(`${name} follows when the server changes keys every 64 KiB of a transfer`, needs(...peers), async () => {
    const { endpoint } = await rekeyingServer();
    const input = randomBytes(TRANSFER_BYTES);
    const { status, stdout, stderr } = await run({ server: endpoint, login, command: "cat", input });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.equals(input));
  });
}

test("an idle session follows when the server changes keys by the clock", async () => {
  const [ssh] = openSshClients;
  const { endpoint, server } = await serveFromLibrary({ rekeyIntervalMs: 100 });
  const session = startSsh(ssh!, endpoint, login, ["cat"], { extra: ["-v"] });
  await session.until(/(SSH2_MSG_NEWKEYS received[\s\S]*){5}/);
  session.child.stdin.end("still here");
  const { status, stdout } = await session.ended();
  assert.equal(stdout.toString(), "still here");
  assert.equal(status, 0);
  await eventually("the connection has ended", () => server.connectionCount === 0);
});

test("a login that takes too long ends in silence, whatever state it is in", async () => {
  const [ssh] = openSshClients;
  const { endpoint, server, log } = await serveFromLibrary({ loginGraceMs: GRACE_MS });
  const silent = connect(endpoint.port, endpoint.host);
  const started = connect(endpoint.port, endpoint.host);
  started.write("SSH-2.0-Slow\r\n");
  const startedAt = Date.now();
  const thinking = join(folder, "thinking");
  writeFileSync(thinking, "#!/bin/sh\nexec sleep 60\n", { mode: 0o700 });
  const hesitant = startSsh(ssh!, endpoint, login, ["echo in"], { env: { SSH_ASKPASS: thinking } });
  for (const socket of [silent, started]) {
    socket.resume().on("error", () => {});
    await once(socket, "close");
    assert.ok(Date.now() - startedAt >= GRACE_MS - 20);
  }
  await eventually("every login has ended", () => log.filter(({ cause }) => cause === "login-timeout").length === 3);
  await eventually("no connection is left", () => server.connectionCount === 0);
  hesitant.kill("SIGKILL");
  await hesitant.ended();

  const inTime = startSsh(ssh!, endpoint, login, ["cat"]);
  await delay(1.5 * GRACE_MS);
  inTime.child.stdin.end("still here");
  assert.equal((await inTime.ended()).stdout.toString(), "still here");
});
