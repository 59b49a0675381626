// Reads the structure of a .wasm file (WebAssembly core specification, chapter 5): sections, function bodies, exports,
// names.
//
// Only what reports and tests need, and only what a module of Sesame may contain: anything else is an error. In goes a
// module that an engine has accepted or will accept; out come offsets into it. The size report (size.ts) is built on
// this.

/** The standard sections by their id. */
const SECTION_NAMES = "custom type import function table memory global export start element code data dataCount".split(
  " ",
);
const EXPORT_KINDS = ["function", "table", "memory", "global"] as const;
const I32_CONST = 0x41;

export interface Section {
  id: number;
  /** The standard name; a custom section's own name. */
  name: string;
  /** Offset of the section's id byte. */
  start: number;
  /** Offset of its contents, behind id and size. */
  contents: number;
  end: number;
}

export interface FunctionBody {
  /** Offset of the body's size field. */
  start: number;
  /** Offset of the local declarations, behind the size. */
  contents: number;
  end: number;
}

export interface ModuleExport {
  name: string;
  kind: (typeof EXPORT_KINDS)[number];
  index: number;
}

/** A cursor over the bytes of a module. */
export class WasmReader {
  constructor(
    readonly bytes: Uint8Array,
    public offset = 0,
  ) {}

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new Error(`the module ends early, at byte ${this.offset}`);
    this.offset++;
    return value;
  }

  /** LEB128, unsigned, up to 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** LEB128, signed, up to 64 bits. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asIntN(Number(shift), value);
    }
  }

  name(): string {
    const length = this.unsigned();
    this.offset += length;
    return new TextDecoder().decode(this.bytes.subarray(this.offset - length, this.offset));
  }
}

/** The sections in the order of the file. */
export function readSections(bytes: Uint8Array): Section[] {
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 8)) !== "\0asm\x01\0\0\0") {
    throw new Error("not a WebAssembly module of version 1");
  }
  const sections: Section[] = [];
  const reader = new WasmReader(bytes, 8);
  while (reader.offset < bytes.length) {
    const start = reader.offset;
    const id = reader.byte();
    const length = reader.unsigned();
    const contents = reader.offset;
    const name = id === 0 ? reader.name() : SECTION_NAMES[id];
    if (name === undefined) throw new Error(`unknown section ${id} at byte ${start}`);
    reader.offset = contents + length;
    sections.push({ id, name, start, contents, end: reader.offset });
  }
  return sections;
}

/** A reader at the count of entries of the named section; undefined where the module has no such section. */
export function openSection(bytes: Uint8Array, name: string): WasmReader | undefined {
  const section = readSections(bytes).find((candidate) => candidate.name === name);
  return section && new WasmReader(bytes, section.contents);
}

/** The bodies of the functions that the module defines, in the order of their indices. */
export function readFunctionBodies(bytes: Uint8Array): FunctionBody[] {
  return readEntries(bytes, "code", (reader) => {
    const start = reader.offset;
    const length = reader.unsigned();
    const contents = reader.offset;
    reader.offset += length;
    return { start, contents, end: reader.offset };
  });
}

export function readExports(bytes: Uint8Array): ModuleExport[] {
  return readEntries(bytes, "export", (reader) => {
    const name = reader.name();
    const kind = EXPORT_KINDS[reader.byte()];
    if (kind === undefined) throw new Error(`export ${name} is of an unknown kind`);
    return { name, kind, index: reader.unsigned() };
  });
}

/** The initial values of the globals; undefined for one that is not a 32-bit constant. */
export function readGlobals(bytes: Uint8Array): (number | undefined)[] {
  return readEntries(bytes, "global", (reader) => {
    reader.offset += 2; // type and mutability
    const opcode = reader.byte();
    const value = reader.signed();
    reader.offset++; // end
    return opcode === I32_CONST ? Number(value) : undefined;
  });
}

/** The value of an exported constant such as `__heap_base`; undefined where the module does not export it. */
export function readExportedGlobal(bytes: Uint8Array, name: string): number | undefined {
  const found = readExports(bytes).find((entry) => entry.kind === "global" && entry.name === name);
  return found && readGlobals(bytes)[found.index];
}

/** Names of functions by their index: of the name section if there is one, else the names they are exported by. */
export function readFunctionNames(bytes: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  for (const { kind, name, index } of readExports(bytes)) if (kind === "function") names.set(index, name);
  const section = readSections(bytes).find(({ id, name }) => id === 0 && name === "name");
  if (!section) return names;
  const reader = new WasmReader(bytes, section.contents);
  reader.name();
  while (reader.offset < section.end) {
    const subsection = reader.byte();
    const end = reader.unsigned() + reader.offset;
    if (subsection === 1) {
      for (let left = reader.unsigned(); left > 0; left--) names.set(reader.unsigned(), reader.name());
    }
    reader.offset = end;
  }
  return names;
}

function readEntries<T>(bytes: Uint8Array, section: string, read: (reader: WasmReader) => T): T[] {
  const reader = openSection(bytes, section);
  return reader ? Array.from({ length: reader.unsigned() }, () => read(reader)) : [];
}
