// npm runs this before it packs or publishes: builds from nothing what is packed, and refuses a package that is not
// whole.

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultsOf, packedFiles } from "./parts.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
for (const folder of ["dist", join("build", "c"), join("build", "plain"), join("build", "wide")])
  rmSync(join(root, folder), { recursive: true, force: true });
// standard output is npm's, which may be asked for JSON
execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", 2, 2] });
const faults = faultsOf(root, packedFiles(root));
for (const fault of faults) console.error(`prepack: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
