// RFC 4253 §7 to §12: what each message does, and when it may come.
//
// In: a payload that packet.ts has opened. Out: replies in the output, or the payload handed on to the host: 50 to 79
// for the userauth module once its service was requested, 80 to 127 for the connection module once the user is in.

import { TransportError, TransportEvent } from "../abi/index";
import { PAYLOAD_CAPACITY, SIGNATURE_ALGORITHMS_CAPACITY } from "../abi/capacities";
import { SHA256_BYTES, sha256Finish, sha256Update } from "../crypto/hash/sha256";
import { ascii, byteLength } from "../wire/ascii";
import { ctDifference } from "../wire/compare";
import { SERVER_SIG_ALGS, SSH_USERAUTH } from "../wire/names";
import {
  CONNECTION_END,
  CONNECTION_FIRST,
  SSH_MSG_CHANNEL_REQUEST,
  SSH_MSG_DEBUG,
  SSH_MSG_DISCONNECT,
  SSH_MSG_EXT_INFO,
  SSH_MSG_IGNORE,
  SSH_MSG_KEX_ECDH_INIT,
  SSH_MSG_KEXINIT,
  SSH_MSG_NEWKEYS,
  SSH_MSG_SERVICE_ACCEPT,
  SSH_MSG_SERVICE_REQUEST,
  SSH_MSG_UNIMPLEMENTED,
  SSH_MSG_USERAUTH_INFO_RESPONSE,
  SSH_MSG_USERAUTH_REQUEST,
  USERAUTH_FIRST,
} from "../wire/numbers";
import { isMalformedOrUnfinished, readByte, readString, readUint32, startReading, stringLength } from "../wire/reader";
import { skipBytes, startWriting, writeByte, writeString, writeUint32, writtenLength } from "../wire/writer";
import { startExchangeHash } from "./exchange-hash";
import {
  agreedCipher,
  CLIENT_TO_SERVER,
  finishKexinit,
  HOST_KEY_NAME_BYTES,
  HOST_KEY_NAME_PTR,
  NAME_PTR,
  readKexinit,
  SERVER_TO_CLIENT,
  startKexinit,
  strict,
  wantsExtInfo,
  writeKexinit,
  wrongGuess,
} from "./kexinit";
import { handleEcdhInit, hashServerKexinit, sessionIdLength } from "./key-exchange";
import {
  bytesSinceNewKeys,
  HEADER_BYTES,
  INPUT_PTR,
  KEPT_BYTES,
  lastSequenceNumber,
  PAYLOAD_PTR,
  payloadLength,
  payloadToSend,
  PIECE_END,
  pieceStart,
  shortenPayload,
  startClientToServerKeys,
  startServerToClientKeys,
  unpaddedLength,
  writePacket,
} from "./packet";

/** How far a key exchange is. */
enum Exchange {
  /** None runs. */
  NONE,
  /** Our KEXINIT is out. */
  KEXINIT_SENT,
  /** Both KEXINITs are exchanged, the client's KEX_ECDH_INIT is due. */
  AGREED,
  /** Our NEWKEYS is out, the client's is due. */
  NEWKEYS_SENT,
}

/** RFC 4253 §9: a key exchange is due after a gigabyte. */
// @ts-expect-error the flag exists only when a build sets it
const REKEY_BYTES: u32 = isDefined(REKEY_AFTER_BYTES) ? REKEY_AFTER_BYTES : 1 << 30;

/** The texts of EXT_INFO and of the one service. */
const SERVER_SIG_ALGS_PTR: usize = memory.data<u8>([...ascii(SERVER_SIG_ALGS), ...ascii(SSH_USERAUTH)]);
const USERAUTH_SERVICE_PTR: usize = SERVER_SIG_ALGS_PTR + byteLength(SERVER_SIG_ALGS);
const USERAUTH_SERVICE_BYTES: u32 = byteLength(SSH_USERAUTH);

/** Length and text of what the userauth module verifies, written by the host; zeros for ssh-ed25519 alone. */
export const signatureAlgorithms: usize = memory.data(1 + SIGNATURE_ALGORITHMS_CAPACITY);

let exchange: Exchange = 0;

/** The first key exchange is not over. */
let initial: bool = true;

/** The client guessed wrong: its next packet of a key exchange is not for us. */
let ignoreNext: bool = false;

/**
 * How often the ssh-userauth service was requested and accepted. Some clients ask again before each attempt to log in.
 */
let serviceRequests: u32 = 0;
const SERVICE_REQUESTS_LIMIT: u32 = 32;

/** SSH_MSG_USERAUTH_SUCCESS has been sent. */
let authenticated: bool = false;

/** Why the connection has ended: RFC 4253 §11.1's reason, as the client gave it, or a TransportError. */
export let disconnectReason: u32 = 0;

export function setAuthenticated(): void {
  authenticated = true;
}

/** Whether the client withholds the key exchange that has been due for a gigabyte. */
export function keysAreUsedUp(): bool {
  return bytesSinceNewKeys >> 31 != 0;
}

/** Whether a payload may be sent: keys are in use, and no KEXINIT of ours waits for an answer. */
export function maySend(): bool {
  const between = exchange == Exchange.NONE || exchange == Exchange.NEWKEYS_SENT;
  return sessionIdLength != 0 && between && !keysAreUsedUp();
}

export function startExchange(): void {
  writeKexinit();
  exchange = Exchange.KEXINIT_SENT;
}

/** Starts another key exchange, unless one runs; only for a user who is in, as the client may only then too. */
export function startRekey(): void {
  if (authenticated && exchange == Exchange.NONE) startExchange();
}

/** Starts a key exchange if the keys have been used enough. */
export function rekeyIfDue(): void {
  if (bytesSinceNewKeys >= REKEY_BYTES) startRekey();
}

/** The connection cannot go on. */
export function fail(error: TransportError): TransportEvent {
  disconnectReason = error;
  return TransportEvent.ERROR;
}

function protocolError(): TransportEvent {
  return fail(TransportError.PROTOCOL_ERROR);
}

/**
 *     byte      SSH_MSG_DISCONNECT
 *     uint32    reason code
 *     string    description: in its place already
 *     string    language tag: empty
 */
export function writeDisconnect(reason: u32, descriptionLength: u32): void {
  startWriting(payloadToSend());
  writeByte(SSH_MSG_DISCONNECT);
  writeUint32(reason);
  writeUint32(descriptionLength);
  skipBytes(descriptionLength);
  writeUint32(0);
  writePacket(writtenLength());
}

/** What to do with the payload at PAYLOAD_PTR. */
export function handlePayload(): TransportEvent {
  const number = <u32>load<u8>(PAYLOAD_PTR);
  if (number == SSH_MSG_DISCONNECT) return handleDisconnect();
  // Behind a KEXINIT of the client's there should be no connection message until NEWKEYS (RFC 4253 §7.1). But clients
  // have sent some before they knew; the keys in use are as good for them as ever.
  if (initial || (exchange > Exchange.KEXINIT_SENT && number < CONNECTION_FIRST)) return handleExchange(number);
  switch (number) {
    case SSH_MSG_IGNORE:
    case SSH_MSG_UNIMPLEMENTED:
    case SSH_MSG_DEBUG:
    case SSH_MSG_EXT_INFO:
      return TransportEvent.CONTINUE;
    case SSH_MSG_SERVICE_REQUEST:
      return handleServiceRequest();
    case SSH_MSG_KEXINIT:
      // Before the user is in, the client has no more of our time than one key exchange.
      return authenticated ? handleKexinit() : protocolError();
    case SSH_MSG_SERVICE_ACCEPT:
      return protocolError();
  }
  if (number >= CONNECTION_END || number < SSH_MSG_KEXINIT) return writeUnimplemented();
  const allowed = number >= CONNECTION_FIRST ? authenticated : number >= USERAUTH_FIRST && serviceRequests != 0;
  if (!allowed) return protocolError();
  if (payloadLength > PAYLOAD_CAPACITY) spoilPayload(number);
  return TransportEvent.PAYLOAD;
}

/**
 * A payload beyond the capacity becomes one that the layer above reads and refuses: its beginning, in which a request
 * of a channel or for authentication has the name of none, and a response another count. What is longer by nature,
 * data, is an error there.
 */
function spoilPayload(number: u32): void {
  shortenPayload();
  let name = PAYLOAD_PTR + 1;
  if (number == SSH_MSG_CHANNEL_REQUEST) {
    // behind the recipient channel and the name's length
    name += 8;
  } else if (number == SSH_MSG_USERAUTH_REQUEST) {
    startReading(name, KEPT_BYTES - 1);
    readString();
    readString();
    // 0, where nothing is, if there is none
    name = readString();
  } else if (number != SSH_MSG_USERAUTH_INFO_RESPONSE) {
    return;
  }
  store<u8>(name, 0x2d);
}

/**
 * During a key exchange: KEXINIT, KEX_ECDH_INIT and NEWKEYS, each in its turn. Between them the messages that mean
 * nothing may come, but not in a strict first exchange.
 */
function handleExchange(number: u32): TransportEvent {
  if (exchange == Exchange.KEXINIT_SENT && number == SSH_MSG_KEXINIT) return handleKexinit();
  if (exchange == Exchange.NEWKEYS_SENT && number == SSH_MSG_NEWKEYS && payloadLength == 1) {
    startClientToServerKeys(agreedCipher(CLIENT_TO_SERVER), strict);
    exchange = Exchange.NONE;
    // It may follow our NEWKEYS at once. But a client that waits to send more until its NEWKEYS is acknowledged (Nagle)
    // waits less when this is the answer: about 40 ms of a login.
    if (initial && wantsExtInfo) writeExtInfo();
    initial = false;
    return TransportEvent.CONTINUE;
  }
  if (exchange == Exchange.AGREED && number >= SSH_MSG_KEX_ECDH_INIT && number < USERAUTH_FIRST) {
    if (ignoreNext) {
      ignoreNext = false;
      return TransportEvent.CONTINUE;
    }
    if (number == SSH_MSG_KEX_ECDH_INIT) {
      if (!handleEcdhInit(PAYLOAD_PTR, payloadLength)) return fail(TransportError.KEY_EXCHANGE_FAILED);
      startServerToClientKeys(agreedCipher(SERVER_TO_CLIENT), strict);
      exchange = Exchange.NEWKEYS_SENT;
      return TransportEvent.CONTINUE;
    }
  }
  const meansNothing = number >= SSH_MSG_IGNORE && number <= SSH_MSG_DEBUG;
  return meansNothing && !(initial && strict) ? TransportEvent.CONTINUE : protocolError();
}

/**
 * Reads and hashes a piece of a packet as if it were the client's KEXINIT, which nobody knows before the tag of the
 * last one is right: what comes of it is used then, or never. In a key exchange that has got further the hash is at
 * work, and no KEXINIT may come.
 */
export function takePiece(): void {
  if (exchange > Exchange.KEXINIT_SENT) return;
  let start = pieceStart;
  if (!start) {
    const length = unpaddedLength();
    startKexinit(length);
    startExchangeHash(length);
    start = HEADER_BYTES;
  }
  sha256Update(INPUT_PTR + start, readKexinit(INPUT_PTR + start, PIECE_END - start));
}

/** Forgets what `takePiece` has had, unless it was the client's KEXINIT. */
export function forgetPieces(): void {
  if (exchange > Exchange.KEXINIT_SENT) return;
  sha256Finish(NAME_PTR);
  memory.fill(NAME_PTR, 0, SHA256_BYTES);
}

function handleKexinit(): TransportEvent {
  if (exchange == Exchange.NONE) writeKexinit();
  takePiece();
  const outcome = finishKexinit();
  // A strict client's KEXINIT is its first packet.
  if (outcome == 0 || (initial && strict && lastSequenceNumber())) return protocolError();
  if (outcome == 1) return fail(TransportError.NO_COMMON_ALGORITHM);
  hashServerKexinit();
  ignoreNext = wrongGuess;
  exchange = Exchange.AGREED;
  return TransportEvent.CONTINUE;
}

/**
 *     byte      SSH_MSG_DISCONNECT
 *     uint32    reason code
 *     ...
 */
function handleDisconnect(): TransportEvent {
  startReading(PAYLOAD_PTR, payloadLength);
  readByte();
  disconnectReason = readUint32();
  return TransportEvent.CLOSED;
}

/**
 *     byte      SSH_MSG_SERVICE_REQUEST
 *     string    service name: "ssh-userauth", once
 */
function handleServiceRequest(): TransportEvent {
  startReading(PAYLOAD_PTR, payloadLength);
  readByte();
  const serviceName = readString();
  if (isMalformedOrUnfinished() || authenticated || serviceRequests == SERVICE_REQUESTS_LIMIT) return protocolError();
  if (
    stringLength != USERAUTH_SERVICE_BYTES ||
    ctDifference(serviceName, USERAUTH_SERVICE_PTR, USERAUTH_SERVICE_BYTES - 1)
  ) {
    return fail(TransportError.SERVICE_NOT_AVAILABLE);
  }
  serviceRequests++;
  startWriting(payloadToSend());
  writeByte(SSH_MSG_SERVICE_ACCEPT);
  writeString(USERAUTH_SERVICE_PTR, USERAUTH_SERVICE_BYTES);
  writePacket(writtenLength());
  return TransportEvent.CONTINUE;
}

/**
 *     byte      SSH_MSG_EXT_INFO
 *     uint32    1
 *     string    "server-sig-algs"
 *     name-list public key algorithms
 */
function writeExtInfo(): void {
  const length = <u32>load<u8>(signatureAlgorithms);
  startWriting(payloadToSend());
  writeByte(SSH_MSG_EXT_INFO);
  writeUint32(1);
  writeString(SERVER_SIG_ALGS_PTR, byteLength(SERVER_SIG_ALGS));
  writeString(length ? signatureAlgorithms + 1 : HOST_KEY_NAME_PTR, length ? length : HOST_KEY_NAME_BYTES);
  writePacket(writtenLength());
}

/**
 *     byte      SSH_MSG_UNIMPLEMENTED
 *     uint32    packet sequence number of rejected message
 */
export function writeUnimplemented(): TransportEvent {
  startWriting(payloadToSend());
  writeByte(SSH_MSG_UNIMPLEMENTED);
  writeUint32(lastSequenceNumber());
  writePacket(writtenLength());
  return TransportEvent.CONTINUE;
}
