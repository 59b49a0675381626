// The package as its users have it: packed by npm, unpacked in an empty folder, with its run-time dependencies beside
// it. They are copied from this checkout, as npm would resolve them, so that nothing is asked of the network.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { packageRoot } from "../../host/node/modules.js";

interface Manifest {
  name: string;
  bin: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface Installed {
  /** The folder that was empty. */
  folder: string;
  /** The command, as npm links it. */
  sesame: string;
  /** Names of the installed packages. */
  packages: string[];
  /** What all of it takes on the disk, in bytes. */
  bytes: number;
}

/** Installs the package of the checkout as it is built. The caller removes the folder. */
export function installPackage(): Installed {
  const root = packageRoot();
  const folder = mkdtempSync(join(tmpdir(), "sesame-installed-"));
  const modules = join(folder, "node_modules");
  const archive = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  }).trim();
  const { name, bin, dependencies = {}, optionalDependencies = {} } = manifestIn(root);
  const own = join(modules, name);
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, archive), "-C", own, "--strip-components", "1"]);
  const packages = new Set<string>();
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
    collect(root, root, dependency, packages);
  for (const dependency of packages)
    cpSync(join(root, "node_modules", dependency), join(modules, dependency), { recursive: true });
  mkdirSync(join(modules, ".bin"));
  const sesame = join(modules, ".bin", "sesame");
  symlinkSync(relative(join(modules, ".bin"), join(own, bin["sesame"]!)), sesame);
  return { folder, sesame, packages: [...packages].sort(), bytes: diskUsage(modules) };
}

/**
 * Adds the packages that a folder's dependency needs, as Node finds them: inside the folder, where they are copied
 * along, or at the top.
 */
function collect(root: string, from: string, name: string, packages: Set<string>): void {
  const nested = join(from, "node_modules", name);
  const top = join(root, "node_modules", name);
  const isNested = from !== root && existsSync(nested);
  if (packages.has(name) && !isNested) return;
  if (!isNested) packages.add(name);
  const folder = isNested ? nested : top;
  for (const dependency of Object.keys(manifestIn(folder).dependencies ?? {}))
    collect(root, folder, dependency, packages);
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** As `du` counts it. */
function diskUsage(path: string): number {
  const { blocks } = lstatSync(path);
  const inside = lstatSync(path).isDirectory() ? readdirSync(path).map((name) => diskUsage(join(path, name))) : [];
  return inside.reduce((sum, bytes) => sum + bytes, blocks * 512);
}
