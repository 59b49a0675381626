// Compiles the builds of assembly/abi/builds.ts to build/<name>.wasm: with the options of asconfig.json, which all
// have, and the flags and the memory of each.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Build, buildNamed, type Flags } from "../../assembly/abi/builds.js";
import { ARGON2_MEMORY_KIB, REGION_CAPACITY } from "../../host/node/credentials/users-region.js";
import { PLAIN_PAYLOAD_BYTES } from "../../host/node/modules.js";
import { CachedModule } from "./cache.js";
import { Text } from "./text.js";

/** Where static data begins in a module that has no buffer at address 0. */
const MEMORY_BASE = 16;

export interface CompileOptions {
  /** Package root: the folder of asconfig.json. */
  root: string;
  /** The name of a build. */
  target: string;
  /** Flags, as `--use NAME=VALUE`, besides those that the build has, or in place of them. */
  use?: Flags;
  /** Pages of linear memory, where a flag makes the buffers outgrow one. */
  pages?: number;
  /** Keep function names, for reports. Never in a module that ships. */
  names?: boolean;
}

/** The module's bytes. Throws with the compiler's messages. */
export async function compile(options: CompileOptions): Promise<Uint8Array> {
  const { root, target, names = false } = options;
  const build = buildNamed(target);
  const use = { ...build.use, ...options.use };
  const pages = String(options.pages ?? build.pages ?? pagesOf(build, use));
  const args = [build.entry, "--config", "asconfig.json", "--outFile", "out.wasm"];
  args.push("--memoryBase", String(staticDataOf(build, use)), "--initialMemory", pages, "--maximumMemory", pages);
  if (names) args.push("--debug");
  for (const [name, value] of Object.entries(use)) args.push("--use", `${name}=${value}`);
  const cached = new CachedModule(root, args);
  const known = cached.recall();
  if (known) return known;
  const { runCompilers } = await import("./compilers.js"); // 1 s, which nobody waits for whose modules are there
  const text = new Text((path) => cached.read(path) ?? "", use);
  const read = (path: string): string | null => {
    const source = cached.read(path);
    return source === null ? null : text.expand(source);
  };
  const bytes = await runCompilers(args, read, names);
  cached.keep(bytes);
  return bytes;
}

/**
 * A userauth module's buffer begins at address 0, the full build's credentials region behind it; there its static data
 * begins.
 */
function staticDataOf({ module, userauth }: Build, use: Record<string, number>): number {
  if (module !== "userauth") return MEMORY_BASE;
  const { PAYLOAD_BYTES = PLAIN_PAYLOAD_BYTES, CREDENTIALS_BYTES = REGION_CAPACITY } = use;
  const region = userauth === "full" ? CREDENTIALS_BYTES : 0;
  return ((PAYLOAD_BYTES + 15) & ~15) + ((region + 15) & ~15);
}

/**
 * One, but for the full userauth build: everything but its buffer, credentials region and Argon2's memory has less than
 * 12 KiB.
 */
function pagesOf(build: Build, use: Record<string, number>): number {
  if (build.userauth !== "full") return 1;
  const { WITH_ARGON2ID = 1, ARGON2_KIB = ARGON2_MEMORY_KIB } = use;
  const bytes = staticDataOf(build, use) + 12 * 1024 + (WITH_ARGON2ID ? ARGON2_KIB * 1024 : 0);
  return Math.ceil(bytes / 65_536);
}

/** Compiles `target` into build/. */
export async function compileTo(folder: string, options: CompileOptions): Promise<Uint8Array> {
  const bytes = await compile(options);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${options.target}.wasm`), bytes);
  return bytes;
}
