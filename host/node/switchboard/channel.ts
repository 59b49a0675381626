// One session channel (RFC 4254 §5, §6) as a Node stream.
//
// session.ts reports what the client did; the application reads, writes and exits. Flow control holds both ways: the
// client may send as much as the application has read, and a write waits until the client takes it. An error of the
// application ends its channel alone.

import { Duplex, finished, Writable } from "node:stream";
import type { DuplexOptions } from "node:stream";

/** A pseudo-terminal that the client asked for (RFC 4254 §6.2). */
export interface Pty {
  /** The client's TERM. */
  terminal: string;
  columns: number;
  rows: number;
}

/**
 * The answer to a channel request. A request that has a listener is accepted unless a listener rejects it; others are
 * rejected.
 */
export interface ChannelRequest {
  reject(): void;
}

/**
 * What a channel emits besides the events of a Duplex. The request's answer is sent when the listeners have returned.
 */
export interface ChannelEvents {
  /** Accepted without a listener too. */
  pty: (pty: Pty, request: ChannelRequest) => void;
  env: (name: string, value: string, request: ChannelRequest) => void;
  shell: (request: ChannelRequest) => void;
  exec: (command: string, request: ChannelRequest) => void;
  subsystem: (name: string, request: ChannelRequest) => void;
  /** RFC 4254 §6.9: a name without SIG, such as INT. */
  signal: (name: string, request: ChannelRequest) => void;
  /** RFC 4335: milliseconds, 0 for as long as is usual. */
  break: (length: number, request: ChannelRequest) => void;
  "window-change": (columns: number, rows: number) => void;
}

/** What a channel needs of its session. */
export interface ChannelPort {
  /** How many bytes the next write may have; 0 when it must wait. */
  writable(): number;
  write(bytes: Uint8Array, extended: boolean): void;
  /** The application has taken so many bytes. */
  consumed(length: number): void;
  sendEof(): void;
  exit(status: number): void;
  close(): void;
}

/** Of an event that Duplex knows. */
type Listener = Parameters<Duplex["on"]>[1];
type Callback = (error?: Error | null) => void;

/** What waits for the reader is kept in pieces of so many bytes at least, however small the client's messages are. */
const PIECE_BYTES = 4_096;

/** A write on its way. */
interface PendingWrite {
  bytes: Uint8Array;
  extended: boolean;
  done: Callback;
}

/**
 * A session channel: a Duplex of the program's standard input and output. Reading ends when the client sends EOF;
 * `close` comes when the channel is gone, be it that both sides have closed it or that the connection has ended. `exit`
 * ends it properly, `destroy` at once.
 *
 * A client may close the channel while what it sent before its EOF is still being read: then `close` comes after `end`,
 * and what is written goes nowhere.
 */
export class Channel extends Duplex {
  /** The program's standard error. */
  readonly stderr: Writable;
  /** The terminal, if the client asked for one; follows its changes of size. */
  pty: Pty | undefined;
  #port: ChannelPort | undefined;
  #received: Uint8Array[] = [];
  #wanted = false;
  #clientEof = false;
  #writes: PendingWrite[] = [];
  #answering = false;
  #exiting = false;

  /** @internal Channels are made by their session. */
  constructor(port: ChannelPort, options: DuplexOptions = {}) {
    // What is unread stays here, where small pieces are joined: a Readable keeps each with an object of its own.
    const fixed = { readableHighWaterMark: 1, autoDestroy: false, captureRejections: true };
    super({ ...options, ...fixed });
    this.#port = port;
    this.stderr = new Writable({
      autoDestroy: false,
      write: (bytes: Uint8Array, _encoding, done) => this.#enqueue({ bytes, extended: true, done }),
    });
    this.stderr.on("error", () => {}); // the channel's own "close" tells
  }

  /** Columns of the terminal, as of a TTY stream; undefined without one. */
  get columns(): number | undefined {
    return this.pty?.columns;
  }

  /** Rows of the terminal, as of a TTY stream; undefined without one. */
  get rows(): number | undefined {
    return this.pty?.rows;
  }

  /** Ends the channel: sends what was written, EOF and the exit status (0 to 255 on most clients), then closes. */
  exit(status = 0): void {
    if (this.#exiting) return;
    this.#exiting = true;
    this.end();
    finished(this, { readable: false }, (error) => {
      if (error) return;
      this.#port?.exit(status >>> 0);
      this.#port?.close();
    });
  }

  /**
   * @internal Runs the listeners of a request and says whether it is accepted; what they write is sent after the
   * answer.
   */
  request(event: keyof ChannelEvents, args: unknown[], acceptedByDefault = false): boolean {
    let accepted = acceptedByDefault || this.listenerCount(event) > 0;
    const request: ChannelRequest = {
      reject: () => {
        accepted = false;
      },
    };
    this.#answering = true;
    try {
      super.emit(event, ...args, request);
    } catch (error) {
      accepted = false;
      process.nextTick(() => this.destroy(toError(error))); // the answer goes first
    }
    return accepted;
  }

  /** @internal The request's answer has been sent. */
  answered(): void {
    this.#answering = false;
    while (this.advance());
  }

  /** @internal */
  windowChange(columns: number, rows: number): void {
    if (this.pty) Object.assign(this.pty, { columns, rows });
    this.emit("window-change", columns, rows);
  }

  /** @internal The client sent data; the channel keeps the bytes. */
  receiveData(bytes: Uint8Array): void {
    if (this.destroyed) return;
    const last = this.#received[this.#received.length - 1];
    if (last && last.length + bytes.length <= PIECE_BYTES) {
      const joined = new Uint8Array(last.length + bytes.length);
      joined.set(last);
      joined.set(bytes, last.length);
      this.#received[this.#received.length - 1] = joined;
    } else {
      this.#received.push(bytes);
    }
    this.#deliver();
  }

  /** @internal The client sends no more data. */
  receiveEof(): void {
    if (this.destroyed || this.#clientEof) return;
    this.#clientEof = true;
    this.#deliver();
  }

  /**
   * @internal Both sides have closed the channel. It is destroyed now, or when the reader has finished with what the
   * client sent.
   */
  receiveClose(): void {
    this.#port = undefined;
    const unread = this.#received.length > 0 || this.readableLength > 0;
    const mayFinish = this.#clientEof && !this.readableEnded && (unread || this.readableFlowing !== null);
    if (!mayFinish || this.#exiting) return void this.destroy();
    this.once("end", () => this.destroy());
    for (const write of this.#writes.splice(0)) this.#discard(write);
  }

  /** @internal Sends at most one packet of what waits; whether it did. */
  advance(): boolean {
    const write = this.#writes[0];
    if (!write || !this.#port || this.#answering) return false;
    const length = Math.min(write.bytes.length, this.#port.writable());
    if (length === 0) return false;
    this.#port.write(write.bytes.subarray(0, length), write.extended);
    if (length < write.bytes.length) {
      write.bytes = write.bytes.subarray(length);
    } else {
      this.#writes.shift();
      this.#finishWrite(write.done);
    }
    return true;
  }

  /** Whenever a listener is called, what it throws ends this channel and goes no further. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      return super.emit(event, ...args);
    } catch (error) {
      if (event === "error") throw error;
      this.#fail(error);
      return true;
    }
  }

  override on<Event extends keyof ChannelEvents>(event: Event, listener: ChannelEvents[Event]): this;
  override on(event: string | symbol, listener: Listener): this;
  override on(event: string | symbol, listener: Listener): this {
    return super.on(event, listener);
  }

  override once<Event extends keyof ChannelEvents>(event: Event, listener: ChannelEvents[Event]): this;
  override once(event: string | symbol, listener: Listener): this;
  override once(event: string | symbol, listener: Listener): this {
    return super.once(event, listener);
  }

  override _read(): void {
    this.#wanted = true;
    this.#deliver();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: Callback): void {
    this.#enqueue({ bytes, extended: false, done });
  }

  override _final(done: Callback): void {
    if (!this.stderr.writableEnded) this.stderr.end();
    finished(this.stderr, (error) => {
      if (!error) this.#port?.sendEof();
      done(error);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const port = this.#port;
    if (port) process.nextTick(() => port.close()); // behind the answer to a request that is being handled
    this.#port = undefined;
    this.#received = [];
    for (const write of this.#writes.splice(0)) this.#finishWrite(write.done, new Error("the channel is closed"));
    this.stderr.destroy();
    done(error);
  }

  #enqueue(write: PendingWrite): void {
    if (!this.#port) return this.#discard(write);
    if (write.bytes.length === 0) return write.done();
    this.#writes.push(write); // at most two: the streams hold the rest
    while (this.advance());
  }

  /** Tells the stream, which calls the application. */
  #finishWrite(done: Callback, error?: Error): void {
    try {
      done(error);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Ends a write that goes nowhere. Others have their turn: an application may write without end. */
  #discard({ done }: PendingWrite): void {
    setImmediate(() => this.#finishWrite(done));
  }

  /** The application has thrown an error. */
  #fail(error: unknown): void {
    if (this.destroyed) this.emit("error", toError(error));
    else this.destroy(toError(error));
  }

  /** Hands to the reader what it asks for; that is when the client may send more. */
  #deliver(): void {
    while (this.#wanted && this.#received.length > 0) {
      const bytes = this.#received.shift()!;
      this.#wanted = false; // `push` may ask again
      if (this.push(bytes)) this.#wanted = true;
      this.#port?.consumed(bytes.length);
    }
    if (this.#clientEof && this.#received.length === 0 && !this.readableEnded) this.push(null);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
