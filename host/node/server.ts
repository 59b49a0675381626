// The SSH server as a library: listens, limits what the unauthenticated may cost, and turns logins into sessions.
//
// Each connection has its switchboard and its own instances of the modules; nothing is shared but compiled code and the limits counted
// here. Applications start at `createServer`; shell.ts is one.

import { EventEmitter } from "node:events";
import { createServer as createNetServer } from "node:net";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { DisconnectReason, UserauthStatus } from "../../assembly/abi.js";
import { CredentialsError, credentialsPointer, readCredentials, userOfRegion } from "./credentials.js";
import type { UserauthBuild } from "./credentials.js";
import type { Log, LogEntry } from "./log.js";
import { loadModule, modulePath } from "./modules.js";
import type { KeyPair } from "./openssh-keys.js";
import { ChannelHub, Session } from "./session.js";
import { Switchboard } from "./switchboard.js";
import type { Ending, ModuleSet, PayloadReceiver } from "./switchboard-options.js";

const LOGIN_GRACE_MS = 120_000;
const REKEY_INTERVAL_MS = 3_600_000;
const UNAUTHENTICATED_CONNECTIONS = 100;
/** Each connection has three memories, and V8 reserves 10 GiB of addresses for each: 47 bits of addresses hold about 4,300 connections. */
const CONNECTIONS = 1_000;
const PAYLOAD_CAPACITY = 4_096;
const WINDOW_BYTES = 256 * 1024;
const KEEPALIVE_MS = 60_000;

export interface ServerOptions {
  hostKey: KeyPair;
  /** Which userauth module. Default: "password". */
  userauth?: UserauthBuild;
  /** Modules of one's own in place of the package's; `userauth` is of the build named above. */
  modules?: Partial<ModuleSet>;
  /** The payload capacity that the modules were built with, in bytes. Default: 4,096. */
  payloadCapacity?: number;
  /** Replaces the module's credentials: the bytes of `encodeCredentials`. Needed when the module embeds none. */
  credentials?: Uint8Array;
  /** How long a login may take, in ms. Default: 120 s. */
  loginGraceMs?: number;
  /** Connections before login at once; more are closed unheard. Default: 100. */
  maxUnauthenticated?: number;
  /** Connections at once. Default: 1,000. */
  maxConnections?: number;
  /** Time between key exchanges, in ms. Default: one hour. */
  rekeyIntervalMs?: number;
  /** What a client may send on a channel before the application has read it, in bytes. Default: 256 KiB. */
  windowBytes?: number;
  /** Takes the log's events. Default: none. */
  log?: Log;
}

/** What a server emits. */
export interface ServerEvents {
  /** A client has logged in. Listeners for its channels are added at once, not later. */
  session: [session: Session];
  /** The listening socket failed after `listen`. */
  error: [error: Error];
}

/** An SSH server. Throws when the modules are missing or no credentials are to be had. */
export function createServer(options: ServerOptions): Server {
  return new Server(options);
}

/** What is known of one connection. */
interface Connection {
  switchboard: Switchboard;
  graceTimer?: NodeJS.Timeout;
  /** Counts among the unauthenticated. */
  unauthenticated: boolean;
}

/** See `createServer`. */
export class Server extends EventEmitter<ServerEvents> {
  /** The modules that serve the connections. */
  readonly modules: ModuleSet;
  /** The credentials region that is in force. */
  readonly credentials: Uint8Array;
  readonly #override: { pointer: number; region: Uint8Array } | undefined;
  readonly #options: ServerOptions;
  readonly #net: NetServer;
  readonly #connections = new Set<Connection>();
  #unauthenticated = 0;
  #lastId = 0;
  #closing = false;
  #onIdle: (() => void) | undefined;

  /** @internal Use `createServer`. */
  constructor(options: ServerOptions) {
    super();
    this.#options = options;
    const { userauth = "password", credentials, modules = {} } = options;
    this.modules = {
      transport: modules.transport ?? loadModule("transport", modulePath("transport")),
      userauth: modules.userauth ?? loadModule("userauth", modulePath(`userauth-${userauth}`)),
      connection: modules.connection ?? loadModule("connection", modulePath("connection")),
    };
    const embedded = readCredentials(userauth, this.modules.userauth);
    this.credentials = credentials ?? embedded;
    if (this.credentials.length !== embedded.length) {
      throw new CredentialsError(
        `userauth-${userauth} takes ${embedded.length} bytes of credentials, not ${this.credentials.length}`,
      );
    }
    if (userOfRegion(this.credentials) === undefined) {
      throw new CredentialsError(`the module ${this.modules.userauth.name} embeds no credentials, and none were given`);
    }
    this.#override = credentials && {
      pointer: credentialsPointer(userauth, this.modules.userauth),
      region: credentials,
    };
    this.#net = createNetServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS },
      (socket: Socket) => this.accept(socket, formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0)),
    );
  }

  /** Connections at present, those before login included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Listens; port 0 takes a free one. Resolves with the address when clients can connect. */
  listen(port: number, host = "127.0.0.1"): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#net.once("error", reject);
      this.#net.listen(port, host, () => {
        this.#net.off("error", reject);
        this.#net.on("error", (error) => this.emit("error", error));
        resolve(this.#net.address() as AddressInfo);
      });
    });
  }

  /** Serves a client on any byte stream: a socket, a serial line. `remoteAddress` is for the log and the session. */
  accept(stream: Duplex, remoteAddress = "stream"): void {
    const id = ++this.#lastId;
    const startedAt = Date.now();
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.#log({ event: "connection-refused", connection: id, remote: remoteAddress, cause: refusal });
      stream.on("error", () => {});
      stream.destroy();
      return;
    }
    this.#log({ event: "connection-open", connection: id, remote: remoteAddress });
    let session: Session | undefined;
    let hub: ChannelHub | undefined;
    const switchboard: Switchboard = new Switchboard({
      stream,
      modules: this.modules,
      hostKey: this.#options.hostKey,
      credentials: this.#override,
      payloadCapacity: this.#options.payloadCapacity ?? PAYLOAD_CAPACITY,
      rekeyIntervalMs: this.#options.rekeyIntervalMs ?? REKEY_INTERVAL_MS,
      onUserauth: (status) => {
        this.#log({ event: "userauth", connection: id, status: nameOf(UserauthStatus, status) });
      },
      onSuccess: (): PayloadReceiver => {
        this.#leaveUnauthenticated(connection);
        const reportError = (error: Error) =>
          this.#log({ event: "application-error", connection: id, error: error.message });
        const opened = (session = new Session(id, remoteAddress, () => {
          switchboard.disconnect(DisconnectReason.BY_APPLICATION, "application");
        }));
        hub = new ChannelHub(
          switchboard,
          this.modules.connection,
          this.#options.windowBytes ?? WINDOW_BYTES,
          (channel) => opened.emit("channel", channel),
          reportError,
        );
        attempt(() => this.emit("session", opened), reportError);
        return hub;
      },
      onEnd: (ending) => {
        this.#leaveUnauthenticated(connection);
        this.#logEnd(id, startedAt, connection, session !== undefined, ending);
        hub?.end();
        hub = undefined; // an application that keeps the session keeps no memory of a module
        const ended = session;
        if (ended)
          attempt(
            () => ended.emit("close"),
            () => {},
          );
      },
      onClose: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onIdle?.();
      },
    });
    const connection: Connection = { switchboard, unauthenticated: true };
    this.#connections.add(connection);
    this.#unauthenticated++;
    connection.graceTimer = setTimeout(
      () => switchboard.destroy("login-timeout"),
      this.#options.loginGraceMs ?? LOGIN_GRACE_MS,
    );
    switchboard.start();
  }

  /** Stops listening, tells every client and resolves when all connections are closed. */
  async close(): Promise<void> {
    this.#closing = true;
    const stopped = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const connections = [...this.#connections];
    for (const { switchboard } of connections) switchboard.disconnect(DisconnectReason.BY_APPLICATION, "server-close");
    if (connections.length > 0) await idle;
    await stopped;
  }

  #refusal(): string | undefined {
    if (this.#closing) return "server-close";
    if (this.#unauthenticated >= (this.#options.maxUnauthenticated ?? UNAUTHENTICATED_CONNECTIONS))
      return "too-many-unauthenticated";
    if (this.#connections.size >= (this.#options.maxConnections ?? CONNECTIONS)) return "too-many-connections";
    return undefined;
  }

  /** The login has succeeded or the connection has ended, whichever comes first. */
  #leaveUnauthenticated(connection: Connection): void {
    if (!connection.unauthenticated) return;
    connection.unauthenticated = false;
    clearTimeout(connection.graceTimer);
    this.#unauthenticated--;
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
      ms: Date.now() - startedAt,
    });
  }

  #log(entry: LogEntry): void {
    this.#options.log?.(entry);
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
