// `npm run check:package`: packs what is built, and lets publint and are-the-types-wrong look at the archive. Neither
// asks the network.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultsOf, packedFiles } from "./parts.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sesame-package-"));

function program(name: string, args: string[]): void {
  execFileSync(join(root, "node_modules", ".bin", name), args, { cwd: root, stdio: "inherit" });
}

try {
  const faults = faultsOf(root, packedFiles(root));
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const archive = join(folder, execFileSync("npm", args, { cwd: root, encoding: "utf8" }).trim());
  program("publint", ["run", archive, "--strict"]);
  program("attw", [archive, "--profile", "esm-only", "--no-emoji", "--no-color"]);
} finally {
  rmSync(folder, { recursive: true });
}
