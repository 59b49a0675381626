// asc, then Binaryen once more, which finds 9 to 36 bytes that asc's own pass leaves.

import type Binaryen from "binaryen";
import binaryen from "./binaryen.js";

/**
 * The module that asc makes with these arguments of the files that `read` gives it. Throws with the compiler's
 * messages.
 */
export async function runCompilers(
  args: readonly string[],
  read: (path: string) => string | null,
  names: boolean,
): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { default: asc } = await import("assemblyscript/asc"); // after Binaryen: see there
  const messages = asc.createMemoryStream();
  const { error } = await asc.main([...args], {
    stderr: messages,
    readFile: read,
    writeFile: (_name: string, contents: string | Uint8Array) => {
      bytes = contents as Uint8Array;
    },
  });
  if (error || !bytes) throw new Error(`asc failed: ${args.join(" ")}\n${messages.toString()}`);
  return optimize(bytes, names);
}

/** Binaryen's size passes over a finished module. */
function optimize(bytes: Uint8Array, names: boolean): Uint8Array {
  const module = binaryen.readBinary(bytes);
  // Without BulkMemory itself, which would add a DataCount section that memory.copy and memory.fill do not need.
  const { BulkMemoryOpt, MutableGlobals, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemoryOpt | MutableGlobals | SignExt);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(2);
  binaryen.setDebugInfo(names);
  alignHeapBase(module);
  module.optimize();
  const optimized = module.emitBinary();
  module.dispose();
  return optimized;
}

/** WAMR gives an instance `__heap_base` bytes if they are a multiple of 16, and else a whole page. */
function alignHeapBase(module: Binaryen.Module): void {
  const name = binaryen.getExportInfo(module.getExport("__heap_base")).value;
  const { init } = binaryen.getGlobalInfo(module.getGlobal(name));
  const { value } = binaryen.getExpressionInfo(init) as Binaryen.ConstInfo;
  module.removeGlobal(name);
  module.addGlobal(name, binaryen.i32, false, module.i32.const((Number(value) + 15) & ~15));
}
