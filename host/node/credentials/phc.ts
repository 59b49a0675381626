// Password hashes as text, in the PHC string format (P-H-C/phc-string-format, its section "Argon2 Encoding" included):
//
//     $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>      RFC 9106
//     $pbkdf2-sha256$i=600000,l=32$<salt>$<hash>        RFC 8018; RustCrypto's form, as the format names none
//
// In goes a string, out come its numbers and bytes, and back. There is one way to write a hash: whatever is read is
// printed again as the same string, and every refusal says what is wrong with the others. What passlib alone writes for
// PBKDF2 is read, too: $pbkdf2-sha256$29000$<salt>$<hash>, whose Base64 has . in place of +.

/** Bytes of every hash. */
export const HASH_BYTES = 32;
/** What the format allows for Argon2; Sesame asks the same of PBKDF2. */
export const SALT_BYTES_MIN = 8;
export const SALT_BYTES_MAX = 48;

/** RFC 9106's version, 0x13. */
const ARGON2_VERSION = 19;
const LANES_MAX = 255;
/** RFC 9106 §3.1: at least this much memory for each lane. */
const KIB_PER_LANE = 8;
const UINT32_MAX = 0xffffffff;

/** Argon2id with its costs; salt of 8 to 48 bytes, hash of 32. */
export interface Argon2idHash {
  algorithm: "argon2id";
  /** m: at least 8 for each lane. */
  memoryKiB: number;
  /** t: at least 1. */
  passes: number;
  /** p: 1 to 255. */
  lanes: number;
  salt: Uint8Array;
  hash: Uint8Array;
}

/** PBKDF2-HMAC-SHA-256 with its cost; salt of 8 to 48 bytes, hash of 32. */
export interface Pbkdf2Hash {
  algorithm: "pbkdf2-sha256";
  /** i: at least 1. */
  iterations: number;
  salt: Uint8Array;
  hash: Uint8Array;
}

/** What a password is compared with. */
export type PasswordHash = Argon2idHash | Pbkdf2Hash;

/** A password hash that cannot be used; the message is for the person who gave it and has nothing of salt and hash. */
export class PhcError extends Error {
  override name = "PhcError";
}

/**
 * Reads a PHC string. Throws a `PhcError`. Whether costs are high enough, or too high for a device, is for the caller
 * to say.
 */
export function parsePhc(text: string): PasswordHash {
  if (/[^\x21-\x7e]/.test(text)) throw new PhcError("it has white space or a character that is not ASCII");
  const [before, algorithm = "", ...fields] = text.split("$");
  if (before !== "" || algorithm === "") throw new PhcError("it is not a PHC string ($argon2id$… or $pbkdf2-sha256$…)");
  if (algorithm === "argon2id") return parseArgon2id(fields);
  if (algorithm === "pbkdf2-sha256") return parsePbkdf2(fields);
  throw new PhcError(`its algorithm is ${printable(algorithm)}; Sesame has argon2id and pbkdf2-sha256`);
}

/** The PHC string of a hash. Throws a `PhcError` for what `parsePhc` would refuse. */
export function formatPhc(hash: PasswordHash): string {
  const parameters =
    hash.algorithm === "argon2id"
      ? `v=${ARGON2_VERSION}$m=${hash.memoryKiB},t=${hash.passes},p=${hash.lanes}`
      : `i=${hash.iterations},l=${hash.hash.length}`;
  const text = `$${hash.algorithm}$${parameters}$${encodeBase64(hash.salt)}$${encodeBase64(hash.hash)}`;
  parsePhc(text);
  return text;
}

/** A hash's algorithm and parameters, as messages name them. */
export function describeCosts(hash: Omit<Argon2idHash, "salt" | "hash"> | Omit<Pbkdf2Hash, "salt" | "hash">): string {
  return hash.algorithm === "argon2id"
    ? `argon2id m=${hash.memoryKiB},t=${hash.passes},p=${hash.lanes}`
    : `pbkdf2-sha256 i=${hash.iterations}`;
}

function parseArgon2id([version = "", ...fields]: string[]): Argon2idHash {
  if (version !== `v=${ARGON2_VERSION}`) {
    const stated = version.startsWith("v=") ? `its version is ${printable(version.slice(2))}` : "it states no version";
    throw new PhcError(`${stated}; Sesame has version ${ARGON2_VERSION} of Argon2 (v=${ARGON2_VERSION})`);
  }
  const [parameters, salt, hash] = threeFields(fields);
  const { m, t, p } = parseParameters(parameters, ["m", "t", "p"]);
  if (t < 1) throw new PhcError("t is 0; Argon2 makes at least one pass");
  if (p < 1 || p > LANES_MAX) throw new PhcError(`p is ${p}; it is from 1 to ${LANES_MAX}`);
  if (m < KIB_PER_LANE * p) throw new PhcError(`m is ${m}; Argon2 needs at least ${KIB_PER_LANE} KiB for each lane`);
  return { algorithm: "argon2id", memoryKiB: m, passes: t, lanes: p, salt: parseSalt(salt), hash: parseHash(hash) };
}

function parsePbkdf2(fields: string[]): Pbkdf2Hash {
  const [parameters, salt, hash] = threeFields(fields);
  if (/^[0-9]+$/.test(parameters)) return parsePasslib(parameters, salt, hash);
  const { i, l } = parseParameters(parameters, ["i", "l"]);
  if (i < 1) throw new PhcError("i is 0; PBKDF2 makes at least one iteration");
  if (l !== HASH_BYTES) throw new PhcError(`l is ${l}; Sesame takes hashes of ${HASH_BYTES} bytes`);
  return { algorithm: "pbkdf2-sha256", iterations: i, salt: parseSalt(salt), hash: parseHash(hash) };
}

function parsePasslib(iterations: string, salt: string, hash: string): Pbkdf2Hash {
  if (salt.includes("+") || hash.includes("+")) throw new PhcError("it has a +, for which passlib's form has a .");
  const [ownSalt, ownHash] = [salt, hash].map((text) => text.replaceAll(".", "+"));
  return parsePbkdf2([`i=${iterations},l=${HASH_BYTES}`, ownSalt!, ownHash!]);
}

function threeFields([parameters, salt, hash, ...rest]: string[]): [parameters: string, salt: string, hash: string] {
  if (parameters === undefined || salt === undefined || hash === undefined) {
    throw new PhcError("it ends early: parameters, salt and hash are needed, each behind a $");
  }
  if (rest.length > 0) throw new PhcError("something follows the hash");
  return [parameters, salt, hash];
}

/**
 * `name=value,…` with all the names, in their order, and no others. Values are uint32 in decimal, without leading
 * zeros.
 */
function parseParameters<Name extends string>(text: string, names: readonly Name[]): Record<Name, number> {
  const values = {} as Record<Name, number>;
  const given = text.split(",").map((parameter) => parameter.split("="));
  for (const [name = ""] of given) {
    if (!names.includes(name as Name)) throw new PhcError(`it has an unknown parameter, ${printable(name)}`);
  }
  for (const [index, name] of names.entries()) {
    if (!given.some(([other]) => other === name)) throw new PhcError(`it lacks the parameter ${name}`);
    const [other, value = "", ...rest] = given[index]!;
    if (other !== name) throw new PhcError(`its parameters are not ${names.join(", ")} in this order, each once`);
    if (!/^(0|[1-9][0-9]{0,9})$/.test(value) || rest.length > 0 || Number(value) > UINT32_MAX) {
      throw new PhcError(`${name} is not a plain decimal number of at most 32 bits`);
    }
    values[name] = Number(value);
  }
  if (given.length > names.length) throw new PhcError("it has a parameter twice");
  return values;
}

function parseSalt(text: string): Uint8Array {
  const salt = decodeBase64(text, "salt");
  if (salt.length < SALT_BYTES_MIN || salt.length > SALT_BYTES_MAX) {
    throw new PhcError(`its salt has ${salt.length} bytes; it is to have ${SALT_BYTES_MIN} to ${SALT_BYTES_MAX}`);
  }
  return salt;
}

function parseHash(text: string): Uint8Array {
  const hash = decodeBase64(text, "hash");
  if (hash.length !== HASH_BYTES) {
    throw new PhcError(`its hash has ${hash.length} bytes; Sesame takes hashes of ${HASH_BYTES} bytes`);
  }
  return hash;
}

/** The format's B64: RFC 4648 §4 without padding; the unused bits of the last character are zero. */
function decodeBase64(text: string, what: string): Uint8Array {
  if (text.endsWith("=")) throw new PhcError(`its ${what} is padded with =, which the format leaves out`);
  if (!/^[A-Za-z0-9+/]*$/.test(text)) throw new PhcError(`its ${what} has a character that is not Base64`);
  if (text.length % 4 === 1) throw new PhcError(`its ${what} is cut off: no Base64 has this length`);
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (encodeBase64(bytes) !== text) throw new PhcError(`the last character of its ${what} is damaged`);
  return bytes;
}

function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
