// Whose code is in the firmware of a Pico besides Sesame's own: what boards/rp2040/firmware.ts links. In which version
// and under which licence comes from where the build finds it, so that the list is about what is built here.
//
// sbom.ts and licenses.ts are the users. What is in the package on npm they ask npm itself.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { BoardBuildError } from "../../host/node/firmware/build-error.js";
import { picoSdkFolder } from "../../boards/rp2040/pico-sdk.js";
import type { Engine } from "../../host/node/firmware/embed-module.js";
import { WAMR_CRATE, wamrFolder, WASM3_PACKAGE, wasm3Folder } from "../../boards/common/firmware/engine-sources.js";

export interface Component {
  name: string;
  version: string;
  /** Where it comes from, as a package URL. */
  purl: string;
  /** An SPDX expression. */
  license?: string;
  /** In its place, for several licences that have no common name. */
  licenseName?: string;
  /** What of it is in the firmware. */
  description: string;
  /** File with the text of the licence. */
  text: string;
}

/**
 * The parts of the firmware that are others', in the order of their names. Throws a `BoardBuildError` where the build
 * would.
 */
export function firmwareParts(engine: Engine): Component[] {
  const sdk = picoSdkFolder();
  const documents = join(sdk, "..", "..", "share", "doc");
  const sdkText = join(documents, "pico-sdk-source", "copyright");
  const cmsis = join(sdk, "src", "rp2_common", "cmsis", "stub", "CMSIS", "Core", "Include", "cmsis_version.h");
  const tinyUsb = process.env["PICO_TINYUSB_PATH"] ?? join(sdk, "lib", "tinyusb");
  const parts: Component[] = [
    {
      name: "CMSIS-Core",
      version: defined(cmsis, ["__CM_CMSIS_VERSION_MAIN", "__CM_CMSIS_VERSION_SUB"]),
      purl: "pkg:github/ARM-software/CMSIS_6",
      license: "Apache-2.0",
      description: "headers for the Cortex-M0+, inside pico-sdk",
      text: sdkText,
    },
    {
      name: "libgcc",
      ...debianPackage("gcc-arm-none-eabi"),
      license: "GPL-3.0-or-later WITH GCC-exception-3.1",
      description: "the compiler's own functions",
    },
    {
      name: "newlib",
      ...debianPackage("libnewlib-arm-none-eabi"),
      licenseName: "newlib's licences, of BSD style",
      description: "the C library",
    },
    {
      name: "pico-sdk",
      version: defined(join(sdk, "pico_sdk_version.cmake"), [
        "PICO_SDK_VERSION_MAJOR",
        "PICO_SDK_VERSION_MINOR",
        "PICO_SDK_VERSION_REVISION",
      ]),
      purl: "pkg:github/raspberrypi/pico-sdk",
      license: "BSD-3-Clause",
      description: "boot stage, start-up, hardware",
      text: sdkText,
    },
    {
      name: "TinyUSB",
      version: defined(join(tinyUsb, "src", "tusb_option.h"), [
        "TUSB_VERSION_MAJOR",
        "TUSB_VERSION_MINOR",
        "TUSB_VERSION_REVISION",
      ]),
      purl: "pkg:github/hathach/tinyusb",
      license: "MIT",
      description: "the USB device",
      text: join(documents, "tinyusb-source", "copyright"),
    },
    enginePart(engine),
  ];
  return parts.map((part) => ({ ...part, purl: part.purl.includes("@") ? part.purl : `${part.purl}@${part.version}` }));
}

/** What of the engine's authors is in the firmware. */
function enginePart(engine: Engine): Component {
  switch (engine) {
    case "wasm2c":
      return {
        name: "wabt",
        ...npmPackage("wabt"),
        license: "Apache-2.0",
        description: "what wasm2c writes around a module's code",
      };
    case "wasm3":
      return {
        name: "wasm3",
        version: defined(join(wasm3Folder(), "wasm3.h"), ["M3_VERSION"]),
        purl: `pkg:npm/${WASM3_PACKAGE}`,
        license: "MIT",
        description: "the interpreter of the modules",
        text: join(packageRoot(), "host", "c", "wasm3-license.txt"),
      };
    case "wamr":
    case "wamr-fast":
      return {
        name: "wasm-micro-runtime",
        version: defined(join(wamrFolder(), "core", "version.h"), [
          "WAMR_VERSION_MAJOR",
          "WAMR_VERSION_MINOR",
          "WAMR_VERSION_PATCH",
        ]),
        purl: `pkg:cargo/${WAMR_CRATE.name}@${WAMR_CRATE.version}`,
        license: "Apache-2.0 WITH LLVM-exception",
        description: "the interpreter of the modules",
        text: join(wamrFolder(), "LICENSE"),
      };
  }
}

function debianPackage(name: string): Pick<Component, "version" | "purl" | "text"> {
  const { status, stdout } = spawnSync("dpkg-query", ["--show", "--showformat=${Version}", name], { encoding: "utf8" });
  if (status !== 0 || stdout === "")
    throw new BoardBuildError(`${name} is not installed: run scripts/install-board-tools.sh`);
  const text = join("/usr/share/doc", name, "copyright");
  return { version: stdout, purl: `pkg:deb/debian/${name}@${encodeURIComponent(stdout)}`, text };
}

/** A package of development. */
function npmPackage(name: string): Pick<Component, "version" | "purl" | "text"> {
  const folder = join(packageRoot(), "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  return { version, purl: `pkg:npm/${name}@${version}`, text: join(folder, "LICENSE") };
}

/** The values that a header or a CMake file gives to the names, joined by points. */
function defined(file: string, names: readonly string[]): string {
  if (!existsSync(file)) throw new BoardBuildError(`there is no ${file}: run scripts/install-board-tools.sh`);
  const text = readFileSync(file, "utf8");
  const values = names.map((name) => RegExp(`\\b${name}\\s+(?:\\(\\s*)?"?([\\d.]+)`).exec(text)?.[1]);
  if (values.includes(undefined)) throw new BoardBuildError(`${file} does not define ${names.join(", ")}`);
  return values.join(".");
}
