// Text in sources of modules. AssemblyScript keeps strings as UTF-16 behind a header; SSH's names are ASCII, in tables
// without either. So a source says `...ascii(NAME)` in such a table, and the compiler is given the bytes
// (assembly/wire/ascii.ts has what can be said).
//
// In: the text of a source file. Out: the same with numbers in place of what is computed here, on the same lines. What
// a name stands for, and what depends on the flags of a build, comes from CONSTANT_FILES, whose constants are evaluated
// in order.

/** Files of constants whose values are known here; every other constant is the compiler's. */
const CONSTANT_FILES = ["assembly/wire/names.ts", "assembly/transport/features.ts", "assembly/transport/offer.ts"];

const CONSTANT = /^export const (\w+): (\w+) =\s*([^;]+);/gm;
/** The compiler puts every constant string of a file into the module, used or not. */
const TEXT_CONSTANT = /^(export const \w+): string =\s*[^;]+;/gm;
const CALL = /(?:\.\.\.)?\b(ascii|sshString|counted|word|byteLength)\(([^()]*)\)/g;

type Values = Record<string, unknown>;

/** What sources can say of bytes. */
const FUNCTIONS = {
  ascii: (text: string): number[] => {
    const bytes = [...Buffer.from(text, "latin1")];
    if (bytes.some((byte) => byte > 0x7e)) throw new Error(`"${text}" is not ASCII`);
    return bytes;
  },
  /** RFC 4251 §5: the length in four bytes, then the text. */
  sshString: (text: string): number[] => [0, 0, text.length >> 8, text.length & 0xff, ...FUNCTIONS.ascii(text)],
  /** The length in one byte, then the text. */
  counted: (text: string): number[] => {
    if (text.length > 0xff) throw new Error(`"${text}" is longer than a byte tells`);
    return [text.length, ...FUNCTIONS.ascii(text)];
  },
  /** Up to eight bytes, the first the lowest. */
  word: (text: string): string => `0x${Buffer.from(FUNCTIONS.ascii(text)).reverse().toString("hex")}`,
};

/** Rewrites the sources of one build. */
export class Text {
  readonly #values: Values;

  /** `read` gives sources by their paths, relative to the package; `use` are the flags that the build has. */
  constructor(read: (path: string) => string, use: Record<string, number>) {
    this.#values = {
      ...use,
      ...FUNCTIONS,
      isDefined: (flag: unknown): boolean => flag !== undefined,
      byteLength: (text: string): number => text.length,
      /** Names with commas between them; those that a build lacks are empty. */
      join: (...names: string[]): string => names.filter((name) => name !== "").join(","),
    };
    for (const file of CONSTANT_FILES) {
      for (const [, name = "", , expression = ""] of read(file).matchAll(CONSTANT)) {
        this.#values[name] = this.#evaluate(expression);
      }
    }
  }

  /** The source that the compiler is to see. */
  expand(source: string): string {
    return source.replace(TEXT_CONSTANT, "$1: i32 = 0;").replace(CALL, (call, _name: string, argument: string) => {
      if (/^\s*\w+:/.test(argument)) return call; // a declaration
      const value = this.#evaluate(call.replace(/^\.\.\./, ""));
      return Array.isArray(value) ? value.join(",") : String(value);
    });
  }

  #evaluate(expression: string): unknown {
    const scope = new Proxy(this.#values, {
      has: () => true,
      get: (values, name) => (typeof name === "string" && name in values ? values[name] : undefined),
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function("scope", `with (scope) return (${expression});`) as (scope: Values) => unknown;
    return run(scope);
  }
}
