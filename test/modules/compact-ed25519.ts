// The smallest Ed25519 verification as a module of its own, with its hash and its field machine, for the unit tests.

import { REGISTERS } from "../../assembly/crypto/curve25519/compact/field-machine";
import { DIGEST } from "../../assembly/crypto/hash/compact-sha512";

const buffer: usize = memory.data(4096, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function digestPtr(): usize {
  return DIGEST;
}

export function registersPtr(): usize {
  return REGISTERS;
}

export { verifyVartime } from "../../assembly/crypto/curve25519/compact/ed25519-verify";
export { runVartime } from "../../assembly/crypto/curve25519/compact/field-machine";
export { sha512 } from "../../assembly/crypto/hash/compact-sha512";
