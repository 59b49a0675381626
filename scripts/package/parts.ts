// What a package must have to be whole: what package.json promises, a compiled file for each of the host's sources and
// none without one, every module of assembly/abi/builds.ts as valid WebAssembly, those for boards in C, too, and no
// document with a link that leads out of the package.
//
// In: npm's own list of the files that it would pack. prepack.ts asks when it has built them, so that half a package is
// never packed.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { BUILD_NAMES, buildNamed } from "../../assembly/abi/builds.js";
import { isForBoards } from "../compile/native.js";

interface Manifest {
  bin: Record<string, string>;
  exports: Record<string, Record<string, string>>;
  files: string[];
}

/** Folders that TypeScript compiles for the package, and those of their files that it does not. */
const COMPILED = { "host/core": /^$/, "host/node": /^$/, assembly: /^(?!abi\/(index|builds|exports)\.ts$)/ };

/** The paths that npm would pack from the folder as it is now. */
export function packedFiles(root: string): string[] {
  const report = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [{ files }] = JSON.parse(report) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

/** What is wrong with a package of these files, one sentence each; none when it is whole. */
export function faultsOf(root: string, packed: readonly string[]): string[] {
  const { bin, exports, files } = readJson(root, "package.json") as Manifest;
  const promised = [...Object.values(bin), ...Object.values(exports).flatMap((entry) => Object.values(entry))];
  const modules = [
    ...BUILD_NAMES.map((name) => `build/plain/${name}.wasm`),
    ...BUILD_NAMES.filter((name) => buildNamed(name).wide).map((name) => `build/wide/${name}.wasm`),
  ];
  const natives = BUILD_NAMES.filter(isForBoards).map((name) => `build/c/${name}.c`);
  const compiled = compiledFiles(root);
  const wanted = [...promised.map((path) => posix.normalize(path)), ...modules, ...natives, ...compiled];
  return [
    ...wanted.filter((path) => !packed.includes(path)).map((path) => `${path} is missing`),
    ...files
      .filter((entry) => !packed.some((path) => isOf(entry, path)))
      .map((entry) => `nothing is packed of ${entry}`),
    ...packed
      .filter((path) => path.startsWith("dist/") && !compiled.includes(path))
      .map((path) => `${path} has no source`),
    ...modules
      .filter((path) => packed.includes(path) && !WebAssembly.validate(readFileSync(join(root, path))))
      .map((path) => `${path} is no WebAssembly`),
    ...packed.filter((path) => path.endsWith(".md")).flatMap((path) => strayLinks(root, path, packed)),
  ];
}

/** What `tsc` makes of the sources. */
function compiledFiles(root: string): string[] {
  return Object.entries(COMPILED).flatMap(([folder, skipped]) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !skipped.test(name))
      .flatMap((name) => [".js", ".d.ts"].map((ending) => `dist/${folder}/${name.replace(/\.ts$/, ending)}`)),
  );
}

/** Whether a path belongs to an entry of package.json's `files`: a file, a folder, or a pattern with `*` for a name. */
function isOf(entry: string, path: string): boolean {
  const pattern = entry.replace(/[.+]/g, "\\$&").replace(/\*/g, "[^/]*");
  return new RegExp(`^${pattern}(/|$)`).test(path);
}

/** Links of a document to files that are not packed. */
function strayLinks(root: string, document: string, packed: readonly string[]): string[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(dirname(document), target))
    .filter((target) => !packed.some((path) => path === target || path.startsWith(`${target}/`)))
    .map((target) => `${document} links to ${target}, which is not packed`);
}

function readJson(root: string, name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}
