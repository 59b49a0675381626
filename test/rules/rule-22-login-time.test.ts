// Rule 22: running out of login time does nothing but end the connection, with a sentence (rule 34); and connections
// that are not logged in are limited.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { keyExchange, politeLogin } from "../../scripts/client/login.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { eventually } from "../support/programs.js";
import { PASSWORD, USER } from "../support/session.js";
import { type Fixture, serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";

/** Enough for a login while the machine has other things to do. */
const GRACE_MS = 3000;
const fixtures: Fixture[] = [];
after(() => Promise.all(fixtures.map(({ server }) => server.close())));

const login = { authenticate: (): Uint8Array => passwordRequest(USER, PASSWORD) };

/** Takes the first steps of a login. */
async function proceed(client: TcpClient, count: number): Promise<void> {
  let left = count;
  for (const step of politeLogin(client.raw, login)) {
    if (left-- === 0) return;
    assert.ok(await client.run([step]), step.name);
  }
}

test("rule 22 (OpenSSH CVE-2024-6387): at every moment before the login the time runs out, and the client is told", async () => {
  const running = await serve({ loginGraceMs: GRACE_MS });
  fixtures.push(running);
  const { port, log } = running;
  const moments = [0, 1, 2, 3, 4, 5, 6];
  const clients = await Promise.all(
    moments.map(async (count) => {
      const client = await TcpClient.connect(port);
      await proceed(client, count);
      return client;
    }),
  );
  await Promise.all(clients.map((client) => client.untilClosed()));
  for (const { raw, broken } of clients) {
    assert.equal(broken, undefined);
    const last = raw.messages.at(-1);
    assert.equal(last[0], 1, "DISCONNECT");
    assert.equal(last.subarray(9, 9 + last.readUInt32BE(5)).toString(), "the time to log in is over");
  }
  const closed = log.filter(({ event }) => event === "connection-close");
  assert.deepEqual(new Set(closed.map(({ cause }) => cause)), new Set(["login-timeout"]));
  assert.equal(closed.length, moments.length);
});

test("rule 22 (OpenSSH CVE-2024-6387): the time has no effect on who is in, and none on the next client", async () => {
  const running = await serve({ loginGraceMs: GRACE_MS });
  fixtures.push(running);
  const client = await TcpClient.connect(running.port);
  await proceed(client, 7);
  assert.ok(client.raw.messages.some((message) => message[0] === 52));
  await delay(GRACE_MS + 100);
  assert.equal(client.closed, false);
  const next = await TcpClient.connect(running.port);
  assert.equal(await next.login(login.authenticate, "in time"), "in time");
});

test("rule 22 (OpenSSH CVE-2024-6387): connections that never log in are limited; a login or an end makes room", async () => {
  const running = await serve({ maxUnauthenticated: 3, maxUnauthenticatedPerSource: 9, dropFrom: 9 });
  fixtures.push(running);
  const idle = await Promise.all([0, 1, 2].map(() => TcpClient.connect(running.port)));
  for (const client of idle) await client.until(() => client.raw.serverKexinit.length > 0);
  const refused = await TcpClient.connect(running.port);
  await refused.untilClosed();
  assert.equal(refused.raw.messages.at(-1)[0], 1, "DISCONNECT, whatever it says");
  assert.equal(await idle[0]!.login(login.authenticate, "admitted"), "admitted");
  const second = await TcpClient.connect(running.port);
  assert.ok(await second.run(keyExchange(second.raw)));
  idle[1]!.socket.destroy();
  await eventually("its place is free", () => running.log.some(({ event }) => event === "connection-close"));
  const third = await TcpClient.connect(running.port);
  assert.equal(await third.login(login.authenticate, "after an end"), "after an end");
});
