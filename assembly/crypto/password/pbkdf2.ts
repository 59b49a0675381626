// RFC 8018 §5.2: PBKDF2 with HMAC-SHA-256 and an output of 32 bytes, a single block.
// Comes in: a password, which is secret, a salt and the number of iterations, which are public. Goes out: 32 bytes.

import { hmacSha256Finish, hmacSha256Key, hmacSha256Start, hmacSha256Wipe } from "../hash/hmac-sha256";
import { SHA256_BYTES, sha256Update } from "../hash/sha256";

/** First INT(1), the only block's index; then U_1, U_2, …, each made of the one before. Secret, wiped. */
const link: usize = memory.data(32, 16);

/**
 * The derived key, 32 bytes, to `out`, which is apart from password and salt. At least one iteration, each of two
 * compressions. The executed instructions depend on the lengths and the iterations, not on the password. A password of
 * more than 64 bytes costs a few compressions more, once, and each 64 bytes of the salt one.
 */
export function pbkdf2(
  out: usize,
  password: usize,
  passwordLength: u32,
  salt: usize,
  saltLength: u32,
  iterations: u32,
): void {
  hmacSha256Key(password, passwordLength);
  hmacSha256Start();
  sha256Update(salt, saltLength);
  store<u32>(link, bswap<u32>(1));
  sha256Update(link, 4);
  hmacSha256Finish(link);
  memory.copy(out, link, SHA256_BYTES);
  while (--iterations) {
    hmacSha256Start();
    sha256Update(link, SHA256_BYTES);
    hmacSha256Finish(link);
    let i: usize = 0;
    do {
      store<u64>(out + i, load<u64>(out + i) ^ load<u64>(i, link));
      i += 8;
    } while (i < SHA256_BYTES);
  }
  memory.fill(link, 0, SHA256_BYTES);
  hmacSha256Wipe();
}
