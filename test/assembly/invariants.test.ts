// The properties of the shipped modules that hold whatever they compute: docs/architecture.md lists them as invariants.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import binaryen from "binaryen";
import { BUILD_NAMES, type BuildName, buildNamed } from "../../assembly/abi/builds.js";
import { UserauthStatus } from "../../assembly/abi/index.js";
import { openSection, readExportedGlobal, readExports, readSections } from "../../host/core/wasm-file.js";
import { readInstructions } from "../../scripts/compile/instrument.js";
import { moduleBytes } from "../support/modules.js";

const PAGE_BYTES = 65536;
const MEMORY_SIZE = 0x3f;
const MEMORY_GROW = 0x40;

const COMMON = "memory __heap_base __data_end";
const BUFFERS = "inputPtr inputCapacity outputPtr";
const FULL_USERAUTH =
  `${COMMON} reset receive status nextReply decide fieldPtr fieldLength signatureVerified achievedMethods recordOffset makeSalt ` +
  "signatureAlgorithms credentialsPtr credentialsCapacity credentialsLength";
const EXPORTS: Record<BuildName, string> = {
  transport:
    `${COMMON} ${BUFFERS} hostKeyPtr signatureAlgorithmsPtr makeHostKey open receive outputLength payloadPtr payloadLength sendPtr ` +
    "sendCapacity send hash unimplemented rekey disconnect disconnectReason strictKex sessionIdPtr sessionIdLength",
  connection:
    `${COMMON} ${BUFFERS} open receive outputLength eventChannel eventPtr eventLength valuePtr valueLength columns rows ` +
    "answer consumed writable writePtr write sendEof exit close keepalive",
  "userauth-password": `${COMMON} receive status`,
  "userauth-publickey": `${COMMON} reset receive status`,
  "userauth-publickey-small": `${COMMON} reset receive status`,
  userauth: FULL_USERAUTH,
  "userauth-board": FULL_USERAUTH,
};
/** 19 MiB for Argon2, 100 in the wide module, and a page for everything else; in the wide transport module one more, for two buffers of 35 kB. */
const PAGES = new Map([
  ["userauth", 305],
  ["plain userauth", 305],
  ["wide userauth", 1602],
  ["wide transport", 2],
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

  test(`${label} exports what docs/abi.md says, and nothing else`, () => {
    const exported = readExports(bytes).map((entry) => entry.name);
    assert.deepEqual(exported.sort(), EXPORTS[name].split(" ").sort());
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

test("every name of the lists above stands in docs/abi.md", () => {
  const abi = readFileSync(new URL("../../docs/abi.md", import.meta.url), "utf8");
  for (const name of new Set(Object.values(EXPORTS).flatMap((list) => list.split(" ")))) {
    assert.match(abi, new RegExp(`\`${name}[(\`]`), name);
  }
});

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
