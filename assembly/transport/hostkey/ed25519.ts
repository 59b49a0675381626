// RFC 8709: the ssh-ed25519 host key.
//
// In: the key pair, which the host writes, or 32 random bytes. Out: K_S, and signatures of exchange hashes, where a
// message is being written. Next: ../key-exchange.ts.

import { ed25519PublicKey, ed25519Sign } from "../../crypto/curve25519/ed25519-sign";
import { randomBytes32 } from "../../crypto/random";
import { writePosition, writeString, writeUint32, writtenLength } from "../../wire/writer";
import { HOST_KEY_NAME_BYTES, HOST_KEY_NAME_PTR } from "../kexinit";

const KEY_BYTES: u32 = 32;
const SIGNATURE_BYTES: u32 = 64;
const LENGTH_BYTES: u32 = 4;
/** string "ssh-ed25519", and a string of a key or a signature. */
const HOST_KEY_BLOB_BYTES: u32 = LENGTH_BYTES + HOST_KEY_NAME_BYTES + LENGTH_BYTES + KEY_BYTES;
const SIGNATURE_BLOB_BYTES: u32 = LENGTH_BYTES + HOST_KEY_NAME_BYTES + LENGTH_BYTES + SIGNATURE_BYTES;
/** K_S with its length. */
export const HOST_KEY_STRING_BYTES: u32 = LENGTH_BYTES + HOST_KEY_BLOB_BYTES;

/** The Ed25519 seed, secret, and the public key; written by the host. */
export const HOST_KEY_PTR: usize = memory.data(2 * KEY_BYTES, 16);
const HOST_PUBLIC_KEY_PTR: usize = HOST_KEY_PTR + KEY_BYTES;

/** Makes the host key: 32 bytes of the generator are the seed. */
export function makeHostKeyPair(): void {
  randomBytes32(HOST_KEY_PTR);
  ed25519PublicKey(HOST_PUBLIC_KEY_PTR, HOST_KEY_PTR);
}

/**
 *     string   K_S: string "ssh-ed25519", string public key
 */
export function writeHostKey(): void {
  writeUint32(HOST_KEY_BLOB_BYTES);
  writeString(HOST_KEY_NAME_PTR, HOST_KEY_NAME_BYTES);
  writeString(HOST_PUBLIC_KEY_PTR, KEY_BYTES);
}

/**
 *     string   signature of the `length` bytes at `hash`: string "ssh-ed25519", string signature
 *
 * Ends a message, and returns how long it is.
 */
export function writeSignature(hash: usize, length: u32): u32 {
  writeUint32(SIGNATURE_BLOB_BYTES);
  writeString(HOST_KEY_NAME_PTR, HOST_KEY_NAME_BYTES);
  writeUint32(SIGNATURE_BYTES);
  ed25519Sign(writePosition(), HOST_KEY_PTR, HOST_PUBLIC_KEY_PTR, hash, length);
  return writtenLength() + SIGNATURE_BYTES;
}
