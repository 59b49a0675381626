// A thread of the full userauth build: holds the instances of some connections and makes their calls one after the other.
//
// In come commands from userauth-threads.ts, in the order in which they were given; out go outcomes. What an instance throws, or the
// engine when it has no memory for another one, is the end of that instance alone.

import { parentPort, workerData } from "node:worker_threads";
import type { UserauthStatus } from "../../assembly/abi.js";
import { instantiateModule } from "./modules.js";
import type { FullUserauthExports } from "./modules.js";
import { UserauthInstance } from "./userauth-instance.js";
import type { Outcome, RecordChange, UserauthSetup } from "./userauth-instance.js";

/** The number names a connection. Buffers change hands: of a secret there is one copy. */
export type ThreadCommand =
  | { type: "open"; number: number; setup: UserauthSetup; sessionId: Uint8Array }
  | { type: "receive"; number: number; payload: Uint8Array }
  | { type: "decide"; number: number; verdict: UserauthStatus }
  | { type: "replaceRecord"; number: number; change: RecordChange }
  | { type: "end"; number: number };

/** To each `receive` and `decide`. */
export type ThreadAnswer = { number: number } & ({ outcome: Outcome } | { error: string });

const instances = new Map<number, UserauthInstance>();
/** Of instances that could not be made or have failed. */
const errors = new Map<number, string>();
const code = workerData as WebAssembly.Module;

parentPort!.on("message", (command: ThreadCommand) => {
  const { number } = command;
  try {
    const outcome = execute(command);
    if (outcome) answer({ number, outcome }, secretsOf(outcome));
  } catch (error) {
    errors.set(number, error instanceof Error ? error.message : String(error));
    forget(number);
    if (command.type === "receive" || command.type === "decide") answer({ number, error: errors.get(number)! }, []);
  }
});

function execute(command: ThreadCommand): Outcome | undefined {
  const { type, number } = command;
  if (type === "open") {
    const instance = instantiateModule<FullUserauthExports>(code);
    instances.set(number, new UserauthInstance(instance, command.setup, command.sessionId));
    return undefined;
  }
  if (type === "end") {
    errors.delete(number);
    forget(number);
    return undefined;
  }
  const instance = instances.get(number);
  if (!instance) throw new Error(errors.get(number) ?? "the instance has ended");
  if (type === "replaceRecord") {
    instance.replaceRecord(command.change);
    return undefined;
  }
  return type === "receive" ? instance.receive(command.payload) : instance.decide(command.verdict);
}

function forget(number: number): void {
  instances.get(number)?.end();
  instances.delete(number);
}

function answer(message: ThreadAnswer, transfer: ArrayBuffer[]): void {
  parentPort!.postMessage(message, transfer);
}

function secretsOf({ request }: Outcome): ArrayBuffer[] {
  return request ? [request.password.buffer as ArrayBuffer, request.newPassword.buffer as ArrayBuffer] : [];
}
