// A sample of the attacks of recorded-login.test.ts and of random ones, against a whole server on a TCP port: each ends
// its own connection, or nothing, and the server goes on serving. Seeds are printed.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { politeLogin } from "../../scripts/client/login.js";
import { fuzzSeed, Random } from "../support/random.js";
import { PASSWORD, USER } from "../support/session.js";
import { serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";

const ATTACKS = 120;
const AT_ONCE = 8;
const login = { authenticate: (): Uint8Array => passwordRequest(USER, PASSWORD) };
const running = await serve();
const random = new Random(fuzzSeed(2222));

after(() => running.server.close());

/** Damages one step of a login: returns what is sent instead, and whether the client hangs up behind it. */
function damage(data: Buffer): { data: Buffer; hangUp: boolean } {
  const at = random.below(data.length);
  switch (random.below(6)) {
    case 0:
      return { data: data.subarray(0, at), hangUp: true };
    case 1:
      return { data: Buffer.concat([data, data]), hangUp: false };
    case 2:
      return { data: Buffer.concat([data.subarray(0, at), random.bytes(1 + random.below(6000))]), hangUp: true };
    case 3:
      return { data: Buffer.concat([data.subarray(0, at), data.subarray(at + 1), Buffer.alloc(5000)]), hangUp: true };
    case 4:
      return { data: Buffer.alloc(0), hangUp: false };
    default: {
      const altered = Buffer.from(data);
      altered[at] = altered[at]! ^ (1 << random.below(8));
      return { data: altered, hangUp: true };
    }
  }
}

async function attack(): Promise<void> {
  const client = await TcpClient.connect(running.port);
  let left = random.below(10);
  let ended = false;
  for (const step of politeLogin(client.raw, login)) {
    if (left-- > 0) {
      if (!(await client.run([step]))) break;
      continue;
    }
    const { data, hangUp } = damage(step.data);
    client.socket.write(data);
    ended = hangUp;
    break;
  }
  if (!ended && random.chance(3)) client.socket.resetAndDestroy();
  else client.socket.end();
  await client.untilClosed();
}

test(`${ATTACKS} damaged sessions end, and the server serves the next client each time, seed ${random.seed}`, async () => {
  for (let count = 0; count < ATTACKS; count += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, attack));
    const client = await TcpClient.connect(running.port);
    assert.equal(await client.login(login.authenticate, "still here"), "still here");
    client.socket.destroy();
  }
  const causes = running.log.filter(({ event }) => event === "connection-close").map(({ cause }) => cause);
  assert.ok(!causes.includes("module-error"), "no module has trapped");
  for (let waited = 0; running.server.connectionCount > 0 && waited < 300; waited++) await delay(10);
  assert.equal(running.server.connectionCount, 0, "nothing is left of any connection");
});
