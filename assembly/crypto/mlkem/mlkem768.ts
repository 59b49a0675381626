// FIPS 203: ML-KEM-768, the side that encapsulates.
// Comes in: an encapsulation key, public, and 32 random bytes. Goes out: a ciphertext, public, and a shared secret.
// Next: the key exchange that uses both.
//
// The matrix Â is generated a polynomial at a time, where it is used, and never stored: 1.5 KiB for ŷ and 1 KiB for two
// polynomials are enough.

import {
  keccak,
  KECCAK_STATE,
  permute,
  SHA3_256_RATE_BYTES,
  SHA3_512_RATE_BYTES,
  SHA3_SUFFIX,
  SHAKE128_RATE_BYTES,
  SHAKE256_RATE_BYTES,
  SHAKE_SUFFIX,
  wipeKeccak,
} from "../hash/keccak";
import {
  canonical,
  COEFFICIENT_COUNT,
  makeRoots,
  MODULUS,
  multiplyAdd,
  POLYNOMIAL_BYTES,
  transform,
  transformBack,
} from "./ring";

/** k: the matrix has as many rows and columns. */
const RANK: u32 = 3;
/** A polynomial of t̂, twelve bits a coefficient. */
const ENCODED_BYTES: u32 = 384;
const SEED_BYTES: i32 = 32;

/** t̂, and the seed ρ of the matrix. */
export const ENCAPSULATION_KEY_BYTES: u32 = RANK * ENCODED_BYTES + SEED_BYTES;
/** u with ten bits a coefficient, v with four. */
export const CIPHERTEXT_BYTES: u32 = RANK * 320 + 128;
export const SHARED_SECRET_BYTES: u32 = 32;

// Secret, and wiped as a whole: m and H(ek), which G hashes; r and a counter, which make the noise; a polynomial of u,
// or v; ŷ.
// @ts-expect-error a decorator of AssemblyScript
@lazy
const HASHED: usize = memory.data(2152, 8);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SEED: usize = HASHED + 2 * SEED_BYTES;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SUM: usize = SEED + SEED_BYTES + 8;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const Y: usize = SUM + POLYNOMIAL_BYTES;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const SECRET_BYTES: usize = Y + RANK * POLYNOMIAL_BYTES - HASHED;

/** ρ, a row and a column: public. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const MATRIX_SEED: usize = memory.data(SEED_BYTES + 2, 8);
/** A polynomial of the matrix or of t̂: public. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const FACTOR: usize = memory.data(512, 4);

/**
 * ML-KEM.Encaps (algorithm 20): `random` has 32 secret bytes of the generator, `sharedSecret` receives 32; they do not
 * overlap. False, and nothing written, when the key fails the check of its numbers (§7.2); its length is the caller's
 * to check.
 */
export function encapsulate(ciphertext: usize, sharedSecret: usize, encapsulationKey: usize, random: usize): bool {
  if (!isReduced(encapsulationKey)) return false;
  makeRoots();
  keccak(SHA3_256_RATE_BYTES, SHA3_SUFFIX, encapsulationKey, ENCAPSULATION_KEY_BYTES);
  memory.copy(HASHED, random, SEED_BYTES);
  memory.copy(HASHED + SEED_BYTES, KECCAK_STATE, SEED_BYTES);
  keccak(SHA3_512_RATE_BYTES, SHA3_SUFFIX, HASHED, 2 * SEED_BYTES);
  memory.copy(sharedSecret, KECCAK_STATE, SHARED_SECRET_BYTES);
  memory.copy(SEED, KECCAK_STATE + SHARED_SECRET_BYTES, SEED_BYTES);
  encrypt(ciphertext, encapsulationKey, random);
  memory.fill(HASHED, 0, SECRET_BYTES);
  wipeKeccak();
  return true;
}

/** §7.2: whether every number of t̂ is below q. */
function isReduced(encapsulationKey: usize): bool {
  for (let i: u32 = 0; i < RANK; i++) {
    if (!decode(encapsulationKey + i * ENCODED_BYTES)) return false;
  }
  return true;
}

/** ByteDecode₁₂ (algorithm 6) of a polynomial of t̂ into FACTOR; whether all its numbers are below q. */
function decode(encoded: usize): bool {
  let above: i32 = 0;
  for (let ptr = FACTOR; ptr < FACTOR + POLYNOMIAL_BYTES; ptr += 4) {
    const a = readLow(encoded);
    const b = readHigh(encoded);
    above |= (MODULUS - 1 - a) | (MODULUS - 1 - b);
    store<i16>(ptr, a);
    store<i16>(ptr, b, 2);
    encoded += 3;
  }
  return above >= 0;
}

/** The first of two numbers of twelve bits in three bytes, and the second. */
function readLow(ptr: usize): i32 {
  return (<i32>load<u16>(ptr, 0, 1)) & 0xfff;
}

function readHigh(ptr: usize): i32 {
  return (<i32>load<u16>(ptr, 1, 1)) >> 4;
}

/** K-PKE.Encrypt (algorithm 14) of the 32 bytes at `message`, with the randomness r in SEED. */
function encrypt(ciphertext: usize, encapsulationKey: usize, message: usize): void {
  let nonce: u32 = 0;
  for (let y = Y; y < Y + RANK * POLYNOMIAL_BYTES; y += POLYNOMIAL_BYTES) {
    memory.fill(y, 0, POLYNOMIAL_BYTES);
    addNoise(y, nonce++);
    transform(y);
  }
  for (let row: u32 = 0; row <= RANK; row++) {
    memory.fill(SUM, 0, POLYNOMIAL_BYTES);
    for (let column: u32 = 0; column < RANK; column++) {
      if (row < RANK) sampleMatrix(encapsulationKey + RANK * ENCODED_BYTES, row, column);
      else decode(encapsulationKey + column * ENCODED_BYTES);
      multiplyAdd(SUM, FACTOR, Y + column * POLYNOMIAL_BYTES);
    }
    transformBack(SUM);
    addNoise(SUM, nonce++);
    if (row == RANK) addMessage(message);
    ciphertext = compress(ciphertext, row < RANK ? 10 : 4);
  }
}

/** SampleNTT (algorithm 7) into FACTOR: the entry of Â's transpose, from ρ, which is public. */
function sampleMatrix(rho: usize, row: u32, column: u32): void {
  memory.copy(MATRIX_SEED, rho, SEED_BYTES);
  store<u8>(MATRIX_SEED, row, SEED_BYTES);
  store<u8>(MATRIX_SEED, column, SEED_BYTES + 1);
  keccak(SHAKE128_RATE_BYTES, SHAKE_SUFFIX, MATRIX_SEED, SEED_BYTES + 2);
  let ptr = FACTOR;
  let block = KECCAK_STATE;
  while (true) {
    const a = readLow(block);
    const b = readHigh(block);
    block += 3;
    if (a < MODULUS) {
      store<i16>(ptr, a);
      ptr += 2;
    }
    if (ptr == FACTOR + POLYNOMIAL_BYTES) return;
    if (b < MODULUS) {
      store<i16>(ptr, b);
      ptr += 2;
    }
    if (ptr == FACTOR + POLYNOMIAL_BYTES) return;
    if (block == KECCAK_STATE + SHAKE128_RATE_BYTES) {
      permute();
      block = KECCAK_STATE;
    }
  }
}

/** SamplePolyCBD₂ (algorithm 8) of PRF₂(r, nonce), added to a polynomial: numbers from −2 to 2, secret. */
function addNoise(polynomial: usize, nonce: u32): void {
  store<u8>(SEED, nonce, SEED_BYTES);
  keccak(SHAKE256_RATE_BYTES, SHAKE_SUFFIX, SEED, SEED_BYTES + 1);
  for (let ptr = KECCAK_STATE; ptr < KECCAK_STATE + COEFFICIENT_COUNT / 2; ptr++) {
    const bits = <i32>load<u8>(ptr);
    const sums = (bits & 0x55) + ((bits >> 1) & 0x55);
    addTo(polynomial, (sums & 3) - ((sums >> 2) & 3));
    addTo(polynomial + 2, ((sums >> 4) & 3) - (sums >> 6));
    polynomial += 4;
  }
}

/** μ = Decompress₁(ByteDecode₁(m)) to v: half of q where a bit is set. */
function addMessage(message: usize): void {
  for (let i: u32 = 0; i < COEFFICIENT_COUNT; i++) {
    const bit = (<i32>(load<u8>(message + (i >> 3)) >> (i & 7))) & 1;
    addTo(SUM + 2 * i, -bit & ((MODULUS + 1) / 2));
  }
}

// @ts-expect-error a decorator of AssemblyScript
@inline
function addTo(ptr: usize, value: i32): void {
  store<i16>(ptr, <i32>load<i16>(ptr) + value);
}

/** ByteEncode(Compress(SUM)) (§4.2.1) with `width` bits a number, to `out`; returns where that ends. */
function compress(out: usize, width: u32): usize {
  let bits: u32 = 0;
  let count: u32 = 0;
  for (let ptr = SUM; ptr < SUM + POLYNOMIAL_BYTES; ptr += 2) {
    // Rounded division by q as a product, since a division may take as long as its operand has it. Right for every
    // number, as the tests show for both widths.
    const scaled = <u64>((canonical(load<i16>(ptr)) << width) + 1665) * 1290167;
    bits |= ((<u32>(scaled >> 32)) & ((1 << width) - 1)) << count;
    count += width;
    while (count >= 8) {
      store<u8>(out++, bits);
      bits >>= 8;
      count -= 8;
    }
  }
  return out;
}
