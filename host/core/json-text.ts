// JSON (RFC 8259) that people edit: a property given twice is refused, where JSON.parse would take the last, and what
// is wrong is said with its line and nothing of the text, which may hold secrets.

import { linesOf, TextError } from "../node/credentials/text.js";

const DEPTH_MAX = 64;
/** Blanks, then a token: punctuation, a string, a number or a word. */
const TOKEN =
  /[\t\n\r ]*([{}[\],:]|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|$)/y;

/** The value of a text. Throws a `TextError`. */
export function parseJson(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  if (reader.token !== "") reader.fail("something follows the end");
  return value;
}

class JsonReader {
  /** The next one; empty at the end. */
  token = "";
  readonly #text: string;
  #start = 0;
  #end = 0;

  constructor(text: string) {
    this.#text = text;
    this.#next();
  }

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) this.fail("it is nested too deeply");
    if (this.token === "{") return this.#object(depth);
    if (this.token === "[") return this.#list(depth);
    if (/^$|^[\]},:]/.test(this.token)) this.fail(`a value is wanted${this.#found()}`);
    const value: unknown = JSON.parse(this.token);
    this.#next();
    return value;
  }

  fail(reason: string): never {
    throw new TextError(`line ${linesOf(this.#text.slice(0, this.#start)).length}: it is no JSON: ${reason}`);
  }

  #object(depth: number): object {
    const properties = new Map<string, unknown>();
    this.#next();
    while (this.token !== "}") {
      if (!this.token.startsWith('"')) this.fail(`the name of a property is wanted, in double quotes${this.#found()}`);
      const name = JSON.parse(this.token) as string;
      if (properties.has(name)) this.fail(`the property ${JSON.stringify(name)} is there twice`);
      this.#next();
      this.#expect(":");
      properties.set(name, this.value(depth + 1));
      this.#separator("}");
    }
    this.#next();
    return Object.fromEntries(properties);
  }

  #list(depth: number): unknown[] {
    const values: unknown[] = [];
    this.#next();
    while (this.token !== "]") {
      values.push(this.value(depth + 1));
      this.#separator("]");
    }
    this.#next();
    return values;
  }

  /** A comma with something behind it, or the end. */
  #separator(end: string): void {
    if (this.token === end) return;
    this.#expect(",", end);
    if (this.token === end) this.fail(`there is a comma before ${end}`);
  }

  #expect(...tokens: string[]): void {
    if (this.token !== tokens[0]) this.fail(`${tokens.join(" or ")} is wanted${this.#found()}`);
    this.#next();
  }

  #found(): string {
    return this.token === "" ? ", but it ends" : "";
  }

  #next(): void {
    TOKEN.lastIndex = this.#end;
    const match = TOKEN.exec(this.#text);
    if (!match) {
      this.#start = this.#end + this.#text.slice(this.#end).search(/[^\t\n\r ]/);
      this.fail("neither a string in double quotes, a number, true, false, null, nor one of { } [ ] , :");
    }
    this.token = match[1]!;
    this.#end = TOKEN.lastIndex;
    this.#start = this.#end - this.token.length;
  }
}
