// Cryptography: bounds, comparisons, wipes, and what keeps the number of instructions from telling secrets.

import type { FileMutations } from "../../scripts/mutate/list.js";

export const mutations: readonly FileMutations[] = [
  {
    file: "assembly/crypto/curve25519/scalar25519.ts",
    tests: ["assembly/crypto/field25519.test", "assembly/crypto/ed25519-verify-fast.test"],
    changes: [
      ["if (addOrder(ptr, -1) >= 0) return false;", "addOrder(ptr, -1);"],
      ["if (addOrder(ptr, -1) >= 0) return false;", "if (addOrder(ptr, -1) > 0) return false;"],
      ["  addOrder(ptr, 1);\n", ""],
      ["addOrder(ptr, 1 ^ (load<u8>(ptr) & 1));", "addOrder(ptr, load<u8>(ptr) & 1);"],
      ["store<u8>(ptr, load<u8>(ptr, 31) ^ 0x80, 31);", ""],
      ["while (end != ptr + 30);", "while (end != ptr + 32);"],
    ],
  },
  {
    file: "assembly/crypto/curve25519/ed25519-sign.ts",
    tests: ["assembly/crypto/ed25519-sign.test"],
    changes: [
      ["  writeBaseMultiple(out, secret);\n  wipe();", "  writeBaseMultiple(out, secret);"],
      ["  multiplyAdd(out + 32, hash, secret, nonce);\n  wipe();", "  multiplyAdd(out + 32, hash, secret, nonce);"],
      ["| sign, 31);\n  wipeLadder();", "| sign, 31);"],
      ["const SECRETS_BYTES: usize = secret + 32 - hashed;", "const SECRETS_BYTES: usize = secret - hashed;"],
      ["sha512(hashed + 32, 32 + messageLength, hash);", "sha512(hashed + 32, 31 + messageLength, hash);"],
      ["memory.copy(hashed + 32, publicKey, 32);", ""],
      ["  store<u32>(t0, load<u32>(t0) + isZero(t0));\n", ""],
      ["(load<u8>(scalarCopy) | isMinusBase) << 7", "load<u8>(scalarCopy) << 7"],
      ["  addOrder(out, -(load<i16>(out, 30) >> 15));\n", ""],
    ],
  },
  {
    file: "assembly/crypto/curve25519/x25519.ts",
    tests: ["assembly/crypto/x25519.test", "assembly/crypto/ed25519-sign.test"],
    changes: [
      ["load<u8>(out) & 248)", "load<u8>(out))"],
      ["(load<u8>(out, 31) & 127) | 64", "load<u8>(out, 31) | 64"],
      ["(load<u8>(out, 31) & 127) | 64", "load<u8>(out, 31) & 127"],
      [" | load<u64>(ptr, 24, 1)", ""],
      [" | load<u64>(ptr, 8, 1)", ""],
      ["  feToBytes(out, x2);\n  wipeLadder();", "  feToBytes(out, x2);"],
      ["const REGISTERS_BYTES: i32 = 7 * 36 + 32;", "const REGISTERS_BYTES: i32 = 7 * 36;"],
      ["    ctSwapPoints(swap ^ bit);\n", "    if (swap != bit) ctSwapPoints(1);\n"],
      ["while (--i >= 0);\n  ctSwapPoints(swap);", "while (--i >= 0);"],
      ["const mask: u64 = 0 - bit;", "const mask: u64 = bit;"],
    ],
  },
  {
    file: "assembly/crypto/curve25519/ed25519-verify.ts",
    tests: ["assembly/crypto/ed25519-verify-fast.test"],
    changes: [
      ["  prepared = false;\n", ""],
      ["  if (ctDifference(encoded, keyPtr, 63)) return false;\n", ""],
      ["ctDifference(encoded, keyPtr, 63)", "ctDifference(encoded, keyPtr, 31)"],
      ["  if (feIsZero(X)) return false;\n", ""],
      ["  if (!feIsZero(F)) return false;\n", ""],
      [
        "if (!prepared || !prepareScalarVartime(scalars)) return false;",
        "if (!prepareScalarVartime(scalars)) return false;",
      ],
      ["!prepared || !prepareScalarVartime(scalars)", "!prepareScalarVartime(scalars) && !prepared"],
      ["return !ctDifference(encoded, hashInput, 31);", "return !ctDifference(encoded, hashInput, 30);"],
      [" | (load<u8>(encoded, 32) << 7), 31);", ", 31);"],
    ],
  },
  {
    file: "assembly/crypto/curve25519/compact/ed25519-verify.ts",
    tests: ["assembly/crypto/ed25519-verify-small.test"],
    changes: [
      [" * u32(load<u8>(s, 31) < 16)", ""],
      ["u32(load<u8>(s, 31) < 16)", "u32(load<u8>(s, 31) < 17)"],
      ["decode(hashInput, R_POINT) * decode", "(decode(hashInput, R_POINT) | 1) * decode"],
      [
        "decode(hashInput + 32, KEY_POINT) *",
        "(decode(hashInput + 32, KEY_POINT) | 1) *",
        {
          survives:
            "a key that is no point in canonical form is of small order, which is refused by itself, or nobody can sign for it",
        },
      ],
      ["* runVartime(START) *", "* (runVartime(START) | 1) *"],
      ["runVartime(CHECK) * 31 < valid", "runVartime(CHECK) < valid"],
      ["runVartime(CHECK) * 31 < valid", "runVartime(CHECK) * 31 <= valid"],
    ],
  },
  {
    file: "assembly/transport/cipher/chacha20-poly1305.ts",
    tests: ["assembly/crypto/chacha20-poly1305.test"],
    changes: [
      [" | (load<u64>(tag, 8) ^ load<u64>(end, 8, 4))", ""],
      ["    memory.fill(opening, 0, POLY1305_CONTEXT_BYTES + POLY1305_TAG_BYTES);\n", ""],
      ["  memory.fill(sealing, 0, POLY1305_CONTEXT_BYTES);\n", ""],
      ["chacha20Xor(keys, sequenceNumber, 0, context", "chacha20Xor(keys, 0, 0, context"],
    ],
  },
  {
    file: "assembly/crypto/chacha20-poly1305/chacha20.ts",
    tests: ["assembly/crypto/chacha20-poly1305.test"],
    changes: [
      ["  memory.fill(input, 0, 128);\n", ""],
      ["bswap(sequenceNumber), 60", "sequenceNumber, 60"],
      ["counter++, 48", "counter, 48"],
    ],
  },
  {
    file: "assembly/crypto/chacha20-poly1305/poly1305.ts",
    tests: ["assembly/crypto/chacha20-poly1305.test"],
    changes: [
      ["  const r3: u64 = load<u32>(key, 12) & 0x0ffffffc;", "  const r3: u64 = load<u32>(key, 12) & 0x0fffffff;"],
      ["      store<u8>(lastBlock + length, 1);\n", ""],
      ["(x0 & 0xffffffff) + (x4 >> 2) * 5", "(x0 & 0xffffffff)"],
    ],
  },
  {
    file: "assembly/crypto/aes/gcm.ts",
    tests: ["assembly/crypto/aes.test"],
    changes: [
      ["  setCounter(COUNTER, nonce, TAG);\n", ""],
      ["  store<u32>(BLOCK, bswap(length << 3), 12);\n", ""],
      ["8 * ADDITIONAL_BYTES, 7", "ADDITIONAL_BYTES, 7"],
    ],
  },
  {
    file: "assembly/crypto/aes/aes.ts",
    tests: ["assembly/crypto/aes.test"],
    changes: [
      ["memory.fill(SCHEDULE, 0, 32);", "memory.fill(SCHEDULE, 0, 16);"],
      ["  memory.fill(BATCH, 0, BATCH_BYTES);\n", ""],
      ["(i & last) == 4", "(i & last) == 5"],
    ],
  },
  {
    file: "assembly/crypto/password/pbkdf2.ts",
    tests: ["assembly/crypto/pbkdf2.test"],
    changes: [
      ["  hmacSha256Wipe();\n", ""],
      ["while (i < SHA256_BYTES);", "while (i < SHA256_BYTES - 8);"],
    ],
  },
  {
    file: "assembly/crypto/hash/hmac-sha256.ts",
    tests: ["assembly/crypto/pbkdf2.test"],
    changes: [
      ["if (length <= BLOCK_BYTES)", "if (length <= BLOCK_BYTES + 1)"],
      ["memory.fill(inner, 0, KEYED_BYTES);", "memory.fill(inner, 0, KEYED_BYTES - 64);"],
    ],
  },
];
