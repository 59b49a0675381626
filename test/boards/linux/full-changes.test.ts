// What a password change on a board does to others: to connections that are half-way in a login, and to the store when
// the program is killed in the middle.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { usersCredentials } from "../../support/board-credentials.js";
import { Message } from "../../../scripts/client/client.js";
import { changeRequest, infoResponse, interactiveRequest, passwordRequest } from "../../../scripts/client/userauth.js";
import { UserauthClient } from "../../support/full-server.js";
import { buildLinuxBoard, LinuxBoard } from "../../support/linux-board.js";
import { openSshClients, runSsh } from "../../support/openssh.js";
import { eventually, folder } from "../../support/programs.js";
import { PASSWORD } from "../../support/server.js";

const NEW = "open wheat, open rye";
const OTHER = "open barley, open oats";
/** RFC 4252 §8 and RFC 4256 §5 give it to both. */
const PASSWD_CHANGEREQ = 60;
const INFO_REQUEST = 60;
const { USERAUTH_FAILURE, USERAUTH_SUCCESS } = Message;
const [ssh] = openSshClients;
const users = [
  { name: "ali", methods: ["password", "keyboard-interactive"], admin: true },
  { name: "cassim", methods: ["password", "keyboard-interactive"], passwordExpired: true },
];

let program = "";
let count = 0;

before(async () => {
  program = await buildLinuxBoard("wasm2c", usersCredentials(users));
});

const startBoard = (): Promise<LinuxBoard> => LinuxBoard.start(program, join(folder, `state${++count}`));

/** Whether the password lets the user in, by a connection of its own. */
async function admits(board: LinuxBoard, user: string, password: string): Promise<boolean> {
  const client = await UserauthClient.connect(board.port);
  const answer = await client.number(passwordRequest(user, password));
  client.end();
  if (answer !== USERAUTH_SUCCESS) assert.equal(answer, USERAUTH_FAILURE);
  return answer === USERAUTH_SUCCESS;
}

async function changePassword(board: LinuxBoard, user: string, password: string, newPassword: string): Promise<void> {
  const client = await UserauthClient.connect(board.port);
  assert.equal(await client.number(changeRequest(user, password, newPassword)), USERAUTH_SUCCESS);
  client.end();
}

test("a login that has begun before a change goes on with the new password, and not with the old one", async () => {
  const board = await startBoard();
  const early = await Promise.all([UserauthClient.connect(board.port), UserauthClient.connect(board.port)]);
  for (const client of early) assert.equal(await client.number(passwordRequest("ali", "barley")), USERAUTH_FAILURE);
  await changePassword(board, "ali", PASSWORD, NEW);
  for (const client of early) {
    assert.equal(await client.number(passwordRequest("ali", PASSWORD)), USERAUTH_FAILURE);
    assert.equal(await client.number(changeRequest("ali", PASSWORD, OTHER)), USERAUTH_FAILURE);
    assert.equal(await client.number(passwordRequest("ali", NEW)), USERAUTH_SUCCESS);
    client.end();
  }
});

test("a change whose old password was given before another change is refused", async () => {
  const board = await startBoard();
  const late = await UserauthClient.connect(board.port);
  assert.equal(await late.number(interactiveRequest("cassim")), INFO_REQUEST);
  assert.equal(await late.number(infoResponse(PASSWORD)), INFO_REQUEST); // and asks for a new one
  await changePassword(board, "cassim", PASSWORD, NEW);
  assert.equal(await late.number(infoResponse(OTHER, OTHER)), USERAUTH_FAILURE);
  assert.ok(await admits(board, "cassim", NEW));
  assert.ok(!(await admits(board, "cassim", OTHER)));
  // who gives the new password may change it
  assert.equal(await late.number(changeRequest("cassim", NEW, OTHER)), USERAUTH_SUCCESS);
  late.end();
  assert.ok(await admits(board, "cassim", OTHER));
});

test("other users' changes do not end a login, nor a change", async () => {
  const board = await startBoard();
  const expired = await UserauthClient.connect(board.port);
  assert.equal(await expired.number(passwordRequest("cassim", PASSWORD)), PASSWD_CHANGEREQ);
  await changePassword(board, "ali", PASSWORD, NEW);
  assert.equal(await expired.number(changeRequest("cassim", PASSWORD, NEW)), USERAUTH_SUCCESS);
  expired.end();
  const client = await UserauthClient.connect(board.port);
  assert.equal(await client.number(interactiveRequest("ali")), INFO_REQUEST);
  await changePassword(board, "cassim", NEW, OTHER);
  assert.equal(await client.number(infoResponse(NEW)), USERAUTH_SUCCESS);
  client.end();
});

test("credentials that a session replaces end the logins that have begun, and not the session", async () => {
  const { credentials } = usersCredentials(users);
  for (const argument of [Buffer.from(credentials).toString("base64"), "default"]) {
    const board = await startBoard();
    const client = await UserauthClient.connect(board.port);
    assert.equal(await client.number(interactiveRequest("ali")), INFO_REQUEST);
    const { status, stderr } = await runSsh(ssh!, board, { user: "ali", password: PASSWORD }, [
      `credentials ${argument}`,
    ]);
    assert.equal(status, 0, stderr);
    assert.equal((await client.next())?.[0], Message.DISCONNECT);
    assert.equal(await client.next(), undefined);
    await eventually("the end is logged", () => board.logOf(1).includes("ended, credentials-replaced, reason 11"));
    assert.ok(await admits(board, "ali", PASSWORD));
  }
});

const KILLS = 12;

test("a board that is killed at any moment of a change has the old password or the new one, and told SUCCESS only of the new", async (context) => {
  const state = join(folder, "killed");
  const moments: string[] = [];
  let board = await LinuxBoard.start(program, state);
  const first = await UserauthClient.connect(board.port);
  const startedAt = performance.now();
  assert.equal(await first.number(changeRequest("ali", PASSWORD, NEW)), USERAUTH_SUCCESS);
  const longestMs = 1.5 * (performance.now() - startedAt); // so that some are killed too late
  let present = NEW;
  for (let round = 0; round < KILLS; round++) {
    const next = `${NEW} ${round}`;
    const client = await UserauthClient.connect(board.port);
    client.send(changeRequest("ali", present, next));
    for (const end = performance.now() + Math.random() * longestMs; performance.now() < end;) await turn();
    await board.kill();
    await client.tcp.untilClosed();
    const told = client.tcp.raw.lastNumber() === USERAUTH_SUCCESS;
    board = await LinuxBoard.start(program, state);
    const works: string[] = [];
    for (const password of [present, next]) if (await admits(board, "ali", password)) works.push(password);
    assert.equal(works.length, 1);
    if (told) assert.equal(works[0], next);
    moments.push(`${works[0] === next ? "new" : "old"}${told ? ", told" : ""}`);
    present = works[0]!;
  }
  context.diagnostic(`${longestMs.toFixed(0)} ms: ${moments.join("; ")}`);
});
