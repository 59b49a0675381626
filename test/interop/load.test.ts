// Many clients: fifty at once, two thousand one after another, and some that are killed in the middle. What a client
// costs is free again when it is gone.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { otherClients } from "../support/clients.js";
import { openSshClients, runSsh, startSsh } from "../support/openssh.js";
import { eventually } from "../support/programs.js";
import { type Memory, PASSWORD, serve } from "../support/server.js";

const AT_ONCE = 50;
const WARM_UP = 200;
const ONE_AFTER_ANOTHER = 2_000;
const KILLED = 40;
/** More than a login through ssh takes, so that some are killed before, some during and some after it. */
const LONGEST_LIFE_MS = 250;
const MEGABYTE = 1_000_000;
const login = { password: PASSWORD };
const [ssh] = openSshClients;
const ssh2 = otherClients.find(({ name }) => name === "ssh2")!;

test("fifty clients log in at once", async (context) => {
  const server = await serve({ build: "password" });
  const startedAt = Date.now();
  const { result, statuses } = await server.during(() =>
    Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        runSsh(ssh!, server, login, [`echo client ${index}`], { timeoutMs: 60_000 }),
      ),
    ),
  );
  context.diagnostic(`${Date.now() - startedAt} ms`);
  result.forEach(({ status, stdout, stderr }, index) => {
    assert.equal(stdout.toString(), `client ${index}\n`, stderr);
    assert.equal(status, 0);
  });
  assert.equal(statuses.filter((status) => status === "SUCCESS").length, AT_ONCE);
  await server.stop();
});

test("two thousand logins one after another leave nothing behind in the server's memory", async (context) => {
  // npm ssh2 in this process: a process of ssh for each would take minutes and tell nothing more about the server
  const server = await serve({ build: "password", memoryProbe: true });
  const startedAt = Date.now();
  const logIn = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const { status, stderr } = await ssh2.run({ server, login, command: "exit 3" });
      assert.equal(status, 3, stderr);
    }
    await server.idle();
  };
  await logIn(WARM_UP);
  const before = await server.memory();
  const filesBefore = server.openFiles();
  await logIn(ONE_AFTER_ANOTHER - WARM_UP);
  const later = await server.memory();
  context.diagnostic(`${Date.now() - startedAt} ms; ${JSON.stringify(before)} → ${JSON.stringify(later)}`);
  // what belongs to one connection is several kilobytes, and its three memories are 64 KiB each
  assert.ok(later.heapUsed - before.heapUsed < MEGABYTE, "objects are left over");
  assert.ok(later.arrayBuffers - before.arrayBuffers < MEGABYTE, "buffers are left over");
  const outsideHeap = ({ rss, heapTotal }: Memory) => rss - heapTotal;
  assert.ok(outsideHeap(later) - outsideHeap(before) < 30 * MEGABYTE, "memories of modules are left over");
  await eventually("every socket is closed", () => server.openFiles() === filesBefore);
  await server.stop();
});

test("clients that are killed at any moment leave no connection, and the server serves on", async () => {
  const server = await serve({ build: "password" });
  assert.equal((await runSsh(ssh!, server, login, ["exit 3"])).status, 3);
  await server.idle();
  const filesBefore = server.openFiles();
  const lives: number[] = [];
  const kill = async () => {
    const life = randomInt(LONGEST_LIFE_MS);
    lives.push(life);
    const client = startSsh(ssh!, server, login, ["cat"]);
    client.child.stdin.write(Buffer.alloc(MEGABYTE));
    await delay(life);
    client.kill("SIGKILL");
    await client.ended();
  };
  for (let index = 0; index < KILLED; index += 4) await Promise.all([kill(), kill(), kill(), kill()]);
  await server.idle();
  await eventually(`the files are closed after ${lives.join()} ms`, () => server.openFiles() === filesBefore);
  assert.equal((await runSsh(ssh!, server, login, ["exit 3"])).status, 3);
  await server.stop();
});
