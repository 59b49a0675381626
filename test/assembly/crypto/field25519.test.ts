import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { test } from "node:test";
import { loadCryptoModule } from "../../support/crypto-module.js";
import { fromLittleEndian, inverse, L, mod, P, toLittleEndian } from "../../support/edwards25519.js";

const { plain, counted } = await loadCryptoModule("field25519");
const fe = plain.functions;
const A = 0;
const B = 40;
const OUT = 80;
const BYTES = 160;

type Limbs = number[];

/** The bounds of field25519.ts for weight 1; limb 3 is this small only where an element is centred. */
const BOUNDS: Limbs = [2 ** 29, 2 ** 29 + 2 ** 18, 2 ** 29, 2 ** 28, 2 ** 29, 2 ** 29, 2 ** 29, 2 ** 29, 2 ** 23];
const UNCENTRED_BOUNDS: Limbs = BOUNDS.map((bound, i) => (i === 3 ? 2 ** 29 : bound));

function putLimbs(offset: number, limbs: Limbs): void {
  plain.put(offset, new Uint8Array(Int32Array.from(limbs).buffer));
}

function getLimbs(offset: number): Limbs {
  const bytes = plain.get(offset, 36);
  return Array.from({ length: 9 }, (_, i) => bytes.readInt32LE(4 * i));
}

function valueOf(limbs: Limbs): bigint {
  return limbs.reduceRight((value, limb) => (value << 29n) + BigInt(limb), 0n);
}

function limbsOf(value: bigint): Limbs {
  return Array.from({ length: 9 }, (_, i) => Number((value >> BigInt(29 * i)) & (i < 8 ? 0x1fffffffn : -1n)));
}

function assertWeightOne(limbs: Limbs, what: string): void {
  limbs.forEach((limb, i) => {
    assert.ok(Math.abs(limb) <= BOUNDS[i]!, `${what}: limb ${i} is ${limb}`);
    assert.ok(limb >= 0 || i === 1 || i === 3, `${what}: limb ${i} is negative`);
  });
}

/** Operands of a weight: at their bounds with equal, alternating and random signs, and random ones. */
function operands(weight: number, bounds: Limbs): Limbs[] {
  const signed = (sign: (i: number) => number): Limbs => bounds.map((bound, i) => sign(i) * weight * bound);
  const random = Array.from({ length: 6 }, () => signed(() => randomInt(2 ** 32) / 2 ** 31 - 1).map(Math.trunc));
  const flipped = Array.from({ length: 6 }, () => signed(() => 1 - 2 * randomInt(2)));
  return [signed(() => 1), signed(() => -1), signed((i) => 1 - 2 * (i & 1)), ...flipped, ...random];
}

function assertProduct(a: Limbs, b: Limbs): void {
  putLimbs(A, a);
  putLimbs(B, b);
  fe.feMul!(plain.at(OUT), plain.at(A), plain.at(B));
  assert.equal(mod(valueOf(getLimbs(OUT))), mod(valueOf(a) * valueOf(b)), `${a.join()} times ${b.join()}`);
  assertWeightOne(getLimbs(OUT), "product");
}

test("products are right at the bounds of their operands: no column overflows", () => {
  const weights: [number, Limbs, number, Limbs][] = [
    [1, BOUNDS, 1, BOUNDS],
    [2, BOUNDS, 2, BOUNDS],
    [2, UNCENTRED_BOUNDS, 2, BOUNDS],
    [1, UNCENTRED_BOUNDS, 3, UNCENTRED_BOUNDS],
    [3, UNCENTRED_BOUNDS, 1, BOUNDS],
  ];
  for (const [weightA, boundsA, weightB, boundsB] of weights) {
    for (const a of operands(weightA, boundsA)) for (const b of operands(weightB, boundsB)) assertProduct(a, b);
  }
});

test("a product beyond the bounds overflows: the bounds are needed", () => {
  const a = UNCENTRED_BOUNDS.map((bound) => 2 * bound);
  assert.throws(() => assertProduct(a, a));
});

test("squares are right at the bounds of their operand", () => {
  for (const a of [...operands(2, BOUNDS), ...operands(1, UNCENTRED_BOUNDS)]) {
    putLimbs(A, a);
    fe.feSquare!(plain.at(OUT), plain.at(A));
    assert.equal(mod(valueOf(getLimbs(OUT))), mod(valueOf(a) ** 2n), a.join());
    assertWeightOne(getLimbs(OUT), "square");
  }
});

test("sums, differences, small multiples and encodings are right at the bounds", () => {
  for (const a of operands(1, BOUNDS)) {
    for (const b of operands(2, BOUNDS)) {
      putLimbs(A, a);
      putLimbs(B, b);
      fe.feAdd!(plain.at(OUT), plain.at(A), plain.at(B));
      assert.equal(valueOf(getLimbs(OUT)), valueOf(a) + valueOf(b));
      fe.feSub!(plain.at(OUT), plain.at(A), plain.at(B));
      assert.equal(valueOf(getLimbs(OUT)), valueOf(a) - valueOf(b));
    }
  }
  for (const a of operands(3, UNCENTRED_BOUNDS)) {
    putLimbs(A, a);
    for (const factor of [0, 1, 2, 9, 121665, 121666, 2 ** 20 - 1]) {
      fe.feMulSmall!(plain.at(OUT), plain.at(A), factor);
      assert.equal(mod(valueOf(getLimbs(OUT))), mod(valueOf(a) * BigInt(factor)), `${a.join()} times ${factor}`);
      assertWeightOne(getLimbs(OUT), "small multiple");
    }
    fe.feToBytes!(plain.at(BYTES), plain.at(A));
    assert.equal(fromLittleEndian(plain.get(BYTES, 32)), mod(valueOf(a)), a.join());
  }
});

test("sums and differences of two limbs at a time do not borrow from the next limb", () => {
  const unsigned = (limbs: Limbs): Limbs => limbs.map((limb, i) => (i === 1 || i === 3 ? limb : Math.abs(limb)));
  for (const a of operands(1, BOUNDS).map(unsigned)) {
    for (const b of operands(2, BOUNDS).map(unsigned)) {
      for (const [x, y] of [
        [a, b],
        [b, a],
      ] as const) {
        putLimbs(A, x);
        putLimbs(B, y);
        fe.feAddUnsigned!(plain.at(OUT), plain.at(A), plain.at(B));
        assert.deepEqual(
          getLimbs(OUT),
          x.map((limb, i) => limb + y[i]!),
        );
        fe.feSubUnsigned!(plain.at(OUT), plain.at(A), plain.at(B));
        assert.deepEqual(
          getLimbs(OUT),
          x.map((limb, i) => limb - y[i]!),
        );
      }
    }
  }
});

test("every value has one encoding, around 0, p and 2^255 too", () => {
  const values = [
    0n,
    1n,
    18n,
    19n,
    20n,
    P - 20n,
    P - 19n,
    P - 1n,
    P,
    P + 1n,
    P + 18n,
    2n ** 255n,
    2n * P - 1n,
    2n * P,
    2n * P + 19n,
  ];
  for (const value of [...values, ...values.map((value) => -value)]) {
    putLimbs(A, limbsOf(value));
    fe.feToBytes!(plain.at(BYTES), plain.at(A));
    assert.equal(fromLittleEndian(plain.get(BYTES, 32)), mod(value), String(value));
    assert.equal(Boolean(fe.feIsZero!(plain.at(A))), mod(value) === 0n, String(value));
  }
  for (const value of values.filter((value) => value < 2n ** 255n)) {
    for (const top of [0n, 2n ** 255n]) {
      plain.put(BYTES, toLittleEndian(value + top));
      fe.feFromBytes!(plain.at(OUT), plain.at(BYTES));
      assert.equal(valueOf(getLimbs(OUT)), value);
      assertWeightOne(getLimbs(OUT), "decoded");
    }
  }
});

test("out may be an operand", () => {
  for (const a of operands(1, BOUNDS)) {
    const b = operands(1, BOUNDS)[12]!;
    for (const [name, expected] of [
      ["feMul", valueOf(a) * valueOf(b)],
      ["feAdd", valueOf(a) + valueOf(b)],
      ["feSub", valueOf(a) - valueOf(b)],
    ] as const) {
      for (const out of [A, B]) {
        putLimbs(A, a);
        putLimbs(B, b);
        fe[name]!(plain.at(out), plain.at(A), plain.at(B));
        assert.equal(mod(valueOf(getLimbs(out))), mod(expected), name);
      }
    }
    for (const [name, expected] of [
      ["feSquare", valueOf(a) ** 2n],
      ["feInvert", inverse(valueOf(a))],
      ["feInvertVartime", inverse(valueOf(a))],
    ] as const) {
      putLimbs(A, a);
      fe[name]!(plain.at(A), plain.at(A));
      assert.equal(mod(valueOf(getLimbs(A))), mod(expected), name);
    }
  }
});

test("both inversions are right, and give 0 for 0", () => {
  const values = [1n, 2n, 19n, P - 1n, P - 2n, (P + 1n) / 2n, 2n ** 254n];
  for (let n = 0; n < 300; n++) values.push(mod(fromLittleEndian(randomBytes(32))));
  // Small and sparse values: the longest runs of zeros in the division steps.
  for (let n = 0n; n < 255n; n += 5n) values.push(2n ** n, P - 2n ** n);
  for (const value of values) {
    putLimbs(A, limbsOf(value));
    for (const name of ["feInvert", "feInvertVartime"]) {
      fe[name]!(plain.at(OUT), plain.at(A));
      assertWeightOne(getLimbs(OUT), name);
      assert.equal(mod(valueOf(getLimbs(OUT)) * value), 1n, `${name} of ${value}`);
    }
  }
  for (const zero of [0n, P]) {
    putLimbs(A, limbsOf(zero));
    for (const name of ["feInvert", "feInvertVartime"]) {
      fe[name]!(plain.at(OUT), plain.at(A));
      assert.equal(mod(valueOf(getLimbs(OUT))), 0n, name);
    }
  }
});

test("no secret shows in the number of instructions", () => {
  const count = (run: (functions: typeof fe, at: typeof plain.at) => void): number =>
    counted.count(() => run(counted.functions, counted.at));
  const operations: [string, (functions: typeof fe, at: typeof plain.at) => void][] = [
    ["feMul", (f, at) => f.feMul!(at(OUT), at(A), at(B))],
    ["feSquare", (f, at) => f.feSquare!(at(OUT), at(A))],
    ["feMulSmall", (f, at) => f.feMulSmall!(at(OUT), at(A), 121666)],
    ["feInvert", (f, at) => f.feInvert!(at(OUT), at(A))],
    ["feToBytes", (f, at) => f.feToBytes!(at(BYTES), at(A))],
    ["feFromBytes", (f, at) => f.feFromBytes!(at(OUT), at(BYTES))],
    ["feIsZero", (f, at) => f.feIsZero!(at(A))],
  ];
  for (const [name, run] of operations) {
    const counts = new Set<number>();
    for (const value of [0n, 1n, P - 1n, P, fromLittleEndian(randomBytes(31))]) {
      counted.put(A, new Uint8Array(Int32Array.from(limbsOf(value)).buffer));
      counted.put(B, new Uint8Array(Int32Array.from(limbsOf(P - value)).buffer));
      counts.add(count(run));
    }
    assert.equal(counts.size, 1, name);
  }
});

/** Bits 1 to 255 are the signs of 2^0 to 2^254. */
function signedDigits(bytes: Uint8Array): bigint {
  return fromLittleEndian(bytes) - 2n ** 255n;
}

test("S is taken below L only, and becomes an odd number equal to it modulo L", () => {
  const edges = [
    0n,
    1n,
    2n,
    L - 2n,
    L - 1n,
    L,
    L + 1n,
    2n ** 252n,
    2n ** 253n - 1n,
    2n * L,
    2n ** 255n,
    2n ** 256n - 1n,
  ];
  for (let n = 0; n < 500; n++) edges.push(fromLittleEndian(randomBytes(32)) >> 3n);
  for (const s of edges) {
    plain.put(BYTES, toLittleEndian(s));
    assert.equal(Boolean(fe.prepareScalarVartime!(plain.at(BYTES))), s < L, String(s));
    if (s >= L) continue;
    const odd = signedDigits(plain.get(BYTES, 32));
    assert.ok(odd > 0n && odd < 2n ** 254n && odd % 2n === 1n && mod(odd - s, L) === 0n, String(s));
  }
});

test("a hash becomes an odd number equal to it modulo L", () => {
  const edges = [
    0n,
    1n,
    L - 1n,
    L,
    L + 1n,
    2n ** 512n - 1n,
    L * 2n ** 259n,
    L * 2n ** 259n - 1n,
    (2n ** 512n / L) * L - 1n,
  ];
  // Quotients of zeros and of ones, with remainders that borrow through all digits.
  for (let n = 253n; n < 512n; n++) edges.push(2n ** n - 1n, 2n ** n);
  for (let n = 0; n < 500; n++) edges.push(fromLittleEndian(randomBytes(64)));
  for (const hash of edges) {
    plain.put(BYTES, toLittleEndian(hash, 66));
    fe.reduceHashVartime!(plain.at(BYTES));
    const odd = signedDigits(plain.get(BYTES, 32));
    assert.ok(odd > -(2n ** 143n) && odd < 2n ** 254n, String(hash));
    assert.ok(odd & 1n && mod(odd - hash, L) === 0n, String(hash));
  }
});
