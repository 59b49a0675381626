// The login that the boards' benchmark measures: what a client sends from the first byte to the shell's prompt, always
// the same bytes for the same entropy of the device, and the device's answer to each step, which is checked.

import assert from "node:assert/strict";
import type { Transport } from "../../assembly/abi/builds.js";
import { encodeCredentials } from "../../host/node/credentials/credentials.js";
import type { UserEntry } from "../../host/node/credentials/users-region.js";
import { keyExchange } from "../client/login.js";
import { type ClientOptions, Message, MLKEM768X25519, RawClient } from "../client/client.js";
import { passwordRequest, queryRequest, signedRequest, userauthRequest } from "../client/userauth.js";
import { compileFile } from "../compile/file.js";
import { translateToC } from "../compile/wasm2c.js";
import { privateKey, publicBytes } from "../client/keys/raw.js";
import { argon2idOf } from "../client/hashes.js";
import { boolean, string, uint32 } from "../client/wire.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { boardUsers } from "../../host/node/firmware/board-users.js";

const USER = "admin";
const PASSWORD = "correct horse";
/** Of the user's key pair. */
const SEED = new Uint8Array(32).fill(1);
/** Of the password's hash in the full build: what docs/security.md recommends for a board with wasm2c. */
const ARGON2ID = { m: 40, t: 30, p: 1 };
const WINDOW_BYTES = 65_536;
const PACKET_BYTES = 32_768;
const PROMPT = "sesame> ";
const CHANNEL_OPEN = 90;
const CHANNEL_DATA = 94;
const CHANNEL_REQUEST = 98;

/** The userauth modules that are measured; `board` is the full build. */
export const BENCH_MODULES = ["password", "publickey", "publickey-small", "board"] as const;
export type BenchModule = (typeof BENCH_MODULES)[number];

/** What the client offers to a firmware with such a transport: the post-quantum key exchange where it is. */
export const BENCH_CLIENTS: Record<Transport, ClientOptions> = { plain: {}, full: { kex: MLKEM768X25519 } };

/** Who may log in to the firmware that is measured: by password, if the module takes one. */
export function benchCredentials(module: BenchModule, transport: Transport): BoardCredentials {
  if (module === "board") {
    const user: UserEntry = { name: USER, password: argon2idOf(PASSWORD, ARGON2ID), required: [["password"]] };
    return { ...boardUsers({ users: [user] }), transport };
  }
  const secret =
    module === "password" ? { password: PASSWORD } : { publicKey: publicBytes(privateKey("Ed25519", SEED)) };
  const credentials = encodeCredentials(module, { user: USER, ...secret });
  return { userauth: module, credentials, development: false, transport };
}

/** A firmware that signs when it is asked for a login with a password, and admits nobody. */
export function signingCredentials(): BoardCredentials {
  const wasm = compileFile("test/modules/signing-userauth.ts", ["--memoryBase", "4096"]);
  return {
    ...benchCredentials("password", "plain"),
    modules: { userauth: { name: "signing-userauth", wasm, native: () => translateToC("userauth", wasm) } },
  };
}

/** A piece of the client's stream. */
export interface BenchStep {
  /** What the device does; several steps may have the same name. */
  name: string;
  data: Buffer;
  /** Whether the device has answered it in full. */
  answered: () => boolean;
}

/** From the opening to the shell's prompt. Each step is made when the device has answered the one before. */
export function* benchLogin(client: RawClient, module: BenchModule): Generator<BenchStep, void, void> {
  yield* enter(client);
  if (module === "password" || module === "board") {
    yield step(client, "login", client.packet(passwordRequest(USER, PASSWORD)));
  } else {
    yield step(client, "login", client.packet(queryRequest({ user: USER, seed: SEED })));
    assert.equal(client.lastNumber(), Message.USERAUTH_PK_OK);
    const request = signedRequest({ user: USER, seed: SEED, sessionId: client.sessionId! });
    yield step(client, "login", client.packet(request));
  }
  assert.equal(client.lastNumber(), Message.USERAUTH_SUCCESS);
  const window = [uint32(WINDOW_BYTES), uint32(PACKET_BYTES)];
  yield step(client, "shell", client.send(CHANNEL_OPEN, string("session"), uint32(0), ...window));
  const terminal = [string("xterm"), uint32(80), uint32(24), uint32(0), uint32(0), string("")];
  yield step(client, "shell", client.send(CHANNEL_REQUEST, uint32(0), string("pty-req"), boolean(true), ...terminal));
  const shell = step(client, "shell", client.send(CHANNEL_REQUEST, uint32(0), string("shell"), boolean(true)));
  yield { ...shell, answered: () => said(client).includes(PROMPT) };
}

/** For the signing firmware: the last step does what the one before does, and signs. */
export function* benchSignature(client: RawClient): Generator<BenchStep, void, void> {
  yield* enter(client);
  yield step(client, "no signature", client.packet(userauthRequest(USER, "none")));
  yield step(client, "signature", client.packet(passwordRequest(USER, PASSWORD)));
  assert.equal(client.lastNumber(), Message.USERAUTH_FAILURE);
}

/** To be sent in the shell; `info` tells how much memory was in use at most. */
export function infoStep(client: RawClient): BenchStep {
  const info = step(client, "info", client.send(CHANNEL_DATA, uint32(0), string("info\r")));
  return { ...info, answered: () => peaks(client) !== undefined };
}

/** Bytes of heap and stack, from the answer to `infoStep`; undefined before it is there. */
export function peaks(client: RawClient): { heap: number; stack: number } | undefined {
  const found = /heap +(\d+) of.*stack +(\d+) of/s.exec(said(client));
  return found ? { heap: Number(found[1]), stack: Number(found[2]) } : undefined;
}

/** Until a first request for "none" has been refused. */
function* enter(client: RawClient): Generator<BenchStep, void, void> {
  for (const { name, data, awaits } of keyExchange(client)) {
    const made = step(client, "key exchange", data, awaits);
    // the device speaks first: its KEXINIT may have come before
    yield name === "identification" ? { ...made, answered: () => client.serverKexinit.length > 0 } : made;
  }
  yield step(client, "login", client.send(Message.SERVICE_REQUEST, string("ssh-userauth")));
  yield step(client, "login", client.packet(userauthRequest(USER, "none")));
}

function step(client: RawClient, name: string, data: Buffer, awaits = 1): BenchStep {
  client.messages = [];
  return { name, data, answered: () => client.messages.length >= awaits };
}

function said(client: RawClient): string {
  return client.messages.map((message) => message.toString("latin1")).join("");
}
