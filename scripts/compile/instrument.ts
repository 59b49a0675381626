// Counts executed WebAssembly instructions: exact, the same on every machine and in every run, unlike a time.
//
// What counts: one for each instruction of the shipped code that is executed, whatever its cost, `memory.copy` and
// `memory.fill` included however long they are. Not counted: `nop` and the marks of structure, `block`, `loop`, `else`
// and `end`, which an engine resolves before it runs. An instruction that traps, and what follows it in its basic
// block, counts.
//
// In comes a module; out goes the same module with an addition to a global counter at the start of every basic block.
// The additions leave stack, locals and memory as they are, and are not counted. Every function has its own counter.

import {
  openSection,
  readFunctionBodies,
  readFunctionNames,
  readSections,
  WasmReader,
} from "../../host/core/wasm-file.js";

const GLOBAL_SECTION = 6;
const EXPORT_SECTION = 7;
const CODE_SECTION = 10;
const I64 = 0x7e;
const GLOBAL_KIND = 3;
const COUNTER_PREFIX = "executed instructions: ";

const Op = {
  NOP: 0x01,
  BLOCK: 0x02,
  LOOP: 0x03,
  IF: 0x04,
  ELSE: 0x05,
  END: 0x0b,
  BR: 0x0c,
  BR_IF: 0x0d,
  BR_TABLE: 0x0e,
  RETURN: 0x0f,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  I64_CONST: 0x42,
  I64_ADD: 0x7c,
  UNREACHABLE: 0x00,
} as const;

const NOT_COUNTED = new Set<number>([Op.NOP, Op.BLOCK, Op.LOOP, Op.ELSE, Op.END]);
/** Behind these a basic block starts: a branch may arrive there, or control may have left. */
const BLOCK_ENDS = new Set<number>([
  Op.UNREACHABLE,
  Op.LOOP,
  Op.IF,
  Op.ELSE,
  Op.END,
  Op.BR,
  Op.BR_IF,
  Op.BR_TABLE,
  Op.RETURN,
]);

export interface Instruction {
  /** The opcode byte; with prefix 0xfc, 0xfc00 and the second number. */
  opcode: number;
  /** Offset of the opcode. */
  start: number;
  /** Offset behind the immediates. */
  end: number;
}

/**
 * The instructions of each function of a module, in the order of their indices. Throws on one that Sesame cannot have.
 */
export function readInstructions(bytes: Uint8Array): Instruction[][] {
  return readFunctionBodies(bytes).map(({ contents, end }) => {
    const reader = new WasmReader(bytes, contents);
    skipLocals(reader);
    const instructions: Instruction[] = [];
    while (reader.offset < end) {
      const start = reader.offset;
      const opcode = readOpcode(reader);
      instructions.push({ opcode, start, end: reader.offset });
    }
    return instructions;
  });
}

function skipLocals(reader: WasmReader): void {
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.byte();
  }
}

/** Reads one opcode and moves behind its immediates. */
function readOpcode(reader: WasmReader): number {
  const start = reader.offset;
  const opcode = reader.byte();
  if (opcode === 0xfc) return readPrefixed(reader, start);
  if (opcode >= Op.BLOCK && opcode <= Op.IF) reader.signed();
  else if (opcode === Op.BR_TABLE) for (let left = reader.unsigned() + 1; left > 0; left--) reader.unsigned();
  else if (opcode === Op.BR || opcode === Op.BR_IF || opcode === 0x10) reader.unsigned();
  else if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e)) {
    // call_indirect has a type and a table, a load or a store an alignment and an offset
    reader.unsigned();
    reader.unsigned();
  } else if (opcode >= 0x20 && opcode <= Op.GLOBAL_SET) reader.unsigned();
  else if (opcode === 0x3f || opcode === 0x40) reader.byte();
  else if (opcode === 0x41 || opcode === Op.I64_CONST) reader.signed();
  else if (!hasNoImmediates(opcode)) throw new Error(`unexpected opcode 0x${opcode.toString(16)} at byte ${start}`);
  return opcode;
}

function hasNoImmediates(opcode: number): boolean {
  if (opcode === 0x1a || opcode === 0x1b) return true; // drop, select
  return opcode <= Op.NOP || [Op.ELSE, Op.END, Op.RETURN].includes(opcode as 5) || (opcode >= 0x45 && opcode <= 0xc4);
}

/** memory.copy has two memories behind it, memory.fill one. */
function readPrefixed(reader: WasmReader, start: number): number {
  const second = reader.unsigned();
  if (second !== 10 && second !== 11) throw new Error(`unexpected opcode 0xfc ${second} at byte ${start}`);
  reader.offset += second === 10 ? 2 : 1;
  return 0xfc00 + second;
}

/** The module with counters. They are exported; `instantiateCounted` reads them. */
export function instrument(bytes: Uint8Array): Uint8Array {
  const firstCounter = openSection(bytes, "global")?.unsigned() ?? 0;
  const functions = readInstructions(bytes);
  const bodies = readFunctionBodies(bytes);

  const counters = functions.map(() => [I64, 1, Op.I64_CONST, 0, Op.END]);
  const exports = functions.map((_, index) => [
    ...name(`${COUNTER_PREFIX}${index}`),
    GLOBAL_KIND,
    ...unsigned(firstCounter + index),
  ]);
  const code = functions.map((instructions, index) => {
    const locals = bytes.subarray(bodies[index]!.contents, instructions[0]!.start);
    const counted = addCounting(bytes, instructions, firstCounter + index);
    return [...unsigned(locals.length + counted.length), ...locals, ...counted];
  });

  const output: number[] = [...bytes.subarray(0, 8)];
  const pending = new Map([
    [GLOBAL_SECTION, appendEntries(bytes, "global", counters)],
    [EXPORT_SECTION, appendEntries(bytes, "export", exports)],
  ]);
  for (const section of readSections(bytes)) {
    for (const [id, contents] of pending) {
      if (section.id === 0 || section.id < id) continue;
      pushSection(output, id, contents);
      pending.delete(id);
    }
    if (section.id === GLOBAL_SECTION || section.id === EXPORT_SECTION) continue;
    if (section.id === CODE_SECTION) pushSection(output, CODE_SECTION, [...unsigned(code.length), ...code.flat()]);
    else for (let offset = section.start; offset < section.end; offset++) output.push(bytes[offset]!);
  }
  return Uint8Array.from(output);
}

/** The code of one function with an addition in front of every basic block that has something to count. */
function addCounting(bytes: Uint8Array, instructions: Instruction[], counter: number): number[] {
  const output: number[] = [];
  let block: number[] = [];
  let count = 0;
  for (const { opcode, start, end } of instructions) {
    if (!NOT_COUNTED.has(opcode)) count++;
    for (let offset = start; offset < end; offset++) block.push(bytes[offset]!);
    if (!BLOCK_ENDS.has(opcode)) continue;
    if (count > 0) {
      const global = unsigned(counter);
      output.push(Op.GLOBAL_GET, ...global, Op.I64_CONST, ...signed(count), Op.I64_ADD, Op.GLOBAL_SET, ...global);
    }
    for (const byte of block) output.push(byte);
    block = [];
    count = 0;
  }
  return output;
}

/** A section's contents with more entries behind those it has. */
function appendEntries(bytes: Uint8Array, section: string, entries: number[][]): number[] {
  const reader = openSection(bytes, section);
  const end = readSections(bytes).find(({ name }) => name === section)?.end ?? 0;
  const before = reader?.unsigned() ?? 0;
  const kept = reader ? [...bytes.subarray(reader.offset, end)] : [];
  return [...unsigned(before + entries.length), ...kept, ...entries.flat()];
}

function pushSection(output: number[], id: number, contents: number[]): void {
  output.push(id, ...unsigned(contents.length));
  for (const byte of contents) output.push(byte);
}

function name(text: string): number[] {
  const encoded = new TextEncoder().encode(text);
  return [...unsigned(encoded.length), ...encoded];
}

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128, signed, of a value that is not negative: the last byte's bit 6 is a sign and stays clear. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}

export interface CountedModule {
  exports: WebAssembly.Exports;
  /** Instructions that were executed while `run` ran. */
  count: (run: () => void) => number;
  /** The same for each function that ran, most first. Names need a module that was compiled with names. */
  countByFunction: (run: () => void) => [name: string, count: number][];
}

/** An instance of a module, which imports nothing, with counters. */
export function instantiateCounted(bytes: Uint8Array): CountedModule {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(instrument(bytes) as BufferSource));
  const exports = instance.exports;
  const names = readFunctionNames(bytes);
  const counters = readFunctionBodies(bytes).map(
    (_, index) => exports[`${COUNTER_PREFIX}${index}`] as WebAssembly.Global,
  );
  const read = (): number[] => counters.map((counter) => Number(counter.value as bigint));
  const difference = (run: () => void): number[] => {
    const before = read();
    run();
    return read().map((value, index) => value - before[index]!);
  };
  return {
    exports,
    count: (run) => difference(run).reduce((sum, value) => sum + value, 0),
    countByFunction: (run) =>
      difference(run)
        .map((count, index): [string, number] => [names.get(index) ?? `function ${index}`, count])
        .filter(([, count]) => count > 0)
        .sort(([, a], [, b]) => b - a),
  };
}

/** Counts what `run` executes in `module` and reports it under `operation`. */
export type Measure = (operation: string, module: CountedModule, run: () => void) => void;
