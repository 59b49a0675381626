// RFC 4253 §7.2 and §8: from the client's share to both directions' keys, whichever key exchange, host key and ciphers
// were agreed on.
//
// In: both KEXINITs, then the client's share. Out: ours with the host key's signature, NEWKEYS, and the keys of both
// directions. Next: packet.ts, which uses them.

import { sha256Finish, sha256Start, sha256Update } from "../crypto/hash/sha256";
import { SSH_MSG_KEX_ECDH_REPLY, SSH_MSG_NEWKEYS } from "../wire/numbers";
import { isMalformedOrUnfinished, readByte, readString, startReading, stringLength } from "../wire/reader";
import { startWriting, writeByte, writeString } from "../wire/writer";
import { Cipher } from "./cipher/cipher";
import { hashByte, hashString } from "./exchange-hash";
import { HAS_SEVERAL_CIPHERS } from "./features";
import { HOST_KEY_STRING_BYTES, writeHostKey, writeSignature } from "./hostkey/ed25519";
import { clientShareBytes, hashSharedSecret, Kex, respond, serverShareBytes, wipeSharedSecret } from "./kex/kex";
import { agreedCipher, agreedKex, CLIENT_TO_SERVER, KEXINIT_PTR, KEXINIT_BYTES, SERVER_TO_CLIENT } from "./kexinit";
import { NEXT_CLIENT_TO_SERVER_KEYS_PTR, payloadToSend, SERVER_TO_CLIENT_KEYS_PTR, writePacket } from "./packet";

const HASH_BYTES: u32 = 32;
const LENGTH_BYTES: u32 = 4;

/** H of the first key exchange, for the whole connection. */
export const SESSION_ID_PTR: usize = memory.data(HASH_BYTES, 16);
export let sessionIdLength: u32 = 0;

/** H of this key exchange. */
const EXCHANGE_HASH_PTR: usize = memory.data(HASH_BYTES, 16);

/** I_S. */
export function hashServerKexinit(): void {
  hashString(KEXINIT_PTR, KEXINIT_BYTES);
}

/**
 *     byte     SSH_MSG_KEX_ECDH_INIT, or what else has its number: SSH_MSG_KEX_HYBRID_INIT
 *     string   the client's share
 *
 * Writes the reply and SSH_MSG_NEWKEYS, derives the keys of both directions, wipes what made them. False, and nothing
 * written, if the message is malformed or the share is none:
 *
 *     byte     SSH_MSG_KEX_ECDH_REPLY
 *     string   K_S
 *     string   our share
 *     string   signature of H
 */
export function handleEcdhInit(payload: usize, length: u32): bool {
  const kex = agreedKex();
  startReading(payload, length);
  readByte();
  const clientShare = readString();
  if (stringLength != clientShareBytes(kex) || isMalformedOrUnfinished()) return false;

  const serverShare = payloadToSend() + 1 + HOST_KEY_STRING_BYTES + LENGTH_BYTES;
  if (!respond(kex, serverShare, clientShare)) return false;

  startWriting(payloadToSend());
  writeByte(SSH_MSG_KEX_ECDH_REPLY);
  writeHostKey();
  // in its place already
  writeString(serverShare, serverShareBytes(kex));
  // What the hash takes next, K_S and both shares, are strings that stand in the two messages.
  sha256Update(serverShare - LENGTH_BYTES - HOST_KEY_STRING_BYTES, HOST_KEY_STRING_BYTES);
  sha256Update(payload + 1, LENGTH_BYTES + clientShareBytes(kex));
  sha256Update(serverShare - LENGTH_BYTES, LENGTH_BYTES + serverShareBytes(kex));
  hashSharedSecret(kex);
  sha256Finish(EXCHANGE_HASH_PTR);
  if (!sessionIdLength) {
    sessionIdLength = HASH_BYTES;
    memory.copy(SESSION_ID_PTR, EXCHANGE_HASH_PTR, HASH_BYTES);
  }

  writePacket(writeSignature(EXCHANGE_HASH_PTR, HASH_BYTES));
  store<u8>(payloadToSend(), <u8>SSH_MSG_NEWKEYS);
  writePacket(1);

  deriveKeys(kex, agreedCipher(CLIENT_TO_SERVER), NEXT_CLIENT_TO_SERVER_KEYS_PTR, 0x43);
  deriveKeys(kex, agreedCipher(SERVER_TO_CLIENT), SERVER_TO_CLIENT_KEYS_PTR, 0x44);
  wipeSharedSecret(kex);
  return true;
}

/**
 * To `keys` what cipher/cipher.ts expects: an encryption key of 64 bytes, whose letter this is; where the cipher has
 * them also an IV, two letters before it, and a key of the MAC, two letters behind it.
 */
function deriveKeys(kex: Kex, cipher: Cipher, keys: usize, letter: u32): void {
  deriveKey(kex, keys, letter);
  startDerivation(kex);
  sha256Update(keys, HASH_BYTES);
  sha256Finish(keys + HASH_BYTES);
  if (HAS_SEVERAL_CIPHERS && cipher != Cipher.CHACHA20_POLY1305) {
    deriveKey(kex, keys + 2 * HASH_BYTES, letter - 2);
    deriveKey(kex, keys + 3 * HASH_BYTES, letter + 2);
  }
}

/**
 * HASH(K || H || letter || session_id); what it has too few bytes for goes on with HASH(K || H || what came before).
 */
function deriveKey(kex: Kex, key: usize, letter: u32): void {
  startDerivation(kex);
  hashByte(letter);
  sha256Update(SESSION_ID_PTR, HASH_BYTES);
  sha256Finish(key);
}

function startDerivation(kex: Kex): void {
  sha256Start();
  hashSharedSecret(kex);
  sha256Update(EXCHANGE_HASH_PTR, HASH_BYTES);
}
