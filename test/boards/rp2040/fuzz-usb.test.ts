// Hostile clients, one after another, on the USB port of the emulated Pico, where the cable's DTR also comes and goes
// at any moment and noise arrives at the console. It neither hangs nor faults, no module fails, and whoever comes next
// is served.
//
// 20 seconds by default. For five minutes:
//   SESAME_FUZZ_SECONDS=300 npx tsx --test test/boards/fuzz-usb.test.ts
// FUZZ_SEED replaces the seed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CLOCK_HZ } from "../../../boards/rp2040/emulator/clock.js";
import { entropyBits } from "../../../boards/rp2040/emulator/entropy.js";
import { Pico } from "../../../boards/rp2040/emulator/pico.js";
import { attack, attackFor, HostileClient } from "../../support/attacks.js";
import { testFirmware } from "../../support/firmware.js";
import { boot, execute, PicoClient } from "../../support/pico-client.js";
import { fuzzSeed, type Random } from "../../support/random.js";
import { PASSWORD } from "../../support/server.js";

const SECONDS = Number(process.env["SESAME_FUZZ_SECONDS"] ?? 20);
const SEED = fuzzSeed(3_333);
/** How long a client waits for an answer that may never come. */
const PATIENCE_CYCLES = CLOCK_HZ;
const MS = CLOCK_HZ / 1_000;

/** One opening of the port. */
function attackPico(pico: Pico, random: Random): void {
  const raw = new HostileClient(random);
  const client = new PicoClient(pico, raw);
  const [port, console] = pico.usb.ports;
  if (!random.chance(10)) assert.ok(client.greeted(), "the device does not greet");
  if (random.chance(4)) {
    console.open();
    console.send(random.bytes(random.below(300)));
  }
  for (const { data, awaits } of attack(raw)) {
    for (let at = 0; at < data.length;) {
      const length = random.pick([1, 64, 500, data.length]);
      client.send(data.subarray(at, (at += length)));
      if (random.chance(3)) pico.run(random.below(2 * MS));
    }
    if (random.chance(20)) break;
    const expected = raw.messages.length + awaits;
    client.until(() => raw.messages.length >= expected, PATIENCE_CYCLES);
    if (client.ended && !random.chance(4)) break;
  }
  pico.run(random.below(100 * MS));
  port.close();
  console.close();
  if (random.chance(2)) pico.run(random.below(200 * MS));
}

test(`the Pico outlives hostile clients for ${SECONDS} s, seed ${SEED}`, async (context) => {
  const firmware = readFileSync(await testFirmware("wasm2c", "password"));
  const pico = new Pico({ firmware, entropy: entropyBits("good", `${SEED}`) });
  boot(pico);
  const count = await attackFor(
    SECONDS,
    SEED,
    (random) => {
      attackPico(pico, random);
      assert.deepEqual(pico.resets, []);
    },
    () => {
      pico.run(200 * MS);
      assert.equal(execute(pico, PASSWORD, "echo still here").output, "still here\n");
    },
  );
  assert.doesNotMatch(pico.uartOutput, /module-error|fault|restarted/);
  context.diagnostic(
    `${count} attacks, ${pico.seconds.toFixed(0)} simulated seconds; SESAME_FUZZ_SECONDS makes it longer`,
  );
});
