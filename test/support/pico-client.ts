// The raw client on the SSH port of an emulated Pico, both in the test's own thread: simulated time passes while the
// client waits for an answer, and with the same firmware, flash and entropy it is always the same time.
//
// A USB port does not tell its program that the device has hung up: the console does.

import assert from "node:assert/strict";
import { CLOCK_HZ } from "../../boards/rp2040/emulator/clock.js";
import type { Pico } from "../../boards/rp2040/emulator/pico.js";
import { keyExchange, politeLogin, type Step } from "../../scripts/client/login.js";
import { Message, RawClient } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { USER } from "./server.js";
import { string } from "../../scripts/client/wire.js";

const CHANNEL_DATA = 94;
const CHANNEL_REQUEST = 98;
/** Longer than a call of a module may take (host/c/modules/module.h). */
const ANSWER_LIMIT_CYCLES = 35 * CLOCK_HZ;
/** The host reads a closed port for 50 ms more; then another program may open it. */
const CLOSING_CYCLES = CLOCK_HZ / 10;

/** Runs until the device is on the bus and its main loop has nothing to do. */
export function boot(pico: Pico): void {
  const ready = (): boolean => pico.usb.identity !== undefined && pico.rp2040.core.waiting;
  assert.ok(pico.runUntil(ready), `the device does not come up; its console: ${pico.uartOutput}`);
}

export class PicoClient {
  /** The cycle in which each of `raw.messages` came, as long as none is taken. */
  readonly cycles: number[] = [];
  /** Why what the device sent cannot be read. */
  #unreadable = "";
  readonly #logFrom: number;

  /** Opens the port of a device that is up. */
  constructor(
    readonly pico: Pico,
    readonly raw = new RawClient(),
  ) {
    this.#logFrom = pico.uartOutput.length;
    const [port] = pico.usb.ports;
    port.onData = (data) => {
      try {
        this.raw.receive(data);
      } catch (error) {
        this.#unreadable = String(error);
      }
      while (this.cycles.length < this.raw.messages.length) this.cycles.push(pico.cycles);
    };
    port.open();
  }

  /** What the console has said since the port was opened. */
  get log(): string {
    return this.pico.uartOutput.slice(this.#logFrom);
  }

  /** The device has ended the connection, not only the one before. */
  get ended(): boolean {
    return /: accepted.*: ended/s.test(this.log);
  }

  /** What may be the matter, for a test's message. */
  get trouble(): string {
    return this.log + this.#unreadable;
  }

  send(data: Uint8Array): void {
    this.pico.usb.ports[0].send(data);
  }

  /** Runs until the condition holds; false when the device has ended the connection before, or does not answer. */
  until(condition: () => boolean, maxCycles = ANSWER_LIMIT_CYCLES): boolean {
    return this.pico.runUntil(() => condition() || this.ended, maxCycles) && condition();
  }

  /** The device has said who it is, and which algorithms it knows. */
  greeted(): boolean {
    return this.until(() => this.raw.serverKexinit.length > 0);
  }

  /** Takes the steps one after the other, each when the device has answered the one before; false when it does not. */
  run(steps: Iterable<Step>): boolean {
    if (!this.greeted()) return false;
    let expected = this.raw.messages.length;
    for (const step of steps) {
      expected += step.name === "identification" ? 0 : step.awaits;
      this.send(step.data);
      if (!this.until(() => this.raw.messages.length >= expected)) return false;
    }
    return true;
  }

  close(): void {
    this.pico.usb.ports[0].close();
    this.pico.run(CLOSING_CYCLES);
  }
}

/** A payload for the connection of that client, which a signature depends on. */
export type Request = (client: RawClient) => Uint8Array;

/** What a device has answered to userauth requests. */
export interface Conversation {
  hostKey: string;
  /** The number of the answer to each. */
  numbers: number[];
  /** The cycle in which the last of them came. */
  answeredAt: number;
}

/** The ssh-userauth service is open in the end. */
export function* openUserauth(client: RawClient): Generator<Step, void, void> {
  yield* keyExchange(client);
  yield { name: "service request", data: client.send(Message.SERVICE_REQUEST, string("ssh-userauth")), awaits: 1 };
}

/** Makes the requests one after the other on one connection, until one has SUCCESS. */
export function converse(pico: Pico, requests: readonly Request[]): Conversation {
  const client = new PicoClient(pico);
  const { raw } = client;
  const numbers: number[] = [];
  function* steps(): Generator<Step> {
    yield* openUserauth(raw);
    for (const request of requests) {
      yield { name: "userauth", data: raw.packet(request(raw)), awaits: 1 };
      numbers.push(raw.lastNumber());
      if (raw.lastNumber() === Message.USERAUTH_SUCCESS) return;
    }
  }
  assert.ok(client.run(steps()), `no answer to a request: ${client.trouble}`);
  const answeredAt = client.cycles.at(-1);
  client.close();
  return { hostKey: Buffer.from(raw.serverHostKey!).toString("hex"), numbers, answeredAt };
}

/** Whether the device admits USER with this password. Checks that it says FAILURE if not. */
export function admits(pico: Pico, password: string): { admitted: boolean; hostKey: string } {
  const { numbers, hostKey } = converse(pico, [() => passwordRequest(USER, password)]);
  const admitted = numbers[0] === Message.USERAUTH_SUCCESS;
  if (!admitted) assert.deepEqual(numbers, [Message.USERAUTH_FAILURE]);
  return { admitted, hostKey };
}

/** A whole session with one command; what the command said, and the cycle in which the client knew its status. */
export function execute(
  pico: Pico,
  password: string,
  command: string,
): { output: string; status: number; statusCycle: number } {
  const client = new PicoClient(pico);
  const login = { authenticate: () => passwordRequest(USER, password), command };
  assert.ok(client.run(politeLogin(client.raw, login)), `the session fails: ${client.trouble}`);
  const { messages } = client.raw;
  const data = messages.filter((message) => message[0] === CHANNEL_DATA).map((message) => message.subarray(9));
  const exitStatus = Buffer.concat([string("exit-status"), Buffer.of(0)]);
  const at = messages.findIndex((message) => message[0] === CHANNEL_REQUEST && message.includes(exitStatus));
  assert.ok(at >= 0, "the command has a status");
  client.close();
  const status = messages[at]!.readUInt32BE(messages[at]!.length - 4);
  return { output: Buffer.concat(data).toString(), status, statusCycle: client.cycles[at]! };
}
