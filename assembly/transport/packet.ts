// RFC 4253 §6: packets in and out.
//
// In: a payload at `payloadToSend`, or a packet at INPUT_PTR. Out: a packet in the output buffer, or a payload in its
// place. A packet that is too long for the input buffer comes in pieces, of which the first one's beginning is kept.
// Each direction changes to a cipher of cipher/cipher.ts when a key exchange has made keys for it. Next: dispatch.ts.

import { PAYLOAD_CAPACITY } from "../abi/capacities";
import {
  blockBytes,
  Cipher,
  countsLength,
  DERIVED_BYTES,
  expandKeys,
  KEYS_BYTES,
  lengthBytes,
  MAXIMUM_TAG_BYTES,
  open,
  readLength,
  seal,
  tagBytes,
} from "./cipher/cipher";
import { HAS_MLKEM768X25519, HAS_SEVERAL_CIPHERS } from "./features";

export const LENGTH_BYTES: u32 = 4;
const TAG_BYTES: u32 = 16;
/** The length and the padding's length. */
export const HEADER_BYTES: u32 = 5;
const MINIMUM_PADDING: u32 = 4;
const MINIMUM_PACKET_LENGTH: u32 = 8;
/** RFC 4253 §6.1: of a whole packet, in bytes. */
const MAXIMUM_PACKET_BYTES: u32 = 35000;

/**
 * Where a piece ends that is not the last: a multiple of 64, and room for every payload of the capacity with whatever
 * padding.
 */
export const PIECE_END: u32 = (HEADER_BYTES + PAYLOAD_CAPACITY + 255 + 63) & ~63;
/** Where a piece begins that is not the first, behind what is kept: a multiple of 64. */
const PIECE_START: u32 = 2048;
/** One packet as it arrives, or a piece of a longer one. */
export const INPUT_PTR: usize = memory.data(PIECE_END + MAXIMUM_TAG_BYTES, 16);
export const PAYLOAD_PTR: usize = INPUT_PTR + HEADER_BYTES;
/** As much of a payload as there can be. */
const PAYLOAD_ROOM: u32 = PIECE_END - HEADER_BYTES;
/** What is kept of the payload of a packet in pieces; `open` needs the 60 bytes before a piece. */
export const KEPT_BYTES: u32 = PIECE_START - 60 - HEADER_BYTES;

/** One packet with the longest payload and its padding, and after it the KEXINIT that may be due. */
const KEXINIT_CAPACITY: u32 = HAS_SEVERAL_CIPHERS || HAS_MLKEM768X25519 ? 640 : 512;
const OUTPUT_CAPACITY: u32 =
  HEADER_BYTES +
  PAYLOAD_CAPACITY +
  MINIMUM_PADDING -
  1 +
  (HAS_SEVERAL_CIPHERS ? 16 : 8) +
  MAXIMUM_TAG_BYTES +
  KEXINIT_CAPACITY;
export const OUTPUT_PTR: usize = memory.data(OUTPUT_CAPACITY, 16);

/** Secret: what encrypts each direction now, and what will encrypt the client's once it has sent NEWKEYS. */
export const CLIENT_TO_SERVER_KEYS_PTR: usize = memory.data(2 * KEYS_BYTES + DERIVED_BYTES, 16);
export const SERVER_TO_CLIENT_KEYS_PTR: usize = CLIENT_TO_SERVER_KEYS_PTR + KEYS_BYTES;
export const NEXT_CLIENT_TO_SERVER_KEYS_PTR: usize = SERVER_TO_CLIENT_KEYS_PTR + KEYS_BYTES;

let clientToServerEncrypted: bool = false;
let serverToClientEncrypted: bool = false;
/** Which cipher encrypts, if one does. */
let clientToServerCipher: Cipher = 0;
let serverToClientCipher: Cipher = 0;
let clientToServerSequenceNumber: u32 = 0;
let serverToClientSequenceNumber: u32 = 0;
let packetLength: u32 = 0;
/** Where at INPUT_PTR the present piece begins, and how many bytes of the packet are to be read yet, the tag aside. */
export let pieceStart: u32 = 0;
export let unread: u32 = 0;

export let payloadLength: u32 = 0;
export let outputLength: u32 = 0;

/** Bytes in both directions since the keys are in use. */
export let bytesSinceNewKeys: u32 = 0;

export function clearOutput(): void {
  outputLength = 0;
}

/** Puts `length` bytes that are no packet into the output: the identification string. */
export function writeRaw(ptr: usize, length: u32): void {
  memory.copy(OUTPUT_PTR, ptr, length);
  outputLength = length;
}

/** Where the payload of the next packet is written. */
export function payloadToSend(): usize {
  return OUTPUT_PTR + outputLength + HEADER_BYTES;
}

/** Frames and encrypts the payload of `length` bytes at `payloadToSend`. */
export function writePacket(length: u32): void {
  const packet = OUTPUT_PTR + outputLength;
  const unpadded = length + 1 + (serverToClientEncrypted && !countsLength(serverToClientCipher) ? 0 : LENGTH_BYTES);
  const paddingLength = ((-unpadded - MINIMUM_PADDING) & (blockBytes(serverToClientCipher) - 1)) + MINIMUM_PADDING;
  const toSeal = 1 + length + paddingLength;
  store<u32>(packet, bswap(toSeal), 0, 1);
  store<u8>(packet, <u8>paddingLength, LENGTH_BYTES);
  // Zeros: under these ciphers, which are stream ciphers, random padding hides nothing more.
  memory.fill(packet + HEADER_BYTES + length, 0, paddingLength);
  let size = LENGTH_BYTES + toSeal;
  if (serverToClientEncrypted) {
    seal(serverToClientCipher, SERVER_TO_CLIENT_KEYS_PTR, serverToClientSequenceNumber, packet, toSeal);
    size += tagBytes(serverToClientCipher);
  }
  serverToClientSequenceNumber++;
  outputLength += size;
  bytesSinceNewKeys += size;
}

/** How many bytes at INPUT_PTR `readPacketLength` needs. */
export function bytesOfLength(): u32 {
  return lengthBytes(clientToServerCipher);
}

/** From the first bytes of a packet at INPUT_PTR: whether its length is allowed. */
export function readPacketLength(): bool {
  const encrypted = clientToServerEncrypted;
  const cipher = clientToServerCipher;
  packetLength = encrypted
    ? readLength(cipher, CLIENT_TO_SERVER_KEYS_PTR, clientToServerSequenceNumber, INPUT_PTR)
    : bswap(load<u32>(INPUT_PTR));
  unread = LENGTH_BYTES + packetLength;
  pieceStart = 0;
  const most = MAXIMUM_PACKET_BYTES - LENGTH_BYTES - (encrypted ? tagBytes(cipher) : 0);
  if (packetLength - MINIMUM_PACKET_LENGTH > most - MINIMUM_PACKET_LENGTH) return false;
  return !((encrypted && !countsLength(cipher) ? packetLength : unread) & (blockBytes(cipher) - 1));
}

/** Where at INPUT_PTR the packet ends, or the piece of it that comes next. */
export function pieceEnd(): u32 {
  const end = pieceStart + unread;
  return end > PIECE_END ? PIECE_END : end + (clientToServerEncrypted ? tagBytes(clientToServerCipher) : 0);
}

/**
 * Authenticates and decrypts the packet at INPUT_PTR, or a piece of it, which is nobody's to use before the last one.
 * False if the tag is wrong: then nothing of the packet is left.
 */
export function readPiece(): bool {
  const offset = LENGTH_BYTES + packetLength - unread;
  const length = min(unread, PIECE_END - pieceStart);
  unread -= length;
  if (!clientToServerEncrypted) return true;
  const ptr = INPUT_PTR + pieceStart;
  if (open(clientToServerCipher, CLIENT_TO_SERVER_KEYS_PTR, clientToServerSequenceNumber, ptr, length, offset, !unread))
    return true;
  memory.fill(INPUT_PTR, 0, PIECE_END);
  return false;
}

/** The next piece is due. Returns where at INPUT_PTR: behind what is kept of the first. */
export function awaitPiece(): u32 {
  return (pieceStart = PIECE_START);
}

/**
 * The payload's length, as the packet's header has it: beyond any packet's if the padding is longer than the packet.
 */
export function unpaddedLength(): u32 {
  return packetLength - 1 - load<u8>(INPUT_PTR + LENGTH_BYTES);
}

/**
 * Finds the payload of a packet that is complete, between its header and its padding; false if there is none. One
 * beyond the capacity has a length beyond it.
 */
export function readPayload(): bool {
  clientToServerSequenceNumber++;
  bytesSinceNewKeys += packetLength + LENGTH_BYTES + TAG_BYTES;
  const length = unpaddedLength();
  if (load<u8>(INPUT_PTR + LENGTH_BYTES) < <u8>MINIMUM_PADDING || length - 1 >= packetLength) return false;
  payloadLength = min(length, PAYLOAD_ROOM);
  return true;
}

/** Of a payload beyond the capacity the beginning is left. */
export function shortenPayload(): void {
  memory.fill(PAYLOAD_PTR + KEPT_BYTES, 0, payloadLength - KEPT_BYTES);
  payloadLength = KEPT_BYTES;
}

/** Forgets the last payload, which may have been a password. */
export function wipePayload(): void {
  memory.fill(PAYLOAD_PTR, 0, payloadLength);
  payloadLength = 0;
}

/** Sequence number of the packet received last, RFC 4253 §6.4. */
export function lastSequenceNumber(): u32 {
  return clientToServerSequenceNumber - 1;
}

/** The server's NEWKEYS is out: what follows is encrypted with the new keys. */
export function startServerToClientKeys(cipher: Cipher, strict: bool): void {
  expandKeys(cipher, SERVER_TO_CLIENT_KEYS_PTR);
  serverToClientEncrypted = true;
  serverToClientCipher = cipher;
  if (strict) serverToClientSequenceNumber = 0;
}

/** The client's NEWKEYS is in. */
export function startClientToServerKeys(cipher: Cipher, strict: bool): void {
  memory.copy(CLIENT_TO_SERVER_KEYS_PTR, NEXT_CLIENT_TO_SERVER_KEYS_PTR, DERIVED_BYTES);
  memory.fill(NEXT_CLIENT_TO_SERVER_KEYS_PTR, 0, DERIVED_BYTES);
  expandKeys(cipher, CLIENT_TO_SERVER_KEYS_PTR);
  clientToServerEncrypted = true;
  clientToServerCipher = cipher;
  if (strict) clientToServerSequenceNumber = 0;
  bytesSinceNewKeys = 0;
}
