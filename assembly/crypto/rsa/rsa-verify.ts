// RFC 8017 §8.2.2: RSASSA-PKCS1-v1_5 verification, for rsa-sha2-256 and rsa-sha2-512 of RFC 8332. Everything is public.
//
// In: a public key, a signature and the hash of what is said to be signed. Out: whether it is. The encoding that the
// signature must be the root of is put together and compared as a whole; nothing of what the signature contains is
// parsed.

import {
  BYTES,
  combine,
  FACTOR,
  isZeroVartime,
  multiply,
  NUMBERS,
  powerVartime,
  readNumber,
  setModulus,
  toMontgomeryVartime,
} from "./montgomery";

/** Of 2048 and 4096 bits. */
const MINIMUM_BYTES: u32 = 256;
const MAXIMUM_BYTES: u32 = 512;

/** Of the exponent. OpenSSH makes keys with 65537 only; a longer one than this would only cost the verifier time. */
const EXPONENT_BYTES: u32 = 4;

/** What precedes the hash (RFC 8017 §9.2, note 1), for SHA-256; SHA-512's differs in three bytes. */
// prettier-ignore
const DIGEST_INFO: usize = memory.data<u8>([
  0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
]);
const DIGEST_INFO_BYTES: u32 = 20;

/**
 * Whether `signature`, `modulusLength` bytes, is the key's for a hash: of 32 bytes, SHA-256, or 64, SHA-512. All
 * numbers are big-endian; modulus and exponent are without leading zeros. False as well for a key that is not taken:
 * modulus even or not of 2048 to 4096 bits; exponent even, below 3 or of more than 4 bytes; and for a signature that is
 * not below the modulus.
 */
export function rsaVerifyVartime(
  modulus: usize,
  modulusLength: u32,
  exponent: usize,
  exponentLength: u32,
  signature: usize,
  digest: usize,
  digestLength: u32,
): bool {
  if (
    modulusLength - MINIMUM_BYTES > MAXIMUM_BYTES - MINIMUM_BYTES ||
    load<u8>(modulus) < (modulusLength == MINIMUM_BYTES ? 0x80 : 1) ||
    !(load<u8>(modulus + modulusLength - 1) & 1) ||
    exponentLength - 1 >= EXPONENT_BYTES ||
    load<u8>(exponent) < (exponentLength == 1 ? 3 : 1) ||
    !(load<u8>(exponent + exponentLength - 1) & 1)
  )
    return false;
  setModulus(modulus, modulusLength);
  if (!readNumber(NUMBERS, signature, modulusLength)) return false;
  toMontgomeryVartime(NUMBERS);
  powerVartime(NUMBERS, exponent, exponentLength);
  readNumber(NUMBERS, signature, modulusLength);
  multiply(FACTOR, NUMBERS, FACTOR);

  const hash = BYTES + modulusLength - digestLength;
  const info = hash - DIGEST_INFO_BYTES;
  memory.fill(BYTES, 0xff, modulusLength);
  store<u16>(BYTES, 0x0100);
  memory.copy(info, DIGEST_INFO, DIGEST_INFO_BYTES);
  memory.copy(hash, digest, digestLength);
  store<u8>(info, 0x11 + digestLength, 2);
  store<u8>(info, digestLength / 21, 15);
  store<u8>(info, digestLength, 19);
  readNumber(NUMBERS, BYTES, modulusLength);
  combine(NUMBERS, NUMBERS, 1, FACTOR, -1);
  return isZeroVartime(NUMBERS);
}
