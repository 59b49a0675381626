// The SSH server as a library: listens, limits what the unauthenticated may cost, and turns logins into sessions.
//
// Each connection has its switchboard and its own instances of the modules; nothing is shared but compiled code and the
// limits counted here. Applications start at `createServer`; shell.ts is one.

import { EventEmitter } from "node:events";
import { createServer as createNetServer } from "node:net";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DEFAULT_TRANSPORT, TRANSPORTS, WIDE_PAYLOAD_BYTES } from "../../../assembly/abi/builds.js";
import { DisconnectReason, UserauthStatus } from "../../../assembly/abi/index.js";
import { Admission } from "./admission.js";
import type { Holder, Leave } from "./admission.js";
import { ClientPenalties, isFailure } from "./client-penalties.js";
import { TimeLimits } from "./time-limits.js";
import { FULL_BUILD, userauthModuleName } from "../credentials/credentials.js";
import { reasonOf } from "../switchboard/ending.js";
import type { Ending, OwnCause, RefusalCause } from "../switchboard/ending.js";
import type { LogEntry } from "./log.js";
import { loadModule, plainModulePath, wideModulePath } from "../modules.js";
import { admissionLimits, checkHostKey, serverNumbers } from "./options.js";
import type { ServerNumbers, ServerOptions } from "./options.js";
import { buildOf, userauthSource } from "./userauth.js";
import type { UserauthSource } from "./userauth.js";
import { Refusals } from "./refusals.js";
import { ChannelHub, Session } from "../switchboard/session.js";
import { sourceOf } from "./source-address.js";
import { Switchboard } from "../switchboard/switchboard.js";
import type { ModuleSet, PayloadReceiver } from "../switchboard/options.js";

const KEEPALIVE_MS = 60_000;

/** What a server emits. */
export interface ServerEvents {
  /** A client has logged in. Listeners for its channels are added at once, not later. */
  session: [session: Session];
  /** The listening socket failed after `listen`. */
  error: [error: Error];
}

/**
 * An SSH server. Throws a `CredentialsError` when no credentials are to be had, a `KeyFormatError` when the host key is
 * none, a RangeError for a number out of its range, a TypeError for options that contradict each other, and when the
 * modules are missing.
 */
export function createServer(options: ServerOptions): Server {
  return new Server(options);
}

/** What is known of one connection. */
interface Connection {
  switchboard: Switchboard;
}

/** See `createServer`. */
export class Server extends EventEmitter<ServerEvents> {
  /** The modules that serve the connections. */
  readonly modules: ModuleSet;
  readonly #userauth: UserauthSource;
  readonly #options: ServerOptions;
  readonly #numbers: ServerNumbers;
  readonly #net: NetServer;
  readonly #connections = new Set<Connection>();
  readonly #admission: Admission;
  readonly #penalties: ClientPenalties;
  readonly #refusals: Refusals;
  #lastId = 0;
  #closed: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  /** @internal Use `createServer`. */
  constructor(options: ServerOptions) {
    super();
    this.#options = options;
    this.#numbers = serverNumbers(options);
    checkHostKey(options.hostKey);
    const { modules = {} } = options;
    const build = buildOf(options);
    const pathOf = this.#numbers.payloadCapacity < WIDE_PAYLOAD_BYTES ? plainModulePath : wideModulePath;
    this.modules = {
      transport:
        modules.transport ?? loadModule("transport", pathOf(TRANSPORTS[options.transport ?? DEFAULT_TRANSPORT])),
      userauth: modules.userauth ?? loadModule("userauth", pathOf(userauthModuleName(build))),
      connection: modules.connection ?? loadModule("connection", pathOf("connection")),
    };
    this.#userauth = userauthSource(build, options, this.modules.userauth, this.#numbers.payloadCapacity);
    const userauthBytes = build === FULL_BUILD ? this.#userauth.memoryBytes : undefined;
    this.#admission = new Admission(admissionLimits(options, this.#numbers, userauthBytes));
    this.#penalties = new ClientPenalties(options.penalties, options.penaltyExempt);
    this.#refusals = new Refusals(this.modules.transport, (entry) => this.#log(entry));
    this.#net = createNetServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS },
      (socket: Socket) => {
        const { remoteAddress = "unknown", remotePort = 0 } = socket;
        this.accept(socket, formatAddress(remoteAddress, remotePort), remoteAddress);
      },
    );
  }

  /** Connections at present, those before login included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * Listens; port 0 takes a free one. Resolves with the address when clients can connect. Every interface is 0.0.0.0 or
   * ::, never "".
   */
  listen(port: number, host = "127.0.0.1"): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      if (!host) throw new RangeError("the address to listen on is empty");
      this.#net.once("error", reject);
      this.#net.listen(port, host, () => {
        this.#net.off("error", reject);
        this.#net.on("error", (error) => this.emit("error", error));
        resolve(this.#net.address() as AddressInfo);
      });
    });
  }

  /**
   * Serves a client on any byte stream: a socket, a serial line. `remoteAddress` is for the log and the session;
   * `host`, the address alone, is whom its work, its place before login and its failures count for.
   */
  accept(stream: Duplex, remoteAddress = "stream", host = remoteAddress): void {
    const id = ++this.#lastId;
    if (stream.destroyed) return this.#refusals.refuse(stream, "client-closed", id, remoteAddress);
    const startedAt = performance.now();
    const source = sourceOf(host);
    const place = this.#placeFor(host, source, {
      hasKeys: () => switchboard.hasKeys,
      isWorking: () => switchboard.judging || !switchboard.alive,
      giveWay: () => end("gave-way"),
    });
    if (typeof place === "string") return this.#refusals.refuse(stream, place, id, remoteAddress);
    this.#log({ event: "connection-open", connection: id, remote: remoteAddress });
    let hasFailed = false;
    const end = (cause: OwnCause) => {
      if (switchboard.judging) hasFailed = true;
      switchboard.disconnect(reasonOf(cause), cause);
    };
    const reportError = (error: Error) =>
      this.#log({ event: "application-error", connection: id, error: error.message });
    let session: Session | undefined;
    let hub: ChannelHub | undefined;
    const switchboard: Switchboard = new Switchboard({
      stream,
      modules: this.modules,
      hostKey: this.#options.hostKey,
      rekeyIntervalMs: this.#numbers.rekeyIntervalMs,
      signatureAlgorithms: this.#userauth.signatureAlgorithms,
      requireStrictKex: this.#options.requireStrictKex,
      openUserauth: (sessionId) =>
        this.#userauth.open(
          sessionId,
          { connection: id, remoteAddress, source },
          {
            passwordChanged: (user) => this.#log({ event: "password-changed", connection: id, user }),
            error: reportError,
          },
        ),
      onUserauth: ({ status, method, user, key }) => {
        hasFailed ||= isFailure(status, method);
        const remote = status === UserauthStatus.SUCCESS ? remoteAddress : undefined;
        this.#log({
          event: "userauth",
          connection: id,
          status: nameOf(UserauthStatus, status),
          method,
          user,
          remote,
          key,
        });
      },
      onSuccess: ({ permissions, user }): PayloadReceiver => {
        place();
        const close = () => switchboard.disconnect(DisconnectReason.BY_APPLICATION, "application");
        const opened = (session = new Session(id, remoteAddress, close, permissions, user));
        const receiver = (hub = new ChannelHub(
          switchboard,
          this.modules.connection,
          this.#numbers.windowBytes,
          opened,
          reportError,
          () => timers.used(),
        ));
        attempt(() => this.emit("session", opened), reportError);
        if (switchboard.alive) timers.loggedIn();
        return receiver;
      },
      onEnd: (ending, working) => {
        timers.clear();
        if (working) void working.then(place);
        else place();
        if (!session) this.#penalties.add(host, { cause: ending.cause, hasFailed: hasFailed || switchboard.judging });
        this.#logEnd(id, startedAt, connection, session !== undefined, ending);
        hub?.end();
        hub = undefined; // an application that keeps the session keeps no memory of a module
        const ended = session;
        if (ended) attempt(() => ended.emit("close"), reportError);
      },
      onClose: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onIdle?.();
      },
    });
    const timers = new TimeLimits(this.#numbers, {
      get bytesReceived() {
        return switchboard.bytesReceived;
      },
      hasKeys: () => switchboard.hasKeys,
      askForLife: () => hub?.keepalive(),
      end,
    });
    const connection: Connection = { switchboard };
    this.#connections.add(connection);
    switchboard.start();
  }

  /**
   * Stops listening, tells every client and resolves when all connections are closed. Every call returns the same
   * promise.
   */
  close(): Promise<void> {
    return (this.#closed ??= Promise.resolve().then(() => this.#close())); // a listener may call it again meanwhile
  }

  async #close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const connections = [...this.#connections];
    for (const { switchboard } of connections) switchboard.disconnect(DisconnectReason.BY_APPLICATION, "server-close");
    if (connections.length > 0) await idle;
    this.#refusals.flush();
    await this.#userauth.close();
    await stopped;
  }

  /** A place before login, or why this client is not served. */
  #placeFor(host: string, source: string, holder: Holder): Leave | RefusalCause {
    if (this.#closed) return "server-close";
    if (this.#penalties.refuses(host)) return "penalty";
    if (this.#connections.size >= this.#numbers.maxConnections) return "too-many-connections";
    return this.#admission.enter(source, holder);
  }

  #logEnd(id: number, startedAt: number, { switchboard }: Connection, authenticated: boolean, ending: Ending): void {
    this.#log({
      event: "connection-close",
      connection: id,
      cause: ending.cause,
      reason: ending.reason === 0 ? undefined : nameOf(DisconnectReason, ending.reason),
      error: ending.error?.message,
      authenticated,
      received: switchboard.bytesReceived,
      sent: switchboard.bytesSent,
      ms: Math.round(performance.now() - startedAt),
    });
  }

  #log(entry: LogEntry): void {
    attempt(
      () => this.#options.log?.(entry),
      () => {}, // there is nowhere else to say it
    );
  }
}

/** Runs listeners of the application: what they throw is reported and goes no further. */
function attempt(action: () => void, reportError: (error: Error) => void): void {
  try {
    action();
  } catch (error) {
    reportError(error instanceof Error ? error : new Error(String(error)));
  }
}

function nameOf(names: Record<number, string>, value: number): string {
  return names[value] ?? String(value);
}

/** `host:port`, an IPv6 address in brackets. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
