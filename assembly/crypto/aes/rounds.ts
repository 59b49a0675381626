// FIPS 197: the rounds of AES over four blocks at once, bitsliced: no table, and no instruction and no address that
// depends on key or data. Comes in: four blocks as bit planes, round keys in the same form. Goes out: the blocks,
// encrypted. Next: aes.ts, which brings blocks and keys into this form.
//
// Plane i holds bit i of all 64 bytes; bit 16 · column + 4 · row + block of it is that of one byte. ShiftRows is not
// carried out: between an odd round and the next one the bytes stand where they stood before it, and MixColumns looks
// for its four bytes there ("fixslicing", Adomnicai and Peyrin, TCHES 2021); an even round moves them by both steps at
// once.

/** Eight planes of 64 bits: secret. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
export const PLANES: usize = memory.data(64, 16);
/** A round key as planes. */
export const ROUND_KEY_BYTES: u32 = 64;

/**
 * Bits of the rows 0 to 2, 0 and 1, 0 and 2. In memory, as a constant of 64 bits takes ten bytes each time that it is
 * used.
 */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const MASKS: usize = memory.data<u64>([0x0fff0fff0fff0fff, 0x00ff00ff00ff00ff, 0x0f0f0f0f0f0f0f0f]);

/** Bits of `a` where `mask` has ones, of `b` elsewhere. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function choose(mask: u64, a: u64, b: u64): u64 {
  return ((a ^ b) & mask) ^ b;
}

/** For each byte the one in the next row, and with `column` 16 in the next column, too. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function nextRow(plane: u64, rows012: u64, column: u64): u64 {
  return choose(rows012, rotr(plane, 4 + column), rotr(plane, (52 + column) & 63));
}

/** For each byte the one two rows further, and with `column` 16 two columns further, too. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function secondRow(plane: u64, rows01: u64, column: u64): u64 {
  return choose(rows01, rotr(plane, 8 + 2 * column), rotr(plane, (56 + 2 * column) & 63));
}

/** ShiftRows twice: the rows 1 and 3 by two columns. */
// @ts-expect-error a decorator of AssemblyScript
@inline
function shiftRowsTwice(plane: u64, rows02: u64): u64 {
  return choose(rows02, plane, rotr(plane, 32));
}

/**
 * Adds the first key to PLANES, and makes `count` rounds with those that follow, the last one without MixColumns. After
 * an even number of them all bytes stand where they should. SubBytes lacks its constant 0x63, which the keys bring
 * along: MixColumns leaves equal bytes as they are.
 */
export function encryptRounds(keys: usize, count: u32): void {
  const rows012 = load<u64>(MASKS);
  const rows01 = load<u64>(MASKS, 8);
  const rows02 = load<u64>(MASKS, 16);
  let q0 = load<u64>(PLANES) ^ load<u64>(keys);
  let q1 = load<u64>(PLANES, 8) ^ load<u64>(keys, 8);
  let q2 = load<u64>(PLANES, 16) ^ load<u64>(keys, 16);
  let q3 = load<u64>(PLANES, 24) ^ load<u64>(keys, 24);
  let q4 = load<u64>(PLANES, 32) ^ load<u64>(keys, 32);
  let q5 = load<u64>(PLANES, 40) ^ load<u64>(keys, 40);
  let q6 = load<u64>(PLANES, 48) ^ load<u64>(keys, 48);
  let q7 = load<u64>(PLANES, 56) ^ load<u64>(keys, 56);
  while (true) {
    keys += ROUND_KEY_BYTES;
    // SubBytes: the circuit of Boyar and Peralta ("A small depth-16 circuit for the AES S-box", 2012), with its names.
    // Inputs from the highest bit down: linear part, inversion, linear part.
    const y14 = q4 ^ q2;
    const y13 = q7 ^ q1;
    const y9 = q7 ^ q4;
    const y8 = q7 ^ q2;
    const t0 = q6 ^ q5;
    const y1 = t0 ^ q0;
    const y4 = y1 ^ q4;
    const y12 = y13 ^ y14;
    const y2 = y1 ^ q7;
    const y5 = y1 ^ q1;
    const y3 = y5 ^ y8;
    const t1 = q3 ^ y12;
    const y15 = t1 ^ q2;
    const y20 = t1 ^ q6;
    const y6 = y15 ^ q0;
    const y10 = y15 ^ t0;
    const y11 = y20 ^ y9;
    const y7 = q0 ^ y11;
    const y17 = y10 ^ y11;
    const y19 = y10 ^ y8;
    const y16 = t0 ^ y11;
    const y21 = y13 ^ y16;
    const y18 = q7 ^ y16;

    const t2 = y12 & y15;
    const t4 = (y3 & y6) ^ t2;
    const t6 = (y4 & q0) ^ t2;
    const t7 = y13 & y16;
    const t9 = (y5 & y1) ^ t7;
    const t11 = (y2 & y7) ^ t7;
    const t12 = y9 & y11;
    const t14 = (y14 & y17) ^ t12;
    const t16 = (y8 & y10) ^ t12;
    const t21 = t4 ^ t14 ^ y20;
    const t22 = t6 ^ t16 ^ y19;
    const t23 = t9 ^ t14 ^ y21;
    const t24 = t11 ^ t16 ^ y18;
    const t25 = t21 ^ t22;
    const t26 = t21 & t23;
    const t27 = t24 ^ t26;
    const t29 = (t25 & t27) ^ t22;
    const t33 = ((t22 ^ t26) & (t23 ^ t24)) ^ t24;
    const t36 = t24 & (t27 ^ t33);
    const t37 = t36 ^ t23 ^ t33;
    const t40 = t25 ^ (t29 & (t27 ^ t36));
    const t41 = t40 ^ t37;
    const t42 = t29 ^ t33;
    const t43 = t29 ^ t40;
    const t44 = t33 ^ t37;
    const t45 = t42 ^ t41;

    const z2 = t33 & q0;
    const z3 = t43 & y16;
    const z4 = t40 & y1;
    const z5 = t29 & y7;
    const z7 = t45 & y17;
    const z10 = t37 & y3;
    const z12 = t43 & y13;
    const z16 = t45 & y14;
    const t46 = (t42 & y9) ^ z16;
    const t48 = z5 ^ (t40 & y5);
    const t53 = (t44 & y15) ^ z3;
    const t57 = z2 ^ z12 ^ t53;
    const t58 = z4 ^ t46;
    const t59 = z3 ^ (t42 & y11) ^ z7;
    const t62 = z7 ^ (t41 & y10) ^ t58;
    const t63 = (t44 & y12) ^ z10 ^ t58;
    const t64 = z4 ^ t59;
    const t65 = (t29 & y2) ^ t57 ^ t62;
    const t66 = (t37 & y6) ^ t63;
    let s0 = t48 ^ t46 ^ t57;
    let s1 = z12 ^ t48 ^ t62;
    let s2 = z10 ^ (t33 & y4) ^ t65;
    let s3 = z2 ^ z5 ^ t66;
    let s4 = t53 ^ t66;
    let s5 = z16 ^ (t41 & y8) ^ t64 ^ t65;
    let s6 = t64 ^ s4;
    let s7 = t59 ^ t63;

    // MixColumns: twice the sum of a byte and the next one, then the next one, then the sum of the two behind that
    // (written out for each place of the bytes: to rotate 64 bits by a variable is a call on a 32-bit processor, by a
    // constant it is not)
    if (count & 1) {
      s0 = shiftRowsTwice(s0, rows02);
      s1 = shiftRowsTwice(s1, rows02);
      s2 = shiftRowsTwice(s2, rows02);
      s3 = shiftRowsTwice(s3, rows02);
      s4 = shiftRowsTwice(s4, rows02);
      s5 = shiftRowsTwice(s5, rows02);
      s6 = shiftRowsTwice(s6, rows02);
      s7 = shiftRowsTwice(s7, rows02);
      if (count == 1) {
        store<u64>(PLANES, s0 ^ load<u64>(keys));
        store<u64>(PLANES, s1 ^ load<u64>(keys, 8), 8);
        store<u64>(PLANES, s2 ^ load<u64>(keys, 16), 16);
        store<u64>(PLANES, s3 ^ load<u64>(keys, 24), 24);
        store<u64>(PLANES, s4 ^ load<u64>(keys, 32), 32);
        store<u64>(PLANES, s5 ^ load<u64>(keys, 40), 40);
        store<u64>(PLANES, s6 ^ load<u64>(keys, 48), 48);
        store<u64>(PLANES, s7 ^ load<u64>(keys, 56), 56);
        return;
      }
      const r0 = nextRow(s0, rows012, 0);
      const r1 = nextRow(s1, rows012, 0);
      const r2 = nextRow(s2, rows012, 0);
      const r3 = nextRow(s3, rows012, 0);
      const r4 = nextRow(s4, rows012, 0);
      const r5 = nextRow(s5, rows012, 0);
      const r6 = nextRow(s6, rows012, 0);
      const r7 = nextRow(s7, rows012, 0);
      s0 ^= r0;
      s1 ^= r1;
      s2 ^= r2;
      s3 ^= r3;
      s4 ^= r4;
      s5 ^= r5;
      s6 ^= r6;
      s7 ^= r7;
      q0 = r0 ^ secondRow(s0, rows01, 0) ^ s7;
      q1 = r1 ^ secondRow(s1, rows01, 0) ^ s0 ^ s7;
      q2 = r2 ^ secondRow(s2, rows01, 0) ^ s1;
      q3 = r3 ^ secondRow(s3, rows01, 0) ^ s2 ^ s7;
      q4 = r4 ^ secondRow(s4, rows01, 0) ^ s3 ^ s7;
      q5 = r5 ^ secondRow(s5, rows01, 0) ^ s4;
      q6 = r6 ^ secondRow(s6, rows01, 0) ^ s5;
      q7 = r7 ^ secondRow(s7, rows01, 0) ^ s6;
    } else {
      const r0 = nextRow(s0, rows012, 16);
      const r1 = nextRow(s1, rows012, 16);
      const r2 = nextRow(s2, rows012, 16);
      const r3 = nextRow(s3, rows012, 16);
      const r4 = nextRow(s4, rows012, 16);
      const r5 = nextRow(s5, rows012, 16);
      const r6 = nextRow(s6, rows012, 16);
      const r7 = nextRow(s7, rows012, 16);
      s0 ^= r0;
      s1 ^= r1;
      s2 ^= r2;
      s3 ^= r3;
      s4 ^= r4;
      s5 ^= r5;
      s6 ^= r6;
      s7 ^= r7;
      q0 = r0 ^ secondRow(s0, rows01, 16) ^ s7;
      q1 = r1 ^ secondRow(s1, rows01, 16) ^ s0 ^ s7;
      q2 = r2 ^ secondRow(s2, rows01, 16) ^ s1;
      q3 = r3 ^ secondRow(s3, rows01, 16) ^ s2 ^ s7;
      q4 = r4 ^ secondRow(s4, rows01, 16) ^ s3 ^ s7;
      q5 = r5 ^ secondRow(s5, rows01, 16) ^ s4;
      q6 = r6 ^ secondRow(s6, rows01, 16) ^ s5;
      q7 = r7 ^ secondRow(s7, rows01, 16) ^ s6;
    }
    q0 ^= load<u64>(keys);
    q1 ^= load<u64>(keys, 8);
    q2 ^= load<u64>(keys, 16);
    q3 ^= load<u64>(keys, 24);
    q4 ^= load<u64>(keys, 32);
    q5 ^= load<u64>(keys, 40);
    q6 ^= load<u64>(keys, 48);
    q7 ^= load<u64>(keys, 56);
    count--;
  }
}
