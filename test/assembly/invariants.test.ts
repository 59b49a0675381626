// The properties of the shipped modules that hold whatever they compute: docs/architecture.md lists them as invariants.

import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { BUILD_NAMES, buildNamed } from "../../assembly/abi/builds.js";
import { type Export, exportsOf } from "../../assembly/abi/exports.js";
import { UserauthStatus } from "../../assembly/abi/index.js";
import { openSection, readExportedGlobal, readSections } from "../../host/core/wasm-file.js";
import { readInstructions } from "../../scripts/compile/instrument.js";
import { moduleBytes } from "../support/modules.js";

const PAGE_BYTES = 65536;
const MEMORY_SIZE = 0x3f;
const MEMORY_GROW = 0x40;

/**
 * 19 MiB for Argon2, 100 in the wide module, and a page for everything else; in the wide transport modules and the
 * wide shell one more, for two buffers of 35 kB.
 */
const PAGES = new Map([
  ["userauth", 305],
  ["plain userauth", 305],
  ["wide userauth", 1602],
  ["wide transport", 2],
  ["wide transport-full", 2],
  ["wide shell", 2],
]);

/** A module with development credentials, as it leaves the compiler, and as it is built for Node. */
const FILES = BUILD_NAMES.flatMap((name) => [
  { name, label: name, bytes: moduleBytes(name) },
  { name, label: `plain ${name}`, bytes: moduleBytes(`plain/${name}`) },
  ...(buildNamed(name).wide ? [{ name, label: `wide ${name}`, bytes: moduleBytes(`wide/${name}`) }] : []),
]);

/** Whether any function of the module can ask for more memory, or how much there is. */
function touchesMemorySize(bytes: Uint8Array): boolean {
  return readInstructions(bytes).some((instructions) =>
    instructions.some(({ opcode }) => opcode === MEMORY_SIZE || opcode === MEMORY_GROW),
  );
}

/** Numbers are all i32. */
function shapeOf({ kind, parameters, result }: Export): string {
  return kind === "function" ? `${parameters.map(() => "i32").join(" ")} -> ${result === "void" ? "" : "i32"}` : kind;
}

/** The exports of a module, with their types as the file has them. */
function exportedShapes(bytes: Uint8Array): string[] {
  const module = binaryen.readBinary(bytes);
  const typesOf = (type: number): string =>
    binaryen
      .expandType(type)
      .map(() => "i32")
      .join(" ");
  const shapes = WebAssembly.Module.exports(new WebAssembly.Module(bytes as BufferSource)).map(({ name, kind }) => {
    if (kind !== "function") return `${name}: ${kind}`;
    const { value } = binaryen.getExportInfo(module.getExport(name));
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
    const types = [...binaryen.expandType(params), ...binaryen.expandType(results)];
    assert.ok(
      types.every((type) => type === binaryen.i32),
      name,
    );
    return `${name}: ${typesOf(params)} -> ${typesOf(results)}`;
  });
  module.dispose();
  return shapes.sort();
}

function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

for (const { name, label, bytes } of FILES) {
  test(`${label} imports nothing and runs nothing when it is instantiated`, () => {
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
    const sections = readSections(bytes).map((section) => section.name);
    assert.deepEqual(
      sections.filter((section) => ["start", "import"].includes(section)),
      [],
    );
  });

  test(`${label} exports what assembly/abi/exports.ts says, with those parameters and results, and nothing else`, () => {
    const expected = exportsOf(buildNamed(name)).map((entry) => `${entry.name}: ${shapeOf(entry)}`);
    assert.deepEqual(exportedShapes(bytes), expected.sort());
  });

  const pages = PAGES.get(label) ?? 1;
  test(`${label} has ${pages === 1 ? "one page" : `${pages} pages`} of memory, which it neither grows nor measures`, () => {
    const memory = openSection(bytes, "memory")!;
    const [count, flags, minimum, maximum] = [memory.unsigned(), memory.byte(), memory.unsigned(), memory.unsigned()];
    assert.deepEqual({ count, flags, minimum, maximum }, { count: 1, flags: 1, minimum: pages, maximum: pages });
    assert.equal(touchesMemorySize(bytes), false, "has memory.size or memory.grow");
  });

  test(`${label} keeps its data below __heap_base, inside its memory`, () => {
    const heapBase = readExportedGlobal(bytes, "__heap_base")!;
    assert.equal(heapBase % 16, 0, "an engine that wants a multiple of 16 would give it a whole page");
    const dataEnd = readExportedGlobal(bytes, "__data_end")!;
    assert.ok(0 < dataEnd && dataEnd <= heapBase && heapBase <= pages * PAGE_BYTES, `${dataEnd}, ${heapBase}`);
    for (const [start, end] of dataSegments(bytes)) {
      assert.ok(0 < start && end <= heapBase, `segment ${start} to ${end}, __heap_base ${heapBase}`);
    }
  });

  test(`${label} carries no names, no source map and no other custom section`, () => {
    assert.deepEqual(
      readSections(bytes)
        .filter(({ id }) => id === 0)
        .map((section) => section.name),
      [],
    );
  });
}

/** Start and end of every data segment. Throws on one that is not active at a constant address. */
function dataSegments(bytes: Uint8Array): [number, number][] {
  const reader = openSection(bytes, "data");
  if (!reader) return [];
  return Array.from({ length: reader.unsigned() }, (): [number, number] => {
    assert.deepEqual([reader.unsigned(), reader.byte()], [0, 0x41], "an active segment at an i32.const");
    const start = Number(reader.signed());
    assert.equal(reader.byte(), 0x0b);
    const length = reader.unsigned();
    reader.offset += length;
    return [start, start + length];
  });
}

test("memory.size and memory.grow are found where they are", () => {
  const body = (text: string): Uint8Array => assemble(`(module (memory 1 1) (func (export "f") (drop ${text})))`);
  assert.ok(touchesMemorySize(body("(memory.size)")));
  assert.ok(touchesMemorySize(body("(memory.grow (i32.const 1))")));
  assert.ok(!touchesMemorySize(body("(i32.const 64)")));
});

test("no fault of 15 bits turns another userauth status into SUCCESS", () => {
  const statuses = Object.values(UserauthStatus).filter((value) => typeof value === "number");
  assert.ok(statuses.length > 10);
  for (const status of statuses.filter((value) => value !== UserauthStatus.SUCCESS)) {
    const different = (status ^ UserauthStatus.SUCCESS) >>> 0;
    const distance = different.toString(2).replaceAll("0", "").length;
    assert.ok(distance >= 16, `${UserauthStatus[status]} differs in ${distance} bits`);
  }
});
