// BLAKE2b and Argon2id as a module of their own, for the unit tests. Argon2's memory is the heap's, which nothing else
// uses.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function heapPtr(): usize {
  return __heap_base;
}

export { argon2id } from "../../assembly/crypto/password/argon2id";
export { blake2bFinish, blake2bStart, blake2bUpdate } from "../../assembly/crypto/hash/blake2b";
