// `npm run build`: compiles the modules into build/plain, and into build/ the same with the development credentials; into build/wide
// those for Node, which take larger payloads. With names of builds (assembly/abi/builds.ts): those alone.

import { join } from "node:path";
import { BUILD_NAMES, buildNamed, WIDE_PAYLOAD_BYTES } from "../../assembly/abi/builds.js";
import { packageRoot } from "../../host/node/modules.js";
import { buildTarget } from "./target.js";
import { compileTo } from "./compile.js";

const root = packageRoot();
for (const target of process.argv.length > 2 ? process.argv.slice(2) : BUILD_NAMES) {
  const { plain, bytes } = await buildTarget(root, target);
  const { wide } = buildNamed(target);
  if (wide) {
    const use = { PAYLOAD_BYTES: WIDE_PAYLOAD_BYTES, ...wide.use };
    await compileTo(join(root, "build", "wide"), { root, target, ...wide, use });
  }
  const credentials = bytes === plain ? "" : `, ${bytes.length} with the development credentials`;
  console.log(`build/${target}.wasm  ${plain.length} bytes${credentials}`);
}
