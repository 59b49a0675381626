// The module's generator of random bytes: ChaCha20 with fast key erasure. Comes in: the host's entropy, once. Goes out:
// 32 bytes a call, from which neither earlier nor later ones can be computed. Next: the ephemeral keys and the cookies
// of transport.

import { chacha20Xor } from "./chacha20-poly1305/chacha20";
import { sha256 } from "./hash/sha256";

const KEY_BYTES: u32 = 32;
const BLOCK_BYTES: u32 = 64;

/** The generator's key, and behind it the block that is being made, zero between calls. Secret. */
const key: usize = memory.data(96, 16);
const block: usize = key + 32;

/**
 * Starts the generator with `length` bytes of entropy at `ptr`: secret, unpredictable by 32 bytes' worth, wiped by the
 * caller.
 */
export function seedRandom(ptr: usize, length: u32): void {
  sha256(key, ptr, length);
}

/** 32 random bytes to `out`, secret. Half a block of key stream replaces the key, the other half is the output. */
export function randomBytes32(out: usize): void {
  chacha20Xor(key, 0, 0, block, BLOCK_BYTES);
  memory.copy(key, block, KEY_BYTES);
  memory.copy(out, block + KEY_BYTES, KEY_BYTES);
  memory.fill(block, 0, BLOCK_BYTES);
}
