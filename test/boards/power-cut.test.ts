// A thousand power cuts of the Pico: while it makes its host key, and while its credentials are changed. After each the firmware that
// ships boots from what the cut has left in the flash, and must be in the old state or in the new one, as a client sees it: by the host
// key, and by who is admitted.
//
// A session is recorded once; the flash model then gives the image of a cut at any of its cycles. Half of the cuts hit the flash at
// work, every operation equally often; the rest may come at any moment from power-on to the end of the session.
//
// The emulator is deterministic, so that nothing need run twice: equal images boot once, and devices that have come up with equal memory
// are asked by clients once, for until the next change they do not look at their store again. The seed is printed; FUZZ_SEED replaces it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { encodeCredentials } from "../../host/node/credentials.js";
import { CLOCK_HZ } from "../../scripts/emulator/clock.js";
import { entropyBits } from "../../scripts/emulator/entropy.js";
import { type FlashOperation, NorFlash } from "../../scripts/emulator/nor-flash.js";
import { Pico } from "../../scripts/emulator/pico.js";
import { keyExchange } from "../support/client.js";
import { testFirmware } from "../support/firmware.js";
import { admits, boot, execute, PicoClient } from "../support/pico-client.js";
import { fuzzSeed, Random } from "../support/random.js";
import { PASSWORD, USER } from "../support/server.js";

const OTHER_PASSWORD = "close wheat, 8?";
const CHANGE = `credentials ${Buffer.from(encodeCredentials("password", { user: USER, password: OTHER_PASSWORD })).toString("base64")}`;
const SRAM = 0x2000_0000;
/** The heap ends where the scratch banks begin; the stack is at their end (memory.ld). */
const STACK_AT = 0x4_0000;
const CUTS = { firstStart: 60, change: 370, changeAfterCut: 200, default: 370 };
const DEVICES_CUT_TWICE = 3;
/** Of each. */
const SECOND_CUTS = 10;

const random = new Random(fuzzSeed(1_000));
const fraction = (): number => random.next() / 2 ** 32;
const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** What a client can tell of a device: its host key, and which passwords it takes. */
type State = string;
const state = (hostKey: string, ...passwords: string[]): State => [hostKey, ...passwords].join(", ");

/** A device that is doing something, and what can be cut. */
interface Recording {
  flash: NorFlash;
  /** Cycles: how long it took, and when a client had been told that the new state is in force. */
  end: number;
  toldAt: number;
  /** Of the noise of a device that boots after a cut, and so of the host key it makes if it finds none. */
  nextNoise: string;
  old: State;
  new: State;
}

/** States by image and noise, and by the memory of a device that is up. */
const states = new Map<string, State>();

/** What determines the answers of a device that is up: its memory but for the dead part of the stack, its registers, the time. */
function memoryOf({ rp2040: { sram, core }, cycles }: Pico): string {
  return sha256(sram.subarray(0, STACK_AT), sram.subarray(core.SP - SRAM), core.registers.join(), String(cycles));
}

/** Asks a device that is up. */
function stateOf(pico: Pico): State {
  const memory = memoryOf(pico);
  const known = states.get(memory);
  if (known) return known;
  const answers = [PASSWORD, OTHER_PASSWORD].map((password) => ({ password, ...admits(pico, password) }));
  const admitting = answers.filter(({ admitted }) => admitted).map(({ password }) => password);
  const found = state(answers[0]!.hostKey, ...admitting);
  states.set(memory, found);
  return found;
}

/** Boots from the image, without a fault. */
function revive(image: Uint8Array, noise: string): Pico {
  const pico = new Pico({ flash: image, entropy: entropyBits("good", noise) });
  boot(pico);
  assert.doesNotMatch(pico.uartOutput, /fault/);
  assert.deepEqual(pico.resets, []);
  return pico;
}

/** The state of a device that has booted from the image. */
function stateAfter(image: Uint8Array, noise: string): State {
  const key = sha256(noise, image);
  const found = states.get(key) ?? stateOf(revive(image, noise));
  states.set(key, found);
  return found;
}

/** A cycle in which the flash is at work. */
function aimed(operations: readonly FlashOperation[]): number {
  const { start, end } = random.pick(operations);
  return start + random.below(end - start);
}

/** The power is cut at that cycle: the device must come back in the old state or in the new one, which a client may have heard of. */
function cut(recording: Recording, cycle: number): State {
  const found = stateAfter(recording.flash.imageAt(cycle, fraction), recording.nextNoise);
  const right = cycle >= recording.toldAt ? [recording.new] : [recording.old, recording.new];
  assert.ok(right.includes(found), `a wrong state: ${found}`);
  return found;
}

/** Every second cut is aimed. Returns the states that came about. */
function cutOften(recording: Recording, count: number): Set<State> {
  const found = new Set<State>();
  for (let i = 0; i < count; i++) {
    const cycle = i % 2 === 0 ? aimed(recording.flash.operations) : random.below(recording.end);
    try {
      found.add(cut(recording, cycle));
    } catch (error) {
      throw new Error(`cut ${i}, at cycle ${cycle}: ${(error as Error).message}`, { cause: error });
    }
  }
  return found;
}

/** Cuts that hit nothing would lose nothing. */
function assertBoth(found: Set<State>, ...expected: [State, State]): void {
  assert.deepEqual([...found].sort(), expected.sort(), "both states come about");
}

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
  assert.equal(stateOf(pico), young);
  return { flash: pico.flash, end, toldAt: statusCycle, nextNoise: "after the cut", old, new: young };
}

const firmware = readFileSync(await testFirmware("wasm2c", "password"));
const first = newDevice("first start");
const embedded = first.state;
const changed = state(first.hostKey, OTHER_PASSWORD);
const changing = change(first.pico.flash.bytes, PASSWORD, CHANGE, embedded, changed);

describe(`power cuts, seed ${random.seed}`, () => {
  test(`${CUTS.firstStart} cuts while the host key is made: it is kept, or there was none and another is made`, () => {
    const nextNoise = "second start";
    const { flash, cycles } = first.pico;
    const old = newDevice(nextNoise).state;
    const recording = { flash, end: cycles, toldAt: first.toldAt, nextNoise, old, new: embedded };
    assertBoth(cutOften(recording, CUTS.firstStart), old, embedded);
  });

  test(`${DEVICES_CUT_TWICE * SECOND_CUTS} cuts of devices that start again after a cut`, () => {
    const nextNoise = "third start";
    const old = newDevice(nextNoise).state;
    const young = newDevice("second start").state;
    const { operations } = first.pico.flash;
    const found = new Set<State>();
    for (let i = 0; i < DEVICES_CUT_TWICE; i++) {
      // before the checksum is there: the device makes another key
      const torn = first.pico.flash.imageAt(aimed(operations.slice(0, -1)), fraction);
      const pico = revive(torn, "second start");
      pico.run(CLOCK_HZ / 5);
      const { flash, cycles: end } = pico;
      for (const state of cutOften({ flash, end, toldAt: Infinity, nextNoise, old, new: young }, SECOND_CUTS))
        found.add(state);
    }
    assertBoth(found, old, young);
  });

  test(`${CUTS.change} cuts while credentials are replaced: the old ones are in force, or the new ones`, () => {
    assertBoth(cutOften(changing, CUTS.change), embedded, changed);
  });

  test(`${CUTS.changeAfterCut} cuts while credentials are replaced again, after a cut`, () => {
    const torn = changing.flash.imageAt(aimed(changing.flash.operations.slice(0, -1)), fraction);
    assert.equal(stateAfter(torn, "after the cut"), embedded);
    const recording = change(torn, PASSWORD, CHANGE, embedded, changed);
    assertBoth(cutOften(recording, CUTS.changeAfterCut), embedded, changed);
  });

  test(`${CUTS.default} cuts while the embedded credentials are put in force again`, () => {
    const recording = change(changing.flash.bytes, OTHER_PASSWORD, "credentials default", changed, embedded);
    assertBoth(cutOften(recording, CUTS.default), changed, embedded);
  });

  test("control: cuts lose the record when the one in force is overwritten", () => {
    const flash = new NorFlash(first.pico.flash.bytes);
    const { address } = first.pico.flash.operations[0]!;
    const distance = changing.flash.operations[0]!.address - address;
    assert.ok(distance > 0);
    flash.operations.push(
      ...changing.flash.operations.map((operation) => ({ ...operation, address: operation.address - distance })),
    );
    assert.equal(stateAfter(flash.imageAt(Infinity, fraction), changing.nextNoise), changed);
    assert.throws(
      () => cutOften({ ...changing, flash }, CUTS.change),
      /^Error: cut \d+, at cycle \d+: a wrong state: /,
    );
  });
});
