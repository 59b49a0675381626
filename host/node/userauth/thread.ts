// A thread of the full userauth build: holds the instance of one connection after the other and makes its calls.
//
// In come commands from threads.ts, in the order in which they were given; out go outcomes. What an instance throws, or
// the engine when it has no memory for another one, is the end of that instance alone.

import { parentPort, workerData } from "node:worker_threads";
import type { UserauthStatus } from "../../../assembly/abi/index.js";
import { instantiateModule } from "../modules.js";
import type { FullUserauthExports } from "../modules.js";
import { UserauthInstance } from "./instance.js";
import type { Outcome, RecordChange, UserauthSetup } from "./instance.js";

/** Buffers change hands: of a secret there is one copy. */
export type ThreadCommand =
  | { type: "open"; setup: UserauthSetup; sessionId: Uint8Array }
  | { type: "receive"; payload: Uint8Array; region?: Uint8Array | undefined }
  | { type: "decide"; verdict: UserauthStatus }
  | { type: "replaceRecord"; change: RecordChange }
  | { type: "end" };

/** To each `receive` and `decide`, and to `end`. */
export type ThreadAnswer = { outcome: Outcome } | { error: string } | { ended: true };

let instance: UserauthInstance | undefined;
/** Of an instance that could not be made or has failed. */
let failure: string | undefined;
const code = workerData as WebAssembly.Module;

parentPort!.on("message", (command: ThreadCommand) => {
  try {
    const outcome = execute(command);
    if (outcome) answer({ outcome }, secretsOf(outcome));
    else if (command.type === "end") answer({ ended: true }, []);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    forget();
    if (command.type === "receive" || command.type === "decide") answer({ error: failure }, []);
  }
});

function execute(command: ThreadCommand): Outcome | undefined {
  switch (command.type) {
    case "open":
      failure = undefined;
      instance = new UserauthInstance(instantiateModule<FullUserauthExports>(code), command.setup, command.sessionId);
      return undefined;
    case "end":
      forget();
      return undefined;
    case "replaceRecord":
      instance?.replaceRecord(command.change);
      return undefined;
  }
  if (!instance) throw new Error(failure ?? "the instance has ended");
  return command.type === "receive"
    ? instance.receive(command.payload, command.region)
    : instance.decide(command.verdict);
}

function forget(): void {
  instance?.end();
  instance = undefined;
}

function answer(message: ThreadAnswer, transfer: ArrayBuffer[]): void {
  parentPort!.postMessage(message, transfer);
}

function secretsOf({ request }: Outcome): ArrayBuffer[] {
  return request ? [request.password.buffer as ArrayBuffer, request.newPassword.buffer as ArrayBuffer] : [];
}
