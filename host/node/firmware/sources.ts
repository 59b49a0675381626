// The C sources of the package that firmware of somebody else's is built from, as a copy: so that a build needs neither a network nor
// node_modules.

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
