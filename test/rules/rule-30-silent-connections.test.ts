// Rule 30: silent or failing clients of one address never keep those of another out (OpenSSH MaxStartups,
// PerSourcePenalties).

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, mock, test } from "node:test";
import type { LogEntry } from "../../host/node/index.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { STRICT_MARKER } from "../../scripts/client/client.js";
import { password, serveFull } from "../support/full-server.js";
import { eventually } from "../support/programs.js";
import { PASSWORD, USER } from "../support/session.js";
import { type Fixture, serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";
import { passwordUser } from "../support/userauth-full.js";

const SILENT = 200;
const SUCCESS = 52;
const DISCONNECT = 1;

const sockets: Socket[] = [];
const fixtures: Fixture[] = [];
after(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(fixtures.map(({ server }) => server.close()));
});

const started = async (options: Parameters<typeof serve>[0] = {}): Promise<Fixture> => {
  const fixture = await serve(options);
  fixtures.push(fixture);
  return fixture;
};

/** Connections that say nothing, each from the address that is given for it. */
function beSilent(port: number, addressOf: (index: number) => string): void {
  for (let index = 0; index < SILENT; index++) {
    const socket = connect({ port, host: "127.0.0.1", localAddress: addressOf(index) });
    sockets.push(socket.on("error", () => {}).resume());
  }
}

const decided = (log: LogEntry[]): number =>
  log.filter(({ event }) => event === "connection-open").length +
  log.filter(({ event }) => event === "connection-refused").length;

for (const [label, addressOf] of [
  ["one address", () => "127.0.0.9"],
  ["as many addresses", (index: number) => `127.0.1.${1 + index}`],
] as const) {
  test(`rule 30: ${SILENT} silent connections of ${label} do not keep the login of another out`, async () => {
    const { port, log } = await started();
    beSilent(port, addressOf);
    await eventually("the server has seen them", () => decided(log) >= 60);
    for (let count = 0; count < 5; count++) {
      const client = await TcpClient.connect(port);
      assert.equal(await client.login(() => passwordRequest(USER, PASSWORD), "in"), "in");
    }
  });

  test(`rule 30: nor with the full build, which has fewer places`, async () => {
    const { port, log, connect: logIn } = await serveFull({ users: { users: [passwordUser("ann", "secret")] } });
    beSilent(port, addressOf);
    await eventually("the server has seen them", () => decided(log) >= 23);
    for (let count = 0; count < 5; count++) {
      const client = await logIn();
      assert.equal(await client.number(password("ann", "secret")), SUCCESS);
    }
  });
}

/** Why the server has ended the connection, as the client is told. */
function sentenceOf({ raw }: TcpClient): string | undefined {
  const message: Buffer | undefined = raw.messages.find((payload) => payload[0] === DISCONNECT);
  if (!message) return undefined;
  return message.toString("utf8", 9, 9 + message.readUInt32BE(5));
}

test("rule 30: who says nothing has ten seconds, not the time of a login", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { port, log } = await started();
    const client = await TcpClient.connect(port);
    await client.until(() => client.raw.serverKexinit.length > 0);
    mock.timers.tick(9_999);
    assert.ok(!log.some(({ event }) => event === "connection-close"));
    mock.timers.tick(1);
    assert.equal(log.find(({ event }) => event === "connection-close")?.cause, "key-exchange-timeout");
  } finally {
    mock.timers.reset();
  }
});

test("rule 30: a source that fails is refused for a while, with a sentence; others are not, and the log is not flooded", async () => {
  const { port, log } = await started({ penaltyExempt: [], penalties: { failureMs: 60_000 } });
  const guesser = await TcpClient.connect(port);
  assert.equal(await guesser.login(() => passwordRequest(USER, `${PASSWORD}?`), "in"), "");
  guesser.socket.destroy();
  await eventually("it has ended", () => log.some(({ event }) => event === "connection-close"));
  const refused = await TcpClient.connect(port);
  await refused.untilClosed();
  assert.match(sentenceOf(refused) ?? "", /too many failed logins from your address/);
  for (let count = 0; count < 30; count++) await (await TcpClient.connect(port)).untilClosed();
  assert.equal(log.filter(({ event }) => event === "connection-refused").length, 10);
  const other = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" }).on("error", () => {});
  sockets.push(other.resume());
  await eventually("another address is served", () =>
    log.some(({ event, remote }) => event === "connection-open" && String(remote).startsWith("127.0.0.2")),
  );
  await Promise.all(fixtures.map(({ server }) => server.close()));
  const rest = log.filter(({ event }) => event === "connections-refused");
  assert.deepEqual(
    rest.map(({ cause, count }) => [cause, count]),
    [["penalty", 21]],
  );
});

test("requireStrictKex: a client without the marker is refused with a sentence, one with it is served", async () => {
  const { port, log } = await started({ requireStrictKex: true });
  const old = await TcpClient.connect(port, { strict: false });
  assert.equal(await old.login(() => passwordRequest(USER, PASSWORD), "in"), "");
  await old.untilClosed();
  assert.match(sentenceOf(old) ?? "", new RegExp(STRICT_MARKER.replaceAll(".", "\\.")));
  assert.ok(!log.some(({ event }) => event === "userauth"), "nothing that it says is acted upon");
  const current = await TcpClient.connect(port, { strict: true });
  assert.equal(await current.login(() => passwordRequest(USER, PASSWORD), "in"), "in");
});
