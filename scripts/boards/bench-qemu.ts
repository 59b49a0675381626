// Measures the C host on the machines of QEMU: instructions of every call into a module, as the machine itself counts them, step by
// step. What the host does between the calls is not in them.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { RawClient } from "../../test/support/client.js";
import { string, uint32 } from "../../test/support/wire.js";
import type { BoardBenchmark } from "./bench.js";
import { benchCredentials, benchLogin, type BenchBuild, type StepName } from "./bench-login.js";
import { buildQemu, measureQemu, type QemuEngine, type QemuMachine, runQemu } from "./qemu-build.js";

const ENTROPY_BYTES = 512;
const LIMIT_MS = 120_000;

export async function benchQemu(
  machine: QemuMachine,
  engine: QemuEngine,
  userauth: BenchBuild,
): Promise<BoardBenchmark> {
  const folder = join(packageRoot(), "build", "boards", "bench", `${machine}-${engine}-${userauth}`);
  const built = buildQemu(machine, engine, benchCredentials(userauth), folder);
  const state = mkdtempSync(join(tmpdir(), "sesame-bench-"));
  const entropy = join(state, "entropy");
  writeFileSync(
    entropy,
    new Uint8Array(ENTROPY_BYTES).map((_, index) => index * 29),
  );
  const process_ = runQemu(built, { state, entropy, counting: true });
  try {
    const client = new RawClient();
    let console_ = "";
    process_.stdout.on("data", (bytes: Buffer) => client.receive(bytes));
    process_.stderr.on("data", (bytes: Buffer) => (console_ += bytes.toString("latin1")));
    const steps: Partial<Record<StepName, number>> = {};
    const until = async (what: string, condition: () => boolean): Promise<void> => {
      const deadline = Date.now() + LIMIT_MS;
      while (!condition()) {
        if (Date.now() > deadline || process_.exitCode !== null) throw new Error(`${what}: no answer\n${console_}`);
        await Promise.race([once(process_.stdout, "data"), new Promise((resolve) => setTimeout(resolve, 100))]);
      }
    };
    const counted = (): number => {
      let sum = 0;
      for (const [, count] of console_.matchAll(/^instructions (\d+)$/gm)) sum += Number(count);
      return sum;
    };
    await until("greeting", () => client.serverIdentification !== undefined);
    const started = counted();
    let since = started;
    for (const step of benchLogin(client, userauth)) {
      process_.stdin.write(step.data);
      await until(step.name, step.answered);
      await settled(() => console_.length);
      steps[step.name] = (steps[step.name] ?? 0) + counted() - since;
      since = counted();
    }
    const openToShell = counted() - started;
    client.messages = [];
    process_.stdin.write(client.send(94, uint32(0), string("info\r")));
    const text = (): string => client.messages.map((message) => message.toString("latin1")).join("");
    const pattern = /heap +(\d+) of.*stack +(\d+) of/s;
    await until("info", () => pattern.test(text()));
    const [, heap, stack] = pattern.exec(text())!;
    const { flash, ram } = measureQemu(built);
    return {
      board: machine,
      engine,
      userauth,
      unit: "instructions",
      flash,
      ram: { variables: ram, heap: Number(heap), stack: Number(stack) },
      steps: { ...(steps as Record<StepName, number>), "open to shell": openToShell },
    };
  } finally {
    process_.kill();
    rmSync(state, { recursive: true, force: true });
  }
}

/** Waits until a number has not changed for a while: the machine sleeps. */
async function settled(value: () => number): Promise<void> {
  for (let last = -1; last !== value();) {
    last = value();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
