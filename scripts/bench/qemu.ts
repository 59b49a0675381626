// The C host on a machine of QEMU, under measurement: instructions of every call into a module, as the machine itself
// counts and logs them. What the host does between the calls is not in them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { packageRoot } from "../../host/node/modules.js";
import { type ClientOptions, RawClient } from "../client/client.js";
import { type BenchDevice, moduleMemoryOf } from "./device.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { buildQemu, measureQemu, type QemuMachine, runQemu } from "../../boards/qemu/firmware.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";

const ENTROPY_BYTES = 512;
const LIMIT_MS = 120_000;
const LOOK_AGAIN_MS = 10;
/** The console comes by another way than the answer. */
const SETTLED_MS = 50;

/** Builds the program, starts the machine and waits for its greeting. `name` is that of the program's folder. */
export async function openQemu(
  machine: QemuMachine,
  engine: Engine,
  name: string,
  credentials: BoardCredentials,
  algorithms: ClientOptions,
): Promise<BenchDevice> {
  const folder = join(packageRoot(), "build", "boards", "bench", `${machine}-${engine}-${name}`);
  const built = buildQemu(machine, engine, credentials, folder);
  const state = mkdtempSync(join(tmpdir(), "sesame-bench-"));
  const entropy = join(state, "entropy");
  writeFileSync(
    entropy,
    new Uint8Array(ENTROPY_BYTES).map((_, index) => index * 29),
  );
  const running = runQemu(built, { state, entropy, counting: true });
  const client = new RawClient(algorithms);
  let log = "";
  running.stdout.on("data", (bytes: Buffer) => client.receive(bytes));
  running.stderr.on("data", (bytes: Buffer) => (log += bytes.toString("latin1")));

  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const deadline = Date.now() + LIMIT_MS;
    while (!condition()) {
      if (Date.now() > deadline || running.exitCode !== null)
        throw new Error(`${machine}, ${engine}: no answer to ${what}\n${log}`);
      await delay(LOOK_AGAIN_MS);
    }
    for (let length = -1; length !== log.length;) {
      length = log.length;
      await delay(SETTLED_MS);
    }
  };
  const counted = (): number => {
    let sum = 0;
    for (const [, count] of log.matchAll(/^instructions (\d+)$/gm)) sum += Number(count);
    return sum;
  };

  await until("the opening", () => client.serverIdentification !== undefined);
  let since = counted();
  return {
    client,
    unit: "instructions",
    sizes: measureQemu(built),
    moduleMemory: moduleMemoryOf(built.modules),
    run: async ({ name: what, data, answered }) => {
      running.stdin.write(data);
      await until(what, answered);
      const instructions = counted() - since;
      since += instructions;
      return instructions;
    },
    close: () => {
      running.kill();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
