// The emulated flash in a file, so that what the firmware keeps there (its host key, say) outlives the emulator.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { NorFlash } from "./nor-flash.js";

/** Changes come in bursts: an erase, then pages. */
const SETTLED_MS = 200;

export function readFlashFile(path: string): Uint8Array | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** Writes the flash to `path` soon after each change. The returned function writes what is still to be written. */
export function keepFlashFile(path: string, flash: NorFlash): () => void {
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    const partial = `${path}.part`;
    writeFileSync(partial, flash.bytes);
    renameSync(partial, path);
  };
  flash.onChange = () => {
    clearTimeout(timer);
    timer = setTimeout(write, SETTLED_MS);
  };
  return write;
}
