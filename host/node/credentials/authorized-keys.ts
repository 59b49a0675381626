// Public keys of users as OpenSSH's authorized_keys files have them (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), of every
// type that the full userauth build knows.
//
// In goes a line or a file, out come key blobs for users-region.ts. An option that Sesame cannot keep is refused, never
// ignored: whoever wrote it relies on it.

import { createPublicKey } from "node:crypto";
import { decompressX } from "./ed25519-point.js";
import { KeyFormatError } from "../../core/key-format-error.js";
import { decodeBase64, optionNames, parseKeyLine, printable, readKeyLines } from "./key-text.js";
import type { UserKey } from "./users-region.js";
import { WireReader } from "./wire.js";

const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 4096;

/** What Sesame never does anyway. */
const KEPT_BY_NATURE = new Set(["no-agent-forwarding", "no-port-forwarding", "no-x11-forwarding", "no-user-rc"]);

/**
 * Checks the fields behind the type in a key blob (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f).
 */
const KEY_TYPES: Record<string, (fields: Buffer[]) => void> = {
  "ssh-ed25519": ([key, ...rest]) => checkEd25519(key, rest.length === 0),
  "ssh-rsa": checkRsa,
  "ecdsa-sha2-nistp256": ([curve, point, ...rest]) => checkEcdsa(curve, point, rest.length === 0),
  "sk-ssh-ed25519@openssh.com": ([key, application, ...rest]) =>
    checkEd25519(key, application !== undefined && rest.length === 0),
  "sk-ecdsa-sha2-nistp256@openssh.com": ([curve, point, application, ...rest]) =>
    checkEcdsa(curve, point, application !== undefined && rest.length === 0),
};

/** The keys of a file. Throws a `KeyFormatError` that names the line. */
export function parseAuthorizedKeys(text: string): UserKey[] {
  return readKeyLines(text).map(({ number, line }) => {
    try {
      return parseLine(line);
    } catch (error) {
      if (error instanceof KeyFormatError) error.message = `line ${number}: ${error.message}`;
      throw error;
    }
  });
}

/** The one key of a text: `[options] type base64 [comment]`, RFC 4716 or PEM. Throws a `KeyFormatError`. */
export function parseAuthorizedKey(text: string): UserKey {
  const [first, ...more] = readKeyLines(text);
  if (first === undefined) throw new KeyFormatError("there is no public key in it");
  if (more.length > 0) throw new KeyFormatError(`it holds ${1 + more.length} lines; each key is a string of its own`);
  return parseLine(first.line);
}

function parseLine(line: string): UserKey {
  const { options, type, base64 } = parseKeyLine(line);
  const checkFields = Object.hasOwn(KEY_TYPES, type) ? KEY_TYPES[type] : undefined;
  if (checkFields === undefined) {
    const known = Object.keys(KEY_TYPES).join(", ");
    throw new KeyFormatError(`it is of the type ${printable(type)}; Sesame has ${known}`);
  }
  const blob = decodeBase64(base64);
  const [inner, ...fields] = splitStrings(blob);
  if (inner?.toString("latin1") !== type) throw new KeyFormatError(`its key is not of the type ${type}, as it says`);
  checkFields(fields);
  return { blob: Uint8Array.from(blob), ...parseOptions(options, type) };
}

function parseOptions(text: string, type: string): Omit<UserKey, "blob"> {
  const options: Omit<UserKey, "blob"> = {};
  for (const name of optionNames(text)) {
    if (KEPT_BY_NATURE.has(name)) continue;
    if (name !== "verify-required" && name !== "no-touch-required")
      throw new KeyFormatError(
        `Sesame cannot keep what the option ${printable(name)} asks for: take it or the key out`,
      );
    if (!type.startsWith("sk-")) throw new KeyFormatError(`${name} is for security keys; it is a ${type}`);
    options[name === "verify-required" ? "verificationRequired" : "presenceNotRequired"] = true;
  }
  return options;
}

/** RFC 4251 §5: strings and mpints one after the other. */
function splitStrings(blob: Buffer): Buffer[] {
  const reader = new WireReader(blob);
  const strings: Buffer[] = [];
  while (reader.remaining > 0) strings.push(reader.string());
  return strings;
}

function checkEd25519(key: Buffer | undefined, isComplete: boolean): void {
  if (key?.length !== 32 || !isComplete) throw new KeyFormatError("its key has a wrong length");
  try {
    decompressX(key);
  } catch (error) {
    throw new KeyFormatError((error as Error).message);
  }
}

function checkEcdsa(curve: Buffer | undefined, point: Buffer | undefined, isComplete: boolean): void {
  if (curve?.toString("latin1") !== "nistp256" || point?.length !== 65 || point[0] !== 4 || !isComplete)
    throw new KeyFormatError("its key is not an uncompressed point of nistp256");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((number) => number.toString("base64url"));
  try {
    createPublicKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y! }, format: "jwk" });
  } catch {
    throw new KeyFormatError("its key is not on the curve");
  }
}

function checkRsa([exponent, modulus, ...rest]: Buffer[]): void {
  if (!exponent?.length || !modulus?.length || rest.length > 0) throw new KeyFormatError("its key has a wrong length");
  const [e, n] = [exponent, modulus].map((number) => BigInt(`0x${number.toString("hex")}`)) as [bigint, bigint];
  const bits = n.toString(2).length;
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
    throw new KeyFormatError(`it has ${bits} bits; RSA keys have ${RSA_BITS_MIN} to ${RSA_BITS_MAX}`);
  if (e < 3n || e % 2n === 0n || n % 2n === 0n) throw new KeyFormatError("its key is no RSA key");
}
