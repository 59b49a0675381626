// RFC 4251 §5 data types in key files: written, and read with lengths compared with what remains.

import { KeyFormatError } from "../../core/key-format-error.js";

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Of a number that is not negative: big-endian, without leading zeros but one in front of a highest bit. */
export function mpint(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? new Uint8Array(0) : magnitude.subarray(start);
  return string((digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

/** Throws a `KeyFormatError` where the bytes end early, or go on. */
export class WireReader {
  #rest: Buffer;

  constructor(bytes: Uint8Array) {
    this.#rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get remaining(): number {
    return this.#rest.length;
  }

  bytes(length: number): Buffer {
    if (length > this.#rest.length) throw new KeyFormatError("its key ends early: it is damaged");
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE();
  }

  string(): Buffer {
    return this.bytes(this.uint32());
  }

  text(): string {
    return this.string().toString("latin1");
  }

  end(): void {
    if (this.remaining > 0) throw new KeyFormatError("bytes follow its key: it is damaged");
  }
}
