// Modules that tell each address that they load from and store to: `instrument-memory` of Binaryen. What memory.copy
// and memory.fill touch is not told.

import assert from "node:assert/strict";
import binaryen from "binaryen";
import { exportGlobals } from "./session.js";

/** Returns what makes instances of the module; their accesses, of `size` bytes each, go to `onAccess`. */
export function watchMemory(
  wasm: Uint8Array,
  onAccess: (address: number, size: number) => void,
): () => WebAssembly.Instance {
  const module = binaryen.readBinary(wasm);
  module.runPasses(["instrument-memory"]);
  const compiled = new WebAssembly.Module(exportGlobals(module.emitBinary()));
  module.dispose();
  const address = (_id: number, size: number, offset: number, base: number): number => {
    onAccess((base >>> 0) + (offset >>> 0), size);
    return base;
  };
  const same = (_id: number, value: unknown): unknown => value;
  const env: Record<string, WebAssembly.ImportValue> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(compiled)) {
    assert.equal(from, "env");
    env[name] = name.endsWith("_ptr") ? address : same;
  }
  return () => new WebAssembly.Instance(compiled, { env });
}
