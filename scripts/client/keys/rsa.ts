// RSA keys of any number of bits, and signatures of any encoding by them: of more primes than two, as those are found
// fast.

import { generatePrimeSync } from "node:crypto";
import { inverse, mod, power, toBytes, toNumber } from "./modular.js";

export interface ManyPrimesKey {
  modulus: Buffer;
  exponent: Buffer;
  primes: bigint[];
}

const bitLength = (value: bigint): number => value.toString(2).length;

/** A key whose modulus has exactly so many bits, 512 or more, for a prime exponent. */
export function newManyPrimesKey(bits: number, e = 65537n): ManyPrimesKey {
  let primes: bigint[];
  let n: bigint;
  do {
    [primes, n] = [[], 1n];
    for (let missing = bits; missing > 1; missing = bits - bitLength(n)) {
      const prime = generatePrimeSync(missing > 640 ? 384 : missing, { bigint: true });
      if ((prime - 1n) % e === 0n || primes.includes(prime)) continue;
      primes.push(prime);
      n *= prime;
    }
  } while (bitLength(n) !== bits);
  return {
    modulus: toBytes(n, Math.ceil(bits / 8)),
    exponent: toBytes(e, Math.ceil(bitLength(e) / 8)),
    primes,
  };
}

/** The signature of which these bytes, as a number below the modulus, are the encoding. */
export function signEncoded({ modulus, exponent, primes }: ManyPrimesKey, encoded: Uint8Array): Buffer {
  let [signature, product] = [0n, 1n];
  for (const prime of primes) {
    const root = power(toNumber(encoded), inverse(toNumber(exponent), prime - 1n), prime);
    signature += product * (((root - signature) * inverse(product, prime)) % prime);
    product *= prime;
  }
  return toBytes(mod(signature, product), modulus.length);
}
