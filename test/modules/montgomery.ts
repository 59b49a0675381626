// Arithmetic modulo any odd number as a module of its own, for the unit tests.

import { FACTOR, MODULUS } from "../../assembly/crypto/rsa/montgomery";

const buffer: usize = memory.data(4096, 16);

export function bufferPtr(): usize {
  return buffer;
}

export function factorPtr(): usize {
  return FACTOR;
}

export function modulusPtr(): usize {
  return MODULUS;
}

export {
  combine,
  isZeroVartime,
  multiply,
  powerVartime,
  readNumber,
  reduceVartime,
  setModulus,
  toMontgomeryVartime,
} from "../../assembly/crypto/rsa/montgomery";
