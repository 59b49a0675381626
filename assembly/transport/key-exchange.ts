// RFC 4253 §7.2 and §8, RFC 8731: curve25519-sha256 with an ssh-ed25519 host key.
//
// In: both KEXINITs, then the client's ephemeral public key. Out: ours with the host key's signature, NEWKEYS, and the keys of
// both directions. Next: packet.ts, which uses them.

import { ed25519PublicKey, ed25519Sign } from "../crypto/curve25519/ed25519-sign";
import { randomBytes32 } from "../crypto/random";
import { sha256Finish, sha256Start, sha256Update } from "../crypto/hash/sha256";
import { ctIsZero32, x25519, x25519Base } from "../crypto/curve25519/x25519";
import { SSH_MSG_KEX_ECDH_REPLY, SSH_MSG_NEWKEYS } from "../wire/numbers";
import { isMalformedOrUnfinished, readByte, readString, startReading, stringLength } from "../wire/reader";
import { startWriting, writeByte, writeString, writeUint32, writtenLength } from "../wire/writer";
import {
  CLIENT_IDENTIFICATION,
  clientIdentificationLength,
  SERVER_IDENTIFICATION,
  SERVER_IDENTIFICATION_BYTES,
} from "./identification";
import { HOST_KEY_NAME_BYTES, HOST_KEY_NAME_PTR, KEXINIT, KEXINIT_BYTES } from "./kexinit";
import { NEXT_CLIENT_TO_SERVER_KEYS, payloadToSend, SERVER_TO_CLIENT_KEYS, writePacket } from "./packet";

const HASH_BYTES: u32 = 32;
const KEY_BYTES: u32 = 32;
const SIGNATURE_BYTES: u32 = 64;
/** string "ssh-ed25519", and a string of a key or a signature. */
const HOST_KEY_BLOB_BYTES: u32 = 4 + HOST_KEY_NAME_BYTES + 4 + KEY_BYTES;
const SIGNATURE_BLOB_BYTES: u32 = 4 + HOST_KEY_NAME_BYTES + 4 + SIGNATURE_BYTES;
const LENGTH_BYTES: u32 = 4;

/** The Ed25519 seed, secret, and the public key; written by the host. */
export const HOST_KEY: usize = memory.data(2 * KEY_BYTES, 16);
const HOST_PUBLIC_KEY: usize = HOST_KEY + KEY_BYTES;

/** H of the first key exchange, for the whole connection. */
export const SESSION_ID: usize = memory.data(HASH_BYTES, 16);
export let sessionIdLength: u32 = 0;

/** H of this key exchange. */
const EXCHANGE_HASH: usize = memory.data(HASH_BYTES, 16);

/** Our ephemeral key pair: the secret scalar, the public key. */
const EPHEMERAL: usize = memory.data(2 * KEY_BYTES, 16);
const EPHEMERAL_PUBLIC_KEY: usize = EPHEMERAL + KEY_BYTES;

/** K, secret: a zero byte, so that the number is positive, and 32 bytes. */
const SHARED_SECRET: usize = memory.data(1 + KEY_BYTES, 16);

/** A length, or one letter, on its way into a hash. */
const SCRATCH: usize = memory.data(LENGTH_BYTES, 4);

/** Adds a string's length to the hash. */
function hashLength(length: u32): void {
  store<u32>(SCRATCH, bswap(length));
  sha256Update(SCRATCH, LENGTH_BYTES);
}

/** Adds a string to the hash. */
function hashString(ptr: usize, length: u32): void {
  hashLength(length);
  sha256Update(ptr, length);
}

/** Adds K to the hash as an mpint: no leading zero bytes but the one that keeps it positive. */
function hashSharedSecret(): void {
  let ptr = SHARED_SECRET;
  let length: u32 = 1 + KEY_BYTES;
  while (length && !load<u8>(ptr) && load<i8>(ptr, 1) >= 0) {
    ptr++;
    length--;
  }
  hashString(ptr, length);
}

/** Begins the exchange hash: V_C, V_S, and of I_C the length. The bytes of I_C come next, and then I_S. */
export function startExchangeHash(clientKexinitLength: u32): void {
  sha256Start();
  hashString(CLIENT_IDENTIFICATION, clientIdentificationLength);
  hashString(SERVER_IDENTIFICATION, SERVER_IDENTIFICATION_BYTES);
  hashLength(clientKexinitLength);
}

/** I_S. */
export function hashServerKexinit(): void {
  hashString(KEXINIT, KEXINIT_BYTES);
}

/** Makes the host key: 32 bytes of the generator are the seed. */
export function makeHostKeyPair(): void {
  randomBytes32(HOST_KEY);
  ed25519PublicKey(HOST_PUBLIC_KEY, HOST_KEY);
}

/**
 *     byte     SSH_MSG_KEX_ECDH_INIT
 *     string   Q_C, client's ephemeral public key octet string
 *
 * Writes SSH_MSG_KEX_ECDH_REPLY and SSH_MSG_NEWKEYS, derives the keys of both directions, wipes what made them. False, and
 * nothing written, if the message is malformed or the shared secret is all zero (RFC 8731 §3).
 */
export function handleEcdhInit(payload: usize, length: u32): bool {
  startReading(payload, length);
  readByte();
  const clientPublicKey = readString();
  if (stringLength != KEY_BYTES || isMalformedOrUnfinished()) return false;
  randomBytes32(EPHEMERAL);
  x25519Base(EPHEMERAL_PUBLIC_KEY, EPHEMERAL);
  x25519(SHARED_SECRET + 1, EPHEMERAL, clientPublicKey);
  memory.fill(EPHEMERAL, 0, KEY_BYTES);
  if (ctIsZero32(SHARED_SECRET + 1)) return false;

  startWriting(payloadToSend());
  writeByte(SSH_MSG_KEX_ECDH_REPLY);
  const hostKeyString = payloadToSend() + 1;
  writeUint32(HOST_KEY_BLOB_BYTES);
  writeString(HOST_KEY_NAME_PTR, HOST_KEY_NAME_BYTES);
  writeString(HOST_PUBLIC_KEY, KEY_BYTES);
  writeString(EPHEMERAL_PUBLIC_KEY, KEY_BYTES);
  // What the hash takes next, K_S, Q_C and Q_S, are strings that stand in the two messages.
  sha256Update(hostKeyString, LENGTH_BYTES + HOST_KEY_BLOB_BYTES);
  sha256Update(payload + 1, LENGTH_BYTES + KEY_BYTES);
  sha256Update(hostKeyString + LENGTH_BYTES + HOST_KEY_BLOB_BYTES, LENGTH_BYTES + KEY_BYTES);
  hashSharedSecret();
  sha256Finish(EXCHANGE_HASH);
  if (!sessionIdLength) {
    sessionIdLength = HASH_BYTES;
    memory.copy(SESSION_ID, EXCHANGE_HASH, HASH_BYTES);
  }

  writeUint32(SIGNATURE_BLOB_BYTES);
  writeString(HOST_KEY_NAME_PTR, HOST_KEY_NAME_BYTES);
  writeUint32(SIGNATURE_BYTES);
  ed25519Sign(payloadToSend() + writtenLength(), HOST_KEY, HOST_PUBLIC_KEY, EXCHANGE_HASH, HASH_BYTES);
  writePacket(writtenLength() + SIGNATURE_BYTES);
  store<u8>(payloadToSend(), <u8>SSH_MSG_NEWKEYS);
  writePacket(1);

  deriveKeys(NEXT_CLIENT_TO_SERVER_KEYS, 0x43);
  deriveKeys(SERVER_TO_CLIENT_KEYS, 0x44);
  memory.fill(SHARED_SECRET, 0, 1 + KEY_BYTES);
  return true;
}

/** RFC 4253 §7.2: HASH(K || H || letter || session_id), then HASH(K || H || what came before). 64 bytes to `keys`. */
function deriveKeys(keys: usize, letter: u32): void {
  sha256Start();
  hashSharedSecret();
  sha256Update(EXCHANGE_HASH, HASH_BYTES);
  store<u8>(SCRATCH, <u8>letter);
  sha256Update(SCRATCH, 1);
  sha256Update(SESSION_ID, HASH_BYTES);
  sha256Finish(keys);
  sha256Start();
  hashSharedSecret();
  sha256Update(EXCHANGE_HASH, HASH_BYTES);
  sha256Update(keys, HASH_BYTES);
  sha256Finish(keys + HASH_BYTES);
}
