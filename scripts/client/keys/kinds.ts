// Key pairs of users, of every kind: blobs, and signatures that can be altered.

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  type SignKeyObjectInput,
} from "node:crypto";
import { bytes, string, uint32 } from "../wire.js";
import { privateKey, publicBytes } from "./raw.js";

/** A positive number as mpint, from its big-endian bytes. */
export function mpintOf(number: Uint8Array): Uint8Array {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const significant = number.subarray(start);
  return string(significant[0]! >= 0x80 ? bytes(0, significant) : significant);
}

/** What can be altered of a signature blob. */
export interface SignatureOptions {
  sessionId?: Uint8Array;
  /** The type in the signature blob. Default: the algorithm. */
  type?: string;
  /** Changes the innermost signature: for ECDSA the two mpints. */
  alter?: (signature: Uint8Array) => Uint8Array;
  /** Of a security key. Default: present, not verified. */
  flags?: number;
  counter?: number;
  /** The application that the security key signs for. Default: the key's. */
  signedApplication?: string;
}

/** A key pair of a test's user, of any kind. */
export interface TestKey {
  algorithm: string;
  blob: Uint8Array;
  /** The signature blob of a message. */
  sign: (message: Uint8Array, options?: SignatureOptions) => Uint8Array;
}

function coordinates(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: "jwk" });
  return bytes(4, Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url"));
}

function securityKeyData(application: string, message: Uint8Array, { flags = 1, counter = 7 }: SignatureOptions) {
  const hash = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();
  return bytes(hash(application), flags, uint32(counter), hash(message));
}

export function ed25519Key(seed: Uint8Array = new Uint8Array(32).fill(21)): TestKey {
  const key = privateKey("Ed25519", seed);
  return {
    algorithm: "ssh-ed25519",
    blob: bytes(string("ssh-ed25519"), string(publicBytes(key))),
    sign: (message, { type = "ssh-ed25519", alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(sign(null, message, key)))),
  };
}

export function securityEd25519Key(application = "ssh:", seed = new Uint8Array(32).fill(22)): TestKey {
  const key = privateKey("Ed25519", seed);
  const algorithm = "sk-ssh-ed25519@openssh.com";
  return {
    algorithm,
    blob: bytes(string(algorithm), string(publicBytes(key)), string(application)),
    sign: (message, options = {}) => {
      const { type = algorithm, alter = (signature: Uint8Array) => signature, flags = 1, counter = 7 } = options;
      const data = securityKeyData(options.signedApplication ?? application, message, options);
      return bytes(string(type), string(alter(sign(null, data, key))), flags, uint32(counter));
    },
  };
}

function ecdsaSignature(key: KeyObject, data: Uint8Array): Uint8Array {
  const input: SignKeyObjectInput = { key, dsaEncoding: "ieee-p1363" };
  const made = sign("sha256", data, input);
  return bytes(mpintOf(made.subarray(0, 32)), mpintOf(made.subarray(32)));
}

const ecdsaPairs = generateKeyPairSync("ec", { namedCurve: "P-256" });

export function ecdsaKey({ privateKey: key, publicKey } = ecdsaPairs): TestKey {
  const algorithm = "ecdsa-sha2-nistp256";
  return {
    algorithm,
    blob: bytes(string(algorithm), string("nistp256"), string(coordinates(publicKey))),
    sign: (message, { type = algorithm, alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(ecdsaSignature(key, message)))),
  };
}

export function securityEcdsaKey(application = "ssh:", { privateKey: key, publicKey } = ecdsaPairs): TestKey {
  const algorithm = "sk-ecdsa-sha2-nistp256@openssh.com";
  return {
    algorithm,
    blob: bytes(string(algorithm), string("nistp256"), string(coordinates(publicKey)), string(application)),
    sign: (message, options = {}) => {
      const { type = algorithm, alter = (signature: Uint8Array) => signature, flags = 1, counter = 7 } = options;
      const data = securityKeyData(options.signedApplication ?? application, message, options);
      return bytes(string(type), string(alter(ecdsaSignature(key, data))), flags, uint32(counter));
    },
  };
}

const rsaPairs = new Map<number, KeyObject>();

export function rsaKey(algorithm: "rsa-sha2-256" | "rsa-sha2-512" | "ssh-rsa" = "rsa-sha2-256", bits = 2048): TestKey {
  let key = rsaPairs.get(bits);
  if (!key) rsaPairs.set(bits, (key = generateKeyPairSync("rsa", { modulusLength: bits }).privateKey));
  const { e, n } = createPublicKey(key).export({ format: "jwk" });
  const digest = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512", "ssh-rsa": "sha1" }[algorithm];
  const made = key;
  return {
    algorithm,
    blob: bytes(string("ssh-rsa"), mpintOf(Buffer.from(e!, "base64url")), mpintOf(Buffer.from(n!, "base64url"))),
    sign: (message, { type = algorithm, alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(sign(digest, message, made)))),
  };
}
