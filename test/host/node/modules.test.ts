// What the host believes of a module (host/node/modules.ts): pointers and lengths inside its memory, and the exports of
// its type.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compileModule, ModuleError, ModuleMemory } from "../../../host/node/modules.js";
import { moduleBytes } from "../../support/modules.js";

const PAGE_BYTES = 65_536;
const newMemory = (): ModuleMemory => new ModuleMemory(new WebAssembly.Memory({ initial: 1, maximum: 1 }));

test("bytes are inside the memory to its last one, whatever sign or sum their place has", () => {
  const memory = newMemory();
  for (const [pointer, length] of [
    [0, 0],
    [0, PAGE_BYTES],
    [PAGE_BYTES, 0],
    [PAGE_BYTES - 1, 1],
    [1, PAGE_BYTES - 1],
  ] as const) {
    assert.equal(memory.view(pointer, length).length, length);
    assert.equal(memory.view(pointer, length).byteOffset, pointer);
  }
  for (const [pointer, length] of [
    [0, PAGE_BYTES + 1],
    [1, PAGE_BYTES],
    [PAGE_BYTES, 1],
    [PAGE_BYTES + 1, 0],
    [-1, 1],
    [1, -1],
    [-1, -1],
    [-PAGE_BYTES, PAGE_BYTES],
  ] as const) {
    assert.throws(() => memory.view(pointer, length), ModuleError, `${length} bytes at ${pointer}`);
    assert.throws(() => memory.read(pointer, length), ModuleError, `${length} bytes at ${pointer}`);
  }
});

test("bytes are written where they fit: in the capacity, which is unsigned, and in the memory", () => {
  const memory = newMemory();
  memory.write(PAGE_BYTES - 4, 4, Buffer.from("abcd"));
  memory.write(10, -1, Buffer.from("a capacity as a module returns it, as i32"));
  assert.equal(Buffer.from(memory.view(PAGE_BYTES - 4, 4)).toString(), "abcd");
  assert.throws(() => memory.write(0, 3, Buffer.from("abcd")), ModuleError);
  assert.throws(() => memory.write(PAGE_BYTES - 3, 4, Buffer.from("abcd")), ModuleError);
});

test("what was read stays, what is viewed lives, and nothing outlives a wipe", () => {
  const memory = newMemory();
  memory.write(0, 4, Buffer.from("abcd"));
  const [read, view] = [memory.read(0, 4), memory.view(0, 4)];
  memory.wipe();
  assert.deepEqual(Buffer.from(read).toString(), "abcd");
  assert.deepEqual([...view], [0, 0, 0, 0]);
  assert.ok(memory.view(0, PAGE_BYTES).every((byte) => byte === 0));
});

test("a module that imports anything, or lacks an export of its type, is none", () => {
  // (module (import "env" "abort" (func)))
  const importing = Buffer.from("0061736d01000000010401600000020d0103656e760561626f72740000", "hex");
  assert.throws(() => compileModule("userauth", importing), /imports abort; a module imports nothing/);
  const names = { transport: "transport", userauth: "userauth-password", connection: "connection" } as const;
  for (const [type, name] of Object.entries(names) as [keyof typeof names, string][]) {
    const wasm = moduleBytes(`plain/${name}`);
    assert.equal(compileModule(type, wasm).type, type);
    for (const other of Object.keys(names) as (keyof typeof names)[]) {
      if (other === type) continue;
      assert.throws(() => compileModule(other, wasm), /is not a \w+ module: it exports no/, `${name} as ${other}`);
    }
  }
  // the right names, for the wrong things
  const swapped = Buffer.from(moduleBytes("plain/userauth-password"));
  const places = { memory: swapped.indexOf("status"), status: swapped.indexOf("memory") };
  for (const [name, place] of Object.entries(places)) swapped.write(name, place);
  assert.throws(() => compileModule("userauth", swapped), /exports no memory memory/);
});
