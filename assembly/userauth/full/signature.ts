// RFC 4252 §7: whether the client has signed the session identifier and the request. All is public.
//
// In: a key that keys.ts has read, and the signature of the request. Out: whether the one has made the other.

import { PAYLOAD_CAPACITY, SESSION_ID_CAPACITY } from "../../abi/capacities";
import { verifyVartime } from "../../crypto/curve25519/compact/ed25519-verify";
import { DIGEST } from "../../crypto/hash/compact-sha512";
import { BYTES, WORKSPACE_BYTES } from "../../crypto/rsa/montgomery";
import { p256VerifyVartime } from "../../crypto/p256/p256-verify";
import { rsaVerifyVartime } from "../../crypto/rsa/rsa-verify";
import { sha256, SHA256_BYTES, sha256Finish, sha256Start, sha256Update } from "../../crypto/hash/sha256";
import { copySwapped } from "../../crypto/hash/sha2-constants";
import { sha512, SHA512_BYTES } from "../../crypto/hash/sha512";
import { isMalformedOrUnfinished, readBytes, readString, startReading, stringLength } from "../../wire/reader";
import { HAS_ECDSA, HAS_ED25519, HAS_RSA, HAS_SECURITY_KEYS } from "./features";
import {
  algorithm,
  algorithmName,
  application,
  applicationLength,
  ECDSA_KEY,
  exponent,
  exponentLength,
  isName,
  key,
  modulusLength,
  numberLength,
  readPositive,
  RSA_KEY,
  SECURITY_KEY,
  WITH_SHA512,
} from "./keys";
import { BUFFER_PTR, fieldLength, fieldPtr, SCRATCH_PTR, SIGNATURE_FIELD } from "./request";
import { keyOptions } from "./users";

/** Options of a key in the credentials region. */
const VERIFICATION_REQUIRED: u32 = 1;
const PRESENCE_NOT_REQUIRED: u32 = 2;

/** Flags of a security key's signature. */
const USER_PRESENT: u32 = 1;
const USER_VERIFIED: u32 = 4;
const FLAGS_AND_COUNTER_BYTES: u32 = 5;

/** The session identifier as a string. */
const sessionId: usize = memory.data(4 + SESSION_ID_CAPACITY);

/**
 * R and A of Ed25519, or r and s of ECDSA; behind them what was signed, and then its hash, behind which montgomery.ts
 * works.
 */
const HEAD_PTR: usize = SCRATCH_PTR;
const SIGNED_PTR: usize = SCRATCH_PTR + 64;
if (BYTES != SIGNED_PTR + 64 || BYTES + WORKSPACE_BYTES > <usize>PAYLOAD_CAPACITY)
  ERROR("abi/builds.ts: MONTGOMERY_PTR");

/** Keeps the session identifier of `length` bytes, at most 64, which is in the buffer. */
export function setSessionId(length: u32): void {
  store<u32>(sessionId, bswap(length), 0, 1);
  memory.copy(sessionId + 4, BUFFER_PTR, length);
}

/**
 * Whether the request's signature is that of the key, of the session identifier and the first `signedLength` bytes of
 * the request, which ends before the scratch memory.
 *
 *     string    type: the algorithm's name
 *     string    signature
 *     byte      flags                          security keys
 *     uint32    counter                        security keys
 */
export function verifySignature(signedLength: u32): bool {
  startReading(fieldPtr(SIGNATURE_FIELD), fieldLength(SIGNATURE_FIELD));
  const type = readString();
  const typeLength = stringLength;
  const signature = readString();
  const signatureLength = stringLength;
  const flags = HAS_SECURITY_KEYS && algorithm & SECURITY_KEY ? readBytes(FLAGS_AND_COUNTER_BYTES) : 0;
  if (isMalformedOrUnfinished() || !isName(algorithmName, type, typeLength)) return false;

  let length: u32;
  if (HAS_SECURITY_KEYS && algorithm & SECURITY_KEY) {
    const required =
      (keyOptions & PRESENCE_NOT_REQUIRED ? 0 : USER_PRESENT) |
      (keyOptions & VERIFICATION_REQUIRED ? USER_VERIFIED : 0);
    if (~load<u8>(flags) & required) return false;
    length = writeSecurityKeyData(signedLength, flags);
  } else {
    length = 4 + bswap(load<u32>(sessionId, 0, 1)) + signedLength;
    memory.copy(SIGNED_PTR, sessionId, length - signedLength);
    memory.copy(SIGNED_PTR + length - signedLength, BUFFER_PTR, signedLength);
  }
  if (HAS_RSA && algorithm & RSA_KEY) return verifyRsa(signature, signatureLength, length);
  if (HAS_ECDSA && algorithm & ECDSA_KEY) return verifyEcdsa(signature, signatureLength, length);
  if (!HAS_ED25519 || signatureLength != 64) return false;
  memory.copy(HEAD_PTR, signature, 32);
  memory.copy(HEAD_PTR + 32, key, 32);
  sha512(HEAD_PTR, 64 + length, SIGNED_PTR);
  copySwapped(DIGEST, SIGNED_PTR, SHA512_BYTES, 4);
  return verifyVartime(signature + 32, HEAD_PTR, 64 + length);
}

/**
 * PROTOCOL.u2f: what a security key signs is the hash of the application, flags and counter, and the hash of the
 * message.
 */
function writeSecurityKeyData(signedLength: u32, flags: usize): u32 {
  const messageHash = SIGNED_PTR + 2 * SHA256_BYTES;
  sha256Start();
  sha256Update(sessionId, 4 + bswap(load<u32>(sessionId, 0, 1)));
  sha256Update(BUFFER_PTR, signedLength);
  sha256Finish(messageHash);
  sha256(SIGNED_PTR, application, applicationLength);
  memory.copy(SIGNED_PTR + SHA256_BYTES, flags, FLAGS_AND_COUNTER_BYTES);
  // which moves it by 27 bytes: a hash is not written where words are not aligned
  memory.copy(SIGNED_PTR + SHA256_BYTES + FLAGS_AND_COUNTER_BYTES, messageHash, SHA256_BYTES);
  return 2 * SHA256_BYTES + FLAGS_AND_COUNTER_BYTES;
}

/** RFC 8332 §3: the signature is as long as the modulus. */
function verifyRsa(signature: usize, signatureLength: u32, length: u32): bool {
  if (signatureLength != modulusLength) return false;
  let digestLength = SHA256_BYTES;
  if (algorithm & WITH_SHA512) {
    digestLength = SHA512_BYTES;
    sha512(SIGNED_PTR, length, SIGNED_PTR);
  } else sha256(SIGNED_PTR, SIGNED_PTR, length);
  return rsaVerifyVartime(key, modulusLength, exponent, exponentLength, signature, SIGNED_PTR, digestLength);
}

/** RFC 5656 §3.1.2: the signature is r and s, two mpints. */
function verifyEcdsa(signature: usize, signatureLength: u32, length: u32): bool {
  startReading(signature, signatureLength);
  const isRight = u32(readNumber(HEAD_PTR)) & u32(readNumber(HEAD_PTR + 32));
  if (!isRight || isMalformedOrUnfinished()) return false;
  sha256(SIGNED_PTR, SIGNED_PTR, length);
  return p256VerifyVartime(key, SIGNED_PTR, HEAD_PTR, HEAD_PTR + 32);
}

/** Reads an mpint into 32 bytes, big-endian. Whether it is positive and fits. */
function readNumber(out: usize): bool {
  const number = readPositive();
  if (numberLength - 1 >= 32) return false;
  memory.fill(out, 0, 32);
  memory.copy(out + 32 - numberLength, number, numberLength);
  return true;
}
