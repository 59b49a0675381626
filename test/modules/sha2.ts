// The hashes as a module of their own, for the unit tests.

import { sha512 } from "../../assembly/crypto/hash/sha512";

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export { sha512 };
export { sha256Finish, sha256Start, sha256Update } from "../../assembly/crypto/hash/sha256";
