// How long the C host waits for a client, and what it says when it waits no longer: recorded sessions in replay.c,
// whose clock the test moves.

import assert from "node:assert/strict";
import { before, test, type TestContext } from "node:test";
import { channelOpen, data, globalRequest, request, windowAdjust } from "../../../scripts/client/connection.js";
import { readDisconnect } from "../../support/disconnect.js";
import { buildReplay, Recorder, replay, type ReplayStep } from "../../support/replay.js";
import { CREDENTIALS, PASSWORD, USER } from "../../support/session.js";
import { string, uint32 } from "../../../scripts/client/wire.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";

const BY_APPLICATION = 11;
const CONNECTION_LOST = 10;
/** Of host/c/server/time_limits.h. */
const KEY_EXCHANGE_MS = 10_000;
const LOGIN_MS = 120_000;
const IDLE_MS = 60_000;
const KEEPALIVE_MS = 1_000;

let program = "";
before(() => {
  program = buildReplay("wasm2c", { userauth: "password", credentials: CREDENTIALS.password, development: false });
});

const step = (kind: ReplayStep["kind"], milliseconds: number): ReplayStep => ({ kind, data: uint32(milliseconds) });
const wait = (milliseconds: number): ReplayStep => step("t", milliseconds);

/** How the connection ended in the log. */
function endingOf(log: string[]): string[] {
  const prefix = "connection 1: ";
  return log.map((line) => line.slice(prefix.length)).filter((line) => line.startsWith("ended"));
}

/** How it ends when these steps follow the recorded ones. */
function endAfter({ recording }: Recorder, ...further: ReplayStep[]): string[] {
  return endingOf(replay(program, [...recording.steps, ...further]).log);
}

/** The same, and what the client hears in the answers to these steps. To be called once for a recorder. */
function play(recorder: Recorder, ...further: ReplayStep[]): { log: string[]; heard: Buffer[] } {
  const { steps, answers } = recorder.recording;
  const replayed = replay(program, [...steps, ...further]);
  recorder.client.messages = [];
  for (const answer of replayed.answers.slice(answers.length)) recorder.client.receive(answer);
  return { log: endingOf(replayed.log), heard: recorder.client.messages };
}

/** Up to which step of the login a client comes before it falls silent. */
async function recordTo(t: TestContext, moment: string): Promise<Recorder> {
  const recorder = await Recorder.start(t);
  if (moment === "nothing") return recorder;
  if (moment === "its identification") return recorder.feed(recorder.client.identification());
  await recorder.connect();
  if (moment === "a wrong password") await recorder.ask(passwordRequest(USER, "open wheat"));
  return recorder;
}

for (const moment of ["nothing", "its identification"]) {
  test(`rule 30: a client that sends ${moment} has ten seconds, and is told when they are over`, async (t) => {
    const recorder = await recordTo(t, moment);
    assert.deepEqual(endAfter(recorder, wait(KEY_EXCHANGE_MS - 1)), ["ended, client-closed"]);
    const { log, heard } = play(recorder, wait(KEY_EXCHANGE_MS - 1), wait(1));
    assert.deepEqual(log, [`ended, key-exchange-timeout, reason ${BY_APPLICATION}`]);
    const end = readDisconnect(heard);
    assert.equal(end.reason, BY_APPLICATION);
    assert.match(end.description, /key exchange/);
  });
}

for (const moment of ["no request", "a wrong password"]) {
  test(`rule 34: a client that sends ${moment} has two minutes, and is told when they are over`, async (t) => {
    const recorder = await recordTo(t, moment);
    assert.deepEqual(endAfter(recorder, wait(LOGIN_MS - 1)), ["ended, client-closed"]);
    const { log, heard } = play(recorder, wait(KEY_EXCHANGE_MS), wait(LOGIN_MS - KEY_EXCHANGE_MS - 1), wait(1));
    assert.deepEqual(log, [`ended, login-timeout, reason ${BY_APPLICATION}`]);
    const end = readDisconnect(heard);
    assert.equal(end.reason, BY_APPLICATION);
    assert.match(end.description, /time to log in/);
  });
}

test("rule 22: the time to log in is nothing to who is in, and a late password opens nothing", async (t) => {
  const recorder = await recordTo(t, "no request");
  const password: ReplayStep = { kind: "d", data: recorder.client.packet(passwordRequest(USER, PASSWORD)) };
  assert.deepEqual(endAfter(recorder, wait(LOGIN_MS - 1), password, wait(LOGIN_MS)), ["ended, client-closed"]);
  const { heard } = play(recorder, wait(LOGIN_MS), password);
  assert.deepEqual(
    heard.map((message) => message[0]),
    [1],
    "DISCONNECT and nothing else",
  );
});

async function openSession(t: TestContext): Promise<Recorder> {
  const recorder = await (await Recorder.start(t)).login();
  await recorder.send(channelOpen(7, 100_000, 32_768));
  return recorder.send(request(0, "exec", true, string("cat")));
}

test("a session without data either way ends after its time, and is told", async (t) => {
  const recorder = await openSession(t);
  const { log, heard } = play(recorder, step("i", IDLE_MS), wait(IDLE_MS - 1), wait(1));
  assert.deepEqual(log, [`ended, idle, reason ${BY_APPLICATION}`]);
  assert.match(readDisconnect(heard).description, /nothing has happened/);
});

test("data of the client keeps a session, and so does what is sent; a client's own keepalive does not", async (t) => {
  const recorder = await openSession(t);
  const bytes = (...parts: Parameters<Recorder["client"]["send"]>): ReplayStep => {
    return { kind: "d", data: recorder.client.send(...parts) };
  };
  const half = wait(IDLE_MS / 2);
  const steps = [step("i", IDLE_MS), half, bytes(data(0, "here")), half, bytes(windowAdjust(0, 1)), half];
  const asked = bytes(globalRequest("keepalive@openssh.com", true));
  assert.deepEqual(endAfter(recorder, ...steps, asked, wait(IDLE_MS / 2 - 1)), ["ended, client-closed"]);
  assert.deepEqual(endAfter(recorder, ...steps, asked, half), [`ended, idle, reason ${BY_APPLICATION}`]);
});

test("a client that is silent is asked three times whether it is there, and then its connection ends", async (t) => {
  const recorder = await openSession(t);
  const beat = wait(KEEPALIVE_MS);
  const { log, heard } = play(recorder, step("k", KEEPALIVE_MS), beat, beat, beat, beat);
  assert.deepEqual(log, [`ended, client-gone, reason ${CONNECTION_LOST}`]);
  const asked = heard.slice(0, -1);
  assert.deepEqual(
    asked.map((message) => message[0]),
    [80, 80, 80],
  );
  for (const message of asked) assert.match(message.toString("latin1"), /keepalive@openssh\.com\x01$/);
  assert.match(readDisconnect(heard.slice(-1)).description, /does not answer/);
});

test("whatever a client sends says that it is there", async (t) => {
  const recorder = await openSession(t);
  const REQUEST_FAILURE = 82;
  const beat = wait(KEEPALIVE_MS);
  const steps = [step("k", KEEPALIVE_MS)];
  for (const answer of [0, 1, 2]) {
    const message = answer === 1 ? recorder.client.send(2, string("ignored")) : recorder.client.send(REQUEST_FAILURE);
    steps.push(beat, beat, beat, { kind: "d", data: message });
  }
  const { log, heard } = play(recorder, ...steps);
  assert.deepEqual(log, ["ended, client-closed"]);
  assert.equal(heard.length, 9);
});
