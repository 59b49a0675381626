// An instance of the shell module (docs/abi.md) as lines.ts uses it: bytes of a channel in, lines and bytes for the
// terminal out.
//
// The one place where what that module says is believed, once it has been compared with what it was given.

import { ShellEvent, ShellInput, ShellWords } from "../../../assembly/abi/index.js";
import { OUTPUT_CAPACITY } from "../../core/abi.js";
import { loadModule, ModuleError, wideModulePath } from "../modules.js";
import type { CompiledModule, Instance, ShellExports } from "../modules.js";
import type { Pty } from "../switchboard/channel.js";

/** Names of terminals that know no escape sequences. */
const DUMB_TERMINALS = new Set(["dumb", ""]);

export class LineModule {
  readonly #exports: ShellExports;
  readonly #memory: Instance<ShellExports>["memory"];

  constructor(module: CompiledModule<"shell"> = loadModule("shell", wideModulePath("shell"))) {
    const { exports, memory } = module.instantiate();
    this.#exports = exports;
    this.#memory = memory;
  }

  /** What comes is typed on the terminal; without one it is a script, line by line. */
  open(pty: Pty | undefined): void {
    if (!pty) return this.#exports.open(ShellInput.SCRIPT, 0);
    const { terminal, columns } = pty;
    this.#exports.open(DUMB_TERMINALS.has(terminal) ? ShellInput.DUMB_TERMINAL : ShellInput.TERMINAL, columns);
  }

  /** What comes is one command. */
  openCommand(): void {
    this.#exports.open(ShellInput.COMMAND, 0);
  }

  /** Begins a line; nothing is left of the one before. */
  prompt(text: string): void {
    this.#exports.prompt(this.#put(Buffer.from(text)));
  }

  /** Takes bytes, up to the one that makes an event. */
  take(bytes: Uint8Array): { event: ShellEvent; consumed: number } {
    const length = this.#put(bytes);
    const event: ShellEvent = this.#exports.receive(length);
    const consumed = this.#exports.consumed() >>> 0;
    if (consumed === 0 || consumed > length)
      throw new ModuleError(`the shell module has taken ${consumed} of ${length} bytes`);
    return { event, consumed };
  }

  /** The input has ended. */
  end(): ShellEvent {
    return this.#exports.end();
  }

  /** The next bytes for the terminal; undefined when all have been taken. */
  output(): Uint8Array | undefined {
    const length = this.#exports.output(OUTPUT_CAPACITY);
    return length === 0 ? undefined : this.#memory.read(this.#exports.outputPtr(), length);
  }

  /** The line; of one that is too long, what there is room for. */
  get line(): Buffer {
    return Buffer.from(this.#memory.read(this.#exports.linePtr(), this.#exports.lineLength()).buffer);
  }

  /** Words of the line; undefined: a quote has no end. */
  get words(): string[] | undefined {
    const result: ShellWords = this.#exports.splitWords();
    if (result !== ShellWords.OK) return undefined;
    return this.#parts(this.#exports.wordsPtr(), this.#exports.wordsLength(), "\0");
  }

  remember(): void {
    this.#exports.remember();
  }

  /** The oldest line first. */
  get history(): string[] {
    return this.#parts(this.#exports.historyPtr(), this.#exports.historyLength(), "\n").reverse();
  }

  /**
   * Completes the word at the cursor, if it is the line's first one. Of the choice, what has no room is not offered.
   */
  complete(choice: readonly string[]): void {
    let words = "";
    const room = this.#exports.inputCapacity() >>> 0;
    for (const word of this.#exports.wordStart() === 0 ? choice : []) {
      if (words.length + word.length < room) words += `${word}\n`;
    }
    this.#exports.complete(this.#put(Buffer.from(words)));
  }

  resize(columns: number): void {
    this.#exports.resize(columns);
  }

  endEscape(): void {
    this.#exports.endEscape();
  }

  /** Overwrites all that the instance holds. It is not used again. */
  wipe(): void {
    this.#memory.wipe();
  }

  /** Puts into the input buffer what fits; returns how much. */
  #put(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#exports.inputCapacity() >>> 0);
    this.#memory.writeInput(this.#exports, part);
    return part.length;
  }

  /** Texts with an end behind each. */
  #parts(pointer: number, length: number, end: string): string[] {
    return Buffer.from(this.#memory.view(pointer, length)).toString("utf8").split(end).slice(0, -1);
  }
}
