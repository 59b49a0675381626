// Builds for RFC 4253 §6.1's sizes: payloads of 35,000 bytes in three pages of memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSection } from "../../host/node/wasm-file.js";
import { compile } from "../../scripts/compile.js";
import { passwordRequest, userauthRequest } from "../support/client.js";
import { assertEnded, CREDENTIALS, exportGlobals, PASSWORD, Session, USER } from "../support/session.js";
import { string, uint32 } from "../support/wire.js";

const PAYLOAD_BYTES = 35_000;
const PAGES = 3;
const root = fileURLToPath(new URL("../..", import.meta.url));

const built = new Map<string, Uint8Array>();
for (const target of ["transport", "userauth-password"]) {
  built.set(target, await compile({ root, target, use: { PAYLOAD_BYTES }, pages: PAGES }));
}

function maker(target: string): () => WebAssembly.Instance {
  const module = new WebAssembly.Module(exportGlobals(built.get(target)!));
  return () => new WebAssembly.Instance(module);
}
const instances = { transport: maker("transport"), userauth: maker("userauth-password") };

const request = passwordRequest(USER, PASSWORD);

test("a login with payloads of 35,000 bytes, before and after it", () => {
  const session = new Session({ instances }).keyExchange();
  session.send(2, string(new Uint8Array(PAYLOAD_BYTES - 5))).service();
  assert.equal(session.client.lastNumber(), 6);
  session.send(request);
  assert.ok(session.server.admitted);
  session.send(90, string("session"), uint32(7), uint32(100_000), uint32(32_768));
  session.send(2, string(new Uint8Array(PAYLOAD_BYTES - 5)));
  session.send(98, uint32(0), string("exec"), 1, string("echo")).send(97, uint32(0)).rekey();
  assert.deepEqual(session.server.events, ["OPEN", "EXEC", "CLOSE"]);
});

test("a payload of 35,001 bytes ends the connection", () => {
  const session = new Session({ instances }).keyExchange();
  assertEnded(session.send(2, string(new Uint8Array(PAYLOAD_BYTES - 4))), 2);
});

test("the largest request does not reach the credentials: userauth's static data lies behind its buffer", () => {
  const data = openSection(built.get("userauth-password")!, "data")!;
  assert.ok(data.unsigned() > 0);
  data.offset += 2;
  assert.ok(Number(data.signed()) >= PAYLOAD_BYTES, "the first byte of data is behind the buffer");
  // an unknown method whose bytes would become credentials: a user and a password of 51 bytes of 51 each
  const large = userauthRequest("x", "none", new Uint8Array(PAYLOAD_BYTES - 100).fill(51));
  const session = new Session({ instances }).keyExchange().service();
  session.send(large);
  const { memory, exports } = session.server.userauth!;
  const end = Number(exports.__heap_base.value);
  assert.deepEqual(memory.slice(end - CREDENTIALS.password.length, end), CREDENTIALS.password);
  session.send(passwordRequest("3".repeat(51), "3".repeat(51)));
  assert.equal(session.server.admitted, false);
  session.send(request);
  assert.ok(session.server.admitted);
});
