// The committed list of mutations (test/mutations), and what is wrong with it: a mutation says which text of a source
// file is replaced by what, and that text stands there exactly once.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A text of the file, what takes its place, and more that there is to say. */
export type Change = readonly [find: string, replace: string, more?: ChangeOptions];

export interface ChangeOptions {
  /** Why no test can, or need, notice it. */
  survives?: string;
  /** Parts of paths of test files that run before those of the file. */
  tests?: readonly string[];
}

/**
 * Mutations of one source file, and the test files that concern it, by parts of their paths: the likeliest to fail and
 * the quickest first.
 */
export interface FileMutations {
  file: string;
  tests: readonly string[];
  changes: readonly Change[];
}

/** What `test/mutations/*.ts` export. */
interface ListModule {
  mutations: readonly FileMutations[];
}

export type Kind = "assembly" | "node" | "c";

/** One mutation, ready to be made. */
export interface Mutation {
  file: string;
  kind: Kind;
  /** Of the text that is replaced. */
  line: number;
  find: string;
  replace: string;
  /** The mutated file. */
  text: string;
  /** Test files below the root. */
  tests: readonly string[];
  survives: string | undefined;
}

/** Not part of the list: see main.ts. */
const CONTROLS = "control.ts";

/** Reads test/mutations. Throws with everything that is wrong with it. */
export async function readList(root: string): Promise<Mutation[]> {
  const folder = join(root, "test", "mutations");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== CONTROLS);
  const lists = await Promise.all(
    names.map(async (name) => (await import(pathToFileURL(join(folder, name)).href)) as ListModule),
  );
  return expandAll(
    root,
    lists.flatMap(({ mutations }) => mutations),
  );
}

/** Looks each mutation up in its file. */
export function expandAll(root: string, entries: readonly FileMutations[]): Mutation[] {
  const testFiles = listTestFiles(root);
  const complaints: string[] = [];
  const mutations = entries.flatMap((entry) => expand(root, entry, testFiles, complaints));
  if (complaints.length > 0) throw new Error(`the list of mutations is stale:\n${complaints.join("\n")}`);
  return mutations;
}

function listTestFiles(root: string): string[] {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${file}`)
    .sort();
}

function expand(
  root: string,
  { file, tests, changes }: FileMutations,
  testFiles: readonly string[],
  complaints: string[],
): Mutation[] {
  const original = readFileSync(join(root, file), "utf8");
  const filesOf = (parts: readonly string[]): string[] =>
    parts.flatMap((part) => {
      const found = testFiles.filter((path) => path.includes(part));
      if (found.length === 0) complaints.push(`${file}: no test file matches ${part}`);
      return found;
    });
  return changes.map(([find, replace, more = {}]): Mutation => {
    const at = original.indexOf(find);
    const count = original.split(find).length - 1;
    if (count !== 1) complaints.push(`${file}: found ${count} times: ${find}`);
    if (find === replace) complaints.push(`${file}: changes nothing: ${find}`);
    return {
      file,
      kind: kindOf(file),
      line: original.slice(0, at).split("\n").length,
      find,
      replace,
      text: original.slice(0, at) + replace + original.slice(at + find.length),
      tests: [...new Set(filesOf([...(more.tests ?? []), ...tests]))],
      survives: more.survives,
    };
  });
}

function kindOf(file: string): Kind {
  if (file.startsWith("assembly/")) return "assembly";
  return /^host\/(core|node)\//.test(file) ? "node" : "c";
}

/** The folder that a report counts a mutation under. */
export function partOf({ file }: Mutation): string {
  return file.split("/").slice(0, 2).join("/");
}
