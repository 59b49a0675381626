// Turns what a channel receives into lines, by way of an instance of the shell module (line-module.ts), one for each
// channel.
//
// In: bytes of the channel, and changes of its terminal. Out: finished lines, for shell.ts; on a terminal also prompt
// and echo. Nothing is read while the client does not take what it is sent, or while a command runs; but on a terminal
// a command does not miss Ctrl-C.

import { ShellEvent } from "../../../assembly/abi/index.js";
import { ModuleError } from "../modules.js";
import type { Channel } from "../switchboard/channel.js";
import { LineModule } from "./line-module.js";

const CTRL_C = 0x03;
const ESC = 0x1b;
/** A key's sequence comes at once; an ESC that nothing follows for so long was the Escape key. */
const ESCAPE_MS = 500;
/** Bytes that are typed while a command runs, and kept for the lines after it. */
const AHEAD_BYTES = 1024;
const NOTHING = Buffer.alloc(0);

/** Takes the lines. */
export interface LineReceiver {
  /** What a line on a terminal begins with. */
  readonly prompt: string;
  /** Words that the Tab key completes at a line's begin. */
  readonly completions: readonly string[];
  /** Without a terminal, what comes is not lines but bytes to be copied. */
  readonly copying: boolean;
  /** One line without its end. A promise, which is never rejected: what follows waits for it. */
  line(text: string): void | Promise<void>;
  /** A line that cannot be used, and why. */
  refuse(reason: string): void;
  /** Ctrl-C, also while a line is waited for. */
  interrupt(): void;
  /** Ctrl-D on an empty line, or the client's EOF. */
  endOfInput(): void;
}

/** The lines of one channel. What the module does wrong ends the channel. */
export class Lines {
  readonly #channel: Channel;
  readonly #receiver: LineReceiver;
  readonly #module = new LineModule();
  /** What the channel receives is for lines, or for one command. */
  #readsLines = false;
  #listening = false;
  /** Received, and not yet taken by the module. */
  #input: Buffer = NOTHING;
  #inputEnded = false;
  /** The module knows that the input has ended. */
  #endTold = false;
  /** What the module has asked for, to be done when its output has been taken. */
  #event: ShellEvent = ShellEvent.NONE;
  #promptDue = false;
  /** A line is waited for. */
  #running = false;
  /** Ctrl-C that came another way. */
  #interrupted = false;
  /** The terminal's width, if it has changed. */
  #columns: number | undefined;
  #escape: NodeJS.Timeout | undefined;
  /** Nothing has followed an ESC. */
  #escapeIsOver = false;

  constructor(channel: Channel, receiver: LineReceiver) {
    this.#channel = channel;
    this.#receiver = receiver;
    channel.once("close", () => {
      clearTimeout(this.#escape);
      this.#module.wipe();
    });
    for (const stream of [channel, channel.stderr]) stream.on("drain", () => this.#goOn());
    channel.on("window-change", (columns) => {
      this.#columns = columns;
      this.#goOn();
    });
  }

  /** Reads lines. */
  read(): void {
    this.#promptDue = true;
    this.#goOn();
  }

  /** Takes one command; what the channel receives is for it. */
  command(text: string): void {
    this.#module.openCommand();
    for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(this.#module.take(rest).consumed);
    this.#event = this.#module.end();
    this.#goOn();
  }

  /** Words of the line, while it is handled; undefined: a quote has no end. */
  get words(): string[] | undefined {
    return this.#module.words;
  }

  /** The line that is handled goes into the history. */
  remember(): void {
    this.#module.remember();
  }

  /** The oldest line first. */
  get history(): string[] {
    return this.#module.history;
  }

  /** Does what Ctrl-C does on a terminal. */
  interrupt(): void {
    this.#interrupted = true;
    this.#hear();
    this.#goOn();
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#channel.on("data", (bytes: Buffer) => this.#receive(bytes));
    this.#channel.on("end", () => {
      this.#inputEnded = true;
      this.#goOn();
    });
  }

  #receive(bytes: Buffer): void {
    clearTimeout(this.#escape);
    if (!this.#channel.writable) return;
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    this.#hear();
    this.#goOn();
  }

  /** While a command runs: hears Ctrl-C, with which what was typed before it is gone. */
  #hear(): void {
    if (!this.#running || !this.#channel.pty) return;
    const place = this.#interrupted ? this.#input.length : this.#input.lastIndexOf(CTRL_C);
    if (place >= 0) {
      this.#interrupted = false;
      this.#input = this.#input.subarray(place + 1);
      this.#receiver.interrupt();
    }
    this.#input = this.#input.subarray(0, AHEAD_BYTES);
  }

  #goOn(): void {
    const channel = this.#channel;
    try {
      while (this.#step());
    } catch (error) {
      channel.destroy(error as Error);
    }
    if (!this.#listening) return;
    const hears = this.#running ? channel.pty !== undefined : this.#input.length === 0 && !isFull(channel);
    if (hears || !channel.writable) channel.resume();
    else channel.pause();
  }

  /** Does the next thing that can be done; false: there is none. */
  #step(): boolean {
    const channel = this.#channel;
    if (!channel.writable || this.#running || isFull(channel)) return false;
    const output = this.#module.output();
    if (output) channel.write(output);
    else if (this.#event !== ShellEvent.NONE) this.#handleEvent();
    else if (this.#promptDue) this.#prompt();
    else if (this.#columns !== undefined) this.#resize(this.#columns);
    else if (this.#escapeIsOver) this.#endEscape();
    else if (this.#interrupted) this.#takeInterrupt();
    else if (this.#input.length > 0) this.#takeInput();
    else if (this.#inputEnded) this.#takeEnd();
    else return false;
    return true;
  }

  #handleEvent(): void {
    const receiver = this.#receiver;
    const event = this.#event;
    this.#event = ShellEvent.NONE;
    this.#promptDue = event !== ShellEvent.COMPLETE;
    switch (event) {
      case ShellEvent.COMPLETE:
        return this.#module.complete(receiver.completions);
      case ShellEvent.LINE:
        return this.#run();
      case ShellEvent.TOO_LONG:
        return receiver.refuse(`a line has more than ${this.#module.line.byteLength} bytes`);
      case ShellEvent.INTERRUPT:
        return receiver.interrupt();
      case ShellEvent.END:
        receiver.endOfInput();
        // the client's EOF ends what copies the input, and then the shell
        if (this.#endTold && this.#channel.writable) receiver.endOfInput();
        return;
      default:
        throw new ModuleError(`the shell module returned the event ${String(event)}`);
    }
  }

  #run(): void {
    const running = this.#receiver.line(this.#module.line.toString("utf8"));
    if (!running) return;
    this.#running = true;
    if (this.#channel.pty) this.#listen();
    this.#hear();
    void running.then(() => {
      this.#running = false;
      this.#goOn();
    });
  }

  #prompt(): void {
    this.#promptDue = false;
    if (!this.#readsLines) this.#module.open(this.#channel.pty);
    this.#readsLines = true;
    this.#listen();
    this.#module.prompt(this.#receiver.prompt);
  }

  #resize(columns: number): void {
    this.#columns = undefined;
    this.#module.resize(columns);
  }

  #takeInterrupt(): void {
    this.#interrupted = false;
    this.#event = this.#module.take(Uint8Array.of(CTRL_C)).event;
  }

  #endEscape(): void {
    this.#escapeIsOver = false;
    this.#module.endEscape();
  }

  #takeInput(): void {
    const input = this.#input;
    if (this.#receiver.copying && !this.#channel.pty) {
      this.#input = NOTHING;
      return void this.#channel.write(input);
    }
    const { event, consumed } = this.#module.take(input);
    this.#event = event;
    this.#input = input.subarray(consumed);
    if (consumed === input.length && input[consumed - 1] === ESC)
      this.#escape = setTimeout(() => {
        this.#escapeIsOver = true;
        this.#goOn();
      }, ESCAPE_MS);
  }

  #takeEnd(): void {
    this.#event = this.#endTold ? ShellEvent.END : this.#module.end();
    this.#endTold = true;
  }
}

/** The client does not take what it is sent, errors included. */
function isFull({ writableNeedDrain, stderr }: Channel): boolean {
  return writableNeedDrain || stderr.writableNeedDrain;
}
