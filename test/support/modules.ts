// Loads the modules that `npm run build` has made: tests run what ships.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The bytes of build/<target>.wasm. Throws when it has not been built. */
export function moduleBytes(target: string): Uint8Array<ArrayBuffer> {
  const file = fileURLToPath(new URL(`../../build/${target}.wasm`, import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build"`);
  return new Uint8Array(readFileSync(file));
}

/** A new instance of build/<target>.wasm, without imports. */
export async function loadModule(target: string): Promise<WebAssembly.Instance> {
  let module = compiled.get(target);
  if (!module) compiled.set(target, (module = WebAssembly.compile(moduleBytes(target))));
  return WebAssembly.instantiate(await module);
}
