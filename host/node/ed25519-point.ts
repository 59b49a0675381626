// The point behind an Ed25519 public key (RFC 8032 §5.1.3), for the credentials region of the fast build: it stores the
// x-coordinate, so that no board has to compute a square root. Public data, and not a hot path: BigInt will do.

const P = 2n ** 255n - 19n;
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

/** Eight times the point is the neutral element: its x-coordinate is zero after three doublings. */
function isSmallOrder(x: bigint, y: bigint): boolean {
  for (let doublings = 0; doublings < 3; doublings++) {
    const product = mod(D * x * x * y * y);
    [x, y] = [mod(2n * x * y * power(1n + product, P - 2n)), mod((y * y + x * x) * power(1n - product, P - 2n))];
  }
  return x === 0n;
}

/**
 * The x-coordinate, 32 bytes little-endian, of a public key of 32 bytes.
 * Throws an Error that says why a key is none: its length, a non-canonical y, no point on the curve, small order.
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
  if (isSmallOrder(x, y)) throw new Error("the Ed25519 public key is a point of small order: anyone could sign for it");
  return Uint8Array.from(Buffer.from(x.toString(16).padStart(64, "0"), "hex").reverse());
}
