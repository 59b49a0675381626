// `npm run generate`: writes what C, TypeScript, CMake and docs/abi.md are told of assembly/abi.
// test/scripts/generate.test.ts fails while one of those files is stale.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host/node/package-root.js";
import { generatedFiles } from "./files.js";

const root = packageRoot();
for (const [file, content] of Object.entries(await generatedFiles(root))) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === content) continue;
  writeFileSync(path, content);
  console.log(file);
}
