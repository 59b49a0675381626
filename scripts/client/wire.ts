// RFC 4251 §5: builds payloads for tests, and takes them apart.

/** A part of a payload: a number is a byte, a string or bytes are as they are. */
export type Part = number | string | Uint8Array;

export function bytes(...parts: Part[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part))));
}

export function uint32(value: number): Uint8Array {
  const encoded = Buffer.alloc(4);
  encoded.writeUInt32BE(value >>> 0);
  return encoded;
}

/** A length, then the content. */
export function string(content: string | Uint8Array): Uint8Array {
  return bytes(uint32(Buffer.from(content).length), content);
}

export function boolean(value: boolean): number {
  return value ? 1 : 0;
}
