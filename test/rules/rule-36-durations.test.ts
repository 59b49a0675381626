// Rule 36: durations come from a clock that never goes back: the sources of the Node host ask the wall clock nothing,
// and a session's length and the shell's uptime are right while it is set.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import { packageRoot } from "../../host/node/package-root.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { eventually } from "../support/programs.js";
import { PASSWORD, USER } from "../support/session.js";
import { serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";

const DAY_MS = 86_400_000;

after(() => mock.reset());

test("rule 36: a connection's duration does not follow the wall clock", async () => {
  const { server, port, log } = await serve();
  const client = await TcpClient.connect(port);
  mock.method(Date, "now", () => -DAY_MS);
  assert.equal(await client.login(() => passwordRequest(USER, PASSWORD), "in"), "in");
  await eventually("it has ended", () => log.some(({ event }) => event === "connection-close"));
  const { ms } = log.find(({ event }) => event === "connection-close")!;
  mock.restoreAll();
  assert.ok(Number(ms) >= 0 && Number(ms) < DAY_MS, String(ms));
  await server.close();
});

test("rule 36: nothing in host/node reads the wall clock but the time of a log's line", () => {
  const folder = join(packageRoot(), "host", "node");
  const readers = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => /\bDate\.now\b|\bnew Date\(/.test(readFileSync(join(folder, name), "utf8")));
  assert.deepEqual(readers, ["server/log.ts"]);
});
