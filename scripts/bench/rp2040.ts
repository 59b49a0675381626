// The Pico's firmware in the emulated Pico, under measurement: cycles from the moment the client opens the port. Time
// on USB counts, the client's own computing does not. The same firmware gives the same numbers in every run; they are
// exact to a millisecond.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { type ClientOptions, RawClient } from "../client/client.js";
import { CLOCK_HZ } from "../../boards/rp2040/emulator/clock.js";
import { entropyBits } from "../../boards/rp2040/emulator/entropy.js";
import { Pico } from "../../boards/rp2040/emulator/pico.js";
import { type BenchDevice, moduleMemoryOf } from "./device.js";
import { readLinkMap } from "./link-map.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { buildRp2040In } from "../../boards/rp2040/firmware.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";

const RAM_START = 0x2000_0000;
const BOOT_LIMIT_CYCLES = 20 * CLOCK_HZ;
const STEP_LIMIT_CYCLES = 60 * CLOCK_HZ;

/** Builds the firmware, starts it and opens its port. `name` is that of the firmware's folder. */
export function openRp2040(
  engine: Engine,
  name: string,
  credentials: BoardCredentials,
  algorithms: ClientOptions,
): BenchDevice {
  const folder = join(packageRoot(), "build", "boards", "bench", `rp2040-${engine}-${name}`);
  const { bin, elf, memory, modules } = buildRp2040In(folder, engine, credentials);
  const pico = new Pico({ firmware: readFileSync(bin), entropy: entropyBits("good", "benchmark") });
  if (!pico.runUntil(() => pico.usb.identity !== undefined, BOOT_LIMIT_CYCLES))
    throw new Error("the device does not enumerate");
  const [port] = pico.usb.ports;
  const client = new RawClient(algorithms);
  port.onData = (bytes) => client.receive(bytes);
  let since = pico.cycles;
  port.open();
  return {
    client,
    unit: "cycles",
    hertz: CLOCK_HZ,
    sizes: readLinkMap(`${elf}.map`, RAM_START, memory.flash, memory.ram),
    moduleMemory: moduleMemoryOf(modules),
    run: ({ name: what, data, answered }) => {
      port.send(data);
      if (!pico.runUntil(answered, STEP_LIMIT_CYCLES)) throw new Error(`${engine}: no answer to ${what}`);
      const cycles = pico.cycles - since;
      since = pico.cycles;
      return cycles;
    },
    close: () => port.close(),
  };
}
