// Keys of X25519 and Ed25519 between their raw bytes and node:crypto's objects (RFC 8410), and what spoils bytes.

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

type KeyType = "X25519" | "Ed25519";

/** A private key from its 32 secret bytes. */
export function privateKey(type: KeyType, secret: Uint8Array): KeyObject {
  const prefix = Buffer.from(`302e020100300506032b65${type === "X25519" ? "6e" : "70"}04220420`, "hex");
  return createPrivateKey({ key: Buffer.concat([prefix, secret]), format: "der", type: "pkcs8" });
}

/** A public key from its 32 bytes. */
export function publicKey(type: KeyType, encoded: Uint8Array): KeyObject {
  const prefix = Buffer.from(`302a300506032b65${type === "X25519" ? "6e" : "70"}032100`, "hex");
  return createPublicKey({ key: Buffer.concat([prefix, encoded]), format: "der", type: "spki" });
}

/** The 32 bytes of a key's public half. */
export function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

/** The same bytes with one bit inverted. */
export function flip(bytes: Uint8Array, bit: number): Buffer {
  const result = Buffer.from(bytes);
  result[bit >> 3]! ^= 1 << (bit & 7);
  return result;
}
