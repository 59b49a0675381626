// ML-KEM-768 and Keccak as a module of their own, for the unit tests.

import { KECCAK_STATE } from "../../assembly/crypto/hash/keccak";

const buffer: usize = memory.data(4096, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function bufferBytes(): u32 {
  return 4096;
}

/** What `keccak` and `permute` leave, to an offset of the buffer. */
export function squeeze(out: usize, length: u32): void {
  memory.copy(out, KECCAK_STATE, length);
}

export { keccak, permute } from "../../assembly/crypto/hash/keccak";
export { encapsulate } from "../../assembly/crypto/mlkem/mlkem768";
