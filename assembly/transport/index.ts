// RFC 4253: the transport layer's border to the host, see docs/abi.md.
//
// In: entropy, the host key, slices of the client's byte stream, payloads to send. Out: bytes for the client, and
// payloads. The files in the order of a connection: identification.ts, kexinit.ts, key-exchange.ts; for every packet:
// packet.ts, dispatch.ts.

// First, so that its small buffers lie below the large ones: their addresses take a byte less each time they are used.
import { HOST_KEY_PTR, makeHostKeyPair } from "./hostkey/ed25519";
import { SESSION_ID_PTR, sessionIdLength as idLength } from "./key-exchange";
import { TransportError, TransportEvent } from "../abi/index";
import { TRANSPORT_OVER } from "../abi/ranges";
import { DESCRIPTION_CAPACITY, PAYLOAD_CAPACITY } from "../abi/capacities";
import { seedRandom } from "../crypto/random";
import { sha256, SHA256_BYTES } from "../crypto/hash/sha256";
import {
  disconnectReason as lastReason,
  fail,
  forgetPieces,
  handlePayload,
  keysAreUsedUp,
  maySend,
  rekeyIfDue,
  setAuthenticated,
  signatureAlgorithms,
  startExchange,
  startRekey,
  takePiece,
  writeDisconnect,
  writeUnimplemented,
} from "./dispatch";
import { HAS_AES_CTR } from "./features";
import { isUnfinishedLine, readIdentification, writeIdentification } from "./identification";
import { strict } from "./kexinit";
import { SSH_MSG_USERAUTH_SUCCESS } from "../wire/numbers";
import {
  awaitPiece,
  bytesOfLength,
  clearOutput,
  HEADER_BYTES,
  INPUT_PTR,
  LENGTH_BYTES,
  OUTPUT_PTR,
  outputLength as written,
  PAYLOAD_PTR,
  payloadLength as payloadBytes,
  pieceEnd,
  pieceStart,
  readPacketLength,
  readPayload,
  readPiece,
  unread,
  wipePayload,
  writePacket,
} from "./packet";

export { __data_end, __heap_base };

/** Where `send` finds its payload, when the output is empty. */
const FIRST_PAYLOAD_PTR: usize = OUTPUT_PTR + HEADER_BYTES;

const MINIMUM_ENTROPY_BYTES: u32 = 32;

/** What the bytes at INPUT_PTR will be when `wanted` of them are there. */
enum Stage {
  /** Nothing: `open` comes first. */
  UNOPENED,
  // What no longer takes anything has the event's number.
  /** The connection has ended. */
  CLOSED = TransportEvent.CLOSED,
  /** The connection cannot go on: `disconnect` comes next. */
  FAILED = TransportEvent.ERROR,
  /** A line, perhaps. */
  IDENTIFICATION,
  /** The length of a packet. */
  LENGTH,
  /** A packet, or a piece of it. */
  PACKET,
}

let stage: Stage = 0;
let received: u32 = 0;
/**
 * How many bytes at INPUT_PTR end the stage; before `open`, how much entropy fits. A board's raw noise may have as
 * little as one bit of entropy in a byte: 512 bytes are then worth twice the generator's key.
 */
let wanted: u32 = 512;

function isOpen(): bool {
  return stage > Stage.FAILED;
}

export function inputPtr(): usize {
  return INPUT_PTR + received;
}

export function inputCapacity(): u32 {
  return wanted - received;
}

export function outputPtr(): usize {
  return OUTPUT_PTR;
}

export function outputLength(): u32 {
  return written;
}

export function hostKeyPtr(): usize {
  return HOST_KEY_PTR;
}

export function signatureAlgorithmsPtr(): usize {
  return signatureAlgorithms;
}

export function payloadPtr(): usize {
  return PAYLOAD_PTR;
}

export function payloadLength(): u32 {
  return payloadBytes;
}

export function sessionIdPtr(): usize {
  return SESSION_ID_PTR;
}

export function sessionIdLength(): u32 {
  return idLength;
}

export function disconnectReason(): u32 {
  return lastReason;
}

/** 1 when the client has the marker of strict key exchange; said in its KEXINIT. */
export function strictKex(): u32 {
  return strict;
}

export function sendPtr(): usize {
  return FIRST_PAYLOAD_PTR;
}

export function sendCapacity(): u32 {
  return isOpen() && maySend() ? PAYLOAD_CAPACITY : 0;
}

/**
 * Seeds the generator from the input buffer and wipes that; false before it has enough, and once the connection is
 * open.
 */
function takeEntropy(length: u32): bool {
  if (stage != Stage.UNOPENED || length < MINIMUM_ENTROPY_BYTES || length > wanted) return false;
  seedRandom(INPUT_PTR, length);
  memory.fill(INPUT_PTR, 0, wanted);
  return true;
}

export function makeHostKey(entropyLength: u32): u32 {
  if (!takeEntropy(entropyLength)) return 0;
  makeHostKeyPair();
  return 1;
}

export function open(entropyLength: u32): u32 {
  clearOutput();
  if (!takeEntropy(entropyLength)) return 0;
  writeIdentification();
  startExchange();
  stage = Stage.IDENTIFICATION;
  wanted = 1;
  return written;
}

export function receive(length: u32): u32 {
  clearOutput();
  wipePayload();
  if (!isOpen()) return stage ? stage : error(TransportError.PROTOCOL_ERROR);
  if (length > wanted - received) return error(TransportError.PROTOCOL_ERROR);
  received += length;
  if (received < wanted) return TransportEvent.CONTINUE;
  switch (stage) {
    case Stage.IDENTIFICATION:
      if (isUnfinishedLine(received)) {
        wanted++;
        return TransportEvent.CONTINUE;
      }
      if (!readIdentification(received)) return error(TransportError.PROTOCOL_VERSION_NOT_SUPPORTED);
      break;
    case Stage.LENGTH:
      // More than the field only now: before, the last payload was where the rest comes.
      if (HAS_AES_CTR && received < bytesOfLength()) {
        wanted = bytesOfLength();
        return TransportEvent.CONTINUE;
      }
      if (!readPacketLength()) return error(TransportError.PACKET_LENGTH);
      wanted = pieceEnd();
      stage = Stage.PACKET;
      return TransportEvent.CONTINUE;
    case Stage.PACKET:
      if (!readPiece()) {
        forgetPieces();
        return error(TransportError.MAC_ERROR);
      }
      if (!unread) return handlePacket();
      takePiece();
      received = awaitPiece();
      wanted = pieceEnd();
      return TransportEvent.CONTINUE;
  }
  awaitPacket();
  return TransportEvent.CONTINUE;
}

function awaitPacket(): void {
  stage = Stage.LENGTH;
  received = 0;
  wanted = LENGTH_BYTES;
}

/** A packet is complete. */
function handlePacket(): u32 {
  awaitPacket();
  if (!readPayload() || keysAreUsedUp()) return error(TransportError.PROTOCOL_ERROR);
  const event = handlePayload();
  if (pieceStart) forgetPieces();
  if (event >= TRANSPORT_OVER) return end(event);
  rekeyIfDue();
  return event;
}

/** The connection cannot go on. */
function error(cause: TransportError): u32 {
  return end(fail(cause));
}

/** Nothing is taken any more. Returns what `receive` does from now on. */
function end(event: u32): u32 {
  wanted = received;
  return (stage = event);
}

export function send(length: u32): u32 {
  clearOutput();
  if (length - 1 < sendCapacity()) {
    if (load<u8>(FIRST_PAYLOAD_PTR) == SSH_MSG_USERAUTH_SUCCESS) setAuthenticated();
    writePacket(length);
    rekeyIfDue();
  }
  return written;
}

export function hash(length: u32): u32 {
  if (length - 1 >= sendCapacity()) return 0; // during a key exchange the exchange hash is under way
  sha256(OUTPUT_PTR, FIRST_PAYLOAD_PTR, length);
  return SHA256_BYTES;
}

export function unimplemented(): u32 {
  clearOutput();
  if (isOpen()) writeUnimplemented();
  return written;
}

export function rekey(): u32 {
  clearOutput();
  if (isOpen()) startRekey();
  return written;
}

export function disconnect(reason: u32, descriptionLength: u32): u32 {
  clearOutput();
  if (stage > Stage.CLOSED && descriptionLength <= DESCRIPTION_CAPACITY) {
    end(Stage.CLOSED);
    writeDisconnect(reason, descriptionLength);
  }
  return written;
}
