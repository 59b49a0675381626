// AES in counter mode and GCM as a module of their own, for the unit tests.

const buffer: usize = memory.data(8192, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function bufferBytes(): u32 {
  return 8192;
}

export { aesCtr, aesExpandKey } from "../../assembly/crypto/aes/aes";
export { gcmExpandKey, gcmOpen, gcmSeal } from "../../assembly/crypto/aes/gcm";
export { ghash } from "../../assembly/crypto/aes/ghash";
