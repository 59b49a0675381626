// PBKDF2 and HMAC as a module of their own, for the unit tests.

const buffer: usize = memory.data(1024, 16);

export function bufferPtr(): usize {
  return buffer;
}

export {
  hmacSha256Finish,
  hmacSha256Key,
  hmacSha256Start,
  hmacSha256Wipe,
} from "../../assembly/crypto/hash/hmac-sha256";
export { pbkdf2 } from "../../assembly/crypto/password/pbkdf2";
export { sha256Update } from "../../assembly/crypto/hash/sha256";
