// What was compiled before is not compiled again, nor what was translated to C. A module is a function of the
// compiler's arguments, of the compilers, and of the files that the compiler has read or looked for; build/cache keeps
// each module with the digests of all of these, under the digest of the first two.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** By their paths, relative to the package: SHA-256 of what the compiler has read, `null` of what was not there. */
type Inputs = Record<string, string | null>;

interface Kept {
  inputs: Inputs;
  /** SHA-256. */
  output: string;
}

/** One module that may have been compiled before. */
export class CachedModule {
  readonly #root: string;
  readonly #path: string;
  readonly #ending: string;
  readonly #inputs: Inputs = {};

  /** `ending`: of the file that is made. */
  constructor(root: string, args: readonly string[], ending = ".wasm") {
    this.#root = root;
    this.#ending = ending;
    this.#path = join(root, "build", "cache", digest(JSON.stringify([args, compilersOf(root)])));
  }

  /** The module, if all that it was made of is as it was. */
  recall(): Uint8Array | undefined {
    try {
      const { inputs, output } = JSON.parse(readFileSync(`${this.#path}.json`, "utf8")) as Kept;
      const isAsItWas = Object.entries(inputs).every(([path, known]) => known === digestOfFile(join(this.#root, path)));
      const bytes = isAsItWas ? readFileSync(this.#path + this.#ending) : undefined;
      return bytes && digest(bytes) === output ? bytes : undefined;
    } catch {
      return undefined; // none, or half of one: it is compiled anew
    }
  }

  /** For the compiler: reads a file, and remembers that the module depends on it. */
  read(path: string): string | null {
    let text: string | null = null;
    try {
      text = readFileSync(join(this.#root, path), "utf8");
    } catch {
      // the compiler looks for a module in several places
    }
    this.#inputs[path] = text === null ? null : digest(text);
    return text;
  }

  /** Keeps the module that was made of what was `read`. */
  keep(bytes: Uint8Array): void {
    const kept: Kept = { inputs: this.#inputs, output: digest(bytes) };
    mkdirSync(join(this.#root, "build", "cache"), { recursive: true });
    this.#write(this.#ending, bytes);
    this.#write(".json", JSON.stringify(kept));
  }

  /** Whole or not at all: tests compile side by side. */
  #write(ending: string, content: string | Uint8Array): void {
    const temporary = `${this.#path}.${process.pid}${ending}`;
    writeFileSync(temporary, content);
    renameSync(temporary, this.#path + ending);
  }
}

/** What compiles: the versions of others' compilers, and our own files of this folder. */
function compilersOf(root: string): string[] {
  const own = join(root, "scripts", "compile");
  const versions = ["assemblyscript", "binaryen", "wabt"].map((name) => {
    const manifest = readFileSync(join(root, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  });
  return [...versions, ...readdirSync(own).map((name) => digest(readFileSync(join(own, name))))];
}

function digestOfFile(path: string): string | null {
  try {
    return digest(readFileSync(path));
  } catch {
    return null;
  }
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
