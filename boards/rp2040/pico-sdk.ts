// Finds Raspberry Pi's pico-sdk, with TinyUSB, for the firmware of the RP2040.

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { BoardBuildError } from "../../host/node/firmware/build-error.js";

/** What the firmware was made and tested with. */
const VERSION = "2.1.1";
/** Where scripts/install-board-tools.sh unpacks it. */
const INSTALLED = join(homedir(), ".cache", "sesame", "pico-sdk", "usr", "src", "pico-sdk");

/**
 * The SDK's folder: PICO_SDK_PATH, or where the install script has put it. Throws a `BoardBuildError` that says what to
 * do.
 */
export function picoSdkFolder(): string {
  const given = process.env["PICO_SDK_PATH"];
  const folder = given ?? INSTALLED;
  const remedy = given
    ? `unset PICO_SDK_PATH and run scripts/install-board-tools.sh, or set it to a pico-sdk ${VERSION} with its submodule tinyusb`
    : "run scripts/install-board-tools.sh, or set PICO_SDK_PATH";
  const version = versionOf(folder);
  if (version === undefined) throw new BoardBuildError(`there is no pico-sdk in ${folder}: ${remedy}`);
  if (version !== VERSION)
    throw new BoardBuildError(`the pico-sdk in ${folder} is ${version}, not ${VERSION}: ${remedy}`);
  const tinyUsb = process.env["PICO_TINYUSB_PATH"] ?? join(folder, "lib", "tinyusb");
  if (!existsSync(join(tinyUsb, "src", "tusb.h")))
    throw new BoardBuildError(`there is no TinyUSB in ${tinyUsb}: ${remedy}`);
  return folder;
}

function versionOf(folder: string): string | undefined {
  const file = join(folder, "pico_sdk_version.cmake");
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  return ["MAJOR", "MINOR", "REVISION"]
    .map((part) => new RegExp(`^set\\(PICO_SDK_VERSION_${part} (\\d+)\\)`, "m").exec(text)?.[1] ?? "?")
    .join(".");
}
