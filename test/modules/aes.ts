// AES in counter mode and GCM as a module of their own, for the unit tests.

import { aesCtr } from "../../assembly/crypto/aes/aes";
import { gcmCounter, gcmHash, gcmStartHash, gcmTag } from "../../assembly/crypto/aes/gcm";
import { ctDifference } from "../../assembly/wire/compare";

const buffer: usize = memory.data(8192, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function bufferBytes(): u32 {
  return 8192;
}

export { aesCtr, aesExpandKey } from "../../assembly/crypto/aes/aes";
export { gcmExpandKey, gcmSeal } from "../../assembly/crypto/aes/gcm";
export { ghash } from "../../assembly/crypto/aes/ghash";

const SUM: usize = memory.data(32, 16);
const COUNTER: usize = SUM + 16;

/** Opens what `gcmSeal` has made, in the steps of the transport's ciphers. */
export function gcmOpen(keys: usize, keyLength: u32, nonce: usize, ptr: usize, length: u32): bool {
  gcmStartHash(SUM, keys, ptr - 4);
  gcmHash(SUM, keys, ptr, length);
  gcmTag(SUM, keys, keyLength, nonce, length);
  const differs = ctDifference(ptr + length, SUM, 15);
  gcmCounter(COUNTER, nonce);
  if (!differs) aesCtr(keys, keyLength, COUNTER, ptr, length);
  memory.fill(SUM, 0, 32);
  return !differs;
}
