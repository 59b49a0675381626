// FIPS 186-5 §6.4.2: ECDSA verification on P-256 (SP 800-186 §3.2.1.3) with SHA-256, for ecdsa-sha2-nistp256 of RFC
// 5656 §3.1.2. Everything is public. In: a public key, a hash and a signature. Out: whether it is the key's. The
// arithmetic is in montgomery.ts.
//
// u1·G + u2·Q is computed bit by bit. The sum is in Jacobian coordinates, (X/Z², Y/Z³), and all zeros for the point at
// infinity; G and Q are added as they are. Formulas are lists of 16-bit instructions, o = a·b or o = a + k·b, on 16
// registers.

import {
  combine,
  FACTOR,
  isZeroVartime,
  MODULUS,
  multiply,
  NUMBERS,
  powerVartime,
  readNumber,
  reduceVartime,
  setModulus,
  toMontgomeryVartime,
} from "../rsa/montgomery";

const COORDINATE_BYTES: u32 = 32;

/** Registers: the sum; what is added to it, with Z2 = 1; what the formulas need. */
const X1: u16 = 0;
const Y1: u16 = 1;
const Z1: u16 = 2;
const X2: u16 = 3;
const Y2: u16 = 4;
const Z2: u16 = 5;
const A: u16 = 6;
const B: u16 = 7;
const H: u16 = 8;
const R: u16 = 9;

const REGISTER_BYTES: u32 = 40;
const SUM: usize = NUMBERS + X1 * REGISTER_BYTES;
const SUM_Z: usize = NUMBERS + Z1 * REGISTER_BYTES;
const ADDEND: usize = NUMBERS + X2 * REGISTER_BYTES;
const ADDEND_Y: usize = NUMBERS + Y2 * REGISTER_BYTES;
const ADDEND_Z: usize = NUMBERS + Z2 * REGISTER_BYTES;
const REGISTER_A: usize = NUMBERS + A * REGISTER_BYTES;
const REGISTER_H: usize = NUMBERS + H * REGISTER_BYTES;
const REGISTER_R: usize = NUMBERS + R * REGISTER_BYTES;
/** Behind those that the formulas name: G, Q, u1 and u2, and 3·u1 and 3·u2. */
const BASE_POINT: usize = NUMBERS + 10 * REGISTER_BYTES;
const KEY_POINT: usize = NUMBERS + 12 * REGISTER_BYTES;
const U1: usize = NUMBERS + 14 * REGISTER_BYTES;
const U2: usize = NUMBERS + 15 * REGISTER_BYTES;
const REGISTER_COUNT: u32 = 18;
/** From a scalar to its triple. */
const TO_TRIPLE: usize = 2 * REGISTER_BYTES;

/** p, n, and G's coordinates, as bytes. */
// prettier-ignore
const CONSTANTS: usize = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
  0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
  0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
  0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
  0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
]);
const FIELD_PRIME: usize = CONSTANTS;
const GROUP_ORDER: usize = CONSTANTS + 32;
const BASE_POINT_BYTES: usize = CONSTANTS + 64;

/** An instruction is o | a << 4 | b << 8 | k << 12. Without k it is a product. */
const PLUS: u16 = 1 << 12;
const PLUS_3: u16 = 3 << 12;
const MINUS_8: u16 = 8 << 12;
const MINUS_4: u16 = 12 << 12;
const MINUS_2: u16 = 14 << 12;
const MINUS: u16 = 15 << 12;
/** X1 = X1·X1, which no formula contains. */
const END: u16 = 0;

// prettier-ignore
const CODE: usize = memory.data<u16>([
  // CURVE: y² − x³ + 3x of point 2, which is the curve's b; how it differs from R; and R becomes it.
  A | Y2 << 4 | Y2 << 8,
  B | X2 << 4 | X2 << 8,
  B | B << 4 | X2 << 8,
  A | A << 4 | B << 8 | MINUS,
  A | A << 4 | X2 << 8 | PLUS_3,
  H | A << 4 | R << 8 | MINUS,
  R | R << 4 | H << 8 | PLUS,
  END,

  // DOUBLE: dbl-2001-b, which is right for every point, as none has order 2. Twice infinity is all zeros again.
  A | Z1 << 4 | Z1 << 8,             // δ = Z²
  B | Y1 << 4 | Y1 << 8,             // γ = Y²
  H | X1 << 4 | B << 8,              // β = X·γ
  R | X1 << 4 | A << 8 | MINUS,
  A | X1 << 4 | A << 8 | PLUS,
  R | R << 4 | A << 8,
  R | R << 4 | R << 8 | MINUS_4,     // −α = −3·(X − δ)·(X + δ)
  Z1 | Y1 << 4 | Z1 << 8,
  Z1 | Z1 << 4 | Z1 << 8 | PLUS,     // 2·Y·Z
  X1 | R << 4 | R << 8,
  X1 | X1 << 4 | H << 8 | MINUS_8,   // X' = α² − 8·β
  A | X1 << 4 | H << 8 | MINUS_4,
  A | A << 4 | R << 8,               // α·(4·β − X')
  B | B << 4 | B << 8,
  Y1 | A << 4 | B << 8 | MINUS_8,
  END,

  // DIFFERENCE: H and R, which are 0 where point 2 has the sum's x and y.
  A | Z1 << 4 | Z1 << 8,
  B | A << 4 | Z1 << 8,
  H | X2 << 4 | A << 8,
  H | H << 4 | X1 << 8 | MINUS,      // X2·Z² − X
  R | Y2 << 4 | B << 8,
  R | R << 4 | Y1 << 8 | MINUS,      // Y2·Z³ − Y
  END,

  // ADD: what follows, of points neither of which is infinity, the other one or its negative.
  Z1 | Z1 << 4 | H << 8,
  A | H << 4 | H << 8,
  B | A << 4 | H << 8,               // H³
  A | A << 4 | X1 << 8,              // V = X·H²
  X1 | R << 4 | R << 8,
  X1 | X1 << 4 | B << 8 | MINUS,
  X1 | X1 << 4 | A << 8 | MINUS_2,   // X' = R² − H³ − 2·V
  A | A << 4 | X1 << 8 | MINUS,
  A | A << 4 | R << 8,
  B | B << 4 | Y1 << 8,
  Y1 | A << 4 | B << 8 | MINUS,      // R·(V − X') − Y·H³
  END,
], 2);

const CURVE: usize = CODE;
const DOUBLE: usize = CURVE + 2 * 8;
const DIFFERENCE: usize = DOUBLE + 2 * 16;
const ADD: usize = DIFFERENCE + 2 * 7;

/**
 * Whether (r, s) is the key's signature of what has the hash `digest`. The key's x and y, 64 bytes; hash, r and s, 32
 * bytes each: all big-endian. False as well if r or s is not in [1, n − 1], or the key not a point of the curve with
 * coordinates below p. An s above n/2 is right, as RFC 5656 and OpenSSH have it.
 */
export function p256VerifyVartime(publicKey: usize, digest: usize, r: usize, s: usize): bool {
  memory.fill(NUMBERS, 0, REGISTER_COUNT * REGISTER_BYTES);
  setModulus(GROUP_ORDER, COORDINATE_BYTES);
  const inverse = KEY_POINT;
  if (
    !readNumber(U2, r, COORDINATE_BYTES) ||
    isZeroVartime(U2) ||
    !readNumber(inverse, s, COORDINATE_BYTES) ||
    isZeroVartime(inverse)
  )
    return false;
  // 1/s = s^(n − 2). The last byte of n − 2 is 0x4f.
  toMontgomeryVartime(inverse);
  memory.copy(REGISTER_A, GROUP_ORDER, COORDINATE_BYTES);
  store<u8>(REGISTER_A, 0x4f, 31);
  powerVartime(inverse, REGISTER_A, COORDINATE_BYTES);
  multiply(inverse, inverse, FACTOR);
  readNumber(U1, digest, COORDINATE_BYTES);
  multiplyScalar(U1, inverse);
  multiplyScalar(U2, inverse);

  setModulus(FIELD_PRIME, COORDINATE_BYTES);
  store<u32>(ADDEND_Z, 1);
  toMontgomeryVartime(ADDEND_Z);
  readPoint(BASE_POINT, BASE_POINT_BYTES);
  if (!readPoint(KEY_POINT, publicKey) || !isZeroVartime(REGISTER_H)) return false;
  let n: u32 = 257;
  do {
    run(DOUBLE);
    addDigit(U1, n, BASE_POINT);
    addDigit(U2, n, KEY_POINT);
  } while (--n);
  if (isZeroVartime(SUM_Z)) return false;

  // x modulo n is r if x, which is X/Z², is r or r + n.
  multiply(REGISTER_A, SUM_Z, SUM_Z);
  readNumber(U1, r, COORDINATE_BYTES);
  readNumber(U2, GROUP_ORDER, COORDINATE_BYTES);
  do {
    memory.copy(REGISTER_H, U1, REGISTER_BYTES);
    toMontgomeryVartime(REGISTER_H);
    multiply(REGISTER_H, REGISTER_H, REGISTER_A);
    combine(REGISTER_H, REGISTER_H, 1, SUM, -1);
    if (isZeroVartime(REGISTER_H)) return true;
    combine(U1, U1, 1, U2, 1);
  } while (combine(REGISTER_H, U1, 1, MODULUS, -1) < 0);
  return false;
}

/** u = u·factor/R modulo n, in [0, n), and behind it its triple. */
function multiplyScalar(u: usize, factor: usize): void {
  multiply(u, u, factor);
  reduceVartime(u);
  combine(u + TO_TRIPLE, u, 1, u, 2);
}

/** Reads a point, and runs CURVE on it. Whether its coordinates are below p. */
function readPoint(point: usize, bytes: usize): bool {
  const isBelow =
    (<u32>readNumber(point, bytes, COORDINATE_BYTES)) &
    (<u32>readNumber(point + REGISTER_BYTES, bytes + COORDINATE_BYTES, COORDINATE_BYTES));
  toMontgomeryVartime(point);
  toMontgomeryVartime(point + REGISTER_BYTES);
  memory.copy(ADDEND, point, 2 * REGISTER_BYTES);
  run(CURVE);
  return isBelow as bool;
}

/**
 * Adds the point times a digit of the scalar to the sum: u = (3·u − u)/2 in digits 1, 0 and −1, which are differences
 * of bits. Of two digits side by side one is 0, so there are a third fewer additions than of bits.
 */
function addDigit(u: usize, n: u32, point: usize): void {
  const digit = bit(u + TO_TRIPLE, n) - bit(u, n);
  if (!digit) return;
  memory.copy(ADDEND, point, REGISTER_BYTES);
  combine(ADDEND_Y, point + REGISTER_BYTES, digit, point, 0);
  run(DIFFERENCE);
  if (!isZeroVartime(REGISTER_H)) run(ADD);
  else if (!isZeroVartime(REGISTER_R)) memory.fill(SUM, 0, 3 * REGISTER_BYTES);
  else {
    // They are the same, or the sum is infinity: its zeros make H and R zero too.
    const isInfinity = isZeroVartime(SUM_Z);
    memory.copy(SUM, ADDEND, 3 * REGISTER_BYTES);
    if (!isInfinity) run(DOUBLE);
  }
}

/** Bit `n` of a number that is not negative. */
function bit(number: usize, n: u32): i32 {
  return (load<i32>(number + ((n / 30) << 2)) >> (n % 30)) & 1;
}

/** Runs a formula. */
function run(code: usize): void {
  let instruction: i32;
  while ((instruction = load<i16>(code))) {
    const out = register(instruction);
    const a = register(instruction >> 4);
    const b = register(instruction >> 8);
    const k = instruction >> 12;
    if (k) combine(out, a, 1, b, k);
    else multiply(out, a, b);
    code += 2;
  }
}

function register(index: i32): usize {
  return NUMBERS + (index & 15) * REGISTER_BYTES;
}
