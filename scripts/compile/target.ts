// One build of assembly/abi/builds.ts as `npm run build` makes it: build/plain/<target>.wasm, and build/<target>.wasm with the development
// credentials where it is a userauth build.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildNamed } from "../../assembly/abi/builds.js";
import { embedCredentials, FULL_BUILD } from "../../host/node/credentials/credentials.js";
import { developmentCredentials } from "../../host/node/credentials/development.js";
import { compileTo } from "./compile.js";

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
