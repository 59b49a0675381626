// The ciphers that the raw client speaks, one direction of a connection each: keys as RFC 4253 §7.2 derives them, and
// what they make of packets. Primitives: node:crypto and tweetnacl alone.

import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import nacl from "tweetnacl";
import { bytes, uint32 } from "./wire.js";

export const CHACHA20_POLY1305 = "chacha20-poly1305@openssh.com";
export const AES_GCM = ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"] as const;
export const AES_CTR = ["aes256-ctr", "aes128-ctr"] as const;
export const HMAC_ETM = "hmac-sha2-256-etm@openssh.com";
export const HMAC = "hmac-sha2-256";

/** Every pair of a cipher and a MAC that differs from the others. */
export const CIPHER_PAIRS: readonly (readonly [cipher: string, mac: string])[] = [
  [CHACHA20_POLY1305, HMAC_ETM],
  ...AES_GCM.map((cipher) => [cipher, HMAC_ETM] as const),
  ...AES_CTR.flatMap((cipher) => [[cipher, HMAC_ETM] as const, [cipher, HMAC] as const]),
];

/** Keys of one direction: of encryption, of which a cipher takes as much as it needs, the IV, the MAC's. */
export interface DerivedKeys {
  key: Uint8Array;
  iv: Uint8Array;
  macKey: Uint8Array;
}

/** One direction with its keys. */
export interface PacketCipher {
  readonly blockBytes: number;
  readonly tagBytes: number;
  /** How many bytes of a packet tell its length. */
  readonly headerBytes: number;
  /** The length field is encrypted with the packet, and counts in what is padded. */
  readonly countsLength: boolean;
  /** The length field and the body, sealed, and the tag. Of a cipher with a counter each call is another packet. */
  seal(lengthField: Uint8Array, body: Uint8Array, sequenceNumber: number): Buffer;
  /** From the first `headerBytes` of a packet. */
  readLength(header: Uint8Array, sequenceNumber: number): number;
  /** The body of the packet whose length was read last, or undefined if its tag is wrong. */
  open(packet: Uint8Array, sequenceNumber: number): Buffer | undefined;
  /** The same cipher in the same state. */
  fork(): PacketCipher;
}

export function makeCipher(cipher: string, mac: string, keys: DerivedKeys): PacketCipher {
  if (cipher === CHACHA20_POLY1305) return new ChaCha20Poly1305(keys.key);
  const length = cipher.startsWith("aes128") ? 16 : 32;
  const key = keys.key.subarray(0, length);
  if (cipher.endsWith("-gcm@openssh.com")) return new AesGcm(key, Buffer.from(keys.iv.subarray(0, 12)));
  return new AesCtrHmac(key, Buffer.from(keys.iv.subarray(0, 16)), keys.macKey, mac === HMAC_ETM);
}

/** PROTOCOL.chacha20poly1305. */
function chacha20(key: Uint8Array, sequenceNumber: number, counter: number, data: Uint8Array): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(counter);
  iv.writeUInt32BE(sequenceNumber, 12);
  return createCipheriv("chacha20", key, iv).update(data);
}

const lowlevel = (
  nacl as unknown as {
    lowlevel: {
      crypto_onetimeauth: (out: Uint8Array, at: number, m: Uint8Array, from: number, n: number, k: Uint8Array) => void;
    };
  }
).lowlevel;

class ChaCha20Poly1305 implements PacketCipher {
  readonly blockBytes = 8;
  readonly tagBytes = 16;
  readonly headerBytes = 4;
  readonly countsLength = false;

  constructor(readonly key: Uint8Array) {}

  seal(lengthField: Uint8Array, body: Uint8Array, sequenceNumber: number): Buffer {
    const sealed = bytes(
      chacha20(this.key.subarray(32), sequenceNumber, 0, lengthField),
      chacha20(this.key.subarray(0, 32), sequenceNumber, 1, body),
    );
    return Buffer.concat([sealed, this.#tag(sealed, sequenceNumber)]);
  }

  readLength(header: Uint8Array, sequenceNumber: number): number {
    return chacha20(this.key.subarray(32), sequenceNumber, 0, header).readUInt32BE();
  }

  open(packet: Uint8Array, sequenceNumber: number): Buffer | undefined {
    const sealed = packet.subarray(0, -16);
    if (!this.#tag(sealed, sequenceNumber).equals(packet.subarray(-16))) return undefined;
    return chacha20(this.key.subarray(0, 32), sequenceNumber, 1, sealed.subarray(4));
  }

  #tag(sealed: Uint8Array, sequenceNumber: number): Buffer {
    const key = chacha20(this.key.subarray(0, 32), sequenceNumber, 0, new Uint8Array(32));
    const tag = Buffer.alloc(16);
    lowlevel.crypto_onetimeauth(tag, 0, sealed, 0, sealed.length, key);
    return tag;
  }

  fork(): PacketCipher {
    return this;
  }
}

/** OpenSSH's PROTOCOL §1.6: the nonce counts packets in its last eight bytes. */
class AesGcm implements PacketCipher {
  readonly blockBytes = 16;
  readonly tagBytes = 16;
  readonly headerBytes = 4;
  readonly countsLength = false;
  readonly #name: "aes-128-gcm" | "aes-256-gcm";

  constructor(
    readonly key: Uint8Array,
    readonly nonce: Buffer,
  ) {
    this.#name = key.length === 16 ? "aes-128-gcm" : "aes-256-gcm";
  }

  seal(lengthField: Uint8Array, body: Uint8Array): Buffer {
    const cipher = createCipheriv(this.#name, this.key, this.nonce).setAAD(lengthField);
    const sealed = Buffer.concat([lengthField, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
    this.#count();
    return sealed;
  }

  readLength(header: Uint8Array): number {
    return Buffer.from(header).readUInt32BE();
  }

  open(packet: Uint8Array): Buffer | undefined {
    const decipher = createDecipheriv(this.#name, this.key, this.nonce).setAAD(packet.subarray(0, 4));
    decipher.setAuthTag(packet.subarray(-16));
    this.#count();
    const body = decipher.update(packet.subarray(4, -16));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return body;
  }

  #count(): void {
    this.nonce.writeBigUInt64BE(BigInt.asUintN(64, this.nonce.readBigUInt64BE(4) + 1n), 4);
  }

  fork(): PacketCipher {
    return new AesGcm(this.key, Buffer.from(this.nonce));
  }
}

/** RFC 4344 §4: the counter block goes on from packet to packet. */
class AesCtrHmac implements PacketCipher {
  readonly blockBytes = 16;
  readonly tagBytes = 32;
  readonly headerBytes: number;
  readonly countsLength: boolean;
  readonly #name: string;
  /** The first block of the packet that is being opened, decrypted. */
  #header: Buffer = Buffer.alloc(0);

  constructor(
    readonly key: Uint8Array,
    readonly counter: Buffer,
    readonly macKey: Uint8Array,
    readonly encryptThenMac: boolean,
  ) {
    this.#name = `aes-${8 * key.length}-ctr`;
    this.headerBytes = encryptThenMac ? 4 : 16;
    this.countsLength = !encryptThenMac;
  }

  seal(lengthField: Uint8Array, body: Uint8Array, sequenceNumber: number): Buffer {
    if (this.encryptThenMac) {
      const sealed = bytes(lengthField, this.#crypt(body));
      return Buffer.concat([sealed, this.#mac(sealed, sequenceNumber)]);
    }
    const packet = bytes(lengthField, body);
    return Buffer.concat([this.#crypt(packet), this.#mac(packet, sequenceNumber)]);
  }

  readLength(header: Uint8Array): number {
    if (this.encryptThenMac) return Buffer.from(header).readUInt32BE();
    this.#header = this.#crypt(header);
    return this.#header.readUInt32BE();
  }

  open(packet: Uint8Array, sequenceNumber: number): Buffer | undefined {
    const sealed = packet.subarray(0, -32);
    const plain = this.encryptThenMac ? undefined : Buffer.concat([this.#header, this.#crypt(sealed.subarray(16))]);
    if (!this.#mac(plain ?? sealed, sequenceNumber).equals(packet.subarray(-32))) return undefined;
    return plain?.subarray(4) ?? this.#crypt(sealed.subarray(4));
  }

  /** Whole blocks, but in packets that are wrong on purpose. */
  #crypt(data: Uint8Array): Buffer {
    const result = createCipheriv(this.#name, this.key, this.counter).update(data);
    let blocks = Math.ceil(data.length / 16);
    for (let at = 15; at >= 0 && blocks > 0; at--) {
      blocks += this.counter[at]!;
      this.counter[at] = blocks & 0xff;
      blocks >>>= 8;
    }
    return result;
  }

  #mac(data: Uint8Array, sequenceNumber: number): Buffer {
    return createHmac("sha256", this.macKey).update(uint32(sequenceNumber)).update(data).digest();
  }

  fork(): PacketCipher {
    return new AesCtrHmac(this.key, Buffer.from(this.counter), this.macKey, this.encryptThenMac);
  }
}
