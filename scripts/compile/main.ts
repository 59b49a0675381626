// `npm run build`: compiles the modules into build/plain, and into build/ the same with the development credentials; into build/wide
// those for Node, which take larger payloads. With names of targets: those alone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/modules.js";
import { buildTarget } from "./target.js";
import { compileTo } from "./compile.js";
import { wide, WIDE_PAGES } from "./wide.js";

const root = packageRoot();
const { targets } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8")) as {
  targets: Record<string, unknown>;
};
for (const target of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets)) {
  const { plain, bytes } = await buildTarget(root, target);
  if (target in WIDE_PAGES) await compileTo(join(root, "build", "wide"), { root, target, ...wide(target) });
  const credentials = bytes === plain ? "" : `, ${bytes.length} with the development credentials`;
  console.log(`build/${target}.wasm  ${plain.length} bytes${credentials}`);
}
