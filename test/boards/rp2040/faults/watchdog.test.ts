// The watchdog of the Pico's firmware: it ends a main loop that stands still and a call into a module that never
// returns, and the device serves again. The loop is stopped from outside: the processor is sent to two instructions of
// which the firmware knows nothing.
//
// A password whose hash takes longer than the watchdog's patience is left alone: the timer interrupt feeds it while a
// module computes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CLOCK_HZ } from "../../../../boards/rp2040/emulator/clock.js";
import { entropyBits } from "../../../../boards/rp2040/emulator/entropy.js";
import { Pico } from "../../../../boards/rp2040/emulator/pico.js";
import { keyExchange } from "../../../../scripts/client/login.js";
import { Message } from "../../../../scripts/client/client.js";
import { fullTestFirmware, testFirmware } from "../../../support/firmware.js";
import { admits, boot, openUserauth, PicoClient } from "../../../support/pico-client.js";
import { PASSWORD, USER } from "../../../support/server.js";
import { changeRequest } from "../../../../scripts/client/userauth.js";
import { pbkdf2Of } from "../../../../scripts/client/hashes.js";

/** Between heap and stack (memory.ld). */
const UNUSED_RAM = 0x2004_0000;
const WFE = 0xbf20;
const BRANCH_TO_WFE = 0xe7fd;
/** watchdog.h and module.h. */
const TIMEOUT_SECONDS = 5;
const LONGEST_CALL_SECONDS = 30;
/** The timer interrupt and the run loop. */
const TOLERANCE_SECONDS = 0.3;

/** Of PBKDF2: 5.2 seconds. */
const SLOW_ITERATIONS = 33_000;

const firmware = readFileSync(await testFirmware("wasm2c", "password"));
const slowPassword = pbkdf2Of(PASSWORD, SLOW_ITERATIONS);
const slowFirmware = readFileSync(
  fullTestFirmware("wasm2c", "slow-hash", {
    users: [{ name: USER, password: slowPassword, required: [["password"]] }],
  }),
);

/** The main program goes no further; interrupts are served as before. */
function hang(pico: Pico): void {
  const { rp2040 } = pico;
  const { core } = rp2040;
  // an interrupt would not let others in
  while (core.IPSR !== 0) pico.run(1_000);
  rp2040.writeUint16(UNUSED_RAM, WFE);
  rp2040.writeUint16(UNUSED_RAM + 2, BRANCH_TO_WFE);
  core.PC = UNUSED_RAM;
}

/** Until the watchdog restarts the device: in seconds. */
function secondsToRestart(pico: Pico): number {
  const from = pico.seconds;
  assert.ok(
    pico.runUntil(() => pico.resets.length > 0),
    "the watchdog does not bite",
  );
  assert.deepEqual(
    pico.resets.map(({ reason }) => reason),
    ["watchdog"],
  );
  return pico.resets[0]!.cycle / CLOCK_HZ - from;
}

function start(): { pico: Pico; hostKey: string } {
  const pico = new Pico({ firmware, entropy: entropyBits("good", "watchdog") });
  boot(pico);
  const { hostKey, admitted } = admits(pico, PASSWORD);
  assert.ok(admitted);
  return { pico, hostKey };
}

function assertServesAgain(pico: Pico, hostKey: string): void {
  boot(pico);
  assert.match(pico.uartOutput, /restarted by the watchdog/);
  assert.deepEqual(admits(pico, PASSWORD), { admitted: true, hostKey });
}

describe("watchdog", () => {
  test("an idle device is left alone", () => {
    const { pico } = start();
    pico.run(4 * TIMEOUT_SECONDS * CLOCK_HZ);
    assert.deepEqual(pico.resets, []);
  });

  test("a main loop that stands still is restarted, says why, and serves again with the same key", () => {
    const { pico, hostKey } = start();
    hang(pico);
    const seconds = secondsToRestart(pico);
    assert.ok(Math.abs(seconds - TIMEOUT_SECONDS) < TOLERANCE_SECONDS, `after ${seconds} s`);
    assertServesAgain(pico, hostKey);
  });

  test("a call into a module that never returns is kept alive for as long as a call may take, and no longer", () => {
    const { pico, hostKey } = start();
    const client = new PicoClient(pico);
    for (const step of keyExchange(client.raw)) {
      assert.ok(client.greeted());
      client.send(step.data);
      if (step.name === "KEX_ECDH_INIT") break;
    }
    // the exchange takes hundreds of milliseconds
    pico.run(CLOCK_HZ / 10);
    assert.equal(pico.rp2040.core.waiting, false);
    hang(pico);
    const seconds = secondsToRestart(pico);
    const expected = LONGEST_CALL_SECONDS + TIMEOUT_SECONDS;
    assert.ok(Math.abs(seconds - expected) < TOLERANCE_SECONDS, `after ${seconds} s`);
    assertServesAgain(pico, hostKey);
  });
});

describe("watchdog and slow hashes", () => {
  /** A client that changes the password; the device computes, and will for the time of two hashes. */
  function change(): PicoClient {
    const pico = new Pico({ firmware: slowFirmware, entropy: entropyBits("good", "watchdog") });
    boot(pico);
    const client = new PicoClient(pico);
    assert.ok(client.run(openUserauth(client.raw)));
    client.send(client.raw.packet(changeRequest(USER, PASSWORD, "close wheat, 8?")));
    pico.run(CLOCK_HZ / 10);
    assert.equal(pico.rp2040.core.waiting, false);
    return client;
  }

  test("a password is verified, and changed in the same call, though each takes longer than the watchdog waits", () => {
    const client = change();
    const { pico, raw } = client;
    const from = pico.seconds;
    assert.ok(
      client.until(() => raw.lastNumber() === Message.USERAUTH_SUCCESS),
      pico.uartOutput,
    );
    assert.deepEqual(pico.resets, []);
    const seconds = pico.seconds - from;
    assert.ok(seconds > 2 * TIMEOUT_SECONDS, `${seconds} s`);
  });

  test("control: without the timer interrupt the watchdog cuts that call off", () => {
    const { pico } = change();
    pico.rp2040.core.PM = true;
    const seconds = secondsToRestart(pico);
    assert.ok(Math.abs(seconds - TIMEOUT_SECONDS) < TOLERANCE_SECONDS, `after ${seconds} s`);
  });
});
