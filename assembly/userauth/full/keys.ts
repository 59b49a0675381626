// RFC 4252 §7: public key algorithms and key blobs, of RFC 8709, RFC 5656, RFC 8332 and OpenSSH's PROTOCOL.u2f. All is
// public.
//
// In: the fields of a request. Out: the parts of a key that this build can use, for signature.ts. To the host: the
// algorithms' names.

import { UserauthField } from "../../abi/index";
import { counted, word } from "../../wire/ascii";
import { ctDifference } from "../../wire/compare";
import {
  ECDSA_SHA2_NISTP256,
  NISTP256,
  RSA_SHA2_256,
  RSA_SHA2_512,
  SK_ECDSA_SHA2_NISTP256,
  SK_SSH_ED25519,
  SSH_ED25519,
  SSH_RSA,
} from "../../wire/names";
import { isMalformedOrUnfinished, readString, startReading, stringLength } from "../../wire/reader";
import { startWriting, writeByte, writeBytes, writtenLength } from "../../wire/writer";
import { HAS_ECDSA, HAS_ED25519, HAS_RSA, HAS_SECURITY_KEYS } from "./features";
import { BUFFER_PTR, fieldLength, fieldPtr } from "./request";

/** What an algorithm is, as bits. */
export const ED25519_KEY: u32 = 1;
export const ECDSA_KEY: u32 = 2;
export const RSA_KEY: u32 = 4;
/** With SHA-512; the others, but for Ed25519, with SHA-256. */
export const WITH_SHA512: u32 = 8;
export const SECURITY_KEY: u32 = 16;

// Names with their lengths before them.

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const ED25519_NAME_PTR: usize = memory.data<u8>([...counted(SSH_ED25519)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const ECDSA_NAME_PTR: usize = memory.data<u8>([...counted(ECDSA_SHA2_NISTP256)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const CURVE_NAME_PTR: usize = memory.data<u8>([...counted(NISTP256)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const SK_ED25519_NAME_PTR: usize = memory.data<u8>([...counted(SK_SSH_ED25519)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const SK_ECDSA_NAME_PTR: usize = memory.data<u8>([...counted(SK_ECDSA_SHA2_NISTP256)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const RSA_SHA256_NAME_PTR: usize = memory.data<u8>([...counted(RSA_SHA2_256)]);
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const RSA_SHA512_NAME_PTR: usize = memory.data<u8>([...counted(RSA_SHA2_512)]);
/** The type of the keys of both, and never an algorithm, for that would be RSA with SHA-1. */
// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
const RSA_NAME_PTR: usize = memory.data<u8>([...counted(SSH_RSA)]);

/** The algorithm of the request, and its name. */
export let algorithm: u32 = 0;
export let algorithmName: usize = 0;

/** 32 bytes of Ed25519, x and y of P-256, or RSA's modulus without leading zeros. */
export let key: usize = 0;
/** Of RSA's modulus. */
export let modulusLength: u32 = 0;
export let exponent: usize = 0;
export let exponentLength: u32 = 0;
/** What a security key was made for: "ssh:", as a rule. */
export let application: usize = 0;
export let applicationLength: u32 = 0;

/** Length of the number that the last `readPositive` returned; 0 for what is none. */
export let numberLength: u32 = 0;

/** Whether `length` bytes at `ptr` are a name. */
export function isName(name: usize, ptr: usize, length: u32): bool {
  return load<u8>(name) == length && !ctDifference(name + 1, ptr, length - 1);
}

/**
 * Reads an mpint that is positive and without needless bytes. Returns the address of its first byte that is not zero.
 */
export function readPositive(): usize {
  let number = readString();
  numberLength = stringLength;
  if (!numberLength) return number;
  if (load<i8>(number) < 0) numberLength = 0;
  else if (!load<u8>(number)) {
    number++;
    if (!--numberLength || load<i8>(number) >= 0) numberLength = 0;
  }
  return number;
}

/** See docs/abi.md. RFC 8308 §3.1: the algorithms of this build, those that a client had better take first. */
export function signatureAlgorithms(): u32 {
  startWriting(BUFFER_PTR);
  if (HAS_ED25519) writeAlgorithm(ED25519_NAME_PTR);
  if (HAS_ECDSA) writeAlgorithm(ECDSA_NAME_PTR);
  if (HAS_ED25519 && HAS_SECURITY_KEYS) writeAlgorithm(SK_ED25519_NAME_PTR);
  if (HAS_ECDSA && HAS_SECURITY_KEYS) writeAlgorithm(SK_ECDSA_NAME_PTR);
  if (HAS_RSA) writeAlgorithm(RSA_SHA512_NAME_PTR);
  if (HAS_RSA) writeAlgorithm(RSA_SHA256_NAME_PTR);
  return writtenLength();
}

function writeAlgorithm(name: usize): void {
  if (writtenLength()) writeByte(<u32>word(","));
  writeBytes(name + 1, load<u8>(name));
}

/** Whether the algorithm is `name`. */
function isAlgorithm(name: usize, bits: u32): bool {
  algorithm = bits;
  algorithmName = name;
  return isName(name, fieldPtr(UserauthField.ALGORITHM), fieldLength(UserauthField.ALGORITHM));
}

function readAlgorithm(): bool {
  return (
    (HAS_ED25519 && isAlgorithm(ED25519_NAME_PTR, ED25519_KEY)) ||
    (HAS_ECDSA && isAlgorithm(ECDSA_NAME_PTR, ECDSA_KEY)) ||
    (HAS_ED25519 && HAS_SECURITY_KEYS && isAlgorithm(SK_ED25519_NAME_PTR, ED25519_KEY | SECURITY_KEY)) ||
    (HAS_ECDSA && HAS_SECURITY_KEYS && isAlgorithm(SK_ECDSA_NAME_PTR, ECDSA_KEY | SECURITY_KEY)) ||
    (HAS_RSA && isAlgorithm(RSA_SHA256_NAME_PTR, RSA_KEY)) ||
    (HAS_RSA && isAlgorithm(RSA_SHA512_NAME_PTR, RSA_KEY | WITH_SHA512))
  );
}

/**
 * Reads the algorithm and the key blob of the request. Whether this build knows them and they belong together.
 *
 *     string    type: the algorithm's name, or "ssh-rsa"
 *     string    "nistp256"                     ECDSA
 *     string    public key                     Ed25519: 32 bytes; ECDSA: 4, x and y
 *     mpint     e                              RSA
 *     mpint     n                              RSA
 *     string    application                    security keys
 */
export function readKey(): bool {
  if (!readAlgorithm()) return false;
  startReading(fieldPtr(UserauthField.PUBLIC_KEY), fieldLength(UserauthField.PUBLIC_KEY));
  const type = readString();
  if (!isName(HAS_RSA && algorithm & RSA_KEY ? RSA_NAME_PTR : algorithmName, type, stringLength)) return false;
  let isRight = true;
  if (HAS_RSA && algorithm & RSA_KEY) {
    exponent = readPositive();
    exponentLength = numberLength;
    key = readPositive();
    modulusLength = numberLength;
  } else if (HAS_ECDSA && algorithm & ECDSA_KEY) {
    const curve = readString();
    isRight = isName(CURVE_NAME_PTR, curve, stringLength);
    key = readString() + 1;
    isRight = isRight && stringLength == 65 && load<u8>(key - 1) == 4;
  } else {
    key = readString();
    isRight = stringLength == 32;
  }
  if (HAS_SECURITY_KEYS && algorithm & SECURITY_KEY) {
    application = readString();
    applicationLength = stringLength;
  }
  return isRight && !isMalformedOrUnfinished();
}
