// Rule 29: a place for an unauthenticated connection is free only when the work begun for it is done; work of clients
// that have gone is dropped; and a login by key waits for nobody's hash.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
import type { AuthenticationRequest, Verdict } from "../../host/node/index.js";
import type { PasswordHash } from "../../host/node/credentials/phc.js";
import type { ThreadCommand } from "../../host/node/userauth/thread.js";
import { signed, userauthRequest } from "../../scripts/client/userauth.js";
import { password, serveFull, type UserauthClient } from "../support/full-server.js";
import { eventually } from "../support/programs.js";
import { ed25519Key } from "../../scripts/client/keys/kinds.js";

const FAILURE = 51;
const SUCCESS = 52;
const MINUTE_MS = 60_000;
/** Half a second or more of PBKDF2; nobody has this password. */
const SLOW: PasswordHash = {
  algorithm: "pbkdf2-sha256",
  iterations: 500_000,
  salt: new Uint8Array(16),
  hash: new Uint8Array(32),
};
const KEY = ed25519Key();
const users = {
  users: [
    { name: "ann", password: SLOW, required: [["password" as const]] },
    { name: "kim", keys: [{ blob: KEY.blob }], required: [["publickey" as const]] },
  ],
};

/** Counts the requests that the threads of a server have been given. */
function countRequests(): { count: number; stop: () => void } {
  const requests = { count: 0, stop: () => process.off("worker", watch) };
  const watch = (worker: Worker): void => {
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (command: ThreadCommand, transfer?: never) => {
      if (command.type === "receive") requests.count++;
      post(command, transfer);
    };
  };
  process.on("worker", watch);
  return requests;
}

test("rule 29: of the passwords of clients that have hung up only the one that is being hashed is", async () => {
  const requests = countRequests();
  const { connect, server, log, statuses } = await serveFull({ users, userauthThreads: 1 });
  const clients: UserauthClient[] = [];
  for (let count = 0; count < 8; count++) clients.push(await connect());
  for (const client of clients) client.send(password("ann", "wrong"));
  await eventually("a hash runs", () => requests.count === 1);
  for (const client of clients) client.end();
  await eventually("the connections have ended", () => server.connectionCount === 0);
  const next = await connect();
  assert.equal(await next.number(password("ann", "wrong")), FAILURE);
  assert.equal(requests.count, 2);
  assert.deepEqual(statuses(), ["INVALID_PASSWORD"]);
  assert.ok(!log.some(({ event }) => event === "connection-refused"), "the places are free again");
  requests.stop();
});

test("rule 29: with one thread a login by key does not wait for the hashes of passwords", async () => {
  const { connect, statuses } = await serveFull({ users, userauthThreads: 1 });
  const slow = [await connect(), await connect(), await connect()];
  const quick = await connect();
  assert.equal(await quick.number(userauthRequest("kim", "none")), FAILURE);
  for (const client of slow) client.send(password("ann", "wrong"));
  assert.equal(await quick.number(signed("kim", KEY, { sessionId: quick.sessionId })), SUCCESS);
  assert.deepEqual(statuses(), ["FAILURE", "SUCCESS"]);
  for (const client of slow) client.end();
});

test("rule 29: a client that hangs up does not free its place while its password is hashed", async () => {
  const requests = countRequests();
  const { connect, server, log } = await serveFull({ users, userauthThreads: 1, maxUnauthenticated: 1 });
  const client = await connect();
  client.send(password("ann", "wrong"));
  await eventually("a hash runs", () => requests.count === 1);
  requests.stop();
  client.end();
  await eventually("the connection has ended", () => server.connectionCount === 0);
  assert.equal((await connect()).tcp.closed, true);
  assert.equal(log.filter(({ event }) => event === "connection-refused").length, 1);
  await eventually("the place is free", async () => !(await connect()).tcp.closed, MINUTE_MS);
});

test("rule 29: an application's decision is told that the client has gone, and holds the place until it is there", async () => {
  let request: AuthenticationRequest | undefined;
  let settle: ((verdict: Verdict) => void) | undefined;
  const { connect, server } = await serveFull({
    maxUnauthenticated: 1,
    authenticate: (asked) => {
      request = asked;
      return new Promise((resolve) => (settle = resolve));
    },
  });
  const client = await connect();
  client.send(password("ann", "secret"));
  await eventually("the application is asked", () => settle !== undefined);
  assert.equal(request!.signal.aborted, false);
  client.end();
  await eventually("the connection has ended", () => server.connectionCount === 0);
  assert.equal(request!.signal.aborted, true);
  assert.equal((await connect()).tcp.closed, true);
  settle!("success");
  await eventually("the place is free", async () => !(await connect()).tcp.closed);
});

test("rule 29: an application is told, too, when the time to log in is over", async () => {
  let signal: AbortSignal | undefined;
  const { connect } = await serveFull({
    loginGraceMs: 5_000,
    authenticate: (request) => {
      ({ signal } = request);
      return new Promise((resolve) => signal!.addEventListener("abort", () => resolve("failure")));
    },
  });
  const client = await connect();
  client.send(password("ann", "secret"));
  await eventually("the application is told", () => signal?.aborted === true, MINUTE_MS);
});
