// The full userauth build for boards with flags of somebody's own: compiled when it is asked for.

import type { Flags } from "../../../assembly/abi/builds.js";
import type { OwnBuild } from "../../../host/node/firmware/board-users.js";
import { BOARD_USERAUTH } from "../../../host/node/firmware/full-module.js";
import { packageRoot } from "../../../host/node/modules.js";

/** Loads the compilers only where they are needed: that takes as long as the rest of a command. */
export async function ownBuild(use: Flags): Promise<OwnBuild> {
  const { compile } = await import("../../../scripts/compile/compile.js");
  const { translateToC } = await import("../../../scripts/compile/wasm2c.js");
  const wasm = await compile({ root: packageRoot(), target: BOARD_USERAUTH, use });
  return { use, module: { name: BOARD_USERAUTH, wasm, native: () => translateToC("userauth", wasm) } };
}
