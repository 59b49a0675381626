// SHA-512 (FIPS 180-4) in the least code: its constants are computed, as the roots of primes that they are. Everything
// is public.
//
// In: a message. Out: its hash, for ed25519-verify.ts.
//
// Bytes and words run backwards: word t of the message schedule is at W − 8t, and the constant of round t at K − 8t, so
// a word's bytes are in the order in which they are loaded, and one index counts down for all.

import { MINUS_D, REGISTER_BYTES, REGISTERS, ROOT, runVartime, T1, Y1 } from "../curve25519/compact/field-machine";

/** Whether a build hashes elsewhere, has only the result here and needs no memory for more. Flag. */
// @ts-expect-error the flag exists only when a build sets it
export const HASHED_ELSEWHERE: bool = isDefined(WITH_OTHER_SHA512);

/**
 * The variables a to h are at 8, 16, … 64 behind an index that goes down by one word with each round; the new a is
 * written at the index, and e = d + T1 in the place of d. Afterwards ed25519-verify.ts has three points here.
 */
export const VARIABLES: usize = memory.data(HASHED_ELSEWHERE ? 384 : 640 + 64, 64);
if (VARIABLES % 64) ERROR("not aligned");

/** The eight words of the hash and 80 constants, displaced: the former so that they are aligned. */
const CONSTANTS: usize = memory.data(HASHED_ELSEWHERE ? 6 + 2 + 64 : 6 + 64 + 640 + 3, 8) + 6;

/** The hash. Byte n of it is at n ^ 7: its words are little-endian. */
export const DIGEST: usize = CONSTANTS + 2;

/** Words 95 to 16, and the block. */
const SCHEDULE: usize = HASHED_ELSEWHERE ? 0 : memory.data(640 + 128, 8);
const BLOCK: usize = SCHEDULE + 640;

const ROUND_CONSTANT: usize = CONSTANTS + 64 + 3 - VARIABLES;
const WORD: usize = BLOCK - VARIABLES - 512;

/** T1³ and T1², and the three registers from their sides. */
const X: usize = REGISTERS + T1 * REGISTER_BYTES;
const SQUARE: usize = REGISTERS + Y1 * REGISTER_BYTES;
const CUBE: usize = REGISTERS + MINUS_D * REGISTER_BYTES;

/** The displacements in which the two passes of `computeConstants` differ. */
const CUBES: u32 = 3;
const SQUARES: u32 = 58;

/**
 * The first 64 bits of the fractional parts of the cube roots of the first 80 primes, then of the square roots of the
 * first eight.
 *
 * Newton's method: x −= (x^m − n)/(m·x^(m − 1)), where x is the root times 2^72, eight bits more than needed. A step
 * works with 64 bits of the numerator and 64 of the denominator, and each with eight bits further down, so there are no
 * carries; the previous prime's root is near enough to begin with. The squares' pass is that of the cubes shifted by 55
 * bytes: two registers up, where x² is in place of x³ and x in place of x², and the 72 bits down by which they are
 * shorter.
 *
 * The two displacements are chosen for their other bits: modulo 4 they are m, and as masks of the index, which is a
 * multiple of 8, one displaces by 3 bytes, the other by 2 and turns the order of the eight words round.
 */
function computeConstants(): void {
  let index: u32 = 704;
  let displacement = CUBES;
  do {
    // 1 plus what fraction there is. The register is zero, or has a smaller number than 8 there from the pass before.
    store<u8>(X, 1, 9);
    let negativePrime = -1;
    do {
      let divisor: i32;
      do {
        divisor = --negativePrime;
        do divisor++;
        while (negativePrime % divisor);
      } while (divisor != -1);
      let byte: u32 = 8;
      do {
        runVartime(ROOT);
        store<u16>(displacement, load<u16>(displacement, CUBE + 27 - CUBES, 1) + negativePrime, CUBE + 27 - CUBES, 1);
        store<i64>(
          byte,
          load<i64>(byte, X - 1, 1) -
            load<i64>(byte + displacement, CUBE + 13 - CUBES, 1) /
              (load<i64>(displacement, SQUARE + 14 - CUBES, 1) * i64(displacement & 3)),
          X - 1,
          1,
        );
      } while (--byte);
      index -= 8;
      store<u64>(index ^ displacement, load<u64>(X, 1, 1), CONSTANTS, 1);
    } while (index & ~64); // 64: the cubes are done; 0: so are the squares
    displacement = SQUARES;
  } while (index);
}

/**
 * Hashes `length` bytes at `input`; up to 144 bytes behind them are overwritten with the padding. The hash is at
 * `DIGEST`.
 */
export function sha512(input: usize, length: u32): void {
  computeConstants();
  const end = input + length;
  memory.fill(end, 0, 144);
  store<u8>(end, 0x80);
  let isLast: bool;
  do {
    let n: u32 = 128;
    do {
      store<u8>(--n, load<u8>(input), BLOCK);
      input++;
    } while (n);
    // 0x80 and the 16 bytes of the length in bits are in this block, or it is the one before.
    isLast = <i32>(input - end) > 16;
    if (isLast) store<u32>(BLOCK, length << 3);
    memory.copy(VARIABLES + 640, DIGEST, 64);
    let i = VARIABLES + 640;
    do {
      i -= 8;
      let x: u64, y: u64;
      const word = load<u64>(i, WORD);
      // Σ1(e) and Ch(e, f, g)
      const t1 =
        load<u64>(i, ROUND_CONSTANT, 1) +
        load<u64>(i, 64) +
        (rotr(rotr(rotr((x = load<u64>(i, 40)), 23) ^ x, 4) ^ x, 14) +
          (((load<u64>(i, 48) ^ (y = load<u64>(i, 56))) & x) ^ y)) +
        word;
      store<u64>(i, t1 + load<u64>(i, 32), 32);
      // Σ0(a) and Maj(a, b, c)
      store<u64>(
        i,
        t1 +
          (rotr(rotr(rotr((x = load<u64>(i, 8)), 5) ^ x, 6) ^ x, 28) +
            (((x ^ (y = load<u64>(i, 16))) & (load<u64>(i, 24) ^ y)) ^ y)),
      );
      // σ0 of the next word and σ1 of the one 14 further make the one 16 further.
      store<u64>(
        i,
        word +
          load<u64>(i, WORD - 9 * 8) +
          (((x = load<u64>(i, WORD - 1 * 8)) >> 7) ^ rotr(rotr(x, 7) ^ x, 1)) +
          (((x = load<u64>(i, WORD - 14 * 8)) >> 6) ^ rotr(rotr(x, 42) ^ x, 19)),
        WORD - 16 * 8,
      );
    } while (i != VARIABLES);
    do {
      store<u64>(i, load<u64>(i, DIGEST - VARIABLES) + load<u64>(i), DIGEST - VARIABLES);
      i += 8;
    } while (i & 63);
  } while (!isLast);
}
