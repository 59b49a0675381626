// Measures the Pico's firmware in the emulated Pico: cycles from the moment a client opens the port to the shell's prompt, step by step.
// Time on USB counts, the client's own computing does not. With the same firmware every run gives the same numbers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { RawClient } from "../../test/support/client.js";
import { string, uint32 } from "../../test/support/wire.js";
import { CLOCK_HZ } from "../emulator/clock.js";
import { entropyBits } from "../emulator/entropy.js";
import { Pico } from "../emulator/pico.js";
import { benchCredentials, benchLogin, type BenchBuild, type StepName } from "./bench-login.js";
import type { BoardBenchmark } from "./bench.js";
import { buildRp2040In, type Rp2040Engine } from "./rp2040-build.js";

const BOOT_LIMIT_CYCLES = 20 * CLOCK_HZ;
const STEP_LIMIT_CYCLES = 60 * CLOCK_HZ;

export function benchRp2040(engine: Rp2040Engine, userauth: BenchBuild): BoardBenchmark {
  const folder = join(packageRoot(), "build", "boards", "bench", `rp2040-${engine}-${userauth}`);
  const { bin, memory } = buildRp2040In(folder, engine, benchCredentials(userauth));
  const pico = new Pico({ firmware: readFileSync(bin), entropy: entropyBits("good", "benchmark") });
  if (!pico.runUntil(() => pico.usb.identity !== undefined, BOOT_LIMIT_CYCLES))
    throw new Error("the device does not enumerate");
  const [port] = pico.usb.ports;
  const client = new RawClient();
  port.onData = (bytes) => client.receive(bytes);
  const steps: Partial<Record<StepName, number>> = {};
  const opened = pico.cycles;
  port.open();
  let since = opened;
  for (const step of benchLogin(client, userauth)) {
    port.send(step.data);
    if (!pico.runUntil(step.answered, STEP_LIMIT_CYCLES)) throw new Error(`no answer: ${step.name}`);
    steps[step.name] = (steps[step.name] ?? 0) + pico.cycles - since;
    since = pico.cycles;
  }
  const openToShell = pico.cycles - opened;
  const { heap, stack } = readPeaks(pico, client, port);
  return {
    board: "rp2040",
    engine,
    userauth,
    unit: "cycles",
    hertz: CLOCK_HZ,
    flash: memory.flash,
    ram: { variables: memory.ram, heap, stack },
    steps: { ...(steps as Record<StepName, number>), "open to shell": openToShell },
  };
}

/** Peaks of heap and stack in bytes, from the device's own `info`. */
function readPeaks(pico: Pico, client: RawClient, port: Pico["usb"]["ports"][0]): { heap: number; stack: number } {
  client.messages = [];
  port.send(client.send(94, uint32(0), string("info\r")));
  const text = (): string => client.messages.map((message) => message.toString("latin1")).join("");
  const pattern = /heap +(\d+) of.*stack +(\d+) of/s;
  if (!pico.runUntil(() => pattern.test(text()), STEP_LIMIT_CYCLES)) throw new Error(`info does not answer: ${text()}`);
  const [, heap, stack] = pattern.exec(text())!;
  return { heap: Number(heap), stack: Number(stack) };
}
