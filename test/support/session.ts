// A server in-process, without sockets and timers: the modules and a switchboard of a few lines, synchronous and
// deterministic.
//
// What it shares with host/node is the contract of docs/abi.md alone. `save` and `restore` take a session back to an
// earlier moment: the modules run with exports added for their globals, so that thousands of attacks start from one
// login instead of making their own.

import { strict as assert } from "node:assert";
import { ConnectionEvent, DisconnectReason, TransportEvent, UserauthStatus } from "../../assembly/abi/index.js";
import { encodeCredentials, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import type { ConnectionExports, TransportExports, UserauthExports } from "../../host/node/modules.js";
import { openSection, readSections, WasmReader } from "../../host/core/wasm-file.js";
import { type ClientOptions, Message, RawClient } from "../../scripts/client/client.js";
import { keyExchange, politeLogin, type Step } from "../../scripts/client/login.js";
import { moduleBytes } from "./modules.js";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";
import { privateKey, publicBytes } from "../../scripts/client/keys/raw.js";

export const HOST_SEED = new Uint8Array(32).map((_, index) => index * 7 + 3);
export const ENTROPY = new Uint8Array(64).map((_, index) => index * 5 + 1);
export const USER = "admin";
export const PASSWORD = "correct horse 47";
/** The seed of the key that publickey builds admit. */
export const USER_SEED = new Uint8Array(32).map((_, index) => index * 11 + 9);

/** Of SSH_MSG_DISCONNECT's description, from `sendPtr` on. */
const DESCRIPTION_OFFSET = 9;
const SAVED_PREFIX = "saved global ";

/** The module with its mutable globals exported: code, data and every other section stay as they are. */
export function exportGlobals(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = openSection(wasm, "global");
  const entries: number[][] = [];
  for (let index = 0, count = reader?.unsigned() ?? 0; index < count; index++) {
    reader!.byte();
    const mutable = reader!.byte();
    reader!.byte();
    reader!.signed();
    reader!.byte();
    const name = [...Buffer.from(`${SAVED_PREFIX}${index}`)];
    if (mutable) entries.push([name.length, ...name, 3, ...leb(index)]);
  }
  const section = readSections(wasm).find(({ id, name }) => id !== 0 && name === "export")!;
  const exports = new WasmReader(wasm, section.contents);
  const count = leb(exports.unsigned() + entries.length);
  const contents = [...count, ...wasm.subarray(exports.offset, section.end), ...entries.flat()];
  const head = [wasm[section.start]!, ...leb(contents.length)];
  return Uint8Array.from([...wasm.subarray(0, section.start), ...head, ...contents, ...wasm.subarray(section.end)]);
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

const prepared = new Map<string, WebAssembly.Module>();

/** Makes instances of build/<target>.wasm that can be saved. */
export function instances(target: string): () => WebAssembly.Instance {
  let module = prepared.get(target);
  if (!module) prepared.set(target, (module = new WebAssembly.Module(exportGlobals(moduleBytes(target)))));
  return () => new WebAssembly.Instance(module);
}

/** An instance whose whole state can be saved and restored. */
class Savable<Exports> {
  readonly exports: Exports;
  readonly memory: Uint8Array;
  /** All that can change, those that the module does not export included. */
  readonly globals: readonly WebAssembly.Global[];

  constructor(readonly instantiate: () => WebAssembly.Instance) {
    const { exports } = instantiate();
    this.exports = exports as unknown as Exports;
    this.memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
    const globals = Object.entries(exports).filter(([name]) => name.startsWith(SAVED_PREFIX));
    this.globals = globals.map(([, global]) => global as WebAssembly.Global);
  }

  save(): () => void {
    const memory = this.memory.slice();
    const values = this.globals.map((global) => global.value as number);
    return () => {
      this.memory.set(memory);
      this.globals.forEach((global, index) => (global.value = values[index]));
    };
  }
}

export interface SessionOptions {
  userauth?: UserauthBuild;
  /** Makers of instances in place of those of build/. */
  instances?: Partial<Record<"transport" | "userauth" | "connection", () => WebAssembly.Instance>>;
  entropy?: Uint8Array;
  hostSeed?: Uint8Array;
  /** Region in place of admin's. */
  credentials?: Uint8Array;
}

/** How a session ended. */
export interface Ending {
  cause: "transport" | "userauth" | "connection" | "early-connection-message" | "trap";
  /** RFC 4253 §11.1, sent or received. */
  reason: number;
  trap?: unknown;
}

export const USER_KEY = publicBytes(privateKey("Ed25519", USER_SEED));

/** Admin's credentials, for each build. */
export const CREDENTIALS: Record<UserauthBuild, Uint8Array> = {
  password: encodeCredentials("password", { user: USER, password: PASSWORD }),
  publickey: encodeCredentials("publickey", { user: USER, publicKey: USER_KEY }),
  "publickey-small": encodeCredentials("publickey-small", { user: USER, publicKey: USER_KEY }),
};

/** The server's side of one connection. */
export class Server {
  readonly transport: Savable<TransportExports>;
  userauth: Savable<UserauthExports> | undefined;
  connection: Savable<ConnectionExports> | undefined;
  /** What was sent, since `takeOutput`. */
  #output: Uint8Array[] = [];
  #held: Uint8Array[] = [];
  /** Of every userauth request. */
  statuses: string[] = [];
  /** Of every payload of the connection protocol. */
  events: string[] = [];
  ending: Ending | undefined;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.transport = new Savable(options.instances?.transport ?? instances("transport"));
    const { exports, memory } = this.transport;
    const seed = options.hostSeed ?? HOST_SEED;
    memory.set(bytes(seed, publicBytes(privateKey("Ed25519", seed))), exports.hostKeyPtr());
    const entropy = options.entropy ?? ENTROPY;
    memory.set(entropy, exports.inputPtr());
    const length = exports.open(entropy.length);
    assert.ok(length > 0, "the transport module opens");
    this.#send(length);
  }

  get admitted(): boolean {
    return this.statuses.includes("SUCCESS");
  }

  takeOutput(): Buffer {
    return Buffer.concat(this.#output.splice(0));
  }

  /** Hands over bytes of the client's stream, as many at once as the module takes. What comes after the end is lost. */
  feed(data: Uint8Array): void {
    let rest = data;
    try {
      while (rest.length > 0 && !this.ending) {
        const { exports, memory } = this.transport;
        const capacity = exports.inputCapacity() >>> 0;
        assert.ok(capacity > 0, "an open transport module takes input");
        const slice = rest.subarray(0, capacity);
        rest = rest.subarray(slice.length);
        memory.set(slice, exports.inputPtr());
        const event = exports.receive(slice.length);
        this.#send(exports.outputLength());
        this.#react(event);
      }
    } catch (trap) {
      if (!(trap instanceof WebAssembly.RuntimeError)) throw trap;
      this.ending = { cause: "trap", reason: 0, trap };
    }
  }

  #react(event: TransportEvent): void {
    const { exports, memory } = this.transport;
    if (event === TransportEvent.CLOSED) {
      this.ending = { cause: "transport", reason: exports.disconnectReason() >>> 0 };
      return;
    }
    if (event === TransportEvent.ERROR) {
      assert.equal(exports.inputCapacity(), 0, "after an error nothing is taken");
      assert.equal(exports.receive(0), TransportEvent.ERROR, "nor forgotten");
      const { send, sendCapacity, unimplemented, rekey } = exports;
      assert.deepEqual([send(1), sendCapacity(), unimplemented(), rekey()], [0, 0, 0, 0], "and nothing else is sent");
      return this.#disconnect("transport", exports.disconnectReason() & 0xff);
    }
    if (event === TransportEvent.PAYLOAD) {
      const start = exports.payloadPtr();
      const payload = memory.slice(start, start + exports.payloadLength());
      const number = payload[0]!;
      assert.ok(number >= 50 && number < 128, `the transport module lets message ${number} through`);
      if (number < 80) this.#authenticate(payload);
      else this.#connect(payload);
    } else assert.equal(event, TransportEvent.CONTINUE);
    while (!this.ending && this.#held.length > 0 && exports.sendCapacity() > 0) this.#transmit(this.#held.shift()!);
  }

  #authenticate(payload: Uint8Array): void {
    this.userauth ??= this.#openUserauth();
    const { exports, memory } = this.userauth;
    memory.set(payload);
    const length = exports.receive(payload.length);
    this.#reply(memory, 0, length);
    if (this.admitted) {
      assert.equal(length, 0, "after SUCCESS the userauth module is silent");
      return;
    }
    const status = Number(exports.status.value) as UserauthStatus;
    const names: Record<number, string> = UserauthStatus;
    this.statuses.push(names[status] ?? `unknown status ${status}`);
    if (status === UserauthStatus.SUCCESS) {
      this.connection = new Savable(this.#options.instances?.connection ?? instances("connection"));
      this.connection.exports.open(8192);
    } else if (status === UserauthStatus.PROTOCOL_ERROR) this.#disconnect("userauth", DisconnectReason.PROTOCOL_ERROR);
    else if (status === UserauthStatus.TOO_MANY_ATTEMPTS) {
      this.#disconnect("userauth", DisconnectReason.NO_MORE_AUTH_METHODS_AVAILABLE);
    }
  }

  #openUserauth(): Savable<UserauthExports> {
    const build = this.#options.userauth ?? "password";
    const userauth = new Savable<UserauthExports>(
      this.#options.instances?.userauth ?? instances(`plain/userauth-${build}`),
    );
    const region = this.#options.credentials ?? CREDENTIALS[build];
    userauth.memory.set(region, Number(userauth.exports.__heap_base.value) - region.length);
    const { exports, memory } = this.transport;
    const start = exports.sessionIdPtr();
    const sessionId = memory.slice(start, start + exports.sessionIdLength());
    if (userauth.exports.reset) {
      userauth.memory.set(sessionId);
      userauth.exports.reset(sessionId.length);
    }
    return userauth;
  }

  /** The smallest application: `exec` is answered with its own command, and the channel is closed. */
  #connect(payload: Uint8Array): void {
    if (!this.connection) return this.#disconnect("early-connection-message", DisconnectReason.PROTOCOL_ERROR);
    const { exports, memory } = this.connection;
    memory.set(payload, exports.inputPtr());
    const event = exports.receive(payload.length);
    this.events.push(ConnectionEvent[event] ?? `unknown event ${event}`);
    const reply = (length: number): void => this.#reply(memory, exports.outputPtr(), length);
    reply(exports.outputLength());
    const channel = exports.eventChannel();
    switch (event as ConnectionEvent) {
      case ConnectionEvent.UNIMPLEMENTED:
        return this.#send(this.transport.exports.unimplemented());
      case ConnectionEvent.PROTOCOL_ERROR:
        return this.#disconnect("connection", DisconnectReason.PROTOCOL_ERROR);
      case ConnectionEvent.EXEC: {
        const command = memory.slice(exports.eventPtr(), exports.eventPtr() + exports.eventLength());
        reply(exports.answer(1));
        const written = command.subarray(0, exports.writable(channel));
        memory.set(written, exports.writePtr());
        if (written.length > 0) reply(exports.write(channel, written.length, 0));
        reply(exports.sendEof(channel));
        reply(exports.exit(channel, 0));
        return reply(exports.close(channel));
      }
      case ConnectionEvent.DATA:
        return reply(exports.consumed(channel, exports.eventLength()));
      case ConnectionEvent.PTY_REQ:
      case ConnectionEvent.ENV:
      case ConnectionEvent.SHELL:
      case ConnectionEvent.SUBSYSTEM:
      case ConnectionEvent.SIGNAL:
        return reply(exports.answer(1));
    }
  }

  #reply(memory: Uint8Array, start: number, length: number): void {
    if (length === 0) return;
    const payload = memory.slice(start, start + length);
    if (this.#held.length === 0 && this.transport.exports.sendCapacity() > 0) this.#transmit(payload);
    else this.#held.push(payload);
  }

  #transmit(payload: Uint8Array): void {
    const { exports, memory } = this.transport;
    memory.set(payload, exports.sendPtr());
    const length = exports.send(payload.length);
    assert.ok(length > 0, "the transport module sends");
    this.#send(length);
  }

  #send(length: number): void {
    const { exports, memory } = this.transport;
    if (length > 0) this.#output.push(memory.slice(exports.outputPtr(), exports.outputPtr() + length));
  }

  /** The server's own decision to change keys. */
  rekey(): void {
    this.#send(this.transport.exports.rekey());
  }

  #disconnect(cause: Ending["cause"], reason: DisconnectReason): void {
    const { exports, memory } = this.transport;
    memory.set(Buffer.from(cause), exports.sendPtr() + DESCRIPTION_OFFSET);
    this.#send(exports.disconnect(reason, cause.length));
    this.ending = { cause, reason };
  }

  /** Returns a function that takes the session back to this moment, as often as it is called. */
  save(): () => void {
    const { userauth, connection, ending, statuses, events } = this;
    const saved = [this.transport, userauth, connection].map((instance) => instance?.save());
    const [output, held] = [[...this.#output], [...this.#held]];
    const copies = { statuses: [...statuses], events: [...events] };
    return () => {
      for (const restore of saved) restore?.();
      Object.assign(this, { userauth, connection, ending, statuses: [...copies.statuses], events: [...copies.events] });
      this.#output = [...output];
      this.#held = [...held];
    };
  }
}

/** A client and a server in one process. */
export class Session {
  client: RawClient;
  readonly server: Server;

  constructor(options: SessionOptions & { client?: ClientOptions } = {}) {
    this.client = new RawClient(options.client);
    this.server = new Server(options);
    this.#collect();
  }

  /** Feeds bytes to the server and its answer to the client; returns this, for chains. */
  feed(data: Uint8Array): this {
    this.server.feed(data);
    this.#collect();
    return this;
  }

  /** Sends a payload as the present keys make it. */
  send(...parts: Part[]): this {
    return this.feed(this.client.send(...parts));
  }

  /** The payloads that the server answered a payload with; all earlier ones are dropped. */
  exchange(...parts: Part[]): Buffer[] {
    this.client.messages = [];
    this.send(...parts);
    return this.client.messages.splice(0);
  }

  #collect(): void {
    this.client.receive(this.server.takeOutput());
  }

  run(steps: Iterable<Step>): this {
    for (const { data } of steps) this.feed(data);
    return this;
  }

  /** Identification and key exchange; both sides encrypt. */
  keyExchange(): this {
    return this.run(keyExchange(this.client));
  }

  /** The client's part of another key exchange; KEXINIT may have come from the server already. */
  rekey(): this {
    this.feed(this.client.packet(this.client.kexinit()));
    this.feed(this.client.packet(this.client.ecdhInit()));
    return this.feed(this.client.newKeys());
  }

  service(name = "ssh-userauth"): this {
    return this.send(Message.SERVICE_REQUEST, string(name));
  }

  /** Up to the answer to `request`. */
  authenticate(request: Uint8Array): this {
    return this.keyExchange().service().send(request);
  }

  rekeyByServer(): this {
    this.server.rekey();
    this.#collect();
    return this;
  }

  /** Returns a function that takes both sides back to this moment. */
  save(): () => this {
    const restore = this.server.save();
    const client = this.client.fork();
    return () => {
      restore();
      this.client = client.fork();
      return this;
    };
  }

  /** The reason in the server's last words: 0 when it has said no DISCONNECT. */
  saidReason(): number {
    const { ending } = this.server;
    if (this.client.lastNumber() !== Message.DISCONNECT) return 0;
    const said = this.client.messages[this.client.messages.length - 1]!;
    const reason = said.readUInt32BE(1);
    assert.deepEqual(said, bytes(Message.DISCONNECT, uint32(reason), string(ending!.cause), string("")));
    return reason;
  }
}

/**
 * The session has ended as it should: with this reason said, no trap, and a transport module that does nothing any
 * more.
 */
export function assertEnded(session: Session, reason: number, what?: string): void {
  const { ending, transport } = session.server;
  assert.ok(ending, `the session goes on: ${what ?? ""}`);
  assert.notEqual(ending.cause, "trap", `${what ?? ""}: ${String(ending.trap)}`);
  assert.equal(session.saidReason(), reason, what);
  assert.equal(ending.reason, reason, what);
  assert.equal(transport.exports.receive(0), TransportEvent.CLOSED, what);
  assert.equal(transport.exports.receive(1), TransportEvent.CLOSED, what);
  assert.equal(transport.exports.outputLength(), 0, what);
  const { send, sendCapacity, unimplemented, rekey, disconnect } = transport.exports;
  const afterwards = [send(1), sendCapacity(), unimplemented(), rekey(), disconnect(2, 0)];
  assert.deepEqual(afterwards, [0, 0, 0, 0, 0], what);
}

/** A complete login as it should be: the steps, and what the server answered to each. */
export function recordLogin(
  options: SessionOptions & { client?: ClientOptions },
  login: Parameters<typeof politeLogin>[1],
): { steps: Step[]; outputs: Buffer[]; session: Session } {
  const session = new Session(options);
  const steps: Step[] = [];
  const outputs: Buffer[] = [];
  for (const step of politeLogin(session.client, login)) {
    steps.push(step);
    session.server.feed(step.data);
    const output = session.server.takeOutput();
    outputs.push(output);
    session.client.receive(output);
  }
  return { steps, outputs, session };
}

/** Bytes that end a packet too early, or go on behind it. */
export function concatenate(steps: readonly Step[]): Buffer {
  return Buffer.from(bytes(...steps.map(({ data }) => data)));
}
