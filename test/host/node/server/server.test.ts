// What the library refuses before it serves anybody: credentials, keys, numbers and addresses that will not do.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  createServer,
  CredentialsError,
  encodeCredentials,
  generateKeyPair,
  KeyFormatError,
  type LogEntry,
  type ServerOptions,
} from "../../../../host/node/index.js";

const hostKey = generateKeyPair();
const PASSWORD = "a password of one's own";
const credentials = encodeCredentials("password", { user: "me", password: PASSWORD });

test("without credentials there is no server, though the development build is at hand", () => {
  for (const userauth of ["password", "publickey", "publickey-small"] as const) {
    assert.throws(() => createServer({ hostKey, userauth }), CredentialsError, userauth);
  }
});

test("credentials of another build are refused", () => {
  assert.throws(
    () => createServer({ hostKey, userauth: "publickey", credentials }),
    /128 bytes of credentials, not 192/,
  );
});

test("what a server shows of itself holds no credentials", () => {
  const shown = inspect(createServer({ hostKey, credentials }), { depth: 9, showHidden: true, maxArrayLength: 4096 });
  assert.ok(!shown.includes([...Buffer.from(PASSWORD)].join(", ")));
  assert.ok(!/credentials:/.test(shown));
});

test("a host key that is no key pair is refused", () => {
  const other = generateKeyPair();
  for (const wrong of [
    { seed: hostKey.seed, publicKey: other.publicKey },
    { seed: hostKey.seed.subarray(1), publicKey: hostKey.publicKey },
    { seed: Buffer.concat([hostKey.seed, hostKey.publicKey]), publicKey: hostKey.publicKey },
    { seed: hostKey.seed, publicKey: hostKey.publicKey.subarray(1) },
  ]) {
    assert.throws(() => createServer({ hostKey: wrong, credentials }), KeyFormatError);
  }
});

test("a number that a timer or a module would take for another is refused by name", () => {
  const wrong: Partial<ServerOptions>[] = [
    { loginGraceMs: Infinity },
    { loginGraceMs: 2 ** 31 },
    { loginGraceMs: 0 },
    { loginGraceMs: NaN },
    { rekeyIntervalMs: -1 },
    { rekeyIntervalMs: Infinity },
    { windowBytes: 0 },
    { windowBytes: 1.5 },
    { windowBytes: 2 ** 32 },
    { maxConnections: 0 },
    { maxUnauthenticated: -1 },
    { maxUnauthenticated: "9" as unknown as number },
    { payloadCapacity: 0 },
  ];
  for (const options of wrong) {
    const name = Object.keys(options)[0]!;
    assert.throws(
      () => createServer({ hostKey, credentials, ...options }),
      (error) => error instanceof RangeError && error.message.startsWith(`${name} is a whole number from 1 to`),
      inspect(options),
    );
  }
  const most = 2 ** 31 - 1;
  createServer({ hostKey, credentials, loginGraceMs: most, rekeyIntervalMs: most, windowBytes: 2 ** 32 - 1 });
});

test("payloads larger than a userauth module's buffer are refused: they would overwrite its credentials", () => {
  assert.throws(
    () => createServer({ hostKey, credentials, payloadCapacity: 35_001 }),
    /take payloads of 35000 bytes at most/,
  );
});

test("an empty address to listen on is refused, and not taken for every interface", async () => {
  const server = createServer({ hostKey, credentials });
  await assert.rejects(server.listen(0, ""), RangeError);
  await assert.rejects(server.listen(0, null as unknown as string), RangeError);
  const { address } = await server.listen(0);
  assert.equal(address, "127.0.0.1");
  await server.close();
});

test("a stream that is destroyed already is refused and not counted", async () => {
  const log: LogEntry[] = [];
  const server = createServer({ hostKey, credentials, log: (entry) => log.push(entry) });
  const stream = new PassThrough().destroy();
  await once(stream, "close");
  server.accept(stream);
  assert.equal(server.connectionCount, 0);
  assert.deepEqual(
    log.map(({ event, cause }) => [event, cause]),
    [["connection-refused", "client-closed"]],
  );
  await server.close();
});

test("every call of close returns the same promise, and it resolves", async () => {
  const server = createServer({ hostKey, credentials });
  const { port } = await server.listen(0);
  const client = connect(port, "127.0.0.1").on("error", () => {});
  await once(client, "data");
  client.resume();
  const first = server.close();
  assert.equal(server.close(), first);
  await first;
  assert.equal(server.close(), first);
  assert.equal(server.connectionCount, 0);
});
