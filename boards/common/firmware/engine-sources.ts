// Brings the C sources of wasm3 and WAMR into build/boards, for the engines of those names. Both lie in packages of
// other languages, in their pinned versions and compared with their hashes: wasm3's in an npm package that itself wants
// React Native, WAMR's in a crate.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { BoardBuildError } from "../../../host/node/firmware/build-error.js";
import type { Engine } from "../../../host/node/firmware/embed-module.js";
import { packageRoot } from "../../../host/node/modules.js";

/** The npm package that wasm3 lies in. */
export const WASM3_PACKAGE = "react-native-webassembly@0.3.3";
const WASM3_INTEGRITY =
  "sha512-wC8r/C6bHcWsNZmzES6vhMX1bao3JtG2FIVC9Un5kTn9EKQBN63qGVGMaD7ppe/vkzD8aPTfj9MKjsid4m7VRA==";

/** The crate that WAMR lies in. */
export const WAMR_CRATE = { name: "wamrx-sys", version: "0.3.0" };
const WAMR_CHECKSUM = "ab9efc67ebd6c574684794e3a25933c58d2ad3f1b1078830f8c779974132e0d1";

/** Variables for CMake that say where the sources of the engine are; fetched when they are not there yet. */
export function engineSources(engine: Engine): Record<string, string> {
  if (engine === "wasm3") return { WASM3_ROOT: wasm3Folder() };
  return engine === "wasm2c" ? {} : { WAMR_ROOT: wamrFolder() };
}

/**
 * The folder with wasm3.h and m3_*.c: the environment's WASM3_ROOT, for another version than the pinned one, or else
 * fetched when it is not there yet. Throws a `BoardBuildError` when it cannot be had.
 */
export function wasm3Folder(): string {
  const given = process.env["WASM3_ROOT"];
  if (given !== undefined && given !== "") {
    if (existsSync(join(given, "wasm3.h"))) return given;
    throw new BoardBuildError(`WASM3_ROOT is ${given}, which has no wasm3.h: it is wasm3's folder \`source\``);
  }
  return fetched("wasm3", (temporary) => {
    runTool("npm", ["pack", "--silent", "--pack-destination", temporary, WASM3_PACKAGE]);
    const archive = join(temporary, readdirSync(temporary)[0] ?? "");
    const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (integrity !== WASM3_INTEGRITY)
      throw new BoardBuildError(`${WASM3_PACKAGE} has the hash ${integrity}, not ${WASM3_INTEGRITY}`);
    runTool("tar", ["-xzf", archive, "-C", temporary, "package/cpp"]);
    return join(temporary, "package", "cpp");
  });
}

/** The folder with WAMR's core/; fetched when it is not there yet. Throws a `BoardBuildError` when it cannot be had. */
export function wamrFolder(): string {
  return fetched("wamr", (temporary) => {
    const { name, version } = WAMR_CRATE;
    mkdirSync(join(temporary, "src"));
    writeFileSync(join(temporary, "src", "lib.rs"), "");
    writeFileSync(
      join(temporary, "Cargo.toml"),
      `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${name} = "=${version}"\n`,
    );
    // cargo compares what it downloads with the checksum in Cargo.lock, which is what the registry says
    runTool("cargo", [
      "vendor",
      "--quiet",
      "--manifest-path",
      join(temporary, "Cargo.toml"),
      join(temporary, "vendor"),
    ]);
    const lock = readFileSync(join(temporary, "Cargo.lock"), "utf8");
    const checksum = new RegExp(`name = "${name}"\\nversion = "${version}"\\n.*\\nchecksum = "(.*)"`).exec(lock)?.[1];
    if (checksum !== WAMR_CHECKSUM)
      throw new BoardBuildError(`${name} ${version} has the checksum ${checksum ?? "?"}, not ${WAMR_CHECKSUM}`);
    return join(temporary, "vendor", name, "wasm-micro-runtime");
  });
}

/** build/boards/<name>: what `fetch` leaves somewhere in the temporary folder that it is given. */
function fetched(name: string, fetch: (temporary: string) => string): string {
  const boards = join(packageRoot(), "build", "boards");
  const folder = join(boards, name);
  if (existsSync(folder)) return folder;
  mkdirSync(boards, { recursive: true });
  const temporary = mkdtempSync(join(boards, `${name}-`));
  try {
    const sources = fetch(temporary);
    // others may have been faster: then theirs stays
    if (!existsSync(folder)) renameSync(sources, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

function runTool(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new BoardBuildError(`an engine cannot be fetched: ${program}: ${error?.message ?? stderr}`);
}
