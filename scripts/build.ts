// `npm run build`: compiles the modules into build/. With names of targets: those alone.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { compileTo } from "./compile.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { targets } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8")) as { targets: Record<string, unknown> };
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
for (const target of chosen) {
  const bytes = await compileTo(join(root, "build"), { root, target });
  console.log(`build/${target}.wasm  ${bytes.length} bytes`);
}
