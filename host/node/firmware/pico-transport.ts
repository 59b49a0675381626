// Which transport a Pico carries unless somebody names one.

import { DEFAULT_TRANSPORT, type Transport } from "../../../assembly/abi/builds.js";
import type { Engine } from "./embed-module.js";

/**
 * An interpreter keeps its own form of a module in RAM: of the full transport 26 kB more (wasm3), which the full
 * userauth build leaves to none.
 */
export function picoTransport(engine: Engine): Transport {
  return engine === "wasm2c" ? DEFAULT_TRANSPORT : "plain";
}
