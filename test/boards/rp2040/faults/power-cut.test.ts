// A thousand power cuts of the Pico: while it makes its host key, and while its credentials are changed. After each the
// firmware that ships boots from what the cut has left in the flash, and must be in the old state or in the new one, as
// a client sees it: by the host key, and by who is admitted. Cuts while a user's password changes are in
// power-cut-password.test.ts.
//
// The seed is printed; FUZZ_SEED replaces it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import { CLOCK_HZ } from "../../../../boards/rp2040/emulator/clock.js";
import { entropyBits } from "../../../../boards/rp2040/emulator/entropy.js";
import { Pico } from "../../../../boards/rp2040/emulator/pico.js";
import { keyExchange } from "../../../../scripts/client/login.js";
import { testFirmware } from "../../../support/firmware.js";
import { admits, boot, execute, PicoClient } from "../../../support/pico-client.js";
import { assertBoth, overwriting, PowerCuts, type Recording, type State } from "../../../support/power-cuts.js";
import { fuzzSeed, Random } from "../../../support/random.js";
import { PASSWORD, USER } from "../../../support/server.js";

const OTHER_PASSWORD = "close wheat, 8?";
const CHANGE = `credentials ${Buffer.from(encodeCredentials("password", { user: USER, password: OTHER_PASSWORD })).toString("base64")}`;
const CUTS = { firstStart: 60, change: 370, changeAfterCut: 200, default: 370 };
const DEVICES_CUT_TWICE = 3;
/** Of each. */
const SECOND_CUTS = 10;

const state = (hostKey: string, ...passwords: string[]): State => [hostKey, ...passwords].join(", ");

/** Which passwords the device takes. */
function ask(pico: Pico): State {
  const answers = [PASSWORD, OTHER_PASSWORD].map((password) => ({ password, ...admits(pico, password) }));
  const admitting = answers.filter(({ admitted }) => admitted).map(({ password }) => password);
  return state(answers[0]!.hostKey, ...admitting);
}

const cuts = new PowerCuts(new Random(fuzzSeed(1_000)), ask);

/** A device that makes its host key with this noise, and whom it then admits. */
function newDevice(noise: string): { pico: Pico; state: State; hostKey: string; toldAt: number } {
  const pico = new Pico({ firmware, entropy: entropyBits("good", noise) });
  boot(pico);
  const client = new PicoClient(pico);
  assert.ok(client.run(keyExchange(client.raw)));
  client.close();
  const hostKey = Buffer.from(client.raw.serverHostKey!).toString("hex");
  return { pico, hostKey, state: state(hostKey, PASSWORD), toldAt: client.cycles.at(-1) };
}

/** A device with that flash in which the credentials are changed. */
function change(flash: Uint8Array, password: string, command: string, old: State, young: State): Recording {
  const pico = new Pico({ flash, entropy: entropyBits("good", "change") });
  boot(pico);
  const { status, statusCycle } = execute(pico, password, command);
  assert.equal(status, 0);
  const end = pico.cycles;
  assert.equal(cuts.stateOf(pico), young);
  return { flash: pico.flash, end, toldAt: statusCycle, nextNoise: "after the cut", old, new: young };
}

const firmware = readFileSync(await testFirmware("wasm2c", "password"));
const first = newDevice("first start");
const embedded = first.state;
const changed = state(first.hostKey, OTHER_PASSWORD);
const changing = change(first.pico.flash.bytes, PASSWORD, CHANGE, embedded, changed);

describe(`power cuts, seed ${cuts.random.seed}`, () => {
  test(`${CUTS.firstStart} cuts while the host key is made: it is kept, or there was none and another is made`, () => {
    const nextNoise = "second start";
    const { flash, cycles } = first.pico;
    const old = newDevice(nextNoise).state;
    const recording = { flash, end: cycles, toldAt: first.toldAt, nextNoise, old, new: embedded };
    assertBoth(cuts.cut(recording, CUTS.firstStart), old, embedded);
  });

  test(`${DEVICES_CUT_TWICE * SECOND_CUTS} cuts of devices that start again after a cut`, () => {
    const nextNoise = "third start";
    const old = newDevice(nextNoise).state;
    const young = newDevice("second start").state;
    const found = new Set<State>();
    for (let i = 0; i < DEVICES_CUT_TWICE; i++) {
      const torn = cuts.tornImage({ flash: first.pico.flash, nextNoise: "second start", old: young });
      const pico = cuts.revive(torn, "second start");
      pico.run(CLOCK_HZ / 5);
      const { flash, cycles: end } = pico;
      for (const state of cuts.cut({ flash, end, toldAt: Infinity, nextNoise, old, new: young }, SECOND_CUTS))
        found.add(state);
    }
    assertBoth(found, old, young);
  });

  test(`${CUTS.change} cuts while credentials are replaced: the old ones are in force, or the new ones`, () => {
    assertBoth(cuts.cut(changing, CUTS.change), embedded, changed);
  });

  test(`${CUTS.changeAfterCut} cuts while credentials are replaced again, after a cut`, () => {
    const recording = change(cuts.tornImage(changing), PASSWORD, CHANGE, embedded, changed);
    assertBoth(cuts.cut(recording, CUTS.changeAfterCut), embedded, changed);
  });

  test(`${CUTS.default} cuts while the embedded credentials are put in force again`, () => {
    const recording = change(changing.flash.bytes, OTHER_PASSWORD, "credentials default", changed, embedded);
    assertBoth(cuts.cut(recording, CUTS.default), changed, embedded);
  });

  test("control: cuts lose the record when the one in force is overwritten", () => {
    const flash = overwriting(first.pico.flash, changing.flash);
    assert.equal(cuts.stateAfter(cuts.imageAt({ flash }, Infinity), changing.nextNoise), changed);
    assert.throws(
      () => cuts.cut({ ...changing, flash }, CUTS.change),
      /^Error: cut \d+, at cycle \d+: a wrong state: /,
    );
  });
});
