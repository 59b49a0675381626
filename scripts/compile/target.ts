// Builds of assembly/abi/builds.ts as `npm run build` makes them: build/plain/<target>.wasm, build/<target>.wasm with
// the development credentials where it is a userauth build, in build/wide what is for Node, with larger payloads, and
// in build/c the C of what is for boards.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD_NAMES, buildNamed, WIDE_PAYLOAD_BYTES } from "../../assembly/abi/builds.js";
import { embedCredentials, FULL_BUILD } from "../../host/node/credentials/credentials.js";
import { developmentCredentials } from "../../host/node/credentials/development.js";
import { compileTo } from "./compile.js";
import { isForBoards, translateBuild } from "./native.js";

export interface BuiltTarget {
  plain: Uint8Array;
  /** With the development credentials; `plain` itself where there are none. */
  bytes: Uint8Array;
}

/** Compiles the sources below `root` into its build/. */
export async function buildTarget(root: string, target: string): Promise<BuiltTarget> {
  const plain = await compileTo(join(root, "build", "plain"), { root, target });
  const { userauth = FULL_BUILD } = buildNamed(target);
  const bytes = userauth === FULL_BUILD ? plain : embedCredentials(plain, developmentCredentials(userauth));
  writeFileSync(join(root, "build", `${target}.wasm`), bytes);
  return { plain, bytes };
}

/** Makes these builds, or all; those that are as their sources are take milliseconds. `say` is told of each. */
export async function buildTargets(
  root: string,
  targets: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const target of targets.length > 0 ? targets : BUILD_NAMES) {
    const { plain, bytes } = await buildTarget(root, target);
    const { wide } = buildNamed(target);
    if (wide) {
      const use = { PAYLOAD_BYTES: WIDE_PAYLOAD_BYTES, ...wide.use };
      await compileTo(join(root, "build", "wide"), { root, target, ...wide, use });
    }
    if (isForBoards(target)) await translateBuild(root, target, plain);
    const credentials = bytes === plain ? "" : `, ${bytes.length} with the development credentials`;
    say(`build/${target}.wasm  ${plain.length} bytes${credentials}`);
  }
}
