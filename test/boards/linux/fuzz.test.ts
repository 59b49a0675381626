// Hostile clients of boards/linux under AddressSanitizer and UndefinedBehaviorSanitizer, with the password build and
// with the full one, whose users they try to confuse three at a time. Nothing hangs or fails, no module does, and
// whoever comes next is served.
//
// 5 seconds on each board by default. For a minute each:
//   SESAME_FUZZ_SECONDS=60 npx tsx --test test/boards/linux/fuzz.test.ts
// FUZZ_SEED replaces the seed.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { attack, attackFor, HostileClient } from "../../support/attacks.js";
import { usersCredentials } from "../../support/board-credentials.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
} from "../../../scripts/client/userauth.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { folder } from "../../support/programs.js";
import { fuzzSeed, Random } from "../../support/random.js";
import { PASSWORD, USER } from "../../support/server.js";
import { TcpClient } from "../../../scripts/client/tcp.js";
import { ecdsaKey, ed25519Key, rsaKey } from "../../../scripts/client/keys/kinds.js";

const SECONDS = Number(process.env["SESAME_FUZZ_SECONDS"] ?? 5);
const SEED = fuzzSeed(3_333);
/** How long a client waits for an answer that may never come. */
const PATIENCE_MS = 200;

/** One connection. */
async function attackBoard(port: number, client: HostileClient): Promise<void> {
  const { random } = client;
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  socket.on("data", (data) => {
    try {
      client.receive(data);
    } catch {
      // what it cannot read are the consequences of what it has sent
    }
  });
  await once(socket, "connect");
  for (const { data, awaits } of attack(client)) {
    const expected = client.messages.length + awaits;
    socket.write(data);
    if (random.chance(20)) break;
    for (let waited = 0; waited < PATIENCE_MS && client.messages.length < expected && !socket.closed; waited++)
      await delay(1);
    if (socket.closed) break;
  }
  if (random.chance(2)) socket.resetAndDestroy();
  else socket.end();
  if (!socket.closed) await once(socket, "close");
}

/** USER runs a command, and is told this. */
async function assertServes(port: number, command: string, said: string): Promise<void> {
  const client = await TcpClient.connect(port);
  assert.equal(await client.login(() => passwordRequest(USER, PASSWORD), command), said);
  client.socket.destroy();
}

for (const engine of ["wasm2c", "wasm3"] as const) {
  test(`${engine}, the password build outlives them for ${SECONDS} s, seed ${SEED}`, async (context) => {
    const program = await buildLinuxBoard(engine, "password");
    const board = await LinuxBoard.start(program, join(folder, `state-${engine}`));
    const count = await attackFor(
      SECONDS,
      SEED,
      (random) => attackBoard(board.port, new HostileClient(random)),
      () => assertServes(board.port, "echo still here", "still here\n"),
    );
    await board.stop(); // which looks for a sanitizer's words
    context.diagnostic(`${count} attacks`);
  });
}

const NEW = "open wheat, open rye";
const KEYS = [ed25519Key(), ecdsaKey(), rsaKey("rsa-sha2-512", 2048)];
const EXPIRED = ["cassim", "morgiana", "baba"];
const METHODS = ["password", "keyboard-interactive", "publickey"];

/** What there is to ask of the full build. The password may be another one now. */
const ATTEMPTS: ((client: HostileClient) => Uint8Array[])[] = [
  ({ random }) => {
    const [user, before, after] = [
      random.pick(EXPIRED),
      ...random.pick([[PASSWORD, NEW] as const, [NEW, PASSWORD] as const]),
    ];
    return [interactiveRequest(user), infoResponse(before), infoResponse(after, random.pick([after, before]))];
  },
  ({ random }) => {
    const [user, before] = [random.pick(EXPIRED), random.pick([PASSWORD, NEW])];
    return [passwordRequest(user, before), changeRequest(user, before, random.pick([PASSWORD, NEW]))];
  },
  ({ random }) => [infoResponse(random.pick([PASSWORD, NEW]))],
  () => [changeRequest(USER, PASSWORD, "short"), interactiveRequest("nobody"), infoResponse(PASSWORD)],
  () => [passwordRequest("whom the host knows", PASSWORD)],
  (client) => {
    const key = client.random.pick(KEYS);
    return [query(USER, key), signed("ali", key, { sessionId: client.sessionId! })];
  },
];

function fullCredentials(): ReturnType<typeof usersCredentials> {
  const line = ({ blob }: { blob: Uint8Array }): string => {
    const bytes = Buffer.from(blob);
    return `${bytes.toString("latin1", 4, 4 + bytes.readUInt32BE())} ${bytes.toString("base64")}`;
  };
  const keys = KEYS.map(line);
  return usersCredentials(
    [
      { name: USER, keys, methods: METHODS, admin: true },
      { name: "ali", keys, required: [["publickey", "password"]] },
      ...EXPIRED.map((name) => ({ name, methods: ["password", "keyboard-interactive"], passwordExpired: true })),
    ],
    {
      banner: { text: "Forty thieves are watching." },
      limits: { failures: 9 },
      hostDecides: { others: ["password"] },
    },
  );
}

for (const engine of ["wasm2c", "wasm3"] as const) {
  test(`${engine}, the full build outlives them for ${SECONDS} s, seed ${SEED}`, async (context) => {
    const program = await buildLinuxBoard(engine, fullCredentials());
    const board = await LinuxBoard.start(program, join(folder, `state-full-${engine}`));
    const changes = (): number => board.program.text.split("a password was changed").length - 1;
    const count = await attackFor(
      SECONDS,
      SEED,
      async (random) => {
        const all = [random, new Random(random.next()), new Random(random.next())];
        await Promise.all(all.map((each) => attackBoard(board.port, new HostileClient(each, ATTEMPTS))));
      },
      // and the passwords are what they were
      () =>
        assertServes(
          board.port,
          "credentials default",
          "the embedded credentials are in force from the next connection on\n",
        ),
      () => changes() > 0,
    );
    await board.stop();
    assert.ok(changes() > 0, "nothing was changed");
    context.diagnostic(`${count} attacks of three, ${changes()} changes`);
  });
}
