// One connection's switchboard: carries bytes between the client's stream, the transport and userauth modules, and a
// session.
//
// Bytes of the stream go into the transport module; the payloads that come out are told apart by their first byte
// alone: 50–79 go to the userauth module (userauth.ts), 80–127 to the session (session.ts), which does not exist before
// SUCCESS. Replies go back through the transport module. While a userauth request is being judged, what the client
// sends waits. An error in a module, or in here, ends this connection and nothing else.

import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { DisconnectReason, TransportError, TransportEvent, UserauthStatus } from "../../../assembly/abi/index.js";
import { DESCRIPTIONS, TRANSPORT_DESCRIPTIONS } from "./ending.js";
import type { EndCause, Ending, OwnCause } from "./ending.js";
import { ModuleError } from "../modules.js";
import type { Instance, TransportExports } from "../modules.js";
import {
  DESCRIPTION_CAPACITY,
  DESCRIPTION_OFFSET,
  HOST_KEY_BYTES,
  SIGNATURE_ALGORITHMS_CAPACITY,
} from "../../core/abi.js";
import { SEED_BYTES } from "../credentials/openssh-keys.js";
import type { PayloadReceiver, SwitchboardOptions } from "./options.js";
import type { Judgement, Userauth } from "../userauth/userauth.js";

const ENTROPY_BYTES = 64;
/** Of a `TransportError`: the reason that the client is given. */
const REASON_MASK = 0xff;
/** While more than this waits in the stream's write buffer, nothing is read and no application data is sent. */
const WRITE_MARK_BYTES = 256 * 1024;
/** What a client may send while its request is being judged: nothing that it sends before the answer is of use. */
const AHEAD_BYTES = 64 * 1024;
/** Replies that wait for the end of a key exchange; more is an attack. Each counts with what holding it costs. */
const HELD_REPLIES_BYTES = 64 * 1024;
const HELD_REPLY_OVERHEAD_BYTES = 128;
/** How long a client may take to close after the last bytes were sent. */
const LINGER_MS = 2_000;
const FIRST_USERAUTH_NUMBER = 50;
const FIRST_CONNECTION_NUMBER = 80;
const LAST_CONNECTION_NUMBER = 127;

/** Makes SSH_MSG_DISCONNECT; returns the output's length. */
export function writeDisconnect(
  { exports, memory }: Instance<TransportExports>,
  reason: DisconnectReason,
  description: string,
): number {
  const text = Buffer.from(description, "latin1");
  memory.write(exports.sendPtr() + DESCRIPTION_OFFSET, DESCRIPTION_CAPACITY, text);
  return exports.disconnect(reason, text.length);
}

/** See `SwitchboardOptions` for what it is given and whom it tells. */
export class Switchboard {
  /** Counts of the stream's bytes. */
  bytesReceived = 0;
  bytesSent = 0;
  readonly #options: SwitchboardOptions;
  readonly #stream: Duplex;
  #transport: Instance<TransportExports> | undefined;
  #transportFailed = false;
  #userauth: Userauth | undefined;
  #judging = false;
  #session: PayloadReceiver | undefined;
  #unread: Uint8Array[] = [];
  #feeding = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #corked = false;
  #rekeyTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
    this.#stream = options.stream;
  }

  /** Takes the stream over and starts the connection. */
  start(): void {
    const stream = this.#stream;
    stream.on("error", () => {}); // "close" follows, and says all there is to say
    stream.on("close", () => {
      clearTimeout(this.#lingerTimer);
      try {
        this.#end({ cause: "client-closed", reason: 0 });
      } finally {
        this.#options.onClose();
      }
    });
    stream.on("end", () => this.destroy("client-closed"));
    stream.on("data", (bytes: Uint8Array) => {
      this.bytesReceived += bytes.length;
      if (this.alive) this.#unread.push(bytes);
      this.run(() => this.#feed());
    });
    stream.on("drain", () => this.run(() => this.#feed()));
    try {
      this.#transport = this.#options.modules.transport.instantiate();
    } catch (error) {
      this.#fail(error);
    }
    this.run(() => this.#calling(() => this.#open()));
  }

  /** False from the connection's end on. */
  get alive(): boolean {
    return this.#transport !== undefined;
  }

  /** Whether the key exchange that every connection begins with has given it keys. */
  get hasKeys(): boolean {
    return this.alive && this.#transport!.exports.sessionIdLength() > 0;
  }

  /** Whether a userauth request is being judged. */
  get judging(): boolean {
    return this.#judging;
  }

  /**
   * Whether application data can be sent: no key exchange runs, nothing waits before it and the client takes what it is
   * sent.
   */
  get ready(): boolean {
    return this.alive && this.#held.length === 0 && !this.#choked() && this.#capacity() > 0;
  }

  /**
   * Calls into a module from outside `receive`: whatever is thrown ends the connection. Does nothing when it has ended.
   */
  run(action: () => void): void {
    if (!this.alive) return;
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends a payload, or holds it until the key exchange has ended. */
  send(payload: Uint8Array): void {
    if (!this.alive) return;
    if (this.#held.length === 0 && this.#capacity() > 0) return this.#transmit(payload);
    this.#heldBytes += payload.length + HELD_REPLY_OVERHEAD_BYTES;
    if (this.#heldBytes > HELD_REPLIES_BYTES) return this.disconnect(DisconnectReason.PROTOCOL_ERROR, "held-replies");
    this.#held.push(payload.slice());
  }

  /** Answers the last payload with SSH_MSG_UNIMPLEMENTED. */
  sendUnimplemented(): void {
    const transport = this.#transport;
    if (transport) this.#calling(() => this.#sendOutput(transport, transport.exports.unimplemented()));
  }

  /** Ends the connection with SSH_MSG_DISCONNECT; the description says the cause. */
  disconnect(reason: DisconnectReason, cause: OwnCause, description = DESCRIPTIONS[cause]): void {
    this.run(() => {
      this.#sayDisconnect(reason, description);
      this.#finish({ cause, reason });
    });
  }

  /** Closes the stream at once, without a word. */
  destroy(cause: EndCause, error?: Error): void {
    try {
      this.#end({ cause, reason: 0, ...(error && { error }) });
    } finally {
      this.#stream.destroy();
    }
  }

  #sayDisconnect(reason: DisconnectReason, description: string): void {
    const transport = this.#transport!;
    this.#calling(() => this.#sendOutput(transport, writeDisconnect(transport, reason, description)));
  }

  #open(): void {
    const transport = this.#transport!;
    const { exports, memory } = transport;
    const { seed, publicKey } = this.#options.hostKey;
    memory.write(exports.hostKeyPtr(), HOST_KEY_BYTES, seed);
    memory.write(exports.hostKeyPtr() + SEED_BYTES, HOST_KEY_BYTES - SEED_BYTES, publicKey);
    const algorithms = Buffer.from(this.#options.signatureAlgorithms?.join(",") ?? "", "latin1");
    if (algorithms.length > 0) {
      const announced = Buffer.of(algorithms.length, ...algorithms);
      memory.write(exports.signatureAlgorithmsPtr(), 1 + SIGNATURE_ALGORITHMS_CAPACITY, announced);
    }
    const entropy = this.#options.entropy?.() ?? randomBytes(ENTROPY_BYTES);
    memory.writeInput(exports, entropy);
    const length = exports.open(entropy.length);
    entropy.fill(0);
    if (length === 0) throw new ModuleError("the transport module did not open");
    this.#sendOutput(transport, length);
  }

  /** Gives the transport module what was read, as far as the client takes our answers. */
  #feed(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    try {
      while (this.#unread.length > 0 && this.#transport && !this.#choked() && !this.#judging)
        this.#feedOnce(this.#transport);
    } finally {
      this.#feeding = false;
    }
    if (!this.alive) return;
    // Who is not read is not seen to go.
    if (this.#judging && this.#isFarAhead()) return this.disconnect(DisconnectReason.PROTOCOL_ERROR, "too-far-ahead");
    if (this.#choked()) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
    if (this.#session && this.ready) this.#session.wake();
  }

  #feedOnce(transport: Instance<TransportExports>): void {
    const { exports, memory } = transport;
    const bytes = this.#unread[0]!;
    const slice = bytes.subarray(
      0,
      this.#calling(() => exports.inputCapacity() >>> 0),
    );
    if (slice.length === 0) throw this.#distrust("the transport module takes no input");
    if (slice.length < bytes.length) this.#unread[0] = bytes.subarray(slice.length);
    else this.#unread.shift();
    const event = this.#calling(() => {
      memory.writeInput(exports, slice);
      const event = exports.receive(slice.length) as TransportEvent;
      this.#sendOutput(transport, exports.outputLength());
      return event;
    });
    switch (event) {
      case TransportEvent.CONTINUE:
        break;
      case TransportEvent.PAYLOAD:
        this.#route(
          transport,
          this.#calling(() => memory.view(exports.payloadPtr(), exports.payloadLength())),
        );
        break;
      case TransportEvent.CLOSED:
        return this.#finish({ cause: "client-disconnect", reason: exports.disconnectReason() >>> 0 });
      case TransportEvent.ERROR: {
        const error = exports.disconnectReason() as TransportError;
        return this.disconnect(error & REASON_MASK, "protocol-error", TRANSPORT_DESCRIPTIONS[error]);
      }
      default:
        throw this.#distrust(`the transport module returned the event ${String(event)}`);
    }
    while (this.#held.length > 0 && this.#capacity() > 0) this.#transmit(this.#held.shift()!);
    if (this.#held.length === 0) this.#heldBytes = 0;
  }

  /** Before anything that the client says is acted upon. */
  #refusesClient({ exports }: Instance<TransportExports>): boolean {
    if (!this.#options.requireStrictKex || exports.strictKex() !== 0) return false;
    this.disconnect(DisconnectReason.KEY_EXCHANGE_FAILED, "no-strict-kex");
    return true;
  }

  #route(transport: Instance<TransportExports>, payload: Uint8Array): void {
    const number = payload[0] ?? 0;
    if (number >= FIRST_USERAUTH_NUMBER && number < FIRST_CONNECTION_NUMBER)
      return this.#authenticate(transport, payload);
    if (number < FIRST_USERAUTH_NUMBER || number > LAST_CONNECTION_NUMBER) {
      throw this.#distrust(`the transport module let a payload numbered ${number} through`);
    }
    if (this.#session) return this.#session.receive(payload);
    this.disconnect(DisconnectReason.PROTOCOL_ERROR, "early-connection-message");
  }

  #authenticate(transport: Instance<TransportExports>, payload: Uint8Array): void {
    if (!this.#userauth && this.#refusesClient(transport)) return;
    const judgement = (this.#userauth ??= this.#openUserauth(transport)).receive(payload);
    if (!(judgement instanceof Promise)) return this.#conclude(judgement);
    this.#judging = true;
    judgement.then(
      (settled) => {
        this.#judging = false;
        this.run(() => {
          this.#conclude(settled);
          this.#feed();
        });
      },
      (error: unknown) => {
        if (this.alive) this.#fail(error);
      },
    );
  }

  #conclude(judgement: Judgement): void {
    const { status, replies } = judgement;
    for (const reply of replies) this.send(reply);
    if (this.#session || !this.alive) return; // what comes after SUCCESS changes nothing
    this.#options.onUserauth(judgement);
    if (status === UserauthStatus.SUCCESS) {
      this.#openSession(judgement);
    } else if (status === UserauthStatus.PROTOCOL_ERROR) {
      this.disconnect(DisconnectReason.PROTOCOL_ERROR, "protocol-error");
    } else if (status === UserauthStatus.TOO_MANY_ATTEMPTS) {
      this.disconnect(DisconnectReason.NO_MORE_AUTH_METHODS_AVAILABLE, "too-many-attempts");
    }
  }

  #openSession(judgement: Judgement): void {
    const session = this.#options.onSuccess(judgement);
    if (!this.alive) return;
    this.#session = session;
    const rekey = () => this.#calling(() => this.#sendOutput(this.#transport!, this.#transport!.exports.rekey()));
    this.#rekeyTimer = setInterval(() => this.run(rekey), this.#options.rekeyIntervalMs).unref();
  }

  #openUserauth({ exports, memory }: Instance<TransportExports>): Userauth {
    return this.#options.openUserauth(memory.view(exports.sessionIdPtr(), exports.sessionIdLength()));
  }

  #isFarAhead(): boolean {
    return this.#unread.reduce((sum, { length }) => sum + length, 0) > AHEAD_BYTES;
  }

  #capacity(): number {
    return this.#calling(() => this.#transport!.exports.sendCapacity() >>> 0);
  }

  #choked(): boolean {
    return this.#stream.writableLength > WRITE_MARK_BYTES;
  }

  #transmit(payload: Uint8Array): void {
    const transport = this.#transport!;
    const { exports, memory } = transport;
    this.#calling(() => {
      memory.write(exports.sendPtr(), exports.sendCapacity(), payload);
      const length = exports.send(payload.length);
      if (length === 0) throw new ModuleError("the transport module did not send");
      this.#sendOutput(transport, length);
    });
  }

  /**
   * Calls the transport module. When it has not returned as it should, nothing calls it again: not for a last word
   * either.
   */
  #calling<Result>(action: () => Result): Result {
    this.#transportFailed = true;
    const result = action();
    this.#transportFailed = false;
    return result;
  }

  /** The transport module has returned what it must not. */
  #distrust(why: string): ModuleError {
    this.#transportFailed = true;
    return new ModuleError(why);
  }

  /** Writes what the last call of the transport module left in its output; writes of one turn leave together. */
  #sendOutput({ exports, memory }: Instance<TransportExports>, length: number): void {
    if (length === 0) return;
    const bytes = memory.read(exports.outputPtr(), length);
    this.bytesSent += bytes.length;
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    this.#stream.write(bytes);
  }

  /**
   * Ends after what was written has been sent. What still arrives is read and dropped, so that no reset overtakes the
   * last bytes.
   */
  #finish(ending: Ending): void {
    this.#end(ending);
    this.#stream.end();
    this.#stream.resume();
    this.#lingerTimer = setTimeout(() => this.#stream.destroy(), LINGER_MS).unref();
  }

  /** An error of a module, or in here: the client is told, unless it is the transport module's. */
  #fail(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!this.#transport || this.#transportFailed) return this.destroy("module-error", error);
    try {
      this.#sayDisconnect(DisconnectReason.BY_APPLICATION, DESCRIPTIONS["module-error"]);
    } catch {
      return this.destroy("module-error", error);
    }
    this.#finish({ cause: "module-error", reason: DisconnectReason.BY_APPLICATION, error });
  }

  /** Lets go of everything that the connection holds. */
  #end(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#rekeyTimer);
    this.#transport?.memory.wipe();
    const working = this.#userauth?.end();
    this.#transport = this.#userauth = this.#session = undefined;
    this.#unread = [];
    this.#held = [];
    this.#options.onEnd(ending, working ?? undefined);
  }
}
