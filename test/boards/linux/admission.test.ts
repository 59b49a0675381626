// Rule 30 (OpenSSH MaxStartups, PerSourcePenalties) on a board, which has four places: clients that do not log in never
// keep others out.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, before, beforeEach, test } from "node:test";
import { Message } from "../../../scripts/client/client.js";
import { politeLogin } from "../../../scripts/client/login.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import { readDisconnect } from "../../support/disconnect.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { eventually, folder } from "../../support/programs.js";
import { PASSWORD, USER } from "../../support/server.js";
import { TcpClient } from "../../../scripts/client/tcp.js";

const PLACES = 4;
/** Of 127.0.0.0/8, the one from which people log in. */
const ELSEWHERE = "127.9.9.9";
const GAVE_WAY = /^ended, gave-way, reason 12$/;

let program = "";
let board: LinuxBoard;
let sockets: Socket[];
let count = 0;

before(async () => {
  program = await buildLinuxBoard("wasm2c", "password");
});

beforeEach(async () => {
  sockets = [];
  board = await LinuxBoard.start(program, join(folder, `places${++count}`));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await board.stop();
});

/** Connects and says `words`, and nothing more. */
async function occupy(localAddress: string, words = ""): Promise<Socket> {
  const socket = connect({ port: board.port, host: board.host, localAddress });
  socket.on("error", () => {});
  socket.resume();
  sockets.push(socket);
  await once(socket, "connect");
  if (words !== "") socket.write(words);
  return socket;
}

const authenticate = (): Uint8Array => passwordRequest(USER, PASSWORD);

async function logIn(word: string, address = ELSEWHERE): Promise<void> {
  const client = await TcpClient.connect(board.port, {}, address);
  sockets.push(client.socket);
  assert.equal(
    await client.login(authenticate, `echo ${word}`),
    `${word}\n`,
    JSON.stringify(client.raw.messages.at(-1)),
  );
}

/** Takes the first steps of a login; `after` comes between them. */
async function proceed(steps: number, address: string, after = async (): Promise<void> => {}): Promise<TcpClient> {
  const client = await TcpClient.connect(board.port, {}, address);
  sockets.push(client.socket);
  let left = steps;
  for (const step of politeLogin(client.raw, { authenticate })) {
    if (left-- === 0) break;
    assert.ok(await client.run([step]), step.name);
    await after();
  }
  return client;
}

/** Steps of `politeLogin` up to the end of the key exchange, and up to SUCCESS. */
const KEYS = 4;
const LOGIN = 7;

const accepted = (): number => board.program.text.match(/: accepted from/g)?.length ?? 0;

for (const [name, address] of [
  ["one address", (): string => "127.0.0.1"],
  ["many addresses", (index: number): string => `127.1.${index % 50}.${1 + index}`],
] as const) {
  for (const words of ["", "SSH-2.0-patient\r\n"]) {
    test(`rule 30: 200 clients of ${name} that send ${words.trim() || "nothing"}: others log in at once`, async () => {
      for (let index = 0; index < 200; index++) await occupy(address(index), words);
      await logIn("first");
      for (let index = 0; index < PLACES; index++) await occupy(address(index), words);
      await logIn("second");
      await eventually("all of them had their turn", () => accepted() === 200 + PLACES + 2);
    });
  }
}

test("rule 30: whoever is on the way to a login is not pushed out by silent clients of many addresses", async () => {
  let come = 0;
  const client = await proceed(LOGIN, ELSEWHERE, async () => {
    for (let more = 0; more < PLACES; more++) await occupy(`127.2.0.${++come}`);
    await eventually("they have come", () => accepted() === 1 + come);
  });
  assert.equal(client.closed, false);
  assert.ok(client.raw.messages.some((message) => message[0] === Message.USERAUTH_SUCCESS));
});

test("rule 30: nor by clients of one address that take part in a key exchange", async () => {
  const client = await proceed(KEYS, ELSEWHERE);
  for (let index = 0; index < 2 * PLACES; index++) await proceed(KEYS, "127.0.0.1");
  assert.equal(client.closed, false);
  await logIn("besides", "127.8.8.8");
});

test("who gives way is told so, and who is logged in never does", async () => {
  const users = [];
  for (let index = 0; index < PLACES - 1; index++) users.push(await proceed(LOGIN, "127.0.0.1"));
  const first = await proceed(KEYS, "127.3.0.1");
  await logIn("next");
  await first.untilClosed();
  assert.deepEqual(readDisconnect(first.raw.messages).reason, 12);
  assert.match(board.logOf(PLACES).at(-1), GAVE_WAY);
  assert.ok(users.every(({ closed }) => !closed));
});

test("when all places are taken by people who are logged in, the next client waits", async () => {
  const users = [];
  for (let index = 0; index < PLACES; index++) users.push(await proceed(LOGIN, "127.0.0.1"));
  const waiting = logIn("at last");
  users[0]!.socket.end();
  await waiting;
  assert.ok(users.slice(1).every(({ closed }) => !closed));
});
