// RFC 2104: HMAC with SHA-256, of several messages under one key; one key at a time in the module.
// Comes in: a key, which is secret, and messages. Goes out: 32 bytes for each.
// Next: pbkdf2.ts.

import {
  sha256,
  SHA256_BYTES,
  SHA256_CONTEXT_BYTES,
  sha256Finish,
  sha256Restore,
  sha256Save,
  sha256Start,
  sha256Update,
} from "./sha256";

const BLOCK_BYTES: u32 = 64;

/** What both pads XOR the key with, in each byte of a word. */
const INNER_PAD: u64 = 0x3636363636363636;
const OUTER_PAD: u64 = 0x5c5c5c5c5c5c5c5c;

/** What `hmacSha256Save` takes. */
export const HMAC_SHA256_CONTEXT_BYTES: i32 = 2 * SHA256_CONTEXT_BYTES;
const KEYED_BYTES: i32 = HMAC_SHA256_CONTEXT_BYTES + 64;

/** SHA-256 after the key's block with the inner pad, and with the outer; behind them, that block. Secret. */
// @ts-expect-error a decorator of AssemblyScript
@lazy
const inner: usize = memory.data(KEYED_BYTES, 8);
// @ts-expect-error a decorator of AssemblyScript
@lazy
const outer: usize = inner + SHA256_CONTEXT_BYTES;
// @ts-expect-error a decorator of AssemblyScript
@lazy
const padded: usize = outer + SHA256_CONTEXT_BYTES;

/**
 * Sets the key: `length` bytes at `key`, secret; the length is public, and a key of more than 64 bytes costs its hash.
 * Until `hmacSha256Wipe`.
 */
export function hmacSha256Key(key: usize, length: u32): void {
  memory.fill(padded, 0, BLOCK_BYTES);
  if (length <= BLOCK_BYTES) memory.copy(padded, key, length);
  else sha256(padded, key, length);
  savePadded(inner, INNER_PAD);
  savePadded(outer, INNER_PAD ^ OUTER_PAD); // which takes the inner pad away again
}

/** XORs `pad` into the key's block, hashes it and saves that at `context`. */
function savePadded(context: usize, pad: u64): void {
  let i: usize = 0;
  do {
    store<u64>(i, load<u64>(i, padded) ^ pad, padded);
    i += 8;
  } while (i < BLOCK_BYTES);
  sha256Start();
  sha256Update(padded, BLOCK_BYTES);
  sha256Save(context);
}

/** Starts a message; `sha256Update` appends to it. */
export function hmacSha256Start(): void {
  sha256Restore(inner);
}

/** Ends the message: 32 bytes to `out`. */
export function hmacSha256Finish(out: usize): void {
  sha256Finish(out);
  sha256Restore(outer);
  sha256Update(out, SHA256_BYTES);
  sha256Finish(out);
}

/** Forgets the key. */
export function hmacSha256Wipe(): void {
  memory.fill(inner, 0, KEYED_BYTES);
}

/** Copies the key's HMAC_SHA256_CONTEXT_BYTES to `out`, as secret as the key. */
export function hmacSha256Save(out: usize): void {
  memory.copy(out, inner, HMAC_SHA256_CONTEXT_BYTES);
}

/** In place of `hmacSha256Key`: a key that was saved at `ptr`. */
export function hmacSha256Restore(ptr: usize): void {
  memory.copy(inner, ptr, HMAC_SHA256_CONTEXT_BYTES);
}
