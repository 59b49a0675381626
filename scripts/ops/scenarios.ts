// What `npm run ops` counts: the operations that a board's processor spends its time on, each on a fresh instance, with
// fixed credentials, keys and entropy, so that every run executes the same instructions.
//
// Every operation's result is checked: a count of something that failed would be a lie.

import { strict as assert } from "node:assert";
import { ConnectionEvent, ShellEvent, ShellInput, ShellWords, UserauthStatus } from "../../assembly/abi/index.js";
import { encodeCredentials, type Credentials, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { ModuleMemory, type ConnectionExports } from "../../host/node/modules.js";
import { passwordRequest, queryRequest, signedRequest, userauthRequest } from "../client/userauth.js";
import { channelOpen, data } from "../client/connection.js";
import { boolean, bytes, string, uint32 } from "../client/wire.js";
import { instantiateCounted, type Measure } from "../compile/instrument.js";
import { runFullTransport, runTransport } from "./transport.js";
import { runUserauth } from "./userauth.js";
import { privateKey, publicBytes } from "../client/keys/raw.js";

const USER = "admin";
const PASSWORD = "correct horse";
const DATA = new Uint8Array(1000).fill(0x5a);
const SESSION_ID = new Uint8Array(32).fill(7);
/** Of the user's key pair. */
const SEED = new Uint8Array(32).fill(1);

/** Runs the operations of the module `name`, whose file has the contents `wasm`. */
export function runScenarios(name: string, wasm: Uint8Array, measure: Measure): void {
  if (name === "transport") runTransport(wasm, measure);
  else if (name === "transport-full") runFullTransport(wasm, measure);
  else if (name === "connection") runConnection(wasm, measure);
  else if (name === "shell") runShell(wasm, measure);
  else if (name === "userauth") runUserauth(wasm, measure);
  else if (name === "userauth-board")
    return; // the same instructions at other addresses
  else if (name === "userauth-password") runPassword(wasm, measure);
  else if (name.startsWith("userauth-")) runPublickey(name.slice("userauth-".length) as UserauthBuild, wasm, measure);
  else throw new Error(`no scenario for ${name}`);
}

/** What the scenarios need of a userauth module. */
interface UserauthExports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  status: WebAssembly.Global;
  receive: (length: number) => number;
  /** Only in builds that verify signatures. */
  reset?: (sessionIdLength: number) => void;
}

/** A fresh userauth instance with credentials of its own: a function that hands it a payload and counts. */
function openUserauth(wasm: Uint8Array, build: UserauthBuild, credentials: Omit<Credentials, "user">) {
  const module = instantiateCounted(wasm);
  const exports = module.exports as unknown as UserauthExports;
  const memory = new Uint8Array(exports.memory.buffer);
  const region = encodeCredentials(build, { user: USER, ...credentials });
  memory.set(region, Number(exports.__heap_base.value) - region.length);
  memory.set(SESSION_ID);
  exports.reset?.(SESSION_ID.length);
  return (measure: Measure, operation: string, payload: Uint8Array, expected: UserauthStatus): void => {
    memory.set(payload);
    measure(operation, module, () => exports.receive(payload.length));
    assert.equal(UserauthStatus[exports.status.value as number], UserauthStatus[expected], `${operation}: status`);
  };
}

function runPassword(wasm: Uint8Array, measure: Measure): void {
  const receive = openUserauth(wasm, "password", { password: PASSWORD });
  receive(measure, "none", userauthRequest(USER, "none"), UserauthStatus.FAILURE);
  receive(
    measure,
    "wrong password",
    passwordRequest(USER, PASSWORD.replace("c", "C")),
    UserauthStatus.INVALID_PASSWORD,
  );
  receive(measure, "right password", passwordRequest(USER, PASSWORD), UserauthStatus.SUCCESS);
}

/** The request as clients send it: a query, then the signature over session identifier and request (RFC 4252 §7). */
function runPublickey(build: UserauthBuild, wasm: Uint8Array, measure: Measure): void {
  const receive = openUserauth(wasm, build, { publicKey: publicBytes(privateKey("Ed25519", SEED)) });
  receive(measure, "query", queryRequest({ user: USER, seed: SEED }), UserauthStatus.QUERY_OK);
  const signed = signedRequest({ user: USER, seed: SEED, sessionId: SESSION_ID });
  receive(measure, "signed request", signed, UserauthStatus.SUCCESS);
}

function runConnection(wasm: Uint8Array, measure: Measure): void {
  const module = instantiateCounted(wasm);
  const exports = module.exports as unknown as ConnectionExports;
  const memory = new ModuleMemory(exports.memory);
  const receive = (operation: string, payload: Uint8Array, expected: ConnectionEvent): void => {
    memory.writeInput(exports, payload);
    let event = ConnectionEvent.NONE;
    measure(operation, module, () => {
      event = exports.receive(payload.length);
    });
    assert.equal(ConnectionEvent[event], ConnectionEvent[expected], `${operation}: event`);
  };
  exports.open(8192);
  receive("channel open", channelOpen(0, 100_000, 32_768), ConnectionEvent.OPEN);
  const exec = bytes(98, uint32(0), string("exec"), boolean(true), string("uptime"));
  receive("exec request", exec, ConnectionEvent.EXEC);
  exports.answer(1);
  receive("1,000 bytes of data in", data(0, DATA), ConnectionEvent.DATA);
  exports.consumed(0, DATA.length);
  memory.write(exports.writePtr(), exports.writable(0), DATA);
  measure("1,000 bytes of data out", module, () => {
    assert.ok(exports.write(0, DATA.length, 0) > DATA.length);
  });
}

/** What `runShell` needs of the shell module. */
interface ShellExports {
  memory: WebAssembly.Memory;
  inputPtr: () => number;
  open: (kind: number, columns: number) => void;
  receive: (length: number) => number;
  output: (room: number) => number;
  splitWords: () => number;
}

function runShell(wasm: Uint8Array, measure: Measure): void {
  const module = instantiateCounted(wasm);
  const exports = module.exports as unknown as ShellExports;
  const type = (operation: string, keys: string, expected: ShellEvent): void => {
    const input = Buffer.from(keys);
    new Uint8Array(exports.memory.buffer).set(input, exports.inputPtr());
    let event = ShellEvent.NONE;
    measure(operation, module, () => {
      event = exports.receive(input.length);
      while (exports.output(DATA.length) > 0);
    });
    assert.equal(ShellEvent[event], ShellEvent[expected], `${operation}: event`);
  };
  exports.open(ShellInput.TERMINAL, 80);
  type("a word", "uptime", ShellEvent.NONE);
  type("a key", "s", ShellEvent.NONE);
  type("a key in the middle of a line", "\x1b[D\x1b[Dx", ShellEvent.NONE);
  type("a finished line", "\r", ShellEvent.LINE);
  measure("words of a line", module, () => {
    assert.equal(exports.splitWords(), ShellWords.OK);
  });
}
