// Compiles a module of test/modules, which exports functions of assembly/crypto and the address of a buffer for their
// operands.

import { compileFile } from "../../scripts/compile/file.js";
import { instantiateCounted } from "../../scripts/compile/instrument.js";

/**
 * Where a test puts operands and finds results, if the module exports no `bufferBytes`; memory outside it belongs to
 * the module.
 */
const BUFFER_BYTES = 1024;

export interface CryptoModule {
  /** The functions of the module. Addresses are those that `at` returns. */
  functions: Record<string, (...args: number[]) => number>;
  /** The address of an offset into the buffer. */
  at: (offset: number) => number;
  /** Writes bytes at an offset into the buffer. */
  put: (offset: number, bytes: Uint8Array) => void;
  /** A copy of bytes of the buffer. */
  get: (offset: number, length: number) => Buffer;
  /** Executed instructions; only of a module that was loaded with counters. */
  count: (run: () => void) => number;
  /**
   * Addresses outside the buffer whose bytes differ from those of a fresh instance: what a function has left behind.
   */
  residue: () => number[];
  /** A copy of the memory outside the buffer. */
  memoryOutside: () => Buffer;
}

/**
 * Compiles test/modules/<name>.ts with the options that all modules have, but for `pages` of memory, and instantiates
 * it.
 */
export async function loadCryptoModule(
  name: string,
  pages = 1,
): Promise<{ plain: CryptoModule; counted: CryptoModule }> {
  const bytes = compileFile(`test/modules/${name}.ts`, [
    "--initialMemory",
    String(pages),
    "--maximumMemory",
    String(pages),
  ]);
  const { instance } = await WebAssembly.instantiate(bytes);
  const { exports, count } = instantiateCounted(bytes);
  return { plain: wrap(instance.exports, (run) => (run(), NaN)), counted: wrap(exports, count) };
}

function wrap(exports: WebAssembly.Exports, count: CryptoModule["count"]): CryptoModule {
  const functions = exports as unknown as CryptoModule["functions"];
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const fresh = memory.slice();
  const buffer = functions.bufferPtr!();
  const bufferEnd = buffer + (functions.bufferBytes?.() ?? BUFFER_BYTES);
  return {
    functions,
    at: (offset) => buffer + offset,
    put: (offset, bytes) => memory.set(bytes, buffer + offset),
    get: (offset, length) => Buffer.from(memory.slice(buffer + offset, buffer + offset + length)),
    count,
    residue: () => {
      const found: number[] = [];
      memory.forEach((byte, address) => {
        if (byte !== fresh[address] && (address < buffer || address >= bufferEnd)) found.push(address);
      });
      return found;
    },
    memoryOutside: () => Buffer.concat([memory.slice(0, buffer), memory.slice(bufferEnd)]),
  };
}
