// Binaryen. tsx, under which tests and scripts run from the sources, would search all its 15 MB for dynamic imports,
// which takes each process 6 s. So it is loaded past tsx; and so is the compiler's own copy, if this module is loaded
// before the compiler.

import { register } from "node:module";

const LOADER = `
import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.endsWith("/node_modules/binaryen/index.js")) return next(url, context);
  return { format: "module", shortCircuit: true, source: await readFile(new URL(url)) };
}`;

if (import.meta.url.endsWith(".ts")) register(`data:text/javascript,${encodeURIComponent(LOADER)}`);

const { default: binaryen } = await import("binaryen");
export default binaryen;
