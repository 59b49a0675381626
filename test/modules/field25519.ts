// Arithmetic modulo 2^255 − 19 and modulo L as a module of its own, for the unit tests.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export {
  feAdd,
  feAddUnsigned,
  feFromBytes,
  feInvert,
  feIsZero,
  feMul,
  feMulSmall,
  feSetSmall,
  feSquare,
  feSub,
  feSubUnsigned,
  feToBytes,
} from "../../assembly/crypto/curve25519/field25519";
export { feInvertVartime } from "../../assembly/crypto/curve25519/invert25519-vartime";
export { prepareScalarVartime, reduceHashVartime } from "../../assembly/crypto/curve25519/scalar25519";
