// Poly1305 (RFC 8439 §2.5): a one-time authenticator.
// Comes in: a one-time key and a message in memory, perhaps in pieces. Goes out: a tag of 16 bytes.
// Next: chacha20-poly1305.ts.

export const POLY1305_TAG_BYTES: i32 = 16;

/** A one-time key of 32 bytes, and behind it 24 of the state, which are zeros before the first piece. Secret. */
export const POLY1305_CONTEXT_BYTES: i32 = 56;

/** The last block of a message, padded. Ciphertext, hence public. */
const lastBlock: usize = memory.data(16, 16);

/**
 * Takes `length` bytes at `ptr`, in all pieces but the last a multiple of 16, into the context at `key`; 16 bytes to
 * `out`, the tag of all that was taken so far, which may lie behind the message. Key and message may be secret, the
 * length is public.
 *
 * h has limbs of 32 bits, and h4 for what is above 2^128. r < 2^124 with r1, r2 and r3 multiples of 4, so that what a
 * product has above 2^128 folds by 2^130 = 5 into q_i = 5 · r_i / 4; of r0 the multiple of 4 folds, and 0 to 3 stay in
 * x4.
 *
 * h0 is not carried into h1 at the end of a block. Bounds: r_i < 2^28 and q_i < 1.25 · 2^28. With the message added s1,
 * s2, s3 < 2^33, s0 < 2^33.5 and h4 ≤ 4, so a column is below (2^0.5 + 3 · 1.25) · 2^61 + 2^34 < 2^63.4, an unsigned
 * 64-bit word. Only h4 meets a q_i in x3 < (2^0.5 + 3) · 2^61 + 2^34 < 2^63.2: so x4 < 2^31.3, 5 · (x4 >> 2) < 2^31.7,
 * and the next s0 is below 2^32 + 2^31.7 + 2^32 < 2^33.5 again.
 */
export function poly1305(key: usize, ptr: usize, length: u32, out: usize): void {
  const r0: u64 = load<u32>(key) & 0x0fffffff;
  const r1: u64 = load<u32>(key, 4) & 0x0ffffffc;
  const r2: u64 = load<u32>(key, 8) & 0x0ffffffc;
  const r3: u64 = load<u32>(key, 12) & 0x0ffffffc;
  const q0 = (r0 >> 2) * 5;
  const q1 = (r1 >> 2) * 5;
  const q2 = (r2 >> 2) * 5;
  const q3 = (r3 >> 2) * 5;
  let h0 = load<u64>(key, 32);
  let h1 = load<u32>(key, 40);
  let h2 = load<u32>(key, 44);
  let h3 = load<u32>(key, 48);
  let h4: u64 = load<u32>(key, 52);
  while (length) {
    if (length >= 16) {
      h4++;
    } else {
      memory.fill(lastBlock, 0, 16);
      memory.copy(lastBlock, ptr, length);
      store<u8>(lastBlock + length, 1);
      ptr = lastBlock;
      length = 16;
    }
    const s0 = h0 + load<u32>(ptr);
    const s1 = (h1 as u64) + load<u32>(ptr, 4);
    const s2 = (h2 as u64) + load<u32>(ptr, 8);
    const s3 = (h3 as u64) + load<u32>(ptr, 12);
    const x0 = s0 * r0 + s1 * q3 + s2 * q2 + s3 * q1 + h4 * q0;
    const x1 = s0 * r1 + s1 * r0 + s2 * q3 + s3 * q2 + h4 * q1 + (x0 >> 32);
    const x2 = s0 * r2 + s1 * r1 + s2 * r0 + s3 * q3 + h4 * q2 + (x1 >> 32);
    const x3 = s0 * r3 + s1 * r2 + s2 * r1 + s3 * r0 + h4 * q3 + (x2 >> 32);
    const x4 = h4 * (r0 & 3) + (x3 >> 32);
    h0 = (x0 & 0xffffffff) + (x4 >> 2) * 5;
    h1 = x1 as u32;
    h2 = x2 as u32;
    h3 = x3 as u32;
    h4 = x4 & 3;
    ptr += 16;
    length -= 16;
  }
  store<u64>(key, h0, 32);
  store<u32>(key, h1, 40);
  store<u32>(key, h2, 44);
  store<u32>(key, h3, 48);
  store<u32>(key, h4, 52);
  // h < 2^130 + 2^33 < 2p: p is taken away, by adding 5 modulo 2^128, where h + 5 reaches 2^130.
  const overflow = (((((h0 + 5) >> 32) + h1) >> 32) + h2) >> 32;
  let t = h0 + ((((overflow + h3) >> 32) + h4) >> 2) * 5 + load<u32>(key, 16);
  store<u32>(out, t);
  t = (t >> 32) + h1 + load<u32>(key, 20);
  store<u32>(out, t, 4);
  t = (t >> 32) + h2 + load<u32>(key, 24);
  store<u32>(out, t, 8);
  t = (t >> 32) + h3 + load<u32>(key, 28);
  store<u32>(out, t, 12);
}
