// Compiles one file that is no module of ours, with the options that all modules have: functions under test, the
// bench's stand-ins.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../host/node/package-root.js";

/**
 * `entry` is a path in the package. The compiler runs as a process of its own: tsx would spend five seconds on
 * translating it.
 */
export function compileFile(entry: string, options: readonly string[]): Uint8Array<ArrayBuffer> {
  const root = packageRoot();
  const folder = mkdtempSync(join(tmpdir(), "sesame-"));
  try {
    const outFile = join(folder, "out.wasm");
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const args = [asc, entry, "--config", "asconfig.json", "--baseDir", root, "--outFile", outFile, ...options];
    execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    return new Uint8Array(readFileSync(outFile));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
