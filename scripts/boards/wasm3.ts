// Brings the C source of wasm3 into build/boards/wasm3, for the engine of that name. It lies in an npm package that itself wants
// React Native, so it is no dependency: the package is fetched in its pinned version, compared with its hash, and unpacked.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { BoardBuildError } from "./cmake.js";

/** The npm package that it lies in. */
export const WASM3_PACKAGE = "react-native-webassembly@0.3.3";
const INTEGRITY = "sha512-wC8r/C6bHcWsNZmzES6vhMX1bao3JtG2FIVC9Un5kTn9EKQBN63qGVGMaD7ppe/vkzD8aPTfj9MKjsid4m7VRA==";

/** The folder with wasm3.h and m3_*.c; fetched when it is not there yet. Throws a `BoardBuildError` when it cannot be had. */
export function wasm3Folder(): string {
  const boards = join(packageRoot(), "build", "boards");
  const folder = join(boards, "wasm3");
  if (existsSync(folder)) return folder;
  mkdirSync(boards, { recursive: true });
  const temporary = mkdtempSync(join(boards, "wasm3-"));
  try {
    runTool("npm", ["pack", "--silent", "--pack-destination", temporary, WASM3_PACKAGE]);
    const archive = join(temporary, readdirSync(temporary)[0] ?? "");
    const hash = createHash("sha512").update(readFileSync(archive)).digest("base64");
    if (`sha512-${hash}` !== INTEGRITY)
      throw new BoardBuildError(`${WASM3_PACKAGE} has the hash sha512-${hash}, not ${INTEGRITY}`);
    runTool("tar", ["-xzf", archive, "-C", temporary, "package/cpp"]);
    // others may have been faster: then theirs stays
    if (!existsSync(folder)) renameSync(join(temporary, "package", "cpp"), folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

function runTool(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new BoardBuildError(`wasm3 cannot be fetched: ${program}: ${error?.message ?? stderr}`);
}
