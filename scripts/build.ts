// `npm run build`: compiles the modules into build/plain, and into build/ the same with the development credentials; into build/wide
// those for Node, which take larger payloads. With names of targets: those alone.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embedCredentials, USERAUTH_BUILDS } from "../host/node/credentials.js";
import { developmentCredentials } from "../host/node/development.js";
import { packageRoot } from "../host/node/modules.js";
import { compileTo } from "./compile.js";
import { wide, WIDE_PAGES } from "./wide.js";

const root = packageRoot();
const { targets } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8")) as {
  targets: Record<string, unknown>;
};
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
mkdirSync(join(root, "build"), { recursive: true });
for (const target of chosen) {
  const plain = await compileTo(join(root, "build", "plain"), { root, target });
  const build = USERAUTH_BUILDS.find((name) => target === `userauth-${name}`);
  const bytes = build ? embedCredentials(plain, developmentCredentials(build)) : plain;
  writeFileSync(join(root, "build", `${target}.wasm`), bytes);
  if (target in WIDE_PAGES) await compileTo(join(root, "build", "wide"), { root, target, ...wide(target) });
  const credentials = build ? `, ${bytes.length} with the development credentials` : "";
  console.log(`build/${target}.wasm  ${plain.length} bytes${credentials}`);
}
