// build/c/<target>.c: the C that wasm2c makes of a module for boards. It travels with the package, so that who embeds
// modules needs no compiler of ours.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildNamed } from "../../assembly/abi/builds.js";
import { CachedModule } from "./cache.js";

/** Whether the build is one for boards. */
export function isForBoards(target: string): boolean {
  return buildNamed(target).host !== "node";
}

/** Translates the module, unless that was done before. */
export async function translateBuild(root: string, target: string, wasm: Uint8Array): Promise<void> {
  const cached = new CachedModule(root, [target, createHash("sha256").update(wasm).digest("hex")], ".c");
  let native = cached.recall();
  if (!native) {
    const { translateToC } = await import("./wasm2c.js"); // and Binaryen with it
    native = Buffer.from(translateToC(buildNamed(target).module, wasm));
    cached.keep(native);
  }
  mkdirSync(join(root, "build", "c"), { recursive: true });
  writeFileSync(join(root, "build", "c", `${target}.c`), native);
}
