// One target of asconfig.json as `npm run build` makes it: build/plain/<target>.wasm, and build/<target>.wasm with the development
// credentials where it is a userauth build.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { embedCredentials, USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
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
  const build = USERAUTH_BUILDS.find((name) => target === `userauth-${name}`);
  const bytes = build ? embedCredentials(plain, developmentCredentials(build)) : plain;
  writeFileSync(join(root, "build", `${target}.wasm`), bytes);
  return { plain, bytes };
}
