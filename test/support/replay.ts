// Records sessions with the Node host and replays them through the C host (boards/linux/replay.c), for tests that
// compare every byte.
//
// Both hosts get the same entropy, host key and credentials; the raw client of client.ts makes the session's bytes from
// the Node host's answers. An answer is all that a host sends until it has nothing more to do.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { TRANSPORTS } from "../../assembly/abi/builds.js";
import type { Authenticate } from "../../host/node/userauth/authentication.js";
import {
  type AnyUserauthBuild,
  credentialsPointer,
  FULL_BUILD,
  fullRegion,
  type UserauthBuild,
} from "../../host/node/credentials/credentials.js";
import {
  type CompiledModule,
  type FullUserauthExports,
  type Instance,
  loadModule,
  packageRoot,
  plainModulePath,
  readSignatureAlgorithms,
} from "../../host/node/modules.js";
import type { KeyPair } from "../../host/node/credentials/openssh-keys.js";
import { ChannelHub, Session } from "../../host/node/switchboard/session.js";
import { createDevice } from "../../host/node/applications/device.js";
import { serveShell } from "../../host/node/applications/shell.js";
import { Switchboard } from "../../host/node/switchboard/switchboard.js";
import { openUserauth, type Userauth } from "../../host/node/userauth/userauth.js";
import { SharedRegion } from "../../host/node/userauth/user-regions.js";
import { UserauthService } from "../../host/node/userauth/service.js";
import { encodeUsers, type UsersTable } from "../../host/node/credentials/users-region.js";
import type { Engine } from "../../host/node/firmware/embed.js";
import { buildLinux } from "../../boards/linux/firmware.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { keyExchange } from "../../scripts/client/login.js";
import { type ClientOptions, Message, RawClient } from "../../scripts/client/client.js";
import { passwordRequest, signedRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { folder } from "./programs.js";
import { CREDENTIALS, PASSWORD, USER, USER_SEED } from "./session.js";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

/** CHANNEL_WINDOW_BYTES of host/c/applications/channel.h. */
const WINDOW_BYTES = 1024;
export const ENTROPY_BYTES = 512;
export const REKEY_INTERVAL_MS = 3_600_000;
/** Turns of the event loop in which the application and its streams come to rest; fewer than ten are needed. */
const TURNS = 40;

/**
 * 'd': bytes of the client; 't', 'i' and 'k': a uint32, milliseconds that pass, or limits of a session
 * (boards/linux/replay.c).
 */
export interface ReplayStep {
  kind: "d" | "t" | "i" | "k";
  data: Uint8Array;
}

/** What happened, and what the host answered: one answer more than there are steps, as the greeting is the first. */
export interface Recording {
  steps: ReplayStep[];
  answers: Buffer[];
}

/** SALT_ENTROPY_BYTES of host/c/server/authentication.c. */
const SALT_ENTROPY_BYTES = 128;
/** One when the connection's userauth module is opened, one for each password that is changed. */
const SALTS = 4;

/**
 * What a device takes from its source, one after the other: for the host key, for the connection, and in the full build
 * for salts.
 */
export const ENTROPY = Buffer.concat(
  Array.from({ length: (2 * ENTROPY_BYTES + SALTS * SALT_ENTROPY_BYTES) / 32 }, (_, index) =>
    createHash("sha256").update(`entropy ${index}`).digest(),
  ),
);

let madeHostKey: KeyPair | undefined;

/** The host key that a device makes of the entropy at its first start. */
function hostKey(): KeyPair {
  if (!madeHostKey) {
    const { exports, memory } = loadModule("transport", plainModulePath("transport")).instantiate();
    memory.writeInput(exports, ENTROPY.subarray(0, ENTROPY_BYTES));
    assert.equal(exports.makeHostKey(ENTROPY_BYTES), 1);
    const pointer = exports.hostKeyPtr();
    madeHostKey = { seed: memory.read(pointer, 32), publicKey: memory.read(pointer + 32, 32) };
  }
  return madeHostKey;
}

/** Users of the full build, and what the application decides about. */
export interface FullSetup {
  users: UsersTable;
  authenticate?: Authenticate;
}

/** Who judges the requests. */
interface RecordedUserauth {
  userauth: CompiledModule<"userauth">;
  open: (sessionId: Uint8Array) => Userauth;
  signatureAlgorithms?: string[];
}

function smallUserauth(build: UserauthBuild): RecordedUserauth {
  const userauth = loadModule("userauth", plainModulePath(`userauth-${build}`));
  const credentials = { pointer: credentialsPointer(build, userauth), region: CREDENTIALS[build] };
  const setup = { credentials, payloadCapacity: 4096 };
  const nobody = { user: undefined, method: undefined, key: undefined };
  return { userauth, open: (sessionId) => openUserauth(userauth, setup, sessionId, nobody) };
}

/** The build for boards. New passwords count as stored. */
function fullUserauth({ users, authenticate }: FullSetup): RecordedUserauth {
  const userauth = loadModule("userauth", plainModulePath("userauth-board"));
  const setup = {
    module: userauth,
    credentialsPointer: credentialsPointer(FULL_BUILD, userauth),
    users: new SharedRegion(fullRegion(userauth, encodeUsers(users))), // as on a board
    payloadCapacity: 4096,
  };
  const service = new UserauthService({ ...setup, threads: 0, authenticate, storePassword: () => {} });
  const peer = { connection: 1, remoteAddress: "recorder", source: "recorder" };
  const report = { passwordChanged: () => {}, error: throwError };
  const signatureAlgorithms = readSignatureAlgorithms(userauth.instantiate() as Instance<FullUserauthExports>);
  return { userauth, open: (sessionId) => service.open(sessionId, peer, report), signatureAlgorithms };
}

function throwError(error: Error): void {
  throw error;
}

/** A client and the Node host with the device's shell, which record what they say. */
export class Recorder {
  readonly client: RawClient;
  readonly #steps: ReplayStep[] = [];
  readonly #answers: Buffer[] = [];
  readonly #written: Buffer[] = [];
  readonly #stream: Duplex;
  readonly #build: AnyUserauthBuild;

  /**
   * The time that passes is that of the test's mock clock. A build has the credentials of session.ts. `algorithms`:
   * what the client offers to the full transport; without them it speaks to the plain one.
   */
  static async start(
    t: TestContext,
    setup: UserauthBuild | FullSetup = "password",
    algorithms?: ClientOptions,
  ): Promise<Recorder> {
    t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const recorder = new Recorder(setup, algorithms);
    t.after(async () => {
      recorder.#stream.destroy();
      await turn(); // the switchboard clears its timers while the clock is still the mock
    });
    await recorder.#answer();
    return recorder;
  }

  private constructor(setup: UserauthBuild | FullSetup, algorithms?: ClientOptions) {
    this.client = new RawClient({ extInfo: true, ...algorithms });
    this.#build = typeof setup === "string" ? setup : FULL_BUILD;
    this.#stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        this.#written.push(chunk);
        done();
      },
    });
    const { userauth, open, signatureAlgorithms } =
      typeof setup === "string" ? smallUserauth(setup) : fullUserauth(setup);
    const modules = {
      transport: loadModule("transport", plainModulePath(TRANSPORTS[algorithms ? "full" : "plain"])),
      userauth,
      connection: loadModule("connection", plainModulePath("connection")),
    };
    const switchboard: Switchboard = new Switchboard({
      stream: this.#stream,
      modules,
      hostKey: hostKey(),
      openUserauth: open,
      signatureAlgorithms,
      rekeyIntervalMs: REKEY_INTERVAL_MS,
      entropy: () => Uint8Array.from(ENTROPY.subarray(ENTROPY_BYTES, 2 * ENTROPY_BYTES)),
      onUserauth: () => {},
      onSuccess: ({ permissions }) => {
        const session = new Session(1, "recorder", () => {}, permissions);
        serveShell(session, createDevice(modules));
        return new ChannelHub(switchboard, modules.connection, WINDOW_BYTES, session, throwError);
      },
      onEnd: ({ error }) => {
        if (error) throw error;
      },
      onClose: () => {},
    });
    switchboard.start();
  }

  get recording(): Recording {
    return { steps: this.#steps, answers: this.#answers };
  }

  /** Bytes of the client's stream, as one piece. */
  async feed(data: Uint8Array): Promise<this> {
    this.#steps.push({ kind: "d", data });
    this.#stream.push(data);
    return this.#answer();
  }

  /** A payload as the client's present keys make it. */
  send(...parts: Part[]): Promise<this> {
    return this.feed(this.client.send(...parts));
  }

  async pass(t: TestContext, milliseconds: number): Promise<this> {
    this.#steps.push({ kind: "t", data: uint32(milliseconds) });
    t.mock.timers.tick(milliseconds);
    return this.#answer();
  }

  /** Up to the keys of both sides and the userauth service. */
  async connect(): Promise<this> {
    for (const { data } of keyExchange(this.client)) await this.feed(data);
    return this.send(Message.SERVICE_REQUEST, string("ssh-userauth"));
  }

  /** Payloads of RFC 4252, one after the other. */
  async ask(...requests: Uint8Array[]): Promise<this> {
    for (const request of requests) await this.feed(this.client.packet(request));
    return this;
  }

  /** Up to SUCCESS, as OpenSSH does it. */
  async login(): Promise<this> {
    await this.connect();
    await this.ask(userauthRequest(USER, "none"), this.loginRequest());
    assert.ok(this.client.messages.some((message) => message[0] === Message.USERAUTH_SUCCESS));
    return this;
  }

  /** The request that the build admits. */
  loginRequest(): Uint8Array {
    if (this.#build === "password") return passwordRequest(USER, PASSWORD);
    return signedRequest({ sessionId: this.client.sessionId!, seed: USER_SEED });
  }

  async #answer(): Promise<this> {
    for (let turns = 0; turns < TURNS; turns++) await turn();
    const answer = Buffer.concat(this.#written.splice(0));
    this.#answers.push(answer);
    this.client.receive(answer);
    return this;
  }
}

/** What the C host answered to the steps, and what it logged. */
export interface Replayed {
  answers: Buffer[];
  log: string[];
}

/** Builds the program that replays, with the plain transport unless the credentials name another; returns its path. */
export function buildReplay(engine: Engine, credentials: BoardCredentials): string {
  const target = join(packageRoot(), "build", "boards", "test", `replay-${engine}`);
  return buildLinux({ engine, sanitize: true, credentials: { transport: "plain", ...credentials }, folder: target })
    .replay;
}

export interface ReplayOptions {
  /** Default: one with `ENTROPY`, as for what was recorded. */
  entropyFile?: string;
  /** Credentials in place of the embedded ones. */
  region?: Uint8Array;
}

const defaultEntropyFile = join(folder, "entropy");

/** Replays the steps. `program` is the one of `buildReplay`. */
export function replay(program: string, steps: readonly ReplayStep[], options: ReplayOptions = {}): Replayed {
  const { entropyFile = defaultEntropyFile, region } = options;
  if (entropyFile === defaultEntropyFile) writeFileSync(entropyFile, ENTROPY);
  const args = [entropyFile, ...(region ? [Buffer.from(region).toString("base64")] : [])];
  const input = bytes(...steps.flatMap(({ kind, data }) => [kind, uint32(data.length), data]));
  const { status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28, timeout: 60_000 });
  assert.equal(status, 0, stderr.toString());
  const answers: Buffer[] = [];
  for (let rest = stdout; rest.length > 0;) {
    const end = 4 + rest.readUInt32BE();
    answers.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return { answers, log: stderr.toString().trimEnd().split("\n") };
}

/** The C host gives the same answers, step for step. */
export function assertSame(program: string, { steps, answers }: Recording, region?: Uint8Array): void {
  const { answers: replayed } = replay(program, steps, region && { region });
  for (const [index, answer] of answers.entries()) {
    const what = index === 0 ? "the greeting" : `the answer to step ${index} of ${steps.length}`;
    assert.equal(replayed[index]?.toString("hex"), answer.toString("hex"), what);
  }
  assert.equal(replayed.length, answers.length);
}
