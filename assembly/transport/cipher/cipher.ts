// The ciphers of a build, with their MACs, behind one contract: how a packet is padded, how its length is read, how a
// packet, perhaps in pieces, is opened, and one is sealed.
//
// In: keys as key-exchange.ts derives them, packets. Out: the same packets, in place. A cipher is one of these files
// and a line in each function. Next: ../packet.ts.
//
// The flags stand in the conditions themselves: only so the compiler leaves out the memory of what is not called.

import { HAS_AES_CTR, HAS_AES_GCM, HAS_SEVERAL_CIPHERS } from "../features";
import { ctrExpandKeys, ctrOpenPiece, ctrReadLength, ctrSealPacket, HMAC_OFFSET, HMAC_TAG_BYTES } from "./aes-ctr-hmac";
import { gcmExpandKeys, gcmOpenPiece, gcmSealPacket } from "./aes-gcm";
import { AES_BLOCK_BYTES } from "../../crypto/aes/aes";
import { HMAC_SHA256_CONTEXT_BYTES } from "../../crypto/hash/hmac-sha256";
import { decryptLength, openPiece, sealPacket } from "./chacha20-poly1305";

/** What encrypts and authenticates one direction: ciphers in the order of offer.ts, and for AES-CTR each MAC. */
export enum Cipher {
  NONE,
  CHACHA20_POLY1305,
  // From here on an odd number has a key of 16 bytes, an even one of 32.
  AES256_GCM,
  AES128_GCM,
  /** The MAC is of the encrypted packet. */
  AES256_CTR_ETM,
  AES128_CTR_ETM,
  /** The MAC is of the packet before encryption, and its length is encrypted with it. */
  AES256_CTR_MAC,
  AES128_CTR_MAC,
}

const LENGTH_BYTES: u32 = 4;
const POLY1305_TAG_BYTES: u32 = 16;
export const MAXIMUM_TAG_BYTES: u32 = HAS_AES_CTR ? HMAC_TAG_BYTES : POLY1305_TAG_BYTES;

/**
 * What is derived: an encryption key of 64 bytes, an IV and a MAC's key of 32 each, of which a cipher uses as much as
 * it needs.
 */
export const DERIVED_BYTES: u32 = HAS_SEVERAL_CIPHERS ? 128 : 64;
/** What a cipher makes of them, in their place. */
export const KEYS_BYTES: u32 = HAS_SEVERAL_CIPHERS
  ? (HMAC_OFFSET + HMAC_SHA256_CONTEXT_BYTES + 15) & ~15
  : DERIVED_BYTES;

function keyLength(cipher: Cipher): u32 {
  return cipher & 1 ? 16 : 32;
}

/** Whether the length is encrypted together with the packet, and padded with it, as it is in plaintext. */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function countsLength(cipher: Cipher): bool {
  return HAS_AES_CTR && cipher >= Cipher.AES256_CTR_MAC;
}

/** A packet is padded to a multiple of this. */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function blockBytes(cipher: Cipher): u32 {
  return HAS_SEVERAL_CIPHERS && cipher > Cipher.CHACHA20_POLY1305 ? AES_BLOCK_BYTES : 8;
}

/** How many bytes of a packet `readLength` needs. */
export function lengthBytes(cipher: Cipher): u32 {
  return HAS_AES_CTR && cipher >= Cipher.AES256_CTR_MAC ? AES_BLOCK_BYTES : LENGTH_BYTES;
}

// @ts-expect-error a decorator of AssemblyScript
@inline
export function tagBytes(cipher: Cipher): u32 {
  return HAS_AES_CTR && cipher >= Cipher.AES256_CTR_ETM ? HMAC_TAG_BYTES : POLY1305_TAG_BYTES;
}

/** Makes of DERIVED_BYTES at `keys`, where there is room for KEYS_BYTES, what the functions below need. */
export function expandKeys(cipher: Cipher, keys: usize): void {
  if (!HAS_SEVERAL_CIPHERS) return;
  memory.fill(keys + DERIVED_BYTES, 0, KEYS_BYTES - DERIVED_BYTES);
  if (HAS_AES_GCM && cipher >= Cipher.AES256_GCM && cipher < Cipher.AES256_CTR_ETM)
    gcmExpandKeys(keys, keyLength(cipher));
  if (HAS_AES_CTR && cipher >= Cipher.AES256_CTR_ETM) ctrExpandKeys(keys, keyLength(cipher));
}

/** packet_length of the packet that begins at `ptr`. Not yet authenticated: the caller bounds it. */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function readLength(cipher: Cipher, keys: usize, sequenceNumber: u32, ptr: usize): u32 {
  if (!HAS_SEVERAL_CIPHERS || cipher == Cipher.CHACHA20_POLY1305) return decryptLength(keys, sequenceNumber, ptr);
  if (HAS_AES_CTR && countsLength(cipher)) ctrReadLength(keys, keyLength(cipher), ptr);
  return bswap(load<u32>(ptr));
}

/**
 * Opens in place the `length` bytes at `ptr` of a packet, which begin at the packet's byte `offset`: all of it, or a
 * piece. A piece begins at a multiple of 64; only the `last` may end at none, and the tag is behind it. Of the 60 bytes
 * before any piece but the first nothing is left, nor of as many behind any piece but the last as a tag has. False if
 * the tag is wrong: what was opened of the packet is nobody's to use.
 */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function open(
  cipher: Cipher,
  keys: usize,
  sequenceNumber: u32,
  ptr: usize,
  length: u32,
  offset: u32,
  last: bool,
): bool {
  if (!HAS_SEVERAL_CIPHERS || cipher == Cipher.CHACHA20_POLY1305)
    return openPiece(keys, sequenceNumber, ptr, length, offset, last);
  if (HAS_AES_CTR && cipher >= Cipher.AES256_CTR_ETM) {
    return ctrOpenPiece(keys, keyLength(cipher), !countsLength(cipher), sequenceNumber, ptr, length, offset, last);
  }
  return HAS_AES_GCM && gcmOpenPiece(keys, keyLength(cipher), ptr, length, offset, last);
}

/** Seals in place the packet at `ptr`: packet_length, then as many bytes; its tag comes behind them. */
// @ts-expect-error a decorator of AssemblyScript
@inline
export function seal(cipher: Cipher, keys: usize, sequenceNumber: u32, ptr: usize, packetLength: u32): void {
  if (!HAS_SEVERAL_CIPHERS || cipher == Cipher.CHACHA20_POLY1305) {
    sealPacket(keys, sequenceNumber, ptr, packetLength);
  } else if (HAS_AES_CTR && cipher >= Cipher.AES256_CTR_ETM) {
    ctrSealPacket(keys, keyLength(cipher), !countsLength(cipher), sequenceNumber, ptr, packetLength);
  } else if (HAS_AES_GCM) {
    gcmSealPacket(keys, keyLength(cipher), ptr, packetLength);
  }
}
