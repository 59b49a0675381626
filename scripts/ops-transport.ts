// The transport's part of `npm run ops`: one key exchange, then one packet of 1,000 bytes in each direction.
//
// The client here is the least that gets the module there: fixed keys, no verification, one cipher, no rekeying. In comes the
// module; out go counts.

import { strict as assert } from "node:assert";
import { createCipheriv, createHash } from "node:crypto";
import nacl from "tweetnacl";
import { TransportEvent } from "../assembly/abi.js";
import { ModuleMemory, type TransportExports } from "../host/node/modules.js";
import { bytes, string, uint32 } from "../test/support/wire.js";
import { instantiateCounted, type Measure } from "./instrument.js";

/** tweetnacl has it, its types leave it out. */
const { crypto_onetimeauth: poly1305 } = (nacl as unknown as { lowlevel: Record<"crypto_onetimeauth", OneTimeAuth> })
  .lowlevel;
type OneTimeAuth = (
  tag: Uint8Array,
  at: number,
  text: Uint8Array,
  from: number,
  length: number,
  key: Uint8Array,
) => void;

const PAYLOAD_BYTES = 1000;
const IDENTIFICATION = "SSH-2.0-ops";
const HOST_KEY = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(2));
const EPHEMERAL = nacl.box.keyPair.fromSecretKey(new Uint8Array(32).fill(3));
const NAME_LISTS = [
  "curve25519-sha256,kex-strict-c-v00@openssh.com",
  "ssh-ed25519",
  ...["chacha20-poly1305@openssh.com", "chacha20-poly1305@openssh.com", "", "", "none", "none", "", ""],
];
const KEXINIT = bytes(20, new Uint8Array(16), ...NAME_LISTS.map(string), 0, uint32(0));

/** RFC 4253 §6. The length field counts for the alignment only where it is encrypted with the rest. */
function frame(payload: Uint8Array, alignedLength: boolean): Uint8Array {
  const unpadded = (alignedLength ? 5 : 1) + payload.length;
  const padding = 4 + ((8 - ((unpadded + 4) % 8)) % 8);
  return bytes(uint32(1 + payload.length + padding), padding, payload, new Uint8Array(padding));
}

/** The payload of the unencrypted packet at `offset`, and the offset behind it. */
function unframe(stream: Buffer, offset: number): { payload: Buffer; next: number } {
  const next = offset + 4 + stream.readUInt32BE(offset);
  return { payload: stream.subarray(offset + 5, next - stream.readUInt8(offset + 4)), next };
}

function sha256(...parts: Uint8Array[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function mpint(value: Uint8Array): Uint8Array {
  const trimmed = value.subarray(value.findIndex((byte) => byte !== 0));
  return string(trimmed[0]! >= 0x80 ? bytes(0, trimmed) : trimmed);
}

/** chacha20-poly1305@openssh.com: the first half of `key` is for the packet, the second for its length. */
function seal(key: Uint8Array, sequenceNumber: number, payload: Uint8Array): Uint8Array {
  const chacha20 = (half: number, block: number, data: Uint8Array): Buffer => {
    const iv = Buffer.alloc(16);
    iv.writeUInt8(block, 0);
    iv.writeUInt32BE(sequenceNumber, 12);
    return createCipheriv("chacha20", key.subarray(half, half + 32), iv).update(data);
  };
  const packet = frame(payload, false);
  const sealed = bytes(chacha20(32, 0, packet.subarray(0, 4)), chacha20(0, 1, packet.subarray(4)));
  const tag = new Uint8Array(16);
  poly1305(tag, 0, sealed, 0, sealed.length, chacha20(0, 0, new Uint8Array(32)));
  return bytes(sealed, tag);
}

/** K || H || letter || session identifier, and so on (RFC 4253 §7.2). */
function deriveKey(letter: string, secret: Uint8Array, exchangeHash: Uint8Array): Buffer {
  const first = sha256(secret, exchangeHash, Buffer.from(letter), exchangeHash);
  return Buffer.concat([first, sha256(secret, exchangeHash, first)]);
}

export function runTransport(wasm: Uint8Array, measure: Measure): void {
  const module = instantiateCounted(wasm);
  const exports = module.exports as unknown as TransportExports;
  const memory = new ModuleMemory(exports.memory);
  const output = (): Buffer => Buffer.from(memory.read(exports.outputPtr(), exports.outputLength()));
  /** Hands the stream over as a host does. Returns the last event. */
  const feed = (stream: Uint8Array): TransportEvent => {
    let event = TransportEvent.CONTINUE;
    for (let offset = 0; offset < stream.length;) {
      const length = Math.min(exports.inputCapacity(), stream.length - offset);
      memory.writeInput(exports, stream.subarray(offset, offset + length));
      event = exports.receive(length);
      offset += length;
    }
    if (event === TransportEvent.CLOSED) throw new Error(`closed, reason ${exports.disconnectReason()}`);
    return event;
  };

  memory.write(exports.hostKeyPtr(), 64, HOST_KEY.secretKey);
  measure("host key from its seed", module, () => exports.deriveHostPublicKey());
  memory.writeInput(exports, new Uint8Array(32).fill(4));
  measure("open", module, () => exports.open(32));
  const opening = output();
  const lineEnd = opening.indexOf("\r\n");
  const serverIdentification = opening.subarray(0, lineEnd);
  const serverKexinit = unframe(opening, lineEnd + 2).payload;

  measure("identification and KEXINIT", module, () => {
    feed(bytes(`${IDENTIFICATION}\r\n`, frame(KEXINIT, true)));
  });
  measure("key exchange", module, () => feed(frame(bytes(30, string(EPHEMERAL.publicKey)), true)));
  const { payload: reply } = unframe(output(), 0);
  assert.equal(reply[0], 31, "KEX_ECDH_REPLY");
  const hostKeyEnd = 5 + reply.readUInt32BE(1);
  const serverKey = reply.subarray(hostKeyEnd + 4, hostKeyEnd + 36);
  const secret = mpint(nacl.scalarMult(EPHEMERAL.secretKey, Uint8Array.from(serverKey)));
  const hashed = [IDENTIFICATION, serverIdentification, KEXINIT, serverKexinit].map(string);
  const exchangeHash = sha256(
    ...hashed,
    reply.subarray(1, hostKeyEnd),
    string(EPHEMERAL.publicKey),
    string(serverKey),
    secret,
  );

  feed(frame(bytes(21), true));
  const key = deriveKey("C", secret, exchangeHash);
  feed(seal(key, 0, bytes(5, string("ssh-userauth"))));
  const payload = bytes(50, new Uint8Array(PAYLOAD_BYTES - 1));
  const packet = seal(key, 1, payload);
  measure("1,000 bytes of payload in", module, () => assert.equal(feed(packet), TransportEvent.PAYLOAD));
  assert.deepEqual(memory.read(exports.payloadPtr(), exports.payloadLength()), Uint8Array.from(payload));
  memory.write(exports.sendPtr(), exports.sendCapacity(), payload);
  measure("1,000 bytes of payload out", module, () => assert.ok(exports.send(payload.length) > payload.length));
}
