// Power cuts of the emulated Pico: what a device is doing is recorded once, and the flash model then gives the image of
// a cut at any of its cycles. After each cut the firmware boots from what is left in the flash, and must be in the old
// state or in the new one.
//
// The emulator is deterministic, so that nothing need run twice. Equal images boot once. A device that is up looks,
// until the next change, at its memory and at the record in force: those for which both are equal are asked by clients
// once.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { entropyBits } from "../../boards/rp2040/emulator/entropy.js";
import { type FlashOperation, NorFlash } from "../../boards/rp2040/emulator/nor-flash.js";
import { Pico } from "../../boards/rp2040/emulator/pico.js";
import { boot } from "./pico-client.js";
import type { Random } from "./random.js";

const SRAM = 0x2000_0000;
/** The heap ends where the scratch banks begin; the stack is at their end (memory.ld). */
const STACK_AT = 0x4_0000;
/** The window through which the store is read (flash_slots.c), and how an address is split. */
const XIP_NOCACHE_NOALLOC = 0x13;
const WINDOW_BITS = 24;
/** How many cuts may miss. */
const ATTEMPTS = 200;

/** What clients can tell of a device: its host key, and who is admitted. */
export type State = string;

/** A device that is doing something, and what can be cut. */
export interface Recording {
  flash: NorFlash;
  /** Cycles: how long it took, and when a client had been told that the new state is in force. */
  end: number;
  toldAt: number;
  /** Of the noise of a device that boots after a cut, and so of the host key it makes if it finds none. */
  nextNoise: string;
  old: State;
  new: State;
}

function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** What a device that is up has in its memory but for the dead part of the stack, its registers, the time. */
function memoryOf({ rp2040: { sram, core }, cycles }: Pico): string {
  return sha256(sram.subarray(0, STACK_AT), sram.subarray(core.SP - SRAM), core.registers.join(), String(cycles));
}

/** Notes the addresses in the flash, of words, that are read as the store is, from now on. */
function watchStore({ rp2040 }: Pico, words: Set<number>): void {
  const read = rp2040.readUint32.bind(rp2040);
  rp2040.readUint32 = (address) => {
    if (address >>> WINDOW_BITS === XIP_NOCACHE_NOALLOC) words.add(address % 2 ** WINDOW_BITS);
    return read(address);
  };
}

/** The same change of `before`, but where the first record was written: it overwrites the record in force. */
export function overwriting(before: NorFlash, change: NorFlash): NorFlash {
  const distance = change.operations[0]!.address - before.operations[0]!.address;
  assert.ok(distance > 0, "the change takes the other slot");
  const flash = new NorFlash(before.bytes);
  flash.operations.push(
    ...change.operations.map((operation) => ({ ...operation, address: operation.address - distance })),
  );
  return flash;
}

/** Cuts that hit nothing would lose nothing. */
export function assertBoth(found: Set<State>, ...expected: [State, State]): void {
  assert.deepEqual([...found].sort(), expected.sort(), "both states come about");
}

export class PowerCuts {
  /** By image and noise; and by all that a device that is up will look at. */
  readonly #states = new Map<string, State>();
  /** By a device's memory: the words of the store that were read while it was asked. */
  readonly #words = new Map<string, Set<number>>();

  /** `ask` makes the requests of clients, which change nothing. */
  constructor(
    readonly random: Random,
    readonly ask: (pico: Pico) => State,
  ) {}

  /** Asks a device that is up. */
  stateOf(pico: Pico): State {
    const memory = memoryOf(pico);
    const words = this.#words.get(memory) ?? new Set<number>();
    const flash = Buffer.from(pico.flash.bytes.buffer);
    const everything = (): string => sha256(memory, [...words].map((word) => flash.readUInt32LE(word)).join());
    const known = this.#states.get(everything());
    if (known) return known;
    watchStore(pico, words);
    const found = this.ask(pico);
    this.#words.set(memory, words);
    this.#states.set(everything(), found);
    return found;
  }

  /** Boots from the image, without a fault. */
  revive(image: Uint8Array, noise: string): Pico {
    const pico = new Pico({ flash: image, entropy: entropyBits("good", noise) });
    boot(pico);
    assert.doesNotMatch(pico.uartOutput, /fault/);
    assert.deepEqual(pico.resets, []);
    return pico;
  }

  /** The state of a device that has booted from the image. */
  stateAfter(image: Uint8Array, noise: string): State {
    const key = sha256(noise, image);
    const found = this.#states.get(key) ?? this.stateOf(this.revive(image, noise));
    this.#states.set(key, found);
    return found;
  }

  /** What the flash holds after a cut at that cycle. */
  imageAt({ flash }: Pick<Recording, "flash">, cycle: number): Uint8Array {
    return flash.imageAt(cycle, () => this.random.next() / 2 ** 32);
  }

  /** What a cut of the flash at work has left that the old state is in force still. */
  tornImage({ flash, nextNoise, old }: Pick<Recording, "flash" | "nextNoise" | "old">): Uint8Array {
    for (let i = 0; i < ATTEMPTS; i++) {
      const image = this.imageAt({ flash }, this.#aimed(flash.operations));
      if (this.stateAfter(image, nextNoise) === old) return image;
    }
    throw new Error(`no cut of ${ATTEMPTS} leaves the old state in force`);
  }

  /**
   * Every second cut hits the flash at work, every operation equally often; the rest may come at any moment. Returns
   * the states found.
   */
  cut(recording: Recording, count: number): Set<State> {
    const found = new Set<State>();
    for (let i = 0; i < count; i++) {
      const cycle = i % 2 === 0 ? this.#aimed(recording.flash.operations) : this.random.below(recording.end);
      try {
        found.add(this.#cutAt(recording, cycle));
      } catch (error) {
        throw new Error(`cut ${i}, at cycle ${cycle}: ${(error as Error).message}`, { cause: error });
      }
    }
    return found;
  }

  /** The device must come back in the old state or in the new one, which a client may have heard of. */
  #cutAt(recording: Recording, cycle: number): State {
    const found = this.stateAfter(this.imageAt(recording, cycle), recording.nextNoise);
    const right = cycle >= recording.toldAt ? [recording.new] : [recording.old, recording.new];
    assert.ok(right.includes(found), `a wrong state: ${found}`);
    return found;
  }

  /** A cycle in which the flash is at work. */
  #aimed(operations: readonly FlashOperation[]): number {
    const { start, end } = this.random.pick(operations);
    return start + this.random.below(end - start);
  }
}
