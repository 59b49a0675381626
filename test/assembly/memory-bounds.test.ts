// "Bytes above `__heap_base` are never used, so an engine may leave them out" (docs/abi.md): every load and store of a
// login, and of requests whose lengths lie, is looked at. An engine that does leave them out would trap.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { passwordRequest, signedRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { type RawClient } from "../../scripts/client/client.js";
import { moduleBytes } from "../support/modules.js";
import { PASSWORD, Session, USER, USER_SEED } from "../support/session.js";
import { watchMemory } from "../support/watched-memory.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

/** The highest byte that any instruction has touched. */
interface Touched {
  highest: number;
}

/** Instances of a target, and what they touch. */
function watched(target: string): { instantiate: () => WebAssembly.Instance; heapBase: number; touched: Touched } {
  const touched: Touched = { highest: 0 };
  const instantiate = watchMemory(moduleBytes(target), (address, size) => {
    touched.highest = Math.max(touched.highest, address + size - 1);
  });
  return { instantiate, heapBase: Number((instantiate().exports.__heap_base as WebAssembly.Global).value), touched };
}

function requests(build: UserauthBuild, client: RawClient): Uint8Array[] {
  const lies = [64, 127, 128, 191, 192, 255].flatMap((length) => [
    passwordRequest("u".repeat(length), PASSWORD),
    passwordRequest(USER, "p".repeat(length)),
    userauthRequest("u".repeat(length), "publickey", 0, string("ssh-ed25519"), string("k".repeat(length))),
    bytes(50, uint32(length)),
    bytes(50, uint32(0xffff_ffff), "x"),
  ]);
  const right =
    build === "password"
      ? passwordRequest(USER, PASSWORD)
      : signedRequest({ seed: USER_SEED, sessionId: client.sessionId!, user: USER });
  return [right, ...lies, new Uint8Array(4096).fill(50), new Uint8Array(4096).fill(255)];
}

for (const build of USERAUTH_BUILDS) {
  test(`no instruction of transport, userauth-${build} and connection touches memory above __heap_base`, () => {
    const targets = { transport: "transport", userauth: `plain/userauth-${build}`, connection: "connection" };
    const entries = Object.entries(targets).map(([type, target]) => ({ type, target, ...watched(target) }));
    const instances = Object.fromEntries(entries.map(({ type, instantiate }) => [type, instantiate]));
    const session = new Session({ userauth: build, instances }).keyExchange().service();
    const back = session.save();
    for (const request of requests(build, session.client)) {
      back()
        .send(bytes(2, string(new Uint8Array(4000))))
        .send(request);
      for (const { type, heapBase } of entries) {
        const above = session.server[type as keyof typeof targets]?.memory.subarray(heapBase);
        assert.ok(above?.every((byte) => byte === 0) ?? true, `${type}: memory.copy and memory.fill stay below, too`);
      }
      if (!session.server.admitted) continue;
      session.send(90, string("session"), uint32(7), uint32(100_000), uint32(32_768));
      session.send(98, uint32(0), string("exec"), 1, string("echo")).send(97, uint32(0)).rekey();
      assert.deepEqual(session.server.events, ["OPEN", "EXEC", "CLOSE"]);
    }
    for (const { target, heapBase, touched } of entries) {
      assert.ok(touched.highest > 0, `${target} was watched`);
      assert.ok(touched.highest < heapBase, `${target}: ${touched.highest} was touched, __heap_base is ${heapBase}`);
    }
  });
}
