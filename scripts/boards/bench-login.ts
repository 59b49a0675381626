// The login that the boards' benchmark measures: what a client sends from the first byte to the shell's prompt, always the same bytes
// for the same entropy of the device, and the device's answer to each step, which is checked.

import assert from "node:assert/strict";
import { encodeCredentials } from "../../host/node/credentials.js";
import {
  keyExchange,
  Message,
  passwordRequest,
  queryRequest,
  RawClient,
  signedRequest,
  userauthRequest,
} from "../../test/support/client.js";
import { privateKey, publicBytes } from "../../test/support/raw-keys.js";
import { boolean, string, uint32 } from "../../test/support/wire.js";
import type { BoardCredentials } from "./options.js";

const USER = "admin";
const PASSWORD = "correct horse";
/** Of the user's key pair. */
const SEED = new Uint8Array(32).fill(1);
const WINDOW_BYTES = 65_536;
const PACKET_BYTES = 32_768;
const PROMPT = "sesame> ";

/** The userauth builds that are measured. */
export const BENCH_BUILDS = ["password", "publickey", "publickey-small"] as const;
export type BenchBuild = (typeof BENCH_BUILDS)[number];

/** Who may log in to the firmware that is measured. */
export function benchCredentials(userauth: BenchBuild): BoardCredentials {
  const secret =
    userauth === "password" ? { password: PASSWORD } : { publicKey: publicBytes(privateKey("Ed25519", SEED)) };
  return { userauth, credentials: encodeCredentials(userauth, { user: USER, ...secret }), development: false };
}

/** What the device does; every step of the client belongs to one. */
export const STEPS = ["key exchange", "login", "shell"] as const;
export type StepName = (typeof STEPS)[number];

/** A piece of the client's stream. */
export interface BenchStep {
  name: StepName;
  data: Buffer;
  /** Whether the device has answered it in full. */
  answered(): boolean;
}

/** The steps, each made when the device has answered the one before. Throws where an answer is not what it must be. */
export function* benchLogin(client: RawClient, userauth: BenchBuild): Generator<BenchStep, void, void> {
  const step = (name: StepName, data: Buffer, awaits: number): BenchStep => {
    client.messages = [];
    return { name, data, answered: () => client.messages.length >= awaits };
  };
  for (const { data, awaits } of keyExchange(client)) yield step("key exchange", data, awaits);
  yield step("login", client.send(Message.SERVICE_REQUEST, string("ssh-userauth")), 1);
  yield step("login", client.packet(userauthRequest(USER, "none")), 1);
  if (userauth === "password") {
    yield step("login", client.packet(passwordRequest(USER, PASSWORD)), 1);
  } else {
    yield step("login", client.packet(queryRequest({ user: USER, seed: SEED })), 1);
    assert.equal(client.lastNumber(), Message.USERAUTH_PK_OK);
    const request = signedRequest({ user: USER, seed: SEED, sessionId: client.sessionId! });
    yield step("login", client.packet(request), 1);
  }
  assert.equal(client.lastNumber(), Message.USERAUTH_SUCCESS);
  yield step("shell", client.send(90, string("session"), uint32(0), uint32(WINDOW_BYTES), uint32(PACKET_BYTES)), 1);
  const terminal = [string("xterm"), uint32(80), uint32(24), uint32(0), uint32(0), string("")];
  yield step("shell", client.send(98, uint32(0), string("pty-req"), boolean(true), ...terminal), 1);
  const shell = step("shell", client.send(98, uint32(0), string("shell"), boolean(true)), 2);
  yield { ...shell, answered: () => client.messages.some((message) => message.includes(PROMPT)) };
}
