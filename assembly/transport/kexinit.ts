// RFC 4253 §7.1: KEXINIT. Where one algorithm of each kind is offered, to negotiate is to ask whether the client has
// it.
//
// In: the client's KEXINIT, in one piece or several, so that none is too long for a buffer. Out: ours; whether they
// agree. Next: key-exchange.ts.

import { randomBytes32 } from "../crypto/random";
import { ascii, byteLength, sshString, word } from "../wire/ascii";
import { ctDifference } from "../wire/compare";
import {
  CURVE25519_SHA256,
  CURVE25519_SHA256_LIBSSH,
  EXT_INFO_CLIENT,
  NO_COMPRESSION,
  SSH_ED25519,
  STRICT_KEX_SERVER,
} from "../wire/names";
import { SSH_MSG_KEXINIT } from "../wire/numbers";
import { Cipher } from "./cipher/cipher";
import { HAS_AES_CTR, HAS_AES_GCM, HAS_MLKEM768X25519, HAS_SEVERAL_CIPHERS } from "./features";
import { Kex } from "./kex/kex";
import { sessionIdLength } from "./key-exchange";
import { CIPHERS, KEX_ALGORITHMS, MACS } from "./offer";
import { payloadToSend, writePacket } from "./packet";

const COOKIE_BYTES: u32 = 16;

/**
 * Our KEXINIT, but for the cookie:
 *
 *     byte         SSH_MSG_KEXINIT
 *     byte[16]     cookie
 *     name-list    key exchanges, and the marker of strict ones
 *     name-list    host keys
 *     name-list    ciphers, in each direction
 *     name-list    MACs, in each direction
 *     name-list    compressions, in each direction
 *     name-list    languages: none, in each direction
 *     boolean      first_kex_packet_follows
 *     uint32       0
 */
// prettier-ignore
export const KEXINIT_PTR: usize = memory.data<u8>([
  <u8>SSH_MSG_KEXINIT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ...sshString(KEX_ALGORITHMS),
  ...sshString(SSH_ED25519),
  ...sshString(CIPHERS),
  ...sshString(CIPHERS),
  ...sshString(MACS),
  ...sshString(MACS),
  ...sshString(NO_COMPRESSION),
  ...sshString(NO_COMPRESSION),
  ...sshString(""),
  ...sshString(""),
  0, 0, 0, 0, 0,
]);
const LENGTH_BYTES: u32 = 4;
const KEX_OFFSET: u32 = 1 + COOKIE_BYTES + LENGTH_BYTES;
const HOST_KEY_OFFSET: u32 = KEX_OFFSET + byteLength(KEX_ALGORITHMS) + LENGTH_BYTES;
const CIPHER_OFFSET: u32 = HOST_KEY_OFFSET + byteLength(SSH_ED25519) + LENGTH_BYTES;
const COMPRESSION_OFFSET: u32 =
  CIPHER_OFFSET + 2 * (byteLength(CIPHERS) + LENGTH_BYTES) + 2 * (byteLength(MACS) + LENGTH_BYTES);
export const KEXINIT_BYTES: u32 =
  COMPRESSION_OFFSET + 2 * (byteLength(NO_COMPRESSION) + LENGTH_BYTES) + 2 * LENGTH_BYTES + 1;

const CURVE25519_PTR: usize = KEXINIT_PTR + KEX_OFFSET;
const CURVE25519_LIBSSH_PTR: usize = CURVE25519_PTR + byteLength(CURVE25519_SHA256) + 1;
const STRICT_PTR: usize = KEXINIT_PTR + KEX_OFFSET + byteLength(KEX_ALGORITHMS) - byteLength(STRICT_KEX_SERVER);
/** Where the client's marker differs from ours. */
const STRICT_ROLE: u32 = 11;
/** The host key's algorithm; the four bytes before it make it a string. */
export const HOST_KEY_NAME_PTR: usize = KEXINIT_PTR + HOST_KEY_OFFSET;
export const HOST_KEY_NAME_BYTES: u32 = byteLength(SSH_ED25519);
const CIPHER_PTR: usize = KEXINIT_PTR + CIPHER_OFFSET;
const COMPRESSION_PTR: usize = KEXINIT_PTR + COMPRESSION_OFFSET;

const EXT_INFO_PTR: usize = memory.data<u8>([...ascii(EXT_INFO_CLIENT)]);

/**
 * Whether the client takes EXT_INFO (RFC 8308) and strict key exchange: said in its first KEXINIT, for the whole
 * connection.
 */
export let wantsExtInfo: bool = false;
export let strict: bool = false;

/** Whether a packet follows that the client sent on a wrong guess and that is to be ignored. */
export let wrongGuess: bool = false;

// How far the client's KEXINIT has been read, which may come in pieces. Its parts are by turns what ends with a length,
// and a name-list.
const END: u32 = 20;
let bytesLeft: u32 = 0;
let part: u32 = 0;
let partLeft: u32 = 0;
/** The last four bytes outside the lists: a list's length. */
let number: u32 = 0;
/** The name that is being read, as far as it can be one of ours, and a byte for all others; of the size of a hash. */
const NAME_CAPACITY: u32 = 31;
export const NAME_PTR: usize = memory.data(NAME_CAPACITY + 1, 4);
const COMMA: u32 = <u32>word(",");
let nameLength: u32 = 0;
/** By the lists' numbers: which have a name of ours, and `FIRST` times that, which have ours first. */
let agreed: u32 = 0;
const FIRST: u32 = 1 << 10;
/** In a build with several names in a list: which of ours the client has first, from 1 on, by the lists' numbers. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const CHOSEN_PTR: usize = memory.data(8, 8);
const HAS_SEVERAL_ALGORITHMS: bool = HAS_MLKEM768X25519 || HAS_SEVERAL_CIPHERS;
const KEX_COUNT: u32 = HAS_MLKEM768X25519 ? 3 : 2;
/** The lists' numbers. */
const KEX_LIST: u32 = 0;
const CIPHER_LIST: u32 = 2;
const MAC_LIST: u32 = 4;
const LANGUAGE_LIST: u32 = 8;
/** Which list of two for both directions. */
export const CLIENT_TO_SERVER: u32 = 0;
export const SERVER_TO_CLIENT: u32 = 1;
/** All but the MACs and languages; key exchange and host key first. */
const AGREED: u32 = 0xcf;
const GUESSED: u32 = 3 * FIRST;

/** Writes our KEXINIT, with a new cookie. */
export function writeKexinit(): void {
  // The cookie is the first half of 32 bytes; the second half goes where the name-lists are, and is overwritten.
  const payload = payloadToSend();
  randomBytes32(payload + 1);
  memory.copy(KEXINIT_PTR + 1, payload + 1, COOKIE_BYTES);
  memory.copy(payload, KEXINIT_PTR, KEXINIT_BYTES);
  writePacket(KEXINIT_BYTES);
}

/** Begins to read the client's KEXINIT of `length` bytes. */
export function startKexinit(length: u32): void {
  bytesLeft = length;
  part = 0;
  partLeft = 1 + COOKIE_BYTES + 4;
  nameLength = 0;
  agreed = 0;
  if (HAS_SEVERAL_ALGORITHMS) store<u64>(CHOSEN_PTR, 0);
}

/** Reads as much of the KEXINIT as it still has of the `length` bytes at `ptr`. Returns how many those are. */
export function readKexinit(ptr: usize, length: u32): u32 {
  length = min(length, bytesLeft);
  bytesLeft -= length;
  const end = ptr + length;
  while (ptr < end) {
    const byte = <u32>load<u8>(ptr++);
    partLeft--;
    if (!(part & 1)) {
      if (part == END && partLeft == 4) wrongGuess = byte != 0;
      number = (number << 8) | byte;
    } else {
      if (byte != COMMA) store<u8>(NAME_PTR + min(nameLength++, NAME_CAPACITY), byte);
      if (byte == COMMA || !partLeft) readName();
    }
    while (!partLeft && part < END) {
      partLeft = ++part & 1 ? number : part == END ? 5 : 4;
    }
  }
  return length;
}

/** A name of the list that is being read is complete. */
function readName(): void {
  const list = part >> 1;
  if (HAS_SEVERAL_ALGORITHMS) {
    chooseName(list);
  } else {
    const name = !list ? CURVE25519_PTR : list == 1 ? HOST_KEY_NAME_PTR : list < 4 ? CIPHER_PTR : COMPRESSION_PTR;
    if (isName(name, list ? load<u8>(name - 1) : byteLength(CURVE25519_SHA256))) {
      agreed |= 1 << list;
      if (isFirst()) agreed |= FIRST << list;
    }
  }
  if (!list) {
    if (!HAS_SEVERAL_ALGORITHMS && isName(CURVE25519_LIBSSH_PTR, byteLength(CURVE25519_SHA256_LIBSSH))) agreed |= 1;
    // The markers count in the first key exchange.
    if (!sessionIdLength) {
      if (isName(EXT_INFO_PTR, byteLength(EXT_INFO_CLIENT))) wantsExtInfo = true;
      store<u8>(NAME_PTR + STRICT_ROLE, load<u8>(NAME_PTR + STRICT_ROLE) ^ (0x63 ^ 0x73));
      if (isName(STRICT_PTR, byteLength(STRICT_KEX_SERVER))) strict = true;
    }
  }
  nameLength = 0;
}

/** The name, and perhaps a comma, are all that was read of the list. */
function isFirst(): bool {
  return number - partLeft <= nameLength + 1;
}

function isName(name: usize, length: u32): bool {
  return nameLength == length && !ctDifference(NAME_PTR, name, length - 1);
}

/** RFC 4253 §7.1: of two lists the name is chosen that is the client's first of those that we have. */
function chooseName(list: u32): void {
  if (list >= LANGUAGE_LIST || load<u8>(CHOSEN_PTR + list)) return;
  const position = positionOfName(list);
  if (list == KEX_LIST && position > KEX_COUNT) return; // our own marker
  store<u8>(CHOSEN_PTR + list, position);
  if (position == 1 && isFirst()) agreed |= FIRST << list;
}

/** Which name of a list of ours the name is, from 1 on; 0 for none. */
function positionOfName(list: u32): u32 {
  let ptr = KEXINIT_PTR + 1 + COOKIE_BYTES;
  for (; list; list--) ptr += LENGTH_BYTES + <u32>load<u8>(ptr, LENGTH_BYTES - 1);
  const end = ptr + LENGTH_BYTES + <u32>load<u8>(ptr, LENGTH_BYTES - 1);
  ptr += LENGTH_BYTES;
  for (let position: u32 = 1; ptr < end; position++) {
    const name = ptr;
    while (ptr < end && load<u8>(ptr) != COMMA) ptr++;
    if (isName(name, <u32>(ptr - name))) return position;
    ptr++;
  }
  return 0;
}

/** The KEXINIT has been read: 0 if it is malformed, 1 if an algorithm is missing, 2 if both sides agree. */
export function finishKexinit(): u32 {
  if (part != END || partLeft) return 0;
  if ((agreed & GUESSED) == GUESSED) wrongGuess = false;
  if (!HAS_SEVERAL_ALGORITHMS) return (agreed & AGREED) == AGREED ? 2 : 1;
  for (let list: u32 = 0; list < LANGUAGE_LIST; list++) {
    // only AES-CTR needs a MAC
    const needed =
      list < MAC_LIST || list >= MAC_LIST + 2 || (HAS_AES_CTR && cipherOf(list & 1) >= Cipher.AES256_CTR_ETM);
    if (needed && !load<u8>(CHOSEN_PTR + list)) return 1;
  }
  return 2;
}

/** What both sides have agreed on: until the next KEXINIT is read, which may be when the client's NEWKEYS is in. */
export function agreedKex(): Kex {
  return HAS_MLKEM768X25519 && load<u8>(CHOSEN_PTR) == 1 ? Kex.HYBRID : Kex.CURVE25519;
}

/** The same of a direction's cipher, with its MAC. */
export function agreedCipher(direction: u32): Cipher {
  if (!HAS_SEVERAL_CIPHERS) return Cipher.CHACHA20_POLY1305;
  const cipher = cipherOf(direction);
  if (!HAS_AES_CTR || cipher < Cipher.AES256_CTR_ETM) return cipher;
  return cipher + 2 * (<u32>load<u8>(CHOSEN_PTR + MAC_LIST + direction) - 1);
}

/** The same as if its MAC were the first. */
function cipherOf(direction: u32): Cipher {
  const position = <u32>load<u8>(CHOSEN_PTR + CIPHER_LIST + direction);
  return HAS_AES_GCM || position < <u32>Cipher.AES256_GCM ? position : position + 2;
}
