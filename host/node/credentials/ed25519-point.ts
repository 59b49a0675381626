// The point behind an Ed25519 public key (RFC 8032 §5.1.3), for the credentials region of the fast build: it stores the
// x-coordinate, so that no board has to compute a square root. Public data, and not a hot path: BigInt will do.

const P = 2n ** 255n - 19n;
/** The order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = mod(base), rest = exponent; rest > 0n; rest >>= 1n, factor = mod(factor * factor)) {
    if (rest & 1n) result = mod(result * factor);
  }
  return result;
}

/** X, Y and Z: x = X/Z, y = Y/Z. */
type Point = readonly [bigint, bigint, bigint];

/** The complete addition of RFC 8032 §5.1.4, without its T. */
function add([x1, y1, z1]: Point, [x2, y2, z2]: Point): Point {
  const zz = mod(z1 * z2);
  const zzzz = mod(zz * zz);
  const xx = mod(x1 * x2);
  const yy = mod(y1 * y2);
  const e = mod(D * xx * yy);
  const cross = mod((x1 + y1) * (x2 + y2) - xx - yy);
  return [mod(zz * (zzzz - e) * cross), mod(zz * (zzzz + e) * (yy + xx)), mod((zzzz - e) * (zzzz + e))];
}

/** Whether `factor` times the point is the neutral element. */
function isAnnihilated(point: Point, factor: bigint): boolean {
  let sum: Point = [0n, 1n, 1n];
  for (let addend = point, rest = factor; rest > 0n; rest >>= 1n, addend = add(addend, addend)) {
    if (rest & 1n) sum = add(sum, addend);
  }
  return sum[0] === 0n && sum[1] === sum[2];
}

/**
 * The x-coordinate, 32 bytes little-endian, of a public key of 32 bytes. Throws an Error that says why a key is none:
 * its length, a non-canonical y, no point on the curve, small order, or outside the group of prime order, to which
 * every key belongs that RFC 8032 makes.
 */
export function decompressX(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new Error(`an Ed25519 public key has 32 bytes, this one has ${publicKey.length}`);
  const encoded = BigInt("0x" + Buffer.from(publicKey).reverse().toString("hex"));
  const y = encoded & (2n ** 255n - 1n);
  const sign = encoded >> 255n;
  if (y >= P) throw new Error("the Ed25519 public key is not in canonical form");
  const xx = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(xx, (P + 3n) / 8n);
  if (mod(x * x) !== xx) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(x * x) !== xx || (x === 0n && sign === 1n))
    throw new Error("the Ed25519 public key is not a point on the curve");
  if ((x & 1n) !== sign) x = P - x;
  if (isAnnihilated([x, y, 1n], 8n))
    throw new Error("the Ed25519 public key is a point of small order: anyone could sign for it");
  if (!isAnnihilated([x, y, 1n], L)) throw new Error("the Ed25519 public key is not in the group of prime order");
  return Uint8Array.from(Buffer.from(x.toString(16).padStart(64, "0"), "hex").reverse());
}
