// A raw SSH client for attacks: a codec without manners. It keeps the keys and the sequence numbers of a correct client
// and sends whatever it is told: any payload, any padding, any length field, a wrong tag, messages in the wrong order.
//
// Bytes in (`receive`), bytes out (`packet` and others). It knows no socket: session.ts feeds it in-process, tcp.ts
// from a server. All randomness is derived from `seed`, so that a client's bytes can be repeated. Primitives:
// node:crypto and, for ML-KEM, @noble/post-quantum; ciphers.ts has the ciphers.

import { createHash, diffieHellman, verify } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { CHACHA20_POLY1305, type DerivedKeys, makeCipher, type PacketCipher } from "./ciphers.js";
import { bytes, type Part, string, uint32 } from "./wire.js";
import { privateKey, publicBytes, publicKey } from "./keys/raw.js";

export const Message = {
  DISCONNECT: 1,
  IGNORE: 2,
  UNIMPLEMENTED: 3,
  DEBUG: 4,
  SERVICE_REQUEST: 5,
  SERVICE_ACCEPT: 6,
  EXT_INFO: 7,
  KEXINIT: 20,
  NEWKEYS: 21,
  KEX_ECDH_INIT: 30,
  KEX_ECDH_REPLY: 31,
  USERAUTH_REQUEST: 50,
  USERAUTH_FAILURE: 51,
  USERAUTH_SUCCESS: 52,
  USERAUTH_PK_OK: 60,
} as const;

export const CURVE25519 = "curve25519-sha256";
export const MLKEM768X25519 = "mlkem768x25519-sha256";
export const CIPHER = CHACHA20_POLY1305;
export const STRICT_MARKER = "kex-strict-c-v00@openssh.com";
export const EXT_INFO_MARKER = "ext-info-c";

/** FIPS 203. */
const CIPHERTEXT_BYTES = 1088;

/** One direction: no keys before the first NEWKEYS. */
interface Direction {
  keys: PacketCipher | undefined;
  sequenceNumber: number;
}

export interface PacketOptions {
  /** Default: the least that is allowed. */
  paddingLength?: number;
  /** What the padding's length field says. Default: the truth. */
  paddingField?: number;
  /** What the packet's length field says. Default: the truth. */
  lengthField?: number;
  /** XORed into the tag, at this byte. */
  corruptTagAt?: number;
  /** Seals with this sequence number instead of the next one. */
  sequenceNumber?: number;
}

export interface KexinitOptions {
  kex?: string | Uint8Array;
  hostKey?: string | Uint8Array;
  ciphers?: [string, string];
  macs?: [string, string];
  compressions?: [string, string];
  languages?: [string, string];
  firstPacketFollows?: boolean | number;
  cookie?: Uint8Array;
  /** Behind the last field. */
  trailing?: Uint8Array;
}

export interface ClientOptions {
  seed?: string;
  /** Says kex-strict-c-v00@openssh.com. Default: true. */
  strict?: boolean;
  extInfo?: boolean;
  /** The key exchange that is offered, and done. Default: curve25519-sha256. */
  kex?: string;
  /** The cipher and the MAC that are offered in each direction. Default: chacha20-poly1305@openssh.com, and none. */
  toServer?: readonly [cipher: string, mac: string];
  toClient?: readonly [cipher: string, mac: string];
}

export function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** RFC 4251 §5: a positive number of 32 bytes. */
export function mpint(number: Uint8Array): Uint8Array {
  let start = 0;
  while (start < number.length && number[start] === 0) start++;
  const trimmed = number.subarray(start);
  return string(trimmed.length > 0 && trimmed[0]! >= 0x80 ? bytes(0, trimmed) : trimmed);
}

/** u-coordinate of secret · point. Throws where it is zero. */
export function x25519(secret: Uint8Array, point: Uint8Array): Buffer {
  return diffieHellman({ privateKey: privateKey("X25519", secret), publicKey: publicKey("X25519", point) });
}

/** RFC 4253 §7.2: the keys of a direction, whose letters are those of its IV, encryption key and integrity key. */
function deriveKeys(sharedSecret: Uint8Array, hash: Uint8Array, letters: string[], sessionId: Uint8Array): DerivedKeys {
  const [iv, first, macKey] = letters.map((letter) => sha256(sharedSecret, hash, Buffer.from(letter), sessionId));
  return { iv: iv!, key: bytes(first!, sha256(sharedSecret, hash, first!)), macKey: macKey! };
}

export class RawClient {
  /** What is offered, as long as nobody changes it. */
  readonly options: Required<ClientOptions>;
  readonly clientToServer: Direction = { keys: undefined, sequenceNumber: 0 };
  readonly serverToClient: Direction = { keys: undefined, sequenceNumber: 0 };
  clientIdentification = "";
  serverIdentification: string | undefined;
  clientKexinit: Uint8Array = Buffer.alloc(0);
  serverKexinit: Uint8Array = Buffer.alloc(0);
  serverHostKey: Uint8Array | undefined;
  sessionId: Uint8Array | undefined;
  /**
   * Of the last key exchange: K, as 32 bytes, H, and the encryption keys of both directions; what was derived with
   * them.
   */
  secrets:
    | {
        sharedSecret: Uint8Array;
        hash: Uint8Array;
        toServer: Uint8Array;
        toClient: Uint8Array;
        derived: readonly DerivedKeys[];
        /** What made K. */
        parts: readonly Uint8Array[];
      }
    | undefined;
  /** The server's payloads that `take` has not taken. */
  messages: Buffer[] = [];
  /** Both sides said the marker in their first KEXINIT. */
  strict = false;
  ephemeral: Uint8Array;
  #exchanges = 0;
  #nextKeys: readonly [toServer: PacketCipher, toClient: PacketCipher] | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Of the packet that `#rest` begins with, once it is known. */
  #length: number | undefined;

  constructor(options: ClientOptions = {}) {
    const pair = [CHACHA20_POLY1305, ""] as const;
    const algorithms = { kex: CURVE25519, toServer: pair, toClient: pair };
    this.options = { seed: "client", strict: true, extInfo: false, ...algorithms, ...options };
    this.ephemeral = this.#random("ephemeral 0");
  }

  #random(purpose: string): Buffer {
    return sha256(Buffer.from(`${this.options.seed}: ${purpose}`));
  }

  /** The line that this client will have said, as bytes. */
  identification(line = "SSH-2.0-attacker\r\n"): Buffer {
    this.clientIdentification = line.replace(/\r?\n$/, "");
    return Buffer.from(line, "latin1");
  }

  /** A packet as the present keys make it, with every field to choose. Takes a sequence number. */
  packet(payload: Uint8Array, options: PacketOptions = {}): Buffer {
    const { keys } = this.clientToServer;
    const sequenceNumber = options.sequenceNumber ?? this.clientToServer.sequenceNumber;
    this.clientToServer.sequenceNumber = (this.clientToServer.sequenceNumber + 1) >>> 0;
    const blockBytes = keys?.blockBytes ?? 8;
    const unpadded = payload.length + 5 + (keys && !keys.countsLength ? 0 : 4);
    const least = 4 + ((blockBytes - (unpadded % blockBytes)) % blockBytes);
    const padding = new Uint8Array(options.paddingLength ?? least);
    const body = bytes((options.paddingField ?? padding.length) & 0xff, payload, padding);
    return this.sealed(options.lengthField ?? body.length, body, options.corruptTagAt, sequenceNumber);
  }

  /**
   * The length field and the body, padding's length included, as the present keys make them. Takes no sequence number.
   */
  sealed(lengthField: number, body: Uint8Array, corruptTagAt?: number, sequenceNumber?: number): Buffer {
    const { keys } = this.clientToServer;
    if (!keys) return bytes(uint32(lengthField), body) as Buffer;
    const number = sequenceNumber ?? this.clientToServer.sequenceNumber;
    const packet = keys.seal(uint32(lengthField), body, number);
    const tag = packet.subarray(-keys.tagBytes);
    if (corruptTagAt !== undefined) tag[corruptTagAt] = tag[corruptTagAt]! ^ 0x80;
    return packet;
  }

  /** Like `packet`, with the payload's parts. */
  send(...parts: Part[]): Buffer {
    return this.packet(bytes(...parts));
  }

  /** This side's KEXINIT, which the exchange hash will have. */
  kexinit(options: KexinitOptions = {}): Uint8Array {
    const markers = [
      ...(this.options.strict ? [STRICT_MARKER] : []),
      ...(this.options.extInfo ? [EXT_INFO_MARKER] : []),
    ];
    const lists = [
      options.kex ?? [this.options.kex, ...markers].join(","),
      options.hostKey ?? "ssh-ed25519",
      ...(options.ciphers ?? [this.options.toServer[0], this.options.toClient[0]]),
      ...(options.macs ?? [this.options.toServer[1], this.options.toClient[1]]),
      ...(options.compressions ?? ["none", "none"]),
      ...(options.languages ?? ["", ""]),
    ];
    this.clientKexinit = bytes(
      Message.KEXINIT,
      options.cookie ?? this.#random(`cookie ${this.#exchanges}`).subarray(0, 16),
      ...lists.map((list) => string(list)),
      Number(options.firstPacketFollows ?? false),
      uint32(0),
      options.trailing ?? "",
    );
    return this.clientKexinit;
  }

  /** The message with this side's share. */
  ecdhInit(share: Uint8Array = this.share()): Uint8Array {
    return bytes(Message.KEX_ECDH_INIT, string(share));
  }

  /** This side's public key, or both of the hybrid key exchange. */
  share(): Uint8Array {
    const point = publicBytes(privateKey("X25519", this.ephemeral));
    return this.options.kex === MLKEM768X25519 ? bytes(this.#kemKeys().publicKey, point) : point;
  }

  #kemKeys(): { publicKey: Uint8Array; secretKey: Uint8Array } {
    return ml_kem768.keygen(bytes(this.ephemeral, sha256(this.ephemeral)));
  }

  /** From the server's share: K as it enters hashes, its 32 bytes, and what made it. */
  #sharedSecret(share: Uint8Array): { encoded: Uint8Array; secret: Uint8Array; parts: Uint8Array[] } {
    if (this.options.kex !== MLKEM768X25519) {
      const secret = x25519(this.ephemeral, share);
      return { encoded: mpint(secret), secret, parts: [] };
    }
    if (share.length !== CIPHERTEXT_BYTES + 32) throw new Error("the server's share has another length");
    const parts = [
      ml_kem768.decapsulate(share.subarray(0, CIPHERTEXT_BYTES), this.#kemKeys().secretKey),
      x25519(this.ephemeral, share.subarray(CIPHERTEXT_BYTES)),
    ];
    const secret = sha256(...parts);
    return { encoded: string(secret), secret, parts };
  }

  /** NEWKEYS, and after it the new keys. */
  newKeys(): Buffer {
    const packet = this.send(Message.NEWKEYS);
    this.useNewKeys();
    return packet;
  }

  /** Encrypts with the keys of the last key exchange from now on. */
  useNewKeys(): void {
    this.clientToServer.keys = this.#nextKeys?.[0];
    if (this.strict) this.clientToServer.sequenceNumber = 0;
  }

  /**
   * Takes bytes of the server's stream; whole packets go to `messages`. Throws where the server breaks the protocol.
   */
  receive(data: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    if (this.serverIdentification === undefined) {
      const end = this.#rest.indexOf("\r\n");
      if (end < 0) return;
      this.serverIdentification = this.#rest.subarray(0, end).toString("latin1");
      this.#rest = this.#rest.subarray(end + 2);
    }
    for (let payload = this.#open(); payload; payload = this.#open()) {
      this.#observe(payload);
      this.messages.push(payload);
    }
  }

  #open(): Buffer | undefined {
    const { keys, sequenceNumber } = this.serverToClient;
    if (this.#rest.length < (keys?.headerBytes ?? 4)) return undefined;
    // of some ciphers the header can be decrypted once
    this.#length ??= keys
      ? keys.readLength(this.#rest.subarray(0, keys.headerBytes), sequenceNumber)
      : this.#rest.readUInt32BE();
    const length = this.#length;
    const end = 4 + length + (keys?.tagBytes ?? 0);
    const padded = length + (keys && !keys.countsLength ? 0 : 4);
    if (length > 35_000 || length < 5 || padded % (keys?.blockBytes ?? 8) !== 0)
      throw new Error(`a packet of ${length} bytes`);
    if (this.#rest.length < end) return undefined;
    const packet = this.#rest.subarray(0, end);
    const body = keys ? keys.open(packet, sequenceNumber) : packet.subarray(4);
    if (!body) throw new Error("the server's tag is wrong");
    this.#length = undefined;
    this.#rest = this.#rest.subarray(end);
    this.serverToClient.sequenceNumber = (sequenceNumber + 1) >>> 0;
    const paddingLength = body[0]!;
    if (paddingLength < 4 || paddingLength + 2 > length) throw new Error(`a padding of ${paddingLength} bytes`);
    // what an earlier packet left there would be shown to the client
    if (body.subarray(length - paddingLength).some((byte) => byte !== 0))
      throw new Error("the padding is not of zeros");
    return Buffer.from(body.subarray(1, length - paddingLength));
  }

  /** What changes this side's state. */
  #observe(payload: Buffer): void {
    switch (payload[0]) {
      case Message.KEXINIT:
        this.serverKexinit = payload;
        break;
      case Message.KEX_ECDH_REPLY:
        this.#finishExchange(payload);
        break;
      case Message.NEWKEYS:
        this.serverToClient.keys = this.#nextKeys?.[1];
        if (this.strict) this.serverToClient.sequenceNumber = 0;
        break;
    }
  }

  /** Verifies the host key's signature of the exchange hash and derives the keys. */
  #finishExchange(reply: Buffer): void {
    const reader = new Reader(reply.subarray(1));
    const hostKeyBlob = reader.string();
    const share = reader.string();
    const signatureBlob = new Reader(reader.string());
    const hostKey = new Reader(hostKeyBlob);
    if (hostKey.string().toString() !== "ssh-ed25519" || signatureBlob.string().toString() !== "ssh-ed25519") {
      throw new Error("another host key algorithm");
    }
    this.serverHostKey = hostKey.string();
    const { encoded, secret, parts } = this.#sharedSecret(share);
    const hash = sha256(
      string(Buffer.from(this.clientIdentification, "latin1")),
      string(Buffer.from(this.serverIdentification!, "latin1")),
      string(this.clientKexinit),
      string(this.serverKexinit),
      string(hostKeyBlob),
      string(this.share()),
      string(share),
      encoded,
    );
    if (!verify(null, hash, publicKey("Ed25519", this.serverHostKey), signatureBlob.string())) {
      throw new Error("the host key's signature is wrong");
    }
    const initial = this.sessionId === undefined;
    this.sessionId ??= hash;
    if (initial) {
      const markers = [this.clientKexinit, this.serverKexinit].map((kexinit) =>
        new Reader(kexinit.subarray(17)).string().toString("latin1").split(","),
      );
      this.strict = markers[0]!.includes(STRICT_MARKER) && markers[1]!.includes("kex-strict-s-v00@openssh.com");
    }
    const toServer = deriveKeys(encoded, hash, ["A", "C", "E"], this.sessionId);
    const toClient = deriveKeys(encoded, hash, ["B", "D", "F"], this.sessionId);
    const derived = [toServer, toClient];
    this.secrets = { sharedSecret: secret, hash, toServer: toServer.key, toClient: toClient.key, derived, parts };
    this.#nextKeys = [makeCipher(...this.options.toServer, toServer), makeCipher(...this.options.toClient, toClient)];
    this.#exchanges++;
    this.ephemeral = this.#random(`ephemeral ${this.#exchanges}`);
  }

  /** The oldest message that was not taken yet. */
  take(): Buffer | undefined {
    return this.messages.shift();
  }

  /** The number of the last message that was not taken yet; 0 for none. */
  lastNumber(): number {
    return this.messages.length > 0 ? this.messages[this.messages.length - 1]![0]! : 0;
  }

  /** The numbers of all messages that were not taken yet, which are taken. */
  takeNumbers(): number[] {
    return this.messages.splice(0).map((message) => message[0]!);
  }

  /** A client in the same state that goes its own way. */
  fork(): RawClient {
    const copy = new RawClient(this.options);
    Object.assign(copy.clientToServer, this.clientToServer);
    Object.assign(copy.serverToClient, this.serverToClient);
    copy.clientToServer.keys = this.clientToServer.keys?.fork();
    copy.serverToClient.keys = this.serverToClient.keys?.fork();
    const { clientIdentification, serverIdentification, clientKexinit, serverKexinit, serverHostKey } = this;
    const { sessionId, secrets, strict, ephemeral } = this;
    Object.assign(copy, { clientIdentification, serverIdentification, clientKexinit, serverKexinit, serverHostKey });
    Object.assign(copy, { sessionId, secrets, strict, ephemeral });
    copy.messages = [...this.messages];
    copy.#exchanges = this.#exchanges;
    copy.#nextKeys = this.#nextKeys && [this.#nextKeys[0].fork(), this.#nextKeys[1].fork()];
    copy.#rest = this.#rest;
    copy.#length = this.#length;
    return copy;
  }
}

/** Takes strings off the front of a payload. */
export class Reader {
  constructor(public rest: Uint8Array) {}

  uint32(): number {
    const value = Buffer.from(this.rest).readUInt32BE();
    this.rest = this.rest.subarray(4);
    return value;
  }

  string(): Buffer {
    const length = this.uint32();
    if (length > this.rest.length) throw new Error("a string goes beyond its payload");
    const content = Buffer.from(this.rest.subarray(0, length));
    this.rest = this.rest.subarray(length);
    return content;
  }
}
