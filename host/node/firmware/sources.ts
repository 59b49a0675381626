// The C sources of the package that firmware of somebody else's is built from, as a copy: so that a build needs neither
// a network nor node_modules.

import { cpSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { packageRoot } from "../package-root.js";
import { BoardBuildError } from "./build-error.js";

/** The C host, and what boards have for firmware that is not ours. package.json packs the same. */
export const SOURCE_FOLDERS = ["host/c", "boards/common/sockets", "boards/rp2040"] as const;

/** The rest of a board's folder is how this repository builds its own firmware. */
const COPIED = /^(?:host\/c\/|boards\/common\/sockets\/|boards\/rp2040\/[^/]+\.(?:[ch]|cmake|ld)$)/;
const OWN_FIRMWARE = /^boards\/rp2040\/main\.c$/;

/** Writes the folders and the licence below `folder`; returns the paths of the files, relative to it. */
export function copySources(folder: string): string[] {
  const root = packageRoot();
  if (resolve(folder) === resolve(root)) throw new BoardBuildError(`${folder} is where the sources are`);
  const files = ["LICENSE", ...SOURCE_FOLDERS.flatMap((part) => sourcesIn(root, part))].sort();
  for (const path of files) cpSync(join(root, path), join(folder, path));
  return files;
}

/**
 * Engines whose sources are not ours, and whoever else the Arduino IDE, which compiles all that is in src, would not
 * find files for.
 */
const NOT_FOR_ARDUINO = /^engine\/(?:wasm3|wamr)/;

/**
 * Writes host/c as a library of the Arduino IDE: its manifest, and all else in src, where the modules for wasm2c
 * belong, too.
 */
export function copyArduinoLibrary(folder: string): string[] {
  const root = packageRoot();
  const sources = sourcesIn(root, "host/c")
    .map((path) => path.slice("host/c/".length))
    .filter((path) => /\.[ch]$/.test(path) && !NOT_FOR_ARDUINO.test(path));
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  cpSync(join(root, "host", "c", "library.properties"), join(folder, "library.properties"));
  for (const path of sources) cpSync(join(root, "host", "c", path), join(folder, "src", path));
  return ["LICENSE", "library.properties", ...sources.map((path) => `src/${path}`)].sort();
}

function sourcesIn(root: string, part: string): string[] {
  return readdirSync(join(root, part), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((path) => COPIED.test(path) && !OWN_FIRMWARE.test(path));
}
