// ChaCha20 as D. J. Bernstein published it, with a 64-bit counter and a 64-bit nonce: the cipher of
// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305) and of random.ts.
// Comes in: a key, a packet's sequence number, data. Goes out: the same data XOR key stream, in place.
// Next: chacha20-poly1305.ts.

const BLOCK_BYTES: u32 = 64;

/**
 * The input of a block, "expand 32-byte k", key, counter and nonce; behind it, what the rounds make of it. Secret,
 * wiped.
 */
const input: usize = memory.data(128, 16);
const mixed: usize = input + 64;

/**
 * XORs `length` bytes at `ptr` with the key stream of the 32-byte `key` from block `counter` on. The nonce is
 * `sequenceNumber` as a big-endian uint64. Works in whole words: up to 3 bytes behind the data change as well. At most
 * 2^32 blocks. Key and data are secret, the rest is public. `ptr` may be `key`.
 */
export function chacha20Xor(key: usize, sequenceNumber: u32, counter: u32, ptr: usize, length: u32): void {
  store<u64>(input, 0x3320646e61707865);
  store<u64>(input, 0x6b20657479622d32, 8);
  memory.copy(input + 16, key, 32);
  store<u32>(input, bswap(sequenceNumber), 60);
  const end = ptr + length;
  // `word` walks over the block and goes back, rather than being set again: so the compiler keeps the address in a
  // local, and each of the 32 accesses of `mix` is a byte or two shorter than with a constant. After an incomplete
  // block it is not used.
  let word = input;
  while (ptr < end) {
    store<u32>(word, counter++, 48);
    mix(word);
    do {
      store<u32>(ptr, load<u32>(ptr) ^ (load<u32>(word) + load<u32>(word, BLOCK_BYTES)));
      ptr += 4;
      word += 4;
    } while (word < mixed && ptr < end);
    word -= BLOCK_BYTES;
  }
  memory.fill(input, 0, 128);
}

/** Ten double rounds. Unrolled over sixteen locals they take half the operations that they take in memory. */
function mix(state: usize): void {
  let x0 = load<u32>(state);
  let x1 = load<u32>(state, 4);
  let x2 = load<u32>(state, 8);
  let x3 = load<u32>(state, 12);
  let x4 = load<u32>(state, 16);
  let x5 = load<u32>(state, 20);
  let x6 = load<u32>(state, 24);
  let x7 = load<u32>(state, 28);
  let x8 = load<u32>(state, 32);
  let x9 = load<u32>(state, 36);
  let x10 = load<u32>(state, 40);
  let x11 = load<u32>(state, 44);
  let x12 = load<u32>(state, 48);
  let x13 = load<u32>(state, 52);
  let x14 = load<u32>(state, 56);
  let x15 = load<u32>(state, 60);
  let rounds: u32 = 10;
  do {
    x0 += x4;
    x12 = rotl(x12 ^ x0, 16);
    x8 += x12;
    x4 = rotl(x4 ^ x8, 12);
    x0 += x4;
    x12 = rotl(x12 ^ x0, 8);
    x8 += x12;
    x4 = rotl(x4 ^ x8, 7);
    x1 += x5;
    x13 = rotl(x13 ^ x1, 16);
    x9 += x13;
    x5 = rotl(x5 ^ x9, 12);
    x1 += x5;
    x13 = rotl(x13 ^ x1, 8);
    x9 += x13;
    x5 = rotl(x5 ^ x9, 7);
    x2 += x6;
    x14 = rotl(x14 ^ x2, 16);
    x10 += x14;
    x6 = rotl(x6 ^ x10, 12);
    x2 += x6;
    x14 = rotl(x14 ^ x2, 8);
    x10 += x14;
    x6 = rotl(x6 ^ x10, 7);
    x3 += x7;
    x15 = rotl(x15 ^ x3, 16);
    x11 += x15;
    x7 = rotl(x7 ^ x11, 12);
    x3 += x7;
    x15 = rotl(x15 ^ x3, 8);
    x11 += x15;
    x7 = rotl(x7 ^ x11, 7);
    x0 += x5;
    x15 = rotl(x15 ^ x0, 16);
    x10 += x15;
    x5 = rotl(x5 ^ x10, 12);
    x0 += x5;
    x15 = rotl(x15 ^ x0, 8);
    x10 += x15;
    x5 = rotl(x5 ^ x10, 7);
    x1 += x6;
    x12 = rotl(x12 ^ x1, 16);
    x11 += x12;
    x6 = rotl(x6 ^ x11, 12);
    x1 += x6;
    x12 = rotl(x12 ^ x1, 8);
    x11 += x12;
    x6 = rotl(x6 ^ x11, 7);
    x2 += x7;
    x13 = rotl(x13 ^ x2, 16);
    x8 += x13;
    x7 = rotl(x7 ^ x8, 12);
    x2 += x7;
    x13 = rotl(x13 ^ x2, 8);
    x8 += x13;
    x7 = rotl(x7 ^ x8, 7);
    x3 += x4;
    x14 = rotl(x14 ^ x3, 16);
    x9 += x14;
    x4 = rotl(x4 ^ x9, 12);
    x3 += x4;
    x14 = rotl(x14 ^ x3, 8);
    x9 += x14;
    x4 = rotl(x4 ^ x9, 7);
  } while (--rounds);
  store<u32>(state, x0, 64);
  store<u32>(state, x1, 68);
  store<u32>(state, x2, 72);
  store<u32>(state, x3, 76);
  store<u32>(state, x4, 80);
  store<u32>(state, x5, 84);
  store<u32>(state, x6, 88);
  store<u32>(state, x7, 92);
  store<u32>(state, x8, 96);
  store<u32>(state, x9, 100);
  store<u32>(state, x10, 104);
  store<u32>(state, x11, 108);
  store<u32>(state, x12, 112);
  store<u32>(state, x13, 116);
  store<u32>(state, x14, 120);
  store<u32>(state, x15, 124);
}
