// RFC 4253 §7.2 and §8: what the exchange hash and the key derivation take, string by string.
//
// One SHA-256 computation is under way in the module, from the client's KEXINIT on.

import { sha256Start, sha256Update } from "../crypto/hash/sha256";
import {
  CLIENT_IDENTIFICATION_PTR,
  clientIdentificationLength,
  SERVER_IDENTIFICATION_PTR,
  SERVER_IDENTIFICATION_BYTES,
} from "./identification";

const LENGTH_BYTES: u32 = 4;

/** A length, or one letter, on its way into a hash. */
const SCRATCH_PTR: usize = memory.data(LENGTH_BYTES, 4);

/** Adds a string's length to the hash. */
function hashLength(length: u32): void {
  store<u32>(SCRATCH_PTR, bswap(length));
  sha256Update(SCRATCH_PTR, LENGTH_BYTES);
}

/** Adds a string to the hash. */
export function hashString(ptr: usize, length: u32): void {
  hashLength(length);
  sha256Update(ptr, length);
}

/** Adds one byte to the hash. */
export function hashByte(byte: u32): void {
  store<u8>(SCRATCH_PTR, <u8>byte);
  sha256Update(SCRATCH_PTR, 1);
}

/** Begins the exchange hash: V_C, V_S, and of I_C the length. The bytes of I_C come next, and then I_S. */
export function startExchangeHash(clientKexinitLength: u32): void {
  sha256Start();
  hashString(CLIENT_IDENTIFICATION_PTR, clientIdentificationLength);
  hashString(SERVER_IDENTIFICATION_PTR, SERVER_IDENTIFICATION_BYTES);
  hashLength(clientKexinitLength);
}
