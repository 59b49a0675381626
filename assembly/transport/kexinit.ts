// RFC 4253 §7.1: KEXINIT. One algorithm of each kind is offered, so to negotiate is to ask whether the client has it.
//
// In: the client's KEXINIT. Out: ours; whether they agree; and the exchange hash as far as both identification strings and
// both KEXINITs. Next: key-exchange.ts.

import { randomBytes32 } from "../crypto/random";
import { ctDifference } from "../wire/compare";
import {
  isMalformedOrUnfinished,
  readBoolean,
  readBytes,
  readString,
  readUint32,
  startReading,
  stringLength,
} from "../wire/reader";
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
const CIPHER_BYTES: u32 = 29;
const NONE: usize = KEXINIT + 247;
const NONE_BYTES: u32 = 4;

/** "ext-info-c". */
const EXT_INFO: usize = memory.data<u8>([0x65, 0x78, 0x74, 0x2d, 0x69, 0x6e, 0x66, 0x6f, 0x2d, 0x63]);
const EXT_INFO_BYTES: u32 = 10;

/** Whether the client takes EXT_INFO (RFC 8308) and strict key exchange: said in its first KEXINIT, for the whole connection. */
export let wantsExtInfo: bool = false;
export let strict: bool = false;

/** Whether a packet follows that the client sent on a wrong guess and that is to be ignored. */
export let wrongGuess: bool = false;

/** Writes our KEXINIT, with a new cookie. */
export function writeKexinit(): void {
  // The cookie is the first half of 32 bytes; the second half goes where the name-lists are, and is overwritten.
  const payload = payloadToSend();
  randomBytes32(payload + 1);
  memory.copy(KEXINIT + 1, payload + 1, COOKIE_BYTES);
  memory.copy(payload, KEXINIT, KEXINIT_BYTES);
  writePacket(KEXINIT_BYTES);
}

/** The reader goes past a name-list; whether `name` is on it: 0 no, 1 in the first place, 2 further on. */
function readNameListFor(name: usize, nameLength: u32): u32 {
  return findName(readString(), stringLength, name, nameLength);
}

function findName(list: usize, length: u32, name: usize, nameLength: u32): u32 {
  let start: u32 = 0;
  for (let i: u32 = 0; i <= length; i++) {
    if (i == length || load<u8>(list + i) == 0x2c) {
      if (i - start == nameLength && !ctDifference(list + start, name, nameLength - 1)) return start ? 2 : 1;
      start = i + 1;
    }
  }
  return 0;
}

/**
 * Reads the client's KEXINIT of `length` bytes at `payload`; `first` on the first key exchange, when the markers count.
 * Returns 0 if it is malformed, 1 if an algorithm is missing, 2 if both sides agree.
 */
export function readKexinit(payload: usize, length: u32, first: bool): u32 {
  startReading(payload, length);
  readBytes(1 + COOKIE_BYTES);
  const kex = readString();
  const kexLength = stringLength;
  const curve = findName(kex, kexLength, CURVE25519, CURVE25519_BYTES);
  if (first) {
    store<u8>(STRICT + STRICT_ROLE, 0x63);
    strict = findName(kex, kexLength, STRICT, STRICT_BYTES) != 0;
    store<u8>(STRICT + STRICT_ROLE, 0x73);
    wantsExtInfo = findName(kex, kexLength, EXT_INFO, EXT_INFO_BYTES) != 0;
  }
  const hostKey = readNameListFor(SSH_ED25519, SSH_ED25519_BYTES);
  let agree = (curve | findName(kex, kexLength, CURVE25519_LIBSSH, CURVE25519_LIBSSH_BYTES)) != 0 && hostKey != 0;
  for (let direction = 0; direction < 2; direction++) agree = readNameListFor(CIPHER, CIPHER_BYTES) != 0 && agree;
  readString();
  readString();
  for (let direction = 0; direction < 2; direction++) agree = readNameListFor(NONE, NONE_BYTES) != 0 && agree;
  readString();
  readString();
  wrongGuess = readBoolean() && (curve != 1 || hostKey != 1);
  readUint32();
  if (isMalformedOrUnfinished()) return 0;
  return agree ? 2 : 1;
}
