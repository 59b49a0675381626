// RFC 4253 §7.1: KEXINIT. One algorithm of each kind is offered, so to negotiate is to ask whether the client has it.
//
// In: the client's KEXINIT, in one piece or several, so that none is too long for a buffer. Out: ours; whether they agree. Next:
// key-exchange.ts.

import { randomBytes32 } from "../crypto/random";
import { ctDifference } from "../wire/compare";
import { sessionIdLength } from "./key-exchange";
import { payloadToSend, writePacket } from "./packet";

const COOKIE_BYTES: u32 = 16;

/**
 * Our KEXINIT, but for the cookie:
 *
 *     byte         SSH_MSG_KEXINIT
 *     byte[16]     cookie
 *     name-list    "curve25519-sha256,curve25519-sha256@libssh.org,kex-strict-s-v00@openssh.com"
 *     name-list    "ssh-ed25519"
 *     name-list    "chacha20-poly1305@openssh.com", in each direction
 *     name-list    "hmac-sha2-256-etm@openssh.com", in each direction: a MAC that is never used, see docs/architecture.md
 *     name-list    "none": compression, in each direction
 *     name-list    languages: none, in each direction
 *     boolean      first_kex_packet_follows
 *     uint32       0
 */
// prettier-ignore
export const KEXINIT: usize = memory.data<u8>([
  20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 75,
  0x63, 0x75, 0x72, 0x76, 0x65, 0x32, 0x35, 0x35, 0x31, 0x39, 0x2d, 0x73, 0x68, 0x61, 0x32, 0x35, 0x36, 0x2c, // curve25519-sha256,
  0x63, 0x75, 0x72, 0x76, 0x65, 0x32, 0x35, 0x35, 0x31, 0x39, 0x2d, 0x73, 0x68, 0x61, 0x32, 0x35, 0x36, 0x40, 0x6c, 0x69, 0x62, 0x73, 0x73, 0x68, 0x2e, 0x6f, 0x72, 0x67, 0x2c, // curve25519-sha256@libssh.org,
  0x6b, 0x65, 0x78, 0x2d, 0x73, 0x74, 0x72, 0x69, 0x63, 0x74, 0x2d, 0x73, 0x2d, 0x76, 0x30, 0x30, 0x40, 0x6f, 0x70, 0x65, 0x6e, 0x73, 0x73, 0x68, 0x2e, 0x63, 0x6f, 0x6d, // kex-strict-s-v00@openssh.com
  0, 0, 0, 11, 0x73, 0x73, 0x68, 0x2d, 0x65, 0x64, 0x32, 0x35, 0x35, 0x31, 0x39, // ssh-ed25519
  0, 0, 0, 29, 0x63, 0x68, 0x61, 0x63, 0x68, 0x61, 0x32, 0x30, 0x2d, 0x70, 0x6f, 0x6c, 0x79, 0x31, 0x33, 0x30, 0x35, 0x40, 0x6f, 0x70, 0x65, 0x6e, 0x73, 0x73, 0x68, 0x2e, 0x63, 0x6f, 0x6d, // chacha20-poly1305@openssh.com
  0, 0, 0, 29, 0x63, 0x68, 0x61, 0x63, 0x68, 0x61, 0x32, 0x30, 0x2d, 0x70, 0x6f, 0x6c, 0x79, 0x31, 0x33, 0x30, 0x35, 0x40, 0x6f, 0x70, 0x65, 0x6e, 0x73, 0x73, 0x68, 0x2e, 0x63, 0x6f, 0x6d, // chacha20-poly1305@openssh.com
  0, 0, 0, 29, 0x68, 0x6d, 0x61, 0x63, 0x2d, 0x73, 0x68, 0x61, 0x32, 0x2d, 0x32, 0x35, 0x36, 0x2d, 0x65, 0x74, 0x6d, 0x40, 0x6f, 0x70, 0x65, 0x6e, 0x73, 0x73, 0x68, 0x2e, 0x63, 0x6f, 0x6d, // hmac-sha2-256-etm@openssh.com
  0, 0, 0, 29, 0x68, 0x6d, 0x61, 0x63, 0x2d, 0x73, 0x68, 0x61, 0x32, 0x2d, 0x32, 0x35, 0x36, 0x2d, 0x65, 0x74, 0x6d, 0x40, 0x6f, 0x70, 0x65, 0x6e, 0x73, 0x73, 0x68, 0x2e, 0x63, 0x6f, 0x6d, // hmac-sha2-256-etm@openssh.com
  0, 0, 0, 4, 0x6e, 0x6f, 0x6e, 0x65, // none
  0, 0, 0, 4, 0x6e, 0x6f, 0x6e, 0x65, // none
  0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0,
]);
export const KEXINIT_BYTES: u32 = 272;

const CURVE25519: usize = KEXINIT + 21;
const CURVE25519_BYTES: u32 = 17;
const CURVE25519_LIBSSH: usize = KEXINIT + 39;
const CURVE25519_LIBSSH_BYTES: u32 = 28;
const STRICT: usize = KEXINIT + 68;
const STRICT_BYTES: u32 = 28;
/** Where the client's marker, kex-strict-c-v00@openssh.com, differs from ours. */
const STRICT_ROLE: u32 = 11;
/** The host key's algorithm; the four bytes before it make it a string. */
export const SSH_ED25519: usize = KEXINIT + 100;
export const SSH_ED25519_BYTES: u32 = 11;
const CIPHER: usize = KEXINIT + 115;
const NONE: usize = KEXINIT + 247;

/** "ext-info-c". */
const EXT_INFO: usize = memory.data<u8>([0x65, 0x78, 0x74, 0x2d, 0x69, 0x6e, 0x66, 0x6f, 0x2d, 0x63]);
const EXT_INFO_BYTES: u32 = 10;

/** Whether the client takes EXT_INFO (RFC 8308) and strict key exchange: said in its first KEXINIT, for the whole connection. */
export let wantsExtInfo: bool = false;
export let strict: bool = false;

/** Whether a packet follows that the client sent on a wrong guess and that is to be ignored. */
export let wrongGuess: bool = false;

// How far the client's KEXINIT has been read, which may come in pieces. Its parts are by turns what ends with a length, and a name-list.
const END: u32 = 20;
let bytesLeft: u32 = 0;
let part: u32 = 0;
let partLeft: u32 = 0;
/** The last four bytes outside the lists: a list's length. */
let number: u32 = 0;
/** The name that is being read, as far as it can be one of ours, and a byte for all others; of the size of a hash. */
const NAME_CAPACITY: u32 = 31;
export const NAME: usize = memory.data(NAME_CAPACITY + 1, 4);
const COMMA: u32 = 0x2c;
let nameLength: u32 = 0;
/** By the lists' numbers: which have a name of ours, and `FIRST` times that, which have ours first. */
let agreed: u32 = 0;
const FIRST: u32 = 1 << 10;
/** All but the MACs and languages; key exchange and host key first. */
const AGREED: u32 = 0xcf;
const GUESSED: u32 = 3 * FIRST;

/** Writes our KEXINIT, with a new cookie. */
export function writeKexinit(): void {
  // The cookie is the first half of 32 bytes; the second half goes where the name-lists are, and is overwritten.
  const payload = payloadToSend();
  randomBytes32(payload + 1);
  memory.copy(KEXINIT + 1, payload + 1, COOKIE_BYTES);
  memory.copy(payload, KEXINIT, KEXINIT_BYTES);
  writePacket(KEXINIT_BYTES);
}

/** Begins to read the client's KEXINIT of `length` bytes. */
export function startKexinit(length: u32): void {
  bytesLeft = length;
  part = 0;
  partLeft = 1 + COOKIE_BYTES + 4;
  nameLength = 0;
  agreed = 0;
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
      if (byte != COMMA) store<u8>(NAME + min(nameLength++, NAME_CAPACITY), byte);
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
  const name = !list ? CURVE25519 : list == 1 ? SSH_ED25519 : list < 4 ? CIPHER : NONE;
  if (isName(name, list ? load<u8>(name - 1) : CURVE25519_BYTES)) {
    agreed |= 1 << list;
    // The first name, and perhaps a comma, are all that was read of the list.
    if (number - partLeft <= nameLength + 1) agreed |= FIRST << list;
  }
  if (!list) {
    if (isName(CURVE25519_LIBSSH, CURVE25519_LIBSSH_BYTES)) agreed |= 1;
    // The markers count in the first key exchange.
    if (!sessionIdLength) {
      if (isName(EXT_INFO, EXT_INFO_BYTES)) wantsExtInfo = true;
      store<u8>(NAME + STRICT_ROLE, load<u8>(NAME + STRICT_ROLE) ^ (0x63 ^ 0x73));
      if (isName(STRICT, STRICT_BYTES)) strict = true;
    }
  }
  nameLength = 0;
}

function isName(name: usize, length: u32): bool {
  return nameLength == length && !ctDifference(NAME, name, length - 1);
}

/** The KEXINIT has been read: 0 if it is malformed, 1 if an algorithm is missing, 2 if both sides agree. */
export function finishKexinit(): u32 {
  if (part != END || partLeft) return 0;
  if ((agreed & GUESSED) == GUESSED) wrongGuess = false;
  return (agreed & AGREED) == AGREED ? 2 : 1;
}
