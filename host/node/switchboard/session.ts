// What an authenticated connection is to the application: a session with channels (RFC 4254).
//
// Made by the server after SUCCESS, with the connection module's instance. Payloads numbered 80 to 127 come in from
// switchboard.ts; the module's events go to the channels (channel.ts), and the channels' writes go back through the
// module.

import { EventEmitter } from "node:events";
import { ConnectionEvent, DisconnectReason } from "../../../assembly/abi/index.js";
import { Channel } from "./channel.js";
import type { ChannelEvents, ChannelPort } from "./channel.js";
import { ModuleError } from "../modules.js";
import type { CompiledModule, Instance, ConnectionExports } from "../modules.js";
import { may } from "../userauth/permissions.js";
import type { Action, Permissions } from "../userauth/permissions.js";
import type { PayloadReceiver } from "./options.js";
import type { Switchboard } from "./switchboard.js";

/** What a session emits. */
export interface SessionEvents {
  /** The client has opened a channel. Listeners for its requests are added at once, not later. */
  channel: [channel: Channel];
  /** The connection has ended; its channels are closed. */
  close: [];
}

/**
 * Channels that the client has closed and the application still reads; when there are more, the oldest is destroyed.
 */
const CLOSED_CHANNELS = 8;

/** Where a session reports errors of the application's listeners. */
export type ReportError = (error: Error) => void;

/** One client that has logged in. */
export class Session extends EventEmitter<SessionEvents> {
  readonly #close: () => void;

  /** @internal */
  constructor(
    /** Numbers the server's connections from 1. */
    readonly id: number,
    /** Address and port of the client; what `accept` was told for a stream that is no socket. */
    readonly remoteAddress: string,
    close: () => void,
    /** What the user may do, as users.json or the program says. `may` answers. */
    readonly permissions: Permissions = {},
    /** Who it is. */
    readonly user?: string,
  ) {
    super();
    this.#close = close;
  }

  /** Whether the user may do something: to be asked before it is done, of commands of the application's own, too. */
  may(action: Action): boolean {
    return may(this.permissions, action);
  }

  /** Ends the connection: the client is told that the application wants it so. */
  close(): void {
    this.#close();
  }
}

/** Carries events and data between a session's channels and its instance of the connection module. */
export class ChannelHub implements PayloadReceiver {
  readonly #switchboard: Switchboard;
  readonly #instance: Instance<ConnectionExports>;
  readonly #channels = new Map<number, Channel>();
  /** Closed by the client, but not yet read to the end. */
  readonly #closedChannels = new Set<Channel>();
  readonly #session: Session;
  readonly #reportError: ReportError;
  readonly #onUse: () => void;

  /**
   * `onUse` is called for whatever happens in the session but questions about whether the client is there, and their
   * answers.
   */
  constructor(
    switchboard: Switchboard,
    module: CompiledModule<"connection">,
    windowBytes: number,
    session: Session,
    reportError: ReportError,
    onUse: () => void = () => {},
  ) {
    this.#onUse = onUse;
    this.#switchboard = switchboard;
    this.#session = session;
    this.#reportError = reportError;
    this.#instance = module.instantiate();
    this.#instance.exports.open(windowBytes);
  }

  receive(payload: Uint8Array): void {
    const { exports, memory } = this.#instance;
    memory.writeInput(exports, payload);
    const event = exports.receive(payload.length) as ConnectionEvent;
    this.#sendReply(exports.outputLength());
    if (event === ConnectionEvent.NONE || !this.#switchboard.alive) return;
    this.#onUse();
    if (event === ConnectionEvent.UNIMPLEMENTED) return this.#switchboard.sendUnimplemented();
    if (event === ConnectionEvent.PROTOCOL_ERROR) {
      return this.#switchboard.disconnect(DisconnectReason.PROTOCOL_ERROR, "protocol-error");
    }
    const number = exports.eventChannel() >>> 0;
    if (event === ConnectionEvent.OPEN) return this.#openChannel(number);
    const channel = this.#channels.get(number);
    if (!channel)
      throw new ModuleError(`the connection module reports the event ${event} of the unknown channel ${number}`);
    switch (event) {
      case ConnectionEvent.PTY_REQ:
        channel.pty = { terminal: this.#text(), columns: exports.columns() >>> 0, rows: exports.rows() >>> 0 };
        return this.#answer(channel, "pty", [channel.pty], true);
      case ConnectionEvent.ENV:
        return this.#answer(channel, "env", [
          this.#text(),
          decode(memory.view(exports.valuePtr(), exports.valueLength())),
        ]);
      case ConnectionEvent.SHELL:
        return this.#answer(channel, "shell", []);
      case ConnectionEvent.EXEC:
        return this.#answer(channel, "exec", [this.#text()]);
      case ConnectionEvent.SUBSYSTEM:
        return this.#answerSubsystem(channel, this.#text());
      case ConnectionEvent.SIGNAL:
        return this.#answer(channel, "signal", [this.#text()]);
      case ConnectionEvent.BREAK:
        return this.#answer(channel, "break", [exports.columns() >>> 0]);
      case ConnectionEvent.WINDOW_CHANGE:
        return channel.windowChange(exports.columns() >>> 0, exports.rows() >>> 0);
      case ConnectionEvent.DATA:
        return channel.receiveData(memory.read(exports.eventPtr(), exports.eventLength()));
      case ConnectionEvent.EOF:
        return channel.receiveEof();
      case ConnectionEvent.WINDOW_ADJUST:
        return this.wake();
      case ConnectionEvent.CLOSE:
        this.#channels.delete(number);
        return this.#closeChannel(channel);
      default:
        throw new ModuleError(`the connection module returned the event ${String(event)}`);
    }
  }

  /** Lets the channels send what waits, a packet each in turn. */
  wake(): void {
    for (let progress = true; progress;) {
      progress = false;
      for (const channel of this.#channels.values()) if (channel.advance()) progress = true;
    }
  }

  /** Asks the client whether it is there: whatever it answers is a sign of life. */
  keepalive(): void {
    this.#switchboard.run(() => this.#sendReply(this.#instance.exports.keepalive()));
  }

  /** The connection has ended, perhaps during a call of `receive`: nothing calls the module any more. */
  end(): void {
    const channels = [...this.#channels.values(), ...this.#closedChannels];
    this.#channels.clear();
    this.#closedChannels.clear();
    this.#instance.memory.wipe();
    for (const channel of channels) channel.destroy();
  }

  #openChannel(number: number): void {
    if (this.#channels.has(number)) throw new ModuleError(`the connection module opens the channel ${number} twice`);
    const channel: Channel = new Channel(this.#port(number, () => this.#channels.get(number) === channel));
    channel.on("error", this.#reportError);
    this.#channels.set(number, channel);
    // the module has confirmed it already
    if (!this.#session.may({ channel: "session" })) return void channel.destroy();
    try {
      this.#session.emit("channel", channel);
    } catch (error) {
      channel.destroy(error as Error);
    }
  }

  #closeChannel(channel: Channel): void {
    channel.receiveClose();
    if (channel.destroyed) return;
    this.#closedChannels.add(channel);
    channel.once("close", () => this.#closedChannels.delete(channel));
    const [oldest] = this.#closedChannels;
    if (this.#closedChannels.size > CLOSED_CHANNELS) oldest!.destroy();
  }

  /** What a channel may do to the connection module; nothing once its number names another channel. */
  #port(number: number, isCurrent: () => boolean): ChannelPort {
    const { exports, memory } = this.#instance;
    const call = (action: () => number) => {
      this.#switchboard.run(() => {
        if (isCurrent()) this.#sendReply(action());
      });
    };
    return {
      writable: () => {
        let length = 0;
        this.#switchboard.run(() => {
          if (this.#switchboard.ready && isCurrent()) length = exports.writable(number) >>> 0;
        });
        return length;
      },
      write: (bytes, extended) =>
        call(() => {
          this.#onUse();
          memory.write(exports.writePtr(), exports.writable(number), bytes);
          return exports.write(number, bytes.length, extended ? 1 : 0);
        }),
      consumed: (length) => call(() => exports.consumed(number, length)),
      sendEof: () => call(() => exports.sendEof(number)),
      exit: (status) => call(() => exports.exit(number, status)),
      close: () => call(() => exports.close(number)),
    };
  }

  #answerSubsystem(channel: Channel, name: string): void {
    if (this.#session.may({ channel: name })) return this.#answer(channel, "subsystem", [name]);
    this.#sendAnswer(false);
  }

  #answer(channel: Channel, event: keyof ChannelEvents, args: unknown[], acceptedByDefault = false): void {
    this.#sendAnswer(channel.request(event, args, acceptedByDefault));
    channel.answered();
  }

  #sendAnswer(accepted: boolean): void {
    this.#switchboard.run(() => this.#sendReply(this.#instance.exports.answer(accepted ? 1 : 0)));
  }

  /** Sends the payload that the last call left in the output. */
  #sendReply(length: number): void {
    if (length === 0) return;
    const { exports, memory } = this.#instance;
    this.#switchboard.send(memory.view(exports.outputPtr(), length));
  }

  #text(): string {
    const { exports, memory } = this.#instance;
    return decode(memory.view(exports.eventPtr(), exports.eventLength()));
  }
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
