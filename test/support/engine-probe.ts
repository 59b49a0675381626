// A module with one export per instruction that an engine could get wrong: every access, at offsets up to the highest,
// and every integer operation; and what each call must do, told by V8.

import type { Random } from "./random.js";
import { parseModule } from "./engine-driver.js";

/** An export, as a random call needs to know it. */
export interface ProbeFunction {
  name: string;
  parameters: number;
  /** Of an access: what it adds to the first argument, how many bytes it takes and how it claims them to be aligned. */
  access?: { offset: number; bytes: number; alignment: number };
}

/** Both halves of a 64-bit value in one. */
const FOLD = "(i32.wrap_i64 (i64.xor (local.get $wide) (i64.shr_u (local.get $wide) (i64.const 32))))";
const wide = (low: number, high: number): string =>
  `(i64.or (i64.extend_i32_u (local.get ${low})) (i64.shl (i64.extend_i32_u (local.get ${high})) (i64.const 32)))`;

const LOADS: [string, number][] = [
  ["i32.load", 4],
  ["i32.load8_s", 1],
  ["i32.load8_u", 1],
  ["i32.load16_s", 2],
  ["i32.load16_u", 2],
  ["i64.load", 8],
  ["i64.load8_s", 1],
  ["i64.load8_u", 1],
  ["i64.load16_s", 2],
  ["i64.load16_u", 2],
  ["i64.load32_s", 4],
  ["i64.load32_u", 4],
];
const STORES: [string, number][] = [
  ["i32.store", 4],
  ["i32.store8", 1],
  ["i32.store16", 2],
  ["i64.store", 8],
  ["i64.store8", 1],
  ["i64.store16", 2],
  ["i64.store32", 4],
];
const BINARY = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split(" ");
const UNARY = { i32: "clz ctz popcnt extend8_s extend16_s", i64: "clz ctz popcnt extend8_s extend16_s extend32_s" };

function accesses(memoryBytes: number): { functions: ProbeFunction[]; text: string[] } {
  const functions: ProbeFunction[] = [];
  const text: string[] = [];
  for (const [instruction, bytes] of [...LOADS, ...STORES]) {
    for (const alignment of new Set([1, bytes])) {
      for (const offset of [0, alignment === 1 ? 5 : 8, memoryBytes - 8, memoryBytes, 0x7fffffff, 0xffffffff].map(
        (offset) => offset - (offset % alignment),
      )) {
        const name = `${instruction}/${alignment}+${offset}`;
        const at = `${instruction} offset=${offset} align=${alignment} (local.get 0)`;
        const isLoad = instruction.includes("load");
        const isWide = instruction.startsWith("i64");
        const value = isWide ? wide(1, 1) : "(local.get 1)";
        const load = isWide ? `(local $wide i64) (local.set $wide (${at})) ${FOLD}` : `(${at})`;
        text.push(
          isLoad
            ? `(func (export "${name}") (param i32) (result i32) ${load})`
            : `(func (export "${name}") (param i32 i32) (${at} ${value}))`,
        );
        functions.push({ name, parameters: isLoad ? 1 : 2, access: { offset, bytes, alignment } });
      }
    }
  }
  return { functions, text };
}

function operations(): { functions: ProbeFunction[]; text: string[] } {
  const functions: ProbeFunction[] = [];
  const text: string[] = [];
  const add = (name: string, parameters: number, body: string): void => {
    functions.push({ name, parameters });
    const types = `(param ${"i32 ".repeat(parameters)}) (result i32) (local $wide i64)`;
    text.push(`(func (export "${name}") ${types} ${body})`);
  };
  for (const operation of BINARY) {
    add(`i32.${operation}`, 2, `(i32.${operation} (local.get 0) (local.get 1))`);
    add(`i64.${operation}`, 4, `(local.set $wide (i64.${operation} ${wide(0, 1)} ${wide(2, 3)})) ${FOLD}`);
  }
  for (const operation of UNARY.i32.split(" ")) add(`i32.${operation}`, 1, `(i32.${operation} (local.get 0))`);
  for (const operation of UNARY.i64.split(" "))
    add(`i64.${operation}`, 2, `(local.set $wide (i64.${operation} ${wide(0, 1)})) ${FOLD}`);
  return { functions, text };
}

const EDGES = [0, 1, 2, 31, 32, 63, 64, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];

/** The module whose instances have `memoryBytes` of memory, less than a page. */
export class Probe {
  readonly functions: readonly ProbeFunction[];
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly #compiled: WebAssembly.Module;

  constructor(readonly memoryBytes: number) {
    const parts = [accesses(memoryBytes), operations()];
    this.functions = parts.flatMap(({ functions }) => functions);
    this.wasm = parseModule(`(module
  (memory (export "memory") 1 1)
  (data (i32.const 100) "\\01\\80\\ff\\7f a data segment \\00\\ff")
  (global $status (mut i32) (i32.const 0))
  (global (export "__heap_base") i32 (i32.const ${memoryBytes}))
  (global (export "__data_end") i32 (i32.const ${memoryBytes}))
  (export "status" (global $status))
  (func (export "setStatus") (param i32) (global.set $status (local.get 0)))
  (func (export "sum") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "unreachable") (unreachable))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "secret") (param i32) (result i32)
    (local $a i64) (local $b i64) (local $c i64) (local $wide i64)
    (local.set $a ${wide(0, 0)}) (local.set $b ${wide(0, 0)}) (local.set $c ${wide(0, 0)})
    (local.set $wide (i64.add (i64.mul (local.get $a) (local.get $b)) (local.get $c)))
    (local.set $wide (i64.add (local.get $wide) (i64.sub (local.get $a) (local.get $c))))
    ${FOLD})
  ${parts.flatMap(({ text }) => text).join("\n  ")}
)`);
    this.#compiled = new WebAssembly.Module(this.wasm);
  }

  /** An instance in V8 that ends where its memory does for an engine. */
  instantiate(): ProbeModel {
    return new ProbeModel(this.#compiled, this.memoryBytes);
  }

  /** Arguments that come near the edges often. An access gets no address that its hint denies. */
  arguments(random: Random, { parameters, access }: ProbeFunction): number[] {
    const args = Array.from({ length: parameters }, () => (random.chance(2) ? random.pick(EDGES) : random.next()));
    if (!access) return args;
    const { offset, bytes, alignment } = access;
    const last = this.memoryBytes - offset - bytes;
    if (!random.chance(8) && last >= 0) args[0] = random.chance(4) ? last + random.below(3) : random.below(last + 1);
    args[0] = args[0]! - (args[0]! % alignment);
    return args;
  }
}

export class ProbeModel {
  readonly #exports: WebAssembly.Exports;
  readonly memory: Uint8Array;

  constructor(module: WebAssembly.Module, memoryBytes: number) {
    this.#exports = new WebAssembly.Instance(module).exports;
    this.memory = new Uint8Array((this.#exports["memory"] as WebAssembly.Memory).buffer, 0, memoryBytes);
  }

  /** The driver's answer to a call, a trap without its message. */
  call({ name, access }: ProbeFunction, args: readonly number[]): string {
    if (access && args[0]! + access.offset + access.bytes > this.memory.length) return "trap";
    try {
      const result = (this.#exports[name] as (...args: number[]) => number | undefined)(...args);
      return `ok ${(result ?? 0) >>> 0}`;
    } catch {
      return "trap";
    }
  }
}
