// OpenSSH's file formats for Ed25519 keys (its PROTOCOL.key, sshd(8) "AUTHORIZED_KEYS FILE FORMAT", RFC 4253 §6.6).
//
// In go the texts of key files, out come 32-byte public keys and 64-byte key pairs (seed and public key), and back.
// Every refusal says what is wrong with the file. credentials.ts puts public keys into modules; host-key.ts keeps the
// server's own key.

import { createHash, randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { KeyFormatError } from "../../core/key-format-error.js";
import { decodeBase64, isPublicKeyText, parseKeyLine, printable, privateKeyKind, readKeyLines } from "./key-text.js";
import { string, uint32, WireReader } from "./wire.js";

export { KeyFormatError };

export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;

const ALGORITHM = "ssh-ed25519";
const MAGIC = "openssh-key-v1\0";
const BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END = "-----END OPENSSH PRIVATE KEY-----";
const MAKE_KEY = "ssh-keygen -t ed25519";
const FROM_PUTTY = "Sesame reads OpenSSH's own: puttygen KEY.ppk -O private-openssh -o KEY";
const BASE64_LINE_CHARACTERS = 70;
/** The unencrypted key block is padded to a multiple of this with 1, 2, 3, … */
const BLOCK_BYTES = 8;

/** An Ed25519 key pair. */
export interface KeyPair {
  /** 32 bytes, secret: RFC 8032's private key. */
  seed: Uint8Array;
  /** 32 bytes. */
  publicKey: Uint8Array;
}

/** A key pair with the comment that its file carries. */
export interface CommentedKeyPair extends KeyPair {
  comment: string;
}

/** A public key with the comment that its line carries. */
export interface CommentedPublicKey {
  /** 32 bytes. */
  publicKey: Uint8Array;
  comment: string;
}

/** A fresh key pair from the system's random numbers. */
export function generateKeyPair(): KeyPair {
  return keyPairFromSeed(randomBytes(SEED_BYTES));
}

/** The key pair of a 32-byte seed. */
export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  return { seed: Uint8Array.from(seed), publicKey: nacl.sign.keyPair.fromSeed(Uint8Array.from(seed)).publicKey };
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprint(publicKey: Uint8Array): string {
  return blobFingerprint(publicKeyBlob(publicKey));
}

/** The same of a key of any type, in the format of RFC 4253 §6.6. */
export function blobFingerprint(blob: Uint8Array): string {
  const hash = createHash("sha256").update(blob).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

/** One line for authorized_keys, known_hosts or a .pub file, without the newline. */
export function formatPublicKey(publicKey: Uint8Array, comment = ""): string {
  const line = `${ALGORITHM} ${publicKeyBlob(publicKey).toString("base64")}`;
  return comment === "" ? line : `${line} ${checkComment(comment)}`;
}

/**
 * Reads the one public key of a text: of a .pub file, an authorized_keys file, RFC 4716 or PEM. Options before the key
 * are refused: the modules could not keep what they promise.
 */
export function parsePublicKey(text: string): CommentedPublicKey {
  const lines = readKeyLines(text);
  if (lines.length === 0) throw new KeyFormatError("there is no public key in it");
  if (lines.length > 1) throw new KeyFormatError("it holds more than one key; Sesame embeds exactly one");
  const { options, type, base64, comment } = parseKeyLine(lines[0]!.line);
  if (options !== "")
    throw new KeyFormatError("it has options before the key (such as from= or command=); Sesame cannot keep them here");
  if (type !== ALGORITHM) throw new KeyFormatError(`it is of the type ${printable(type)}; only ${ALGORITHM} will do`);
  if (base64 === "") throw new KeyFormatError(`there is no key after ${ALGORITHM}`);
  return { publicKey: parsePublicKeyBlob(decodeBase64(base64)), comment };
}

/** The text of an unencrypted private key file. */
export function formatPrivateKey({ seed, publicKey }: KeyPair, comment = ""): string {
  const check = randomBytes(4);
  const body = [check, check, string(ALGORITHM), string(publicKey), string(Buffer.concat([seed, publicKey]))];
  body.push(string(checkComment(comment)));
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const padding = (BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES;
  body.push(Buffer.from(Array.from({ length: padding }, (_, index) => index + 1)));
  const file = Buffer.concat([
    Buffer.from(MAGIC, "latin1"),
    string("none"), // cipher
    string("none"), // key derivation
    string(""), // its options
    uint32(1), // number of keys
    string(publicKeyBlob(publicKey)),
    string(Buffer.concat(body)),
  ]);
  const lines = file.toString("base64").match(new RegExp(`.{1,${BASE64_LINE_CHARACTERS}}`, "g")) ?? [];
  return [BEGIN, ...lines, END, ""].join("\n");
}

/**
 * Reads an unencrypted private key file. The public key is computed afresh from the seed and compared with the file's.
 */
export function parsePrivateKey(text: string): CommentedKeyPair {
  const trimmed = text.trim();
  if (isPublicKeyText(trimmed)) throw new KeyFormatError("it is a public key; give the private one");
  const kind = privateKeyKind(trimmed);
  if (kind === "PuTTY") throw new KeyFormatError(`it is a private key of PuTTY's; ${FROM_PUTTY}`);
  if (kind !== "OpenSSH" && kind !== undefined)
    throw new KeyFormatError(
      `it is a private key in another format (${kind}); Sesame reads OpenSSH's own (${MAKE_KEY})`,
    );
  if (kind === undefined || !trimmed.endsWith(END))
    throw new KeyFormatError(`it is not an OpenSSH private key; ${MAKE_KEY} makes one`);
  const reader = new WireReader(decodeBase64(trimmed.slice(BEGIN.length, -END.length).replace(/\s+/g, "")));
  if (reader.bytes(MAGIC.length).toString("latin1") !== MAGIC)
    throw new KeyFormatError("it is not an openssh-key-v1 file");
  const cipher = reader.text();
  const keyDerivation = reader.text();
  reader.string(); // the derivation's options
  if (cipher !== "none" || keyDerivation !== "none") {
    throw new KeyFormatError(`it is encrypted (${cipher}); remove the passphrase from a copy: ssh-keygen -p -f COPY`);
  }
  if (reader.uint32() !== 1) throw new KeyFormatError("it does not hold exactly one key");
  const statedPublicKey = parsePublicKeyBlob(reader.string());
  const block = reader.string();
  if (block.length % BLOCK_BYTES !== 0) throw new KeyFormatError("its block has a wrong length: the file is damaged");
  const body = new WireReader(block);
  reader.end();
  if (body.uint32() !== body.uint32()) throw new KeyFormatError("its check numbers differ: the file is damaged");
  const algorithm = body.text();
  if (algorithm !== ALGORITHM)
    throw new KeyFormatError(`it is of the type ${printable(algorithm)}; only ${ALGORITHM} will do`);
  const publicKey = body.string();
  const privateKey = body.string();
  const comment = body.string().toString("utf8");
  // 1, 2, 3, …: how many is up to the writer, and PuTTYgen has blocks of 16 bytes
  for (let expected = 1; body.remaining > 0; expected++) {
    if (body.bytes(1)[0] !== (expected & 0xff)) throw new KeyFormatError("its padding is wrong: the file is damaged");
  }
  if (privateKey.length !== SEED_BYTES + PUBLIC_KEY_BYTES)
    throw new KeyFormatError("its private key has a wrong length");
  const pair = keyPairFromSeed(privateKey.subarray(0, SEED_BYTES));
  for (const stated of [statedPublicKey, publicKey, privateKey.subarray(SEED_BYTES)]) {
    if (!Buffer.from(pair.publicKey).equals(stated))
      throw new KeyFormatError("its public key does not belong to its private key");
  }
  return { ...pair, comment };
}

/** RFC 8709 §4. */
function publicKeyBlob(publicKey: Uint8Array): Buffer {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new KeyFormatError("a public key has 32 bytes");
  return Buffer.concat([string(ALGORITHM), string(publicKey)]);
}

function parsePublicKeyBlob(blob: Buffer): Buffer {
  const reader = new WireReader(blob);
  const algorithm = reader.text();
  if (algorithm !== ALGORITHM)
    throw new KeyFormatError(`it is of the type ${printable(algorithm)}; only ${ALGORITHM} will do`);
  const publicKey = reader.string();
  reader.end();
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new KeyFormatError("its public key has a wrong length");
  return publicKey;
}

function checkComment(comment: string): string {
  if (/[\x00-\x1f\x7f]/.test(comment)) throw new KeyFormatError("a comment has no control characters");
  return comment;
}
