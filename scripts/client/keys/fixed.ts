// Key pairs whose keys and signatures are the same in every run: for what counts the instructions that they cost.

import { createHash, getDiffieHellman } from "node:crypto";
import { inverse, mod, toBytes, toNumber } from "./modular.js";
import { multiplyBase, N } from "./p256.js";
import { type ManyPrimesKey, signEncoded } from "./rsa.js";
import { mpintOf, type TestKey } from "./kinds.js";
import { bytes, string } from "../wire.js";

const sha256 = (message: Uint8Array): Buffer => createHash("sha256").update(message).digest();

/** Of 2,048 bits, made of primes that are at hand: RFC 2409's of 768 and 1,024 bits, and one of 256. */
function rsaPair(): ManyPrimesKey {
  const known = (group: string): bigint => toNumber(getDiffieHellman(group).getPrime());
  const primes = [known("modp1"), known("modp2"), N];
  const modulus = primes.reduce((product, prime) => product * prime);
  return { modulus: toBytes(modulus, 256), exponent: Buffer.of(1, 0, 1), primes };
}

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2). */
export function fixedRsaKey(): TestKey {
  const pair = rsaPair();
  const algorithm = "rsa-sha2-256";
  const info = Buffer.from("3031300d060960864801650304020105000420", "hex");
  const encode = (message: Uint8Array): Uint8Array =>
    bytes(0, 1, Buffer.alloc(256 - 3 - 51, 0xff), 0, info, sha256(message));
  return {
    algorithm,
    blob: bytes(string("ssh-rsa"), mpintOf(pair.exponent), mpintOf(pair.modulus)),
    sign: (message) => bytes(string(algorithm), string(signEncoded(pair, encode(message)))),
  };
}

/** ECDSA with P-256 and SHA-256, and a nonce that is always the same. */
export function fixedEcdsaKey(): TestKey {
  const [secret, nonce] = [toNumber(sha256(Buffer.from("secret"))), toNumber(sha256(Buffer.from("nonce")))];
  const coordinates = multiplyBase(secret)!.map((coordinate) => toBytes(coordinate, 32));
  const algorithm = "ecdsa-sha2-nistp256";
  return {
    algorithm,
    blob: bytes(string(algorithm), string("nistp256"), string(bytes(4, ...coordinates))),
    sign: (message) => {
      const r = mod(multiplyBase(nonce)![0], N);
      const s = mod(inverse(nonce, N) * (toNumber(sha256(message)) + r * secret), N);
      return bytes(string(algorithm), string(bytes(mpintOf(toBytes(r, 32)), mpintOf(toBytes(s, 32)))));
    },
  };
}
