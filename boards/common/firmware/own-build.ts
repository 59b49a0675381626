// Builds for boards with flags of somebody's own: compiled when they are asked for.

import { type BuildName, buildNamed, type Flags } from "../../../assembly/abi/builds.js";
import type { OwnBuild } from "../../../host/node/firmware/board-users.js";
import { packageRoot } from "../../../host/node/modules.js";

/** Loads the compilers only where they are needed: that takes as long as the rest of a command. */
export async function ownBuild(name: BuildName, use: Flags): Promise<OwnBuild> {
  const { compile } = await import("../../../scripts/compile/compile.js");
  const { translateToC } = await import("../../../scripts/compile/wasm2c.js");
  const wasm = await compile({ root: packageRoot(), target: name, use });
  return { use, module: { name, wasm, native: () => translateToC(buildNamed(name).module, wasm) } };
}
