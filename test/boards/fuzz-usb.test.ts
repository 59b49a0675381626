// Hostile clients of the boards, one after another: on the USB port of the emulated Pico, where the cable's DTR also comes and goes at any
// moment and noise arrives at the console, and on boards/linux under AddressSanitizer and UndefinedBehaviorSanitizer. Neither hangs nor
// faults, no module fails, and whoever comes next is served.
//
// 20 seconds on the Pico by default, and a quarter of that on each Linux board. For five minutes:
//   SESAME_FUZZ_SECONDS=300 npx tsx --test test/boards/fuzz-usb.test.ts
// FUZZ_SEED replaces the seed.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CLOCK_HZ } from "../../scripts/emulator/clock.js";
import { entropyBits } from "../../scripts/emulator/entropy.js";
import { Pico } from "../../scripts/emulator/pico.js";
import { attack, HostileClient } from "../support/attacks.js";
import { passwordRequest } from "../support/client.js";
import { testFirmware } from "../support/firmware.js";
import { buildLinuxBoard, LinuxBoard } from "../support/linux-board.js";
import { boot, execute, PicoClient } from "../support/pico-client.js";
import { folder } from "../support/programs.js";
import { fuzzSeed, Random } from "../support/random.js";
import { PASSWORD, USER } from "../support/server.js";
import { TcpClient } from "../support/tcp.js";

const SECONDS = Number(process.env["SESAME_FUZZ_SECONDS"] ?? 20);
const LINUX_SECONDS = SECONDS / 4;
const SEED = fuzzSeed(3_333);
/** A login in order follows as many attacks. */
const ATTACKS_PER_LOGIN = 20;
/** How long a client waits for an answer that may never come. */
const PATIENCE_CYCLES = CLOCK_HZ;
const PATIENCE_MS = 200;
const MS = CLOCK_HZ / 1_000;

/** Makes attacks until the time is over, each with a seed of its own; `check` comes now and then, and in the end. */
async function attackFor(
  seconds: number,
  attackOnce: (random: Random) => void | Promise<void>,
  check: () => void | Promise<void>,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  for (; performance.now() < end; count++) {
    const random = new Random(SEED + count);
    try {
      await attackOnce(random);
      if (count % ATTACKS_PER_LOGIN === 0) await check();
    } catch (error) {
      throw new Error(`attack ${count}, seed ${random.seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  await check();
  return count;
}

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

/** One connection. */
async function attackBoard(port: number, random: Random): Promise<void> {
  const client = new HostileClient(random);
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

for (const engine of ["wasm2c", "wasm3"] as const) {
  test(`boards/linux with ${engine} outlives them for ${LINUX_SECONDS} s, seed ${SEED}`, async (context) => {
    const program = await buildLinuxBoard(engine, "password");
    const board = await LinuxBoard.start(program, join(folder, `state-${engine}`));
    const count = await attackFor(
      LINUX_SECONDS,
      (random) => attackBoard(board.port, random),
      async () => {
        const client = await TcpClient.connect(board.port);
        const authenticate = (): Uint8Array => passwordRequest(USER, PASSWORD);
        assert.equal(await client.login(authenticate, "echo still here"), "still here\n");
        client.socket.destroy();
      },
    );
    await board.stop(); // which looks for a sanitizer's words
    context.diagnostic(`${count} attacks`);
  });
}
