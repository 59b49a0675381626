// The modules of build/wide: payloads of 35,000 bytes, whatever fits into the packets of RFC 4253 §6.1.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WIDE_PAYLOAD_BYTES } from "../../assembly/abi/builds.js";
import { openSection } from "../../host/core/wasm-file.js";
import { passwordRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { CREDENTIALS, instances, PASSWORD, Session, USER } from "../support/session.js";
import { string, uint32 } from "../../scripts/client/wire.js";

/**
 * The longest payload of a packet of 35,000 bytes: length, padding's length, padding of 4 bytes, tag, and a multiple of
 * 8.
 */
const LONGEST = 34_971;

const wide = {
  transport: instances("wide/transport"),
  userauth: instances("wide/userauth-password"),
  connection: instances("wide/connection"),
};
const request = passwordRequest(USER, PASSWORD);

test("a login with payloads as long as they get, before and after it", () => {
  const session = new Session({ instances: wide }).keyExchange();
  session.send(2, string(new Uint8Array(LONGEST - 5))).service();
  assert.equal(session.client.lastNumber(), 6);
  session.send(request);
  assert.ok(session.server.admitted);
  session.send(90, string("session"), uint32(7), uint32(100_000), uint32(32_768));
  session.send(98, uint32(0), string("env"), 1, string("LC_BIG"), string(new Uint8Array(LONGEST - 27)));
  session.send(98, uint32(0), string("exec"), 1, string("echo")).send(97, uint32(0)).rekey();
  assert.deepEqual(session.server.events, ["OPEN", "ENV", "EXEC", "CLOSE"]);
});

test("the announced maximum packet size is 32,768 bytes, whose messages fit into a packet", () => {
  const session = new Session({ instances: wide }).authenticate(request);
  const [confirmation] = session.exchange(90, string("session"), uint32(7), uint32(100_000), uint32(32_768));
  assert.equal(confirmation!.readUInt32BE(13), 32_768);
});

test("the largest request does not reach the credentials: userauth's static data lies behind its buffer", () => {
  const data = openSection(moduleBytes("wide/userauth-password"), "data")!;
  assert.ok(data.unsigned() > 0);
  data.offset += 2;
  assert.ok(Number(data.signed()) >= WIDE_PAYLOAD_BYTES, "the first byte of data is behind the buffer");
  // an unknown method whose bytes would become credentials: a user and a password of 51 bytes of 51 each
  const large = userauthRequest("x", "none", new Uint8Array(LONGEST - 100).fill(51));
  const session = new Session({ instances: wide }).keyExchange().service();
  session.send(large);
  const { memory, exports } = session.server.userauth!;
  const end = Number(exports.__heap_base.value);
  assert.deepEqual(memory.slice(end - CREDENTIALS.password.length, end), CREDENTIALS.password);
  session.send(passwordRequest("3".repeat(51), "3".repeat(51)));
  assert.equal(session.server.admitted, false);
  session.send(request);
  assert.ok(session.server.admitted);
});
