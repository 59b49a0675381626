// RFC 4253 §6, PROTOCOL.chacha20poly1305: packets in and out.
//
// In: a payload at `payloadToSend`, or a packet complete at INPUT. Out: a packet at the end of OUTPUT, or a payload at PAYLOAD.
// Both directions change from plaintext to a cipher when key-exchange.ts installs keys. Next: dispatch.ts.

import { PAYLOAD_CAPACITY } from "../capacities";
import { decryptLength, openPacket, sealPacket } from "../crypto/chacha20-poly1305";

export const LENGTH_BYTES: u32 = 4;
export const TAG_BYTES: u32 = 16;
/** The length and the padding's length. */
export const HEADER_BYTES: u32 = 5;
const MINIMUM_PADDING: u32 = 4;
const MINIMUM_PACKET_LENGTH: u32 = 8;
const MAXIMUM_PACKET_LENGTH: u32 = 1 + PAYLOAD_CAPACITY + 255;

/** Two keys of 32 bytes: see chacha20-poly1305.ts. */
export const KEYS_BYTES: u32 = 64;

/** One packet, as it arrives. */
export const INPUT: usize = memory.data(LENGTH_BYTES + MAXIMUM_PACKET_LENGTH + TAG_BYTES, 16);
export const PAYLOAD: usize = INPUT + HEADER_BYTES;

/** One packet with the longest payload and its padding, and after it the KEXINIT that may be due. */
const OUTPUT_CAPACITY: u32 = HEADER_BYTES + PAYLOAD_CAPACITY + 11 + TAG_BYTES + 512;
export const OUTPUT: usize = memory.data(OUTPUT_CAPACITY, 16);

/** Secret: what encrypts each direction now, and what will encrypt the client's once it has sent NEWKEYS. */
export const CLIENT_TO_SERVER_KEYS: usize = memory.data(3 * KEYS_BYTES, 16);
export const SERVER_TO_CLIENT_KEYS: usize = CLIENT_TO_SERVER_KEYS + KEYS_BYTES;
export const NEXT_CLIENT_TO_SERVER_KEYS: usize = SERVER_TO_CLIENT_KEYS + KEYS_BYTES;

let clientToServerEncrypted: bool = false;
let serverToClientEncrypted: bool = false;
let clientToServerSequenceNumber: u32 = 0;
let serverToClientSequenceNumber: u32 = 0;
let packetLength: u32 = 0;

export let payloadLength: u32 = 0;
export let outputLength: u32 = 0;

/** Bytes in both directions since the keys are in use. */
export let bytesSinceNewKeys: u32 = 0;

export function clearOutput(): void {
  outputLength = 0;
}

/** Puts `length` bytes that are no packet into the output: the identification string. */
export function writeRaw(ptr: usize, length: u32): void {
  memory.copy(OUTPUT, ptr, length);
  outputLength = length;
}

/** Where the payload of the next packet is written. */
export function payloadToSend(): usize {
  return OUTPUT + outputLength + HEADER_BYTES;
}

/** Frames and encrypts the payload of `length` bytes at `payloadToSend`. */
export function writePacket(length: u32): void {
  const packet = OUTPUT + outputLength;
  // What is padded to a multiple of 8 counts the length field only in plaintext.
  const unpadded = length + 1 + (serverToClientEncrypted ? 0 : LENGTH_BYTES);
  const paddingLength = ((-unpadded - MINIMUM_PADDING) & 7) + MINIMUM_PADDING;
  const toSeal = 1 + length + paddingLength;
  store<u32>(packet, bswap(toSeal), 0, 1);
  store<u8>(packet, <u8>paddingLength, LENGTH_BYTES);
  // Zeros: under a stream cipher random padding hides nothing more.
  memory.fill(packet + HEADER_BYTES + length, 0, paddingLength);
  let size = LENGTH_BYTES + toSeal;
  if (serverToClientEncrypted) {
    sealPacket(SERVER_TO_CLIENT_KEYS, serverToClientSequenceNumber, packet, toSeal);
    size += TAG_BYTES;
  }
  serverToClientSequenceNumber++;
  outputLength += size;
  bytesSinceNewKeys += size;
}

/**
 * From the first 4 bytes of a packet at INPUT: how many bytes it has in all, or 0 for a length that is not allowed. A payload
 * beyond the capacity is refused here too, where its padding cannot excuse it.
 */
export function readPacketSize(): u32 {
  const encrypted = clientToServerEncrypted;
  packetLength = encrypted
    ? decryptLength(CLIENT_TO_SERVER_KEYS, clientToServerSequenceNumber, INPUT)
    : bswap(load<u32>(INPUT));
  if (packetLength - MINIMUM_PACKET_LENGTH > MAXIMUM_PACKET_LENGTH - MINIMUM_PACKET_LENGTH) return 0;
  if ((packetLength + (encrypted ? 0 : LENGTH_BYTES)) & 7) return 0;
  return LENGTH_BYTES + packetLength + (encrypted ? TAG_BYTES : 0);
}

/** Authenticates and decrypts the packet at INPUT; false if its tag is wrong. */
export function readPacket(): bool {
  if (clientToServerEncrypted) {
    if (!openPacket(CLIENT_TO_SERVER_KEYS, clientToServerSequenceNumber, INPUT, packetLength)) return false;
  }
  clientToServerSequenceNumber++;
  bytesSinceNewKeys += packetLength + LENGTH_BYTES + TAG_BYTES;
  return true;
}

/** Finds the payload between its header and its padding; false if there is none, or one too long. */
export function readPayload(): bool {
  const paddingLength = <u32>load<u8>(INPUT + LENGTH_BYTES);
  payloadLength = packetLength - 1 - paddingLength;
  // A padding longer than the packet makes the difference wrap, which is beyond the capacity too.
  if (paddingLength < MINIMUM_PADDING || payloadLength - 1 >= PAYLOAD_CAPACITY) {
    payloadLength = 0;
    return false;
  }
  return true;
}

/** Forgets the last payload, which may have been a password. */
export function wipePayload(): void {
  memory.fill(PAYLOAD, 0, payloadLength);
  payloadLength = 0;
}

/** Sequence number of the packet received last, RFC 4253 §6.4. */
export function lastSequenceNumber(): u32 {
  return clientToServerSequenceNumber - 1;
}

/** The server's NEWKEYS is out: what follows is encrypted with the new keys. */
export function startServerToClientKeys(strict: bool): void {
  serverToClientEncrypted = true;
  if (strict) serverToClientSequenceNumber = 0;
}

/** The client's NEWKEYS is in. */
export function startClientToServerKeys(strict: bool): void {
  memory.copy(CLIENT_TO_SERVER_KEYS, NEXT_CLIENT_TO_SERVER_KEYS, KEYS_BYTES);
  memory.fill(NEXT_CLIENT_TO_SERVER_KEYS, 0, KEYS_BYTES);
  clientToServerEncrypted = true;
  if (strict) clientToServerSequenceNumber = 0;
  bytesSinceNewKeys = 0;
}
