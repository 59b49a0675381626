// registers
export const D: u16 = 0,
  I: u16 = 1,
  ONE: u16 = 2,
  ZERO: u16 = 3,
  K38: u16 = 4,
  M1: u16 = 5;
export const X2: u16 = 6,
  Y2: u16 = 7,
  Z2: u16 = 8,
  T2: u16 = 9,
  X1: u16 = 10,
  Y1: u16 = 11,
  Z1: u16 = 12,
  T1: u16 = 13,
  ND: u16 = 14,
  S0: u16 = 15;

export const CODE: usize = memory.data<u16>(
  [
    // ROOT 0
    Z2 | (ZERO << 4) | (X1 << 8) | (X1 << 12),
    X2 | (ZERO << 4) | (X1 << 8) | (Z2 << 12),
    // START 4
    Y2 | (Y2 << 4) | (K38 << 8) | (M1 << 12),
    Z2 | (ONE << 4) | (ONE << 8) | (ONE << 12),
    T2 | (Z2 << 4) | (Z2 << 8) | (Z2 << 12),
    K38 | (Z2 << 4) | (T2 << 8) | (T2 << 12),
    M1 | (ZERO << 4) | (I << 8) | (I << 12),
    ND | (ZERO << 4) | (D << 8) | (M1 << 12),
    X1 | (ZERO << 4) | (Z2 << 8) | (Z2 << 12),
    T1 | (ZERO << 4) | (Y2 << 8) | (Y2 << 12),
    Y1 | (X1 << 4) | (M1 << 8) | (T1 << 12),
    X1 | (X1 << 4) | (D << 8) | (T1 << 12),
    T1 | (ZERO << 4) | (X1 << 8) | (Y1 << 12),
    Z1 | (ZERO << 4) | (T1 << 8) | (T1 << 12),
    Z1 | (ZERO << 4) | (T1 << 8) | (Z1 << 12),
    // STEP 30
    T1 | (ZERO << 4) | (T1 << 8) | (T1 << 12),
    T1 | (ZERO << 4) | (T1 << 8) | (Z1 << 12),
    // CAND 34
    T1 | (ZERO << 4) | (I << 8) | (T1 << 12),
    X2 | (ZERO << 4) | (Y1 << 8) | (T1 << 12),
    S0 | (ZERO << 4) | (X2 << 8) | (X2 << 12),
    S0 | (Y1 << 4) | (X1 << 8) | (S0 << 12),
    S0 | (K38 << 4) | (Z2 << 8) | (S0 << 12),
    T2 | (ZERO << 4) | (X2 << 8) | (Y2 << 12),
    X2 | (ZERO << 4) | (X2 << 8) | (Z2 << 12),
    Z1 | (K38 << 4) | (X2 << 8) | (ONE << 12),
    // ADD 50
    T1 | (ZERO << 4) | (T2 << 8) | (T1 << 12),
    Z1 | (ZERO << 4) | (Z2 << 8) | (Z1 << 12),
    T2 | (Z1 << 4) | (D << 8) | (T1 << 12), // G
    Z1 | (Z1 << 4) | (T1 << 8) | (ND << 12), // F
    T1 | (ZERO << 4) | (X2 << 8) | (X1 << 12),
    T1 | (T1 << 4) | (Y2 << 8) | (Y1 << 12), // H
    Z2 | (ZERO << 4) | (Y2 << 8) | (X1 << 12),
    Z2 | (Z2 << 4) | (X2 << 8) | (Y1 << 12), // E
    X1 | (ZERO << 4) | (Z2 << 8) | (Z1 << 12),
    Y1 | (ZERO << 4) | (T2 << 8) | (T1 << 12),
    T1 | (ZERO << 4) | (Z2 << 8) | (T1 << 12),
    Z1 | (ZERO << 4) | (Z1 << 8) | (T2 << 12),
    // CHECK 74
    S0 | (Y1 << 4) | (M1 << 8) | (Z1 << 12),
    S0 | (K38 << 4) | (K38 << 8) | (S0 << 12),
    X1 | (ZERO << 4) | (ZERO << 8) | (ZERO << 12),
    T1 | (ZERO << 4) | (ZERO << 8) | (ZERO << 12),
    Y1 | (ONE << 4) | (ZERO << 8) | (ZERO << 12),
    Z1 | (ONE << 4) | (ZERO << 8) | (ONE << 12),
    // 86: B, sign bit set
    0x6658,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0x6666,
    0xe666,
    // d 118
    0x78a3,
    0x1359,
    0x4dca,
    0x75eb,
    0xd8ab,
    0x4141,
    0x0a4d,
    0x0070,
    0xe898,
    0x7779,
    0x4079,
    0x8cc7,
    0xfe73,
    0x2b6f,
    0x6cee,
    0x5203,
    // I
    0x5f3d,
    0xb5f1,
    0xe4d8,
    0x3b11,
    0x1b87,
    0x52d0,
    0xe7f9,
    0xd0bc,
    0x2858,
    0xc204,
    0xff66,
    0xd4b2,
    0x20f4,
    0xb03e,
    0xdb7f,
    0x547c,
    1,
  ],
  2,
);
export const ROOT: usize = CODE,
  START: usize = CODE + 4,
  STEP: usize = CODE + 30,
  CAND: usize = CODE + 34,
  ADD: usize = CODE + 50,
  CHECK: usize = CODE + 74;
export const B: usize = CODE + 86;
export const REG: usize = CODE + 118;
export const T: usize = 512;
const REST: usize = memory.data(30 + 13 * 32 + 64, 1);
if (REST != REG + 66) ERROR("x");

/** o += b * s */
export function row(o: usize, b: usize, s: u32): u32 {
  let c: u64 = 0;
  do {
    c = (c >> 32) + load<u32>(o, REG) + <u64>load<u32>(b, REG) * s;
    store<u32>(o, <u32>c, REG);
    o += 4;
    b += 4;
  } while (b & 31);
  return <u32>(c >> 32);
}

export function run(pc: usize): u32 {
  let b: u32, c: u32;
  do {
    const ins = <u32>load<u16>(pc);
    b = (ins >> 3) & 480;
    c = (ins >> 7) & 480;
    memory.copy(REG + T, REG + ((ins << 1) & 480), 32);
    do {
      const o = T + (c & 31);
      store<u32>(o, row(o, b, load<u32>(c, REG)), REG + 32);
      c += 4;
    } while (c & 31);
    let carry = row(T, T + 32, 38);
    do carry = row(T, K38 << 5, carry);
    while (carry);
    memory.copy(REG + ((ins << 5) & 480), REG + T, 32);
    pc += 2;
  } while (b < c);
  return row(S0 << 5, M1 << 5, 1);
}
