// A terminal as a person sees it: ECMA-48's sequences that the shell uses, rows that wrap, characters of no, one and
// two cells. It fails on every byte that it does not know.

import assert from "node:assert/strict";

/** Widths by Unicode's own properties, not by ranges. */
const NO_CELL = /^[\p{Mn}\p{Me}\u200b-\u200f\ufeff]$/u;
const TWO_CELLS =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]$/u;

export const widthOf = (character: string): number => (NO_CELL.test(character) ? 0 : TWO_CELLS.test(character) ? 2 : 1);

/** The right half of a wide character. */
const COVERED = "";

export class Screen {
  /** All rows, those that have scrolled out of sight included. */
  rows: string[][] = [[]];
  row = 0;
  column = 0;
  bells = 0;
  pasteMode = false;
  readonly #escapes: boolean;
  /** A row is full, and the cursor still in its last cell. */
  #wraps = false;
  /** Rows that go on with the line of the row above. */
  readonly #continued = new Set<number>();
  #rest = "";

  /** `columns`: 0 for no end. `escapes`: whether it knows escape sequences. */
  constructor(
    public columns: number,
    escapes = true,
    readonly height = 24,
  ) {
    this.#escapes = escapes;
  }

  write(bytes: Uint8Array | string): void {
    const text = this.#rest + (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8"));
    this.#rest = "";
    for (let place = 0; place < text.length;) {
      if (text[place] === "\x1b") {
        const sequence = /^\x1b\[(\??)([\d;]*)([A-Za-z])/.exec(text.slice(place));
        if (!sequence) {
          this.#rest = text.slice(place);
          assert.ok(this.#rest.length < 12, `no sequence: ${JSON.stringify(this.#rest.slice(0, 20))}`);
          return;
        }
        assert.ok(this.#escapes, `a dumb terminal got ${JSON.stringify(sequence[0])}`);
        this.#obey(sequence[1]!, sequence[2]!, sequence[3]!);
        place += sequence[0].length;
      } else {
        const character = String.fromCodePoint(text.codePointAt(place)!);
        this.#put(character);
        place += character.length;
      }
    }
  }

  /** The text of all rows, blanks at their ends left out. */
  get text(): string {
    return this.rows
      .map((row) => row.join("").trimEnd())
      .join("\n")
      .trimEnd();
  }

  /** Where the next character comes. */
  get cursor(): { row: number; column: number } {
    return this.#wraps ? { row: this.row + 1, column: 0 } : { row: this.row, column: this.column };
  }

  /** The terminal has another width, and breaks its lines anew; it has no wide characters. */
  resize(columns: number): void {
    const lines: string[][] = [];
    const width = columns || Infinity;
    let cursor: [line: number, place: number] = [0, 0];
    for (const [index, cells] of this.rows.entries()) {
      if (!this.#continued.has(index)) lines.push([]);
      if (index === this.row) cursor = [lines.length - 1, lines.at(-1).length + this.column + Number(this.#wraps)];
      lines.at(-1).push(...cells);
    }
    this.columns = columns;
    this.rows = [];
    this.#continued.clear();
    this.#wraps = false;
    for (const [index, line] of lines.entries()) {
      if (index === cursor[0]) {
        this.row = this.rows.length + Math.floor(cursor[1] / width);
        this.column = cursor[1] % width;
      }
      for (let place = 0; place === 0 || place < line.length; place += width) {
        if (place > 0) this.#continued.add(this.rows.length);
        this.rows.push(line.slice(place, place + width));
      }
    }
    while (this.rows.length <= this.row) this.rows.push([]);
  }

  #obey(mark: string, parameters: string, letter: string): void {
    if (mark) {
      assert.match(parameters + letter, /^2004[hl]$/);
      this.pasteMode = letter === "h";
      return;
    }
    this.#wraps = false;
    const top = Math.max(0, this.rows.length - this.height);
    const count = Number(parameters || 1);
    if (letter === "A") this.row = Math.max(top, this.row - count);
    else if (letter === "B") this.row = Math.min(this.rows.length - 1, this.row + count);
    else if (letter === "C") this.column = Math.min((this.columns || Infinity) - 1, this.column + count);
    else if (letter === "D") this.column = Math.max(0, this.column - count);
    else if (letter === "H" && parameters === "") [this.row, this.column] = [top, 0];
    else if (letter === "J" && parameters === "") {
      this.rows.length = this.row + 1;
      for (const row of this.#continued) if (row > this.row) this.#continued.delete(row);
      this.rows[this.row]!.length = Math.min(this.rows[this.row]!.length, this.column);
    } else assert.fail(`unknown sequence ${parameters}${letter}`);
  }

  #put(character: string): void {
    if (character === "\r") [this.column, this.#wraps] = [0, false];
    else if (character === "\n") this.#nextRow();
    else if (character === "\b") [this.column, this.#wraps] = [Math.max(0, this.column - 1), false];
    else if (character === "\x07") this.bells++;
    else {
      assert.ok(character >= " " && character !== "\x7f", `unknown control character ${JSON.stringify(character)}`);
      this.#print(character);
    }
  }

  #print(character: string): void {
    const width = widthOf(character);
    const cells = this.rows[this.row]!;
    if (width === 0) {
      let before = this.#wraps ? this.column : this.column - 1;
      if (cells[before] === COVERED) before--;
      if (before >= 0) cells[before] = (cells[before] ?? " ") + character;
      return;
    }
    if (this.#wraps || (this.columns > 1 && this.column + width > this.columns)) {
      this.#nextRow();
      this.#continued.add(this.row);
      this.column = 0;
    }
    const row = this.rows[this.row]!;
    for (let cell = row.length; cell < this.column; cell++) row[cell] = " ";
    if (row[this.column] === COVERED) row[this.column - 1] = " "; // half a character is none
    if (row[this.column + width] === COVERED) row[this.column + width] = " ";
    row[this.column] = character;
    if (width === 2) row[this.column + 1] = COVERED;
    this.column += width;
    this.#wraps = this.columns > 0 && this.column >= this.columns;
    if (this.#wraps) this.column = this.columns - 1;
  }

  #nextRow(): void {
    this.#wraps = false;
    this.row++;
    if (this.row === this.rows.length) this.rows.push([]);
  }
}
