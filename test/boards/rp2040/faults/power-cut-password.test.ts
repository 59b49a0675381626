// Power cuts of the Pico while a user's password changes (RFC 4252 §8), by each way that leads there. After each cut
// the firmware that ships boots from what is left in the flash: exactly one of the old and the new password is right,
// the new one if the client was told SUCCESS, and nothing else has changed. Then what a change leaves to other
// firmware.
//
// The seed is printed; FUZZ_SEED replaces it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import type { PasswordHash } from "../../../../host/node/credentials/phc.js";
import { encodeUsers, type UsersTable } from "../../../../host/node/credentials/users-region.js";
import { entropyBits } from "../../../../boards/rp2040/emulator/entropy.js";
import type { NorFlash } from "../../../../boards/rp2040/emulator/nor-flash.js";
import { Pico } from "../../../../boards/rp2040/emulator/pico.js";
import { Message } from "../../../../scripts/client/client.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  signed,
} from "../../../../scripts/client/userauth.js";
import { fullTestFirmware, testFirmware } from "../../../support/firmware.js";
import { admits, boot, converse, execute, type Request } from "../../../support/pico-client.js";
import { assertBoth, overwriting, PowerCuts, type Recording, type State } from "../../../support/power-cuts.js";
import { fuzzSeed, Random } from "../../../support/random.js";
import { PASSWORD, USER } from "../../../support/server.js";
import { argon2idOf, pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { ed25519Key } from "../../../../scripts/client/keys/kinds.js";

const EXPIRED_USER = "cassim";
const KEY_USER = "morgiana";
const NEW_PASSWORD = "close wheat, 8?";
const NEWEST_PASSWORD = "close barley, 9!";
const KEY = ed25519Key();
const CUTS = { change: 100, changeAfterCut: 60, expired: 80, interactive: 60, repeated: 60 };

const { USERAUTH_SUCCESS: SUCCESS, USERAUTH_FAILURE: FAILURE } = Message;
/** SSH_MSG_USERAUTH_PASSWD_CHANGEREQ and SSH_MSG_USERAUTH_INFO_REQUEST. */
const PROMPT = 60;

/** All have the same password. */
function tableOf(password: PasswordHash): UsersTable {
  return {
    users: [
      { name: USER, password, required: [["password"]], admin: true },
      { name: EXPIRED_USER, password, passwordExpired: true, required: [["password"], ["keyboard-interactive"]] },
      { name: KEY_USER, keys: [{ blob: KEY.blob }], required: [["publickey"]] },
    ],
  };
}

const firmware = readFileSync(fullTestFirmware("wasm2c", "power-cut", tableOf(pbkdf2Of(PASSWORD))));
/** Two users: more have no room in a line of the device's shell. */
const ARGON2ID_TABLE: UsersTable = { users: tableOf(argon2idOf(PASSWORD, { m: 8, t: 1, p: 1 })).users.slice(0, 2) };

/** What clients try: users and their passwords, a user and her key. */
const TRIED: [name: string, request: Request][] = [
  ...[USER, EXPIRED_USER].flatMap((user) =>
    [PASSWORD, NEW_PASSWORD, NEWEST_PASSWORD].map((password): [string, Request] => [
      `${user} with ${password}`,
      () => passwordRequest(user, password),
    ]),
  ),
  [`${KEY_USER} with her key`, ({ sessionId }) => signed(KEY_USER, KEY, { sessionId: sessionId! })],
];

/** Who has which password; that of `EXPIRED_USER` has expired until it is changed. */
function state(hostKey: string, password: string, othersPassword?: string): State {
  const other = othersPassword ?? `${PASSWORD}, which has expired`;
  return [hostKey, `${USER} with ${password}`, `${EXPIRED_USER} with ${other}`, `${KEY_USER} with her key`].join("; ");
}

const withoutKey = (state: State): State => state.replace(`; ${KEY_USER} with her key`, "");

/** Tries everything; after each SUCCESS on another connection. */
function ask(pico: Pico): State {
  const requests = TRIED.map(([, request]) => request);
  const numbers: number[] = [];
  let hostKey = "";
  while (numbers.length < requests.length) {
    const conversation = converse(pico, requests.slice(numbers.length));
    numbers.push(...conversation.numbers);
    hostKey = conversation.hostKey;
  }
  const names = TRIED.map(([name], index) => (numbers[index] === PROMPT ? `${name}, which has expired` : name));
  return [hostKey, ...names.filter((_, index) => numbers[index] !== FAILURE)].join("; ");
}

const putInForce = (region: Uint8Array): string => `credentials ${Buffer.from(region).toString("base64")}`;
const cuts = new PowerCuts(new Random(fuzzSeed(2_000)), ask);

function start(flash: Uint8Array, noise: string): Pico {
  const pico = new Pico({ flash, entropy: entropyBits("good", noise) });
  boot(pico);
  return pico;
}

/**
 * A device with that flash in which a password is changed; the last request is answered with SUCCESS, the others with
 * prompts.
 */
function change(flash: Uint8Array, requests: Uint8Array[], old: State, young: State): Recording {
  const pico = start(flash, "change");
  const { numbers, answeredAt } = converse(
    pico,
    requests.map((request) => () => request),
  );
  assert.deepEqual(numbers, [...requests.slice(1).map(() => PROMPT), SUCCESS]);
  const end = pico.cycles;
  assert.equal(cuts.stateOf(pico), young);
  return { flash: pico.flash, end, toldAt: answeredAt, nextNoise: "after the cut", old, new: young };
}

const first = new Pico({ firmware, entropy: entropyBits("good", "first start") });
boot(first);
const { hostKey } = converse(first, [() => passwordRequest(USER, PASSWORD)]);
const embedded = state(hostKey, PASSWORD);
const changed = state(hostKey, NEW_PASSWORD);
const changing = change(first.flash.bytes, [changeRequest(USER, PASSWORD, NEW_PASSWORD)], embedded, changed);

describe(`power cuts while a password changes, seed ${cuts.random.seed}`, () => {
  test(`${CUTS.change} cuts: the old password is right or the new one, and the new one when the client was told`, () => {
    assertBoth(cuts.cut(changing, CUTS.change), embedded, changed);
  });

  test(`${CUTS.changeAfterCut} cuts while it is changed again, after a cut`, () => {
    const torn = cuts.tornImage(changing);
    const newest = state(hostKey, NEWEST_PASSWORD);
    const recording = change(torn, [changeRequest(USER, PASSWORD, NEWEST_PASSWORD)], embedded, newest);
    assertBoth(cuts.cut(recording, CUTS.changeAfterCut), embedded, newest);
  });

  test(`${CUTS.repeated} cuts while a changed one is changed`, () => {
    const newest = state(hostKey, NEWEST_PASSWORD);
    const request = changeRequest(USER, NEW_PASSWORD, NEWEST_PASSWORD);
    const recording = change(changing.flash.bytes, [request], changed, newest);
    assertBoth(cuts.cut(recording, CUTS.repeated), changed, newest);
  });

  test(`${CUTS.expired} cuts while one that has expired is changed: it never admits, and another user's change stays`, () => {
    const both = state(hostKey, NEW_PASSWORD, NEW_PASSWORD);
    const requests = [passwordRequest(EXPIRED_USER, PASSWORD), changeRequest(EXPIRED_USER, PASSWORD, NEW_PASSWORD)];
    const recording = change(changing.flash.bytes, requests, changed, both);
    assertBoth(cuts.cut(recording, CUTS.expired), changed, both);
  });

  test(`${CUTS.interactive} cuts while one of Argon2id is changed by keyboard-interactive`, () => {
    const pico = start(first.flash.bytes, "credentials");
    assert.equal(execute(pico, PASSWORD, putInForce(encodeUsers(ARGON2ID_TABLE))).status, 0);
    const old = withoutKey(embedded);
    const young = withoutKey(state(hostKey, PASSWORD, NEW_PASSWORD));
    const responses = [infoResponse(PASSWORD), infoResponse(NEW_PASSWORD, NEW_PASSWORD)];
    const recording = change(pico.flash.bytes, [interactiveRequest(EXPIRED_USER), ...responses], old, young);
    assertBoth(cuts.cut(recording, CUTS.interactive), old, young);
  });

  test("control: cuts find a SUCCESS that is said before the password is stored", () => {
    const hasty = { ...changing, toldAt: changing.flash.operations[0]!.start };
    assert.throws(() => cuts.cut(hasty, CUTS.change), /^Error: cut \d+, at cycle \d+: a wrong state: /);
  });

  test("control: cuts find that the record in force is overwritten", () => {
    const flash = overwriting(first.flash, changing.flash);
    assert.equal(cuts.stateAfter(cuts.imageAt({ flash }, Infinity), changing.nextNoise), changed);
    assert.throws(
      () => cuts.cut({ ...changing, flash }, CUTS.change),
      /^Error: cut \d+, at cycle \d+: a wrong state: /,
    );
  });
});

describe("a changed password", () => {
  test("stays when the power goes, until `credentials default` puts the embedded one in force", () => {
    const pico = start(changing.flash.bytes, "default");
    assert.equal(cuts.stateOf(pico), changed);
    assert.equal(execute(pico, NEW_PASSWORD, "credentials default").status, 0);
    assert.equal(cuts.stateAfter(pico.flash.bytes, "after default"), embedded);
  });

  test("is nothing to firmware with another userauth build, and the other way round; the host key stays", async () => {
    const flash = (program: Uint8Array, { flash: { bytes } }: { flash: NorFlash }): Pico => {
      const pico = new Pico({ firmware: program, flash: bytes, entropy: entropyBits("good", "flashed") });
      boot(pico);
      return pico;
    };
    const other = flash(readFileSync(await testFirmware("wasm2c", "password")), changing);
    assert.deepEqual(admits(other, NEW_PASSWORD), { admitted: false, hostKey });
    assert.deepEqual(admits(other, PASSWORD), { admitted: true, hostKey });
    assert.equal(cuts.stateOf(flash(firmware, other)), changed, "as long as the store was not written");

    const region = encodeCredentials("password", { user: USER, password: NEWEST_PASSWORD });
    assert.equal(execute(other, PASSWORD, putInForce(region)).status, 0);
    assert.deepEqual(admits(other, NEWEST_PASSWORD), { admitted: true, hostKey });
    assert.equal(cuts.stateOf(flash(firmware, other)), embedded);
  });
});
