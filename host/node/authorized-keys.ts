// Public keys of users as OpenSSH's authorized_keys files have them (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), of every type that the full
// userauth build knows.
//
// In goes a line or a file, out come key blobs for users-region.ts. An option that Sesame cannot keep is refused, never ignored:
// whoever wrote it relies on it.

import { createPublicKey } from "node:crypto";
import { decompressX } from "./ed25519-point.js";
import { KeyFormatError } from "./openssh-keys.js";
import type { UserKey } from "./users-region.js";

const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 4096;

/** What Sesame never does anyway. */
const KEPT_BY_NATURE = new Set(["no-agent-forwarding", "no-port-forwarding", "no-x11-forwarding", "no-user-rc"]);

/** Checks the fields behind the type in a key blob (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f). */
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
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return [];
    try {
      return [parseAuthorizedKey(line)];
    } catch (error) {
      if (error instanceof KeyFormatError) error.message = `line ${index + 1}: ${error.message}`;
      throw error;
    }
  });
}

/** `[options] type base64 [comment]`. Throws a `KeyFormatError`. */
export function parseAuthorizedKey(line: string): UserKey {
  const text = line.trim();
  if (text.startsWith("-----BEGIN ")) throw new KeyFormatError("it is a private key; give the public one");
  // options have blanks only within quotes
  const [first = ""] = /^(?:"(?:\\"|[^"])*"|[^\s"])*/.exec(text)!;
  const hasOptions = !isType(first);
  const [type = "", base64 = ""] = (hasOptions ? text.slice(first.length) : text).trim().split(/\s+/);
  if (!isType(type)) {
    const known = Object.keys(KEY_TYPES).join(", ");
    throw new KeyFormatError(`it is not "[options] type base64 [comment]" with one of the types ${known}`);
  }
  const blob = Buffer.from(base64, "base64");
  if (base64 === "" || blob.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, ""))
    throw new KeyFormatError("its Base64 is damaged");
  const [inner, ...fields] = splitStrings(blob);
  if (inner?.toString("latin1") !== type) throw new KeyFormatError(`its key is not of the type ${type}, as it says`);
  KEY_TYPES[type]!(fields);
  return { blob: Uint8Array.from(blob), ...(hasOptions && parseOptions(first, type)) };
}

function isType(word: string): boolean {
  return Object.hasOwn(KEY_TYPES, word);
}

function parseOptions(text: string, type: string): Omit<UserKey, "blob"> {
  const options: Omit<UserKey, "blob"> = {};
  for (const option of text.match(/(?:"(?:\\"|[^"])*"|[^,"])+/g) ?? []) {
    const name = option.replace(/=.*$/s, "").toLowerCase();
    if (KEPT_BY_NATURE.has(name)) continue;
    if (name !== "verify-required" && name !== "no-touch-required") {
      throw new KeyFormatError(
        `Sesame cannot keep what the option ${JSON.stringify(name)} asks for: take it or the key out`,
      );
    }
    if (!type.startsWith("sk-")) throw new KeyFormatError(`${name} is for security keys; it is a ${type}`);
    options[name === "verify-required" ? "verificationRequired" : "presenceNotRequired"] = true;
  }
  return options;
}

/** RFC 4251 §5: strings and mpints one after the other. */
function splitStrings(blob: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let rest = blob; rest.length > 0;) {
    const length = rest.length < 4 ? Infinity : rest.readUInt32BE();
    if (length > rest.length - 4) throw new KeyFormatError("its key ends early");
    strings.push(rest.subarray(4, 4 + length));
    rest = rest.subarray(4 + length);
  }
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
