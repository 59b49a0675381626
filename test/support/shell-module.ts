// The shell module with a model of a terminal, and a host that takes what comes in pieces.

import assert from "node:assert/strict";
import { ShellEvent, ShellInput, ShellWords } from "../../assembly/abi/index.js";
import { moduleBytes } from "./modules.js";
import { Screen } from "./screen.js";

export interface ShellModuleExports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  inputPtr(): number;
  inputCapacity(): number;
  outputPtr(): number;
  open(kind: number, columns: number): void;
  prompt(length: number): void;
  receive(length: number): number;
  consumed(): number;
  end(): number;
  endEscape(): void;
  wordStart(): number;
  complete(length: number): void;
  resize(columns: number): void;
  output(room: number): number;
  linePtr(): number;
  lineLength(): number;
  splitWords(): number;
  wordsPtr(): number;
  wordsLength(): number;
  remember(): void;
  historyPtr(): number;
  historyLength(): number;
}

const WORDS = ["help", "info", "uptime", "echo", "cat", "led", "exit"];

let code: WebAssembly.Module | undefined;

export interface ShellOptions {
  kind?: ShellInput;
  columns?: number;
  /** How many bytes of output are taken at once. */
  room?: number;
  words?: string[];
  prompt?: string;
  /** Whether lines go into the history. */
  remembers?: boolean;
  /** In place of an instance of the module. */
  instance?: WebAssembly.Instance;
}

/** One interactive session: lines are remembered and answered with a prompt. */
export class ShellModule {
  readonly exports: ShellModuleExports;
  readonly terminal: Screen;
  readonly events: string[] = [];
  readonly lines: string[] = [];
  output = "";
  readonly #options: Required<Omit<ShellOptions, "instance">>;

  constructor(options: ShellOptions = {}) {
    const {
      kind = ShellInput.TERMINAL,
      columns = 80,
      room = 1000,
      words = WORDS,
      prompt = "> ",
      remembers = true,
      instance,
    } = options;
    this.#options = { kind, columns, room, words, prompt, remembers };
    code ??= new WebAssembly.Module(moduleBytes("shell"));
    this.exports = (instance ?? new WebAssembly.Instance(code)).exports as unknown as ShellModuleExports;
    this.terminal = new Screen(columns, kind !== ShellInput.DUMB_TERMINAL);
    this.exports.open(kind, columns);
    this.prompt();
  }

  get memory(): Buffer {
    return Buffer.from(this.exports.memory.buffer);
  }

  get line(): string {
    const start = this.exports.linePtr();
    return this.memory.subarray(start, start + this.exports.lineLength()).toString("utf8");
  }

  /** Of the line; undefined: a quote has no end. */
  get words(): string[] | undefined {
    const result: ShellWords = this.exports.splitWords();
    if (result !== ShellWords.OK) return undefined;
    const start = this.exports.wordsPtr();
    const text = this.memory.subarray(start, start + this.exports.wordsLength()).toString("utf8");
    return text.split("\0").slice(0, -1);
  }

  /** Newest first. */
  get history(): string[] {
    const start = this.exports.historyPtr();
    const text = this.memory.subarray(start, start + this.exports.historyLength()).toString("utf8");
    return text.split("\n").slice(0, -1);
  }

  prompt(): void {
    this.exports.prompt(this.#put(this.#options.prompt));
    this.drain();
  }

  /** Types it all, in pieces of `pieceBytes`. */
  type(keys: string | Uint8Array, pieceBytes = Infinity): this {
    let bytes = Buffer.from(keys as string);
    while (bytes.length > 0) {
      const length = this.#put(bytes.subarray(0, pieceBytes));
      const event: ShellEvent = this.exports.receive(length);
      const consumed = this.exports.consumed();
      assert.ok(consumed <= length && (consumed === length || event !== ShellEvent.NONE));
      bytes = bytes.subarray(consumed);
      this.drain();
      this.handle(event);
    }
    return this;
  }

  /** The input has ended. */
  end(): this {
    while (this.events.at(-1) !== "END") this.handle(this.exports.end());
    return this;
  }

  resize(columns: number): this {
    this.terminal.resize(columns);
    this.exports.resize(columns);
    this.drain();
    return this;
  }

  handle(event: ShellEvent): void {
    if (event === ShellEvent.NONE) return;
    this.events.push(ShellEvent[event]);
    if (event === ShellEvent.COMPLETE) {
      const words = this.exports.wordStart() === 0 ? this.#options.words : [];
      this.exports.complete(this.#put(words.map((word) => `${word}\n`).join("")));
      this.drain();
      return;
    }
    if (event === ShellEvent.LINE) {
      this.lines.push(this.line);
      if (this.#options.remembers) this.exports.remember();
    }
    this.prompt();
  }

  /** Takes all of the output. */
  drain(): void {
    const { room } = this.#options;
    for (let length; (length = this.exports.output(room)) > 0;) {
      assert.ok(length <= room);
      const start = this.exports.outputPtr();
      const bytes = this.memory.subarray(start, start + length);
      this.output += bytes.toString("latin1");
    }
    const text = Buffer.from(this.output, "latin1");
    this.output = "";
    this.terminal.write(text);
    this.sent.push(text);
  }

  readonly sent: Buffer[] = [];

  #put(bytes: string | Uint8Array): number {
    const data = Buffer.from(bytes as string).subarray(0, this.exports.inputCapacity());
    this.memory.set(data, this.exports.inputPtr());
    return data.length;
  }
}
