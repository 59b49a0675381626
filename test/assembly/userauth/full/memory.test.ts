// userauth.wasm touches only its own memory, and words where they are aligned or said not to be: engines leave out what
// is above `__heap_base`, and processors fault on what the hint promised. Every load and store of all methods is looked
// at.

import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { UserauthStatus } from "../../../../assembly/abi/index.js";
import { encodeUsers, type Method, type UserEntry } from "../../../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { moduleBytes } from "../../../support/modules.js";
import { argon2idOf, pbkdf2Of } from "../../../../scripts/client/hashes.js";
import {
  ecdsaKey,
  ed25519Key,
  rsaKey,
  securityEcdsaKey,
  securityEd25519Key,
  type TestKey,
} from "../../../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../../../support/userauth-full.js";
import { bytes, uint32 } from "../../../../scripts/client/wire.js";

const KEYS = [ed25519Key(), ecdsaKey(), rsaKey("rsa-sha2-256"), rsaKey("rsa-sha2-512", 4096)];
const SECURITY_KEYS = [securityEd25519Key(), securityEcdsaKey()];
const PASSWORD = "correct horse 47";
const EVERY: Method[][] = [["publickey"], ["password"], ["keyboard-interactive"]];

/** Each access, by the instruction's number: how many bytes it promises to be aligned to. */
function readPromises(text: string): Map<string, number> {
  const promises = new Map<string, number>();
  const access =
    /\((?:i32|i64)\.(load|store)(\d*)\S*((?: \w+=\d+)*)\s+\(call \$(?:load|store)_ptr\s+\(i32\.const (\d+)\)\s+\(i32\.const (\d+)\)/g;
  for (const [, kind, , hints, id, size] of text.matchAll(access)) {
    promises.set(`${kind} ${id}`, Number(/align=(\d+)/.exec(hints!)?.[1] ?? size));
  }
  return promises;
}

interface Watch {
  highest: number;
  unaligned: Set<string>;
  accesses: number;
}

function watched(): { instantiate: () => WebAssembly.Instance; watch: Watch } {
  const module = binaryen.readBinary(moduleBytes("plain/userauth"));
  module.runPasses(["instrument-memory"]);
  const promises = readPromises(module.emitText());
  const compiled = new WebAssembly.Module(module.emitBinary() as BufferSource);
  module.dispose();
  assert.ok(promises.size > 200, `${promises.size} loads and stores were found`);
  const watch: Watch = { highest: 0, unaligned: new Set(), accesses: 0 };
  const pointer = (kind: string) => (id: number, size: number, offset: number, base: number) => {
    const address = (base >>> 0) + (offset >>> 0);
    watch.accesses++;
    watch.highest = Math.max(watch.highest, address + size - 1);
    const promise = promises.get(`${kind} ${id}`);
    if (promise === undefined || address % promise !== 0) watch.unaligned.add(`${kind} ${id} of ${size} bytes`);
    return base;
  };
  const same = (_id: number, value: unknown): unknown => value;
  const env = Object.fromEntries(
    WebAssembly.Module.imports(compiled).map(({ name }) => [
      name,
      name.endsWith("_ptr") ? pointer(name.slice(0, -4)) : same,
    ]),
  );
  return { instantiate: () => new WebAssembly.Instance(compiled, { env }), watch };
}

test("every load and store is below __heap_base and as aligned as it promises", () => {
  const { instantiate, watch } = watched();
  const admitted: string[] = [];
  const run = (users: UserEntry[], conversation: Uint8Array[]): void => {
    const region = encodeUsers({ users, banner: "hello", failures: 99, hostDecides: { others: ["password"] } });
    const userauth = new FullUserauth(region, { instantiate });
    for (const request of conversation) {
      userauth.receive(request);
      userauth.decide(UserauthStatus.SUCCESS);
    }
    admitted.push(userauth.status);
  };
  for (const hashOf of [pbkdf2Of, argon2idOf]) {
    // names of different lengths put the records at odd addresses
    for (const name of ["u", "us", "use", "user"]) {
      const user = passwordUser(name, "", { password: hashOf(PASSWORD), keys: [KEYS[0]!], required: EVERY });
      run([user], [userauthRequest(name, "none"), passwordRequest(name, PASSWORD)]);
      run([user], [passwordRequest("guest", PASSWORD)]);
      run([user], [changeRequest(name, PASSWORD, "new password")]);
      const expired = { ...user, passwordExpired: true };
      const interactive = [interactiveRequest(name), infoResponse(PASSWORD)];
      run([expired], [...interactive, infoResponse("new password", "new password")]);
    }
  }
  const keyConversation = (name: string, key: TestKey): void =>
    run([{ name, keys: [key], required: [["publickey"]] }], [query(name, key), signed(name, key)]);
  for (const [index, key] of [...KEYS, ...SECURITY_KEYS].entries()) keyConversation("user".slice(index % 4), key);
  assert.deepEqual([...new Set(admitted)], ["SUCCESS"]);
  for (const length of [64, 127, 128, 255, 256, 4000]) {
    const user = passwordUser("u", PASSWORD);
    run([user], [passwordRequest("u".repeat(Math.min(length, 3000)), PASSWORD)]);
    run([user], [passwordRequest("u", "p".repeat(length))]);
    run([user], [bytes(50, uint32(length), "x")]);
  }
  const heapBase = Number((instantiate().exports.__heap_base as WebAssembly.Global).value);
  assert.ok(watch.accesses > 100_000 && watch.highest < heapBase, `${watch.highest}, __heap_base ${heapBase}`);
  assert.deepEqual([...watch.unaligned], []);
});
