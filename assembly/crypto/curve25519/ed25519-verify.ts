// RFC 8032 §5.1.7 for one embedded key, in as few instructions as 5.5 kB of tables and buffers allow; docs/security.md
// says which equation is checked. Everything here is public. In: the key once, then signatures. Out: whether they are
// the key's.
//
// S·B − k·A is computed by two combs that share their doublings: 51 columns of five bits, 51 places apart, select one
// of 16 entries and a sign. An odd number of 255 bits is a sum of ±2^n: the sign of 2^n is bit n + 1 of the number plus
// 2^255.

import { addEntry, double, ENTRY_BYTES, F, makeEntries, makeEntry, setIdentity, X, Y, Z } from "./edwards25519";
import { feFromBytes, feIsZero, feMul, feSetSmall, feSubUnsigned, feToBytes } from "./field25519";
import { feInvertVartime } from "./invert25519-vartime";
import { prepareScalarVartime, reduceHashVartime } from "./scalar25519";
import { sha512 } from "../hash/sha512";
import { WORKSPACE } from "../hash/sha2-constants";
import { ctDifference } from "../../wire/compare";

const TEETH: u32 = 5;
const SPACING: u32 = 51;
const ENTRIES: u32 = 16;
const STEPS: u32 = 4;
const STEPS_OFFSET: usize = STEPS * ENTRY_BYTES;

/**
 * With P(j) = 2^(51·j)·B: P(4) − P(3) − P(2) − P(1) − P(0), 2·P(0), 2·P(1), 2·P(2) and 2·P(3), as x/2 and y/2, 32 bytes
 * each.
 */
// prettier-ignore
const BASE_MULTIPLES: usize = memory.data<u64>([
  0x1df7b3d5dde8206c, 0x9f4de7f60b961877, 0xf435989237755516, 0x246048faf124bffd,
  0x29657d06a82bd448, 0x4fe7d99ca5caebbc, 0x8319df792e95b5a4, 0x05773b1f3db227f1,
  0xc1e2d0a71421e707, 0x0406c7228aebd22f, 0x1e821dbe8c19f3d6, 0x1b559c264fad0236,
  0x072fa357357c51db, 0x4b9c87a8b21c28ab, 0x0ed12f7464d10fab, 0x513066f9849194e1,
  0x93b8c7c6520275d2, 0x131358a5aaaec2ca, 0x676510d13eb55764, 0x003595eae807d59c,
  0x84f54d1d788633e9, 0x58dd19de1868f79c, 0x9ec02a3f8413e2b5, 0x7939a0613d0afb55,
  0x93d8d7ecce93b815, 0x30aa181d0f2ef1d7, 0xfabf5e1d1361f430, 0x4f60758200b26ec0,
  0x372e61d0e8d2166d, 0xcccf0c875c0f8399, 0xa13476bd574d1994, 0x1efb161c5983be34,
  0xd6de173e989ba7c2, 0x75affe1bb59503c3, 0x0c8555ef531abaa7, 0x1e1db54977d8db9d,
  0xf756301cb6ca5914, 0x02ae43bb1d8d40f3, 0xd89174c05ca2954a, 0x4936a4b84f206583,
]);

const keyTable: usize = memory.data(1728, 16);
const baseTable: usize = memory.data(1728, 16);

/** The encoded point and, behind it, x: 32 bytes each. */
const encoded: usize = memory.data(64, 16);
/** S, then k: 32 bytes and 66. */
const scalars: usize = memory.data(104, 16);

/** Whether `prepareKey` has accepted a key. */
export let prepared: bool = false;

/**
 * Prepares for the key at `keyPtr`: its 32 bytes as in RFC 8032, then its x, 32 bytes, little-endian. True if both are
 * canonical, belong together and are a point of the curve whose order is not 1, 2, 4 or 8. Until it is, no signature is
 * valid.
 */
export function prepareKey(keyPtr: usize): bool {
  prepared = false;
  feFromBytes(X, keyPtr + 32);
  feFromBytes(Y, keyPtr);
  feSetSmall(Z, 1);
  encode();
  if (ctDifference(encoded, keyPtr, 63)) return false;

  // P(j) = 2^(51·j)·A and 2·P(j), in the memory of the table that is made last.
  let point: usize = baseTable;
  do {
    memory.copy(point, X, ENTRY_BYTES);
    double(false);
    memory.copy(point + STEPS_OFFSET, X, ENTRY_BYTES);
    let n: u32 = SPACING - 2;
    do double(false);
    while (--n);
    double(true);
    point += ENTRY_BYTES;
  } while (point != baseTable + STEPS_OFFSET);
  // 2^204 times a point of small order is the neutral element; no other multiple has x = 0.
  if (feIsZero(X)) return false;
  makeEntries(baseTable, 2 * STEPS);
  do {
    point -= ENTRY_BYTES;
    addEntry(point, 1, true);
  } while (point != baseTable);
  makeTable(keyTable, baseTable + STEPS_OFFSET);

  // The formulas make (0, (y² − x²) / (1 + d·x²·y²)) of A − A, whether A is on the curve or not.
  setIdentity();
  addEntry(baseTable, 0, true);
  addEntry(baseTable, 1, true);
  feSubUnsigned(F, Y, Z);
  if (!feIsZero(F)) return false;

  point = WORKSPACE;
  let multiple = BASE_MULTIPLES;
  do {
    feFromBytes(point, multiple);
    feFromBytes(point + 36, multiple + 32);
    makeEntry(point);
    point += ENTRY_BYTES;
    multiple += 64;
  } while (multiple < BASE_MULTIPLES + 320);
  addEntry(WORKSPACE, 0, true);
  makeTable(baseTable, WORKSPACE + ENTRY_BYTES);
  prepared = true;
  return true;
}

/** Entry number b is the accumulator plus those of the four entries at `steps` whose bit is set in b. */
function makeTable(table: usize, steps: usize): void {
  memory.copy(table, X, ENTRY_BYTES);
  let n: u32 = 1;
  do {
    // Gray code: from one number to the next, one bit changes.
    const bit = ctz(n);
    addEntry(steps + bit * ENTRY_BYTES, ((n >> bit) >> 1) & 1, true);
    memory.copy(table + (n ^ (n >> 1)) * ENTRY_BYTES, X, ENTRY_BYTES);
  } while (++n < ENTRIES);
  makeEntries(table, ENTRIES);
}

/**
 * Whether S (32 bytes at `s`) and R sign M: `hashInput` holds R, the prepared key and M, `length` bytes in all, aligned
 * to 4, with SHA512_SLACK_BYTES behind it that are overwritten.
 */
export function verifyVartime(s: usize, hashInput: usize, length: u32): bool {
  memory.copy(scalars, s, 32);
  if (!prepared || !prepareScalarVartime(scalars)) return false;
  sha512(hashInput, length, scalars + 32);
  reduceHashVartime(scalars + 32);
  setIdentity();
  let column: u32 = SPACING;
  while (true) {
    addColumn(scalars, baseTable, column, 0);
    addColumn(scalars + 32, keyTable, column, 1);
    if (!--column) break;
    double(true);
  }
  feInvertVartime(Z, Z);
  feMul(X, X, Z);
  feMul(Y, Y, Z);
  encode();
  return !ctDifference(encoded, hashInput, 31);
}

/** Adds what the bits `column`, `column` + 51, … of a scalar select; `negative` 1 subtracts it, before a doubling. */
function addColumn(scalar: usize, table: usize, column: u32, negative: u32): void {
  let index: i32 = 0;
  let n = column + (TEETH - 1) * SPACING;
  do {
    index = (index << 1) | ((load<u8>(scalar + (n >> 3)) >> (n & 7)) & 1);
    n -= SPACING;
  } while ((n as i32) > 0);
  // The highest bit is the sign, of the entry that the others select or, where it is 0, their complements.
  index -= ENTRIES;
  const sign = index >> 31;
  addEntry(table + (index ^ sign) * ENTRY_BYTES, negative ^ (sign & 1), !negative);
}

/** Encodes the point (X, Y), Z = 1. */
function encode(): void {
  feToBytes(encoded + 32, X);
  feToBytes(encoded, Y);
  store<u8>(encoded, load<u8>(encoded, 31) | (load<u8>(encoded, 32) << 7), 31);
}
