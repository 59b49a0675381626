// One session channel (RFC 4254 §5, §6) as a Node stream.
//
// session.ts reports what the client did; the application reads, writes and exits. Flow control holds both ways: the client may send as
// much as the application has read, and a write waits until the client takes it.

import { Duplex, finished, Writable } from "node:stream";
import type { DuplexOptions } from "node:stream";

/** A pseudo-terminal that the client asked for (RFC 4254 §6.2). */
export interface Pty {
  /** The client's TERM. */
  terminal: string;
  columns: number;
  rows: number;
}

/** The answer to a channel request. A request that has a listener is accepted unless a listener rejects it; others are rejected. */
export interface ChannelRequest {
  reject(): void;
}

/** What a channel emits besides the events of a Duplex. The request's answer is sent when the listeners have returned. */
export interface ChannelEvents {
  /** Accepted without a listener too. */
  pty: (pty: Pty, request: ChannelRequest) => void;
  env: (name: string, value: string, request: ChannelRequest) => void;
  shell: (request: ChannelRequest) => void;
  exec: (command: string, request: ChannelRequest) => void;
  subsystem: (name: string, request: ChannelRequest) => void;
  /** RFC 4254 §6.9: a name without SIG, such as INT. */
  signal: (name: string, request: ChannelRequest) => void;
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

/** A write on its way. */
interface PendingWrite {
  bytes: Uint8Array;
  extended: boolean;
  done: Callback;
}

/**
 * A session channel: a Duplex of the program's standard input and output. Reading ends when the client sends EOF; `close` comes when the
 * channel is gone, be it that both sides have closed it or that the connection has ended. `exit` ends it properly, `destroy` at once.
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
    super({ ...options, autoDestroy: false, captureRejections: true } as DuplexOptions);
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

  /** @internal Runs the listeners of a request and says whether it is accepted; what they write is sent after the answer. */
  request(event: keyof ChannelEvents, args: unknown[], acceptedByDefault = false): boolean {
    let accepted = acceptedByDefault || this.listenerCount(event) > 0;
    const request: ChannelRequest = {
      reject: () => {
        accepted = false;
      },
    };
    this.#answering = true;
    try {
      this.emit(event as string, ...args, request);
    } catch (error) {
      accepted = false;
      // The answer goes first.
      process.nextTick(() => this.destroy(error instanceof Error ? error : new Error(String(error))));
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
    try {
      this.emit("window-change", columns, rows);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** @internal The client sent data; the channel keeps the bytes. */
  receiveData(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.#received.push(bytes);
    this.#deliver();
  }

  /** @internal The client sends no more data. */
  receiveEof(): void {
    if (this.destroyed || this.#clientEof) return;
    this.#clientEof = true;
    this.#deliver();
  }

  /** @internal The channel is gone. */
  receiveClose(): void {
    this.#port = undefined;
    this.destroy();
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
      write.done();
    }
    return true;
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
    const writes = this.#writes;
    this.#writes = [];
    for (const write of writes) write.done(new Error("the channel is closed"));
    this.stderr.destroy();
    done(error);
  }

  #enqueue(write: PendingWrite): void {
    if (!this.#port) return write.done(new Error("the channel is closed"));
    if (write.bytes.length === 0) return write.done();
    this.#writes.push(write); // at most two: the streams hold the rest
    while (this.advance());
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
