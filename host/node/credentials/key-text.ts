// What a text with public keys is: OpenSSH's lines (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), RFC 4716 or PEM (RFC
// 7468); and what else it is where it is none of them, so that whoever gave it is told.
//
// In goes a text, out come lines of OpenSSH's format and their fields. openssh-keys.ts and authorized-keys.ts say which
// of them will do.

import { createPublicKey, type JsonWebKey } from "node:crypto";
import { KeyFormatError } from "../../core/key-format-error.js";
import { linesOf } from "./text.js";
import { mpint, string, WireReader } from "./wire.js";

/** A line with a key. */
export interface NumberedLine {
  /** Where in the text the key begins, from 1 on. */
  number: number;
  line: string;
}

/** The fields of a line with a key. */
export interface KeyFields {
  /** Before the type, as they stand there; empty for none. */
  options: string;
  type: string;
  base64: string;
  comment: string;
}

const RFC4716_BEGIN = "---- BEGIN SSH2 PUBLIC KEY ----";
const RFC4716_END = "---- END SSH2 PUBLIC KEY ----";
const TYPE = /^(?:ssh|ecdsa|sk|rsa|webauthn|x509v3)-[\w.@-]+$/;
const SECOND_KEY = /(?:^|\s)(?:ssh|ecdsa|sk)-[\w.@-]+\s+AAAA/;
const KNOWN_HOSTS = "lines like this are of known_hosts, which has keys of servers; give the user's key";
/** The options of sshd(8), in lower case. In known_hosts, names of servers are in their place. */
const OPTIONS = new Set(
  [
    "agent-forwarding cert-authority command environment expiry-time from no-agent-forwarding no-port-forwarding no-pty",
    "no-touch-required no-user-rc no-x11-forwarding permitlisten permitopen port-forwarding principals pty restrict",
    "tunnel user-rc verify-required x11-forwarding",
  ].flatMap((names) => names.split(" ")),
);

/** The lines with keys. Empty lines and those that begin with # are passed over. Throws a `KeyFormatError`. */
export function readKeyLines(text: string): NumberedLine[] {
  const start = text.trimStart();
  if (start.startsWith(RFC4716_BEGIN)) return readRfc4716(linesOf(text));
  const privateKind = privateKeyKind(start);
  if (privateKind === "PuTTY")
    throw new KeyFormatError("it is a private key of PuTTY's; give the public one: puttygen KEY.ppk -L > KEY.pub");
  if (privateKind !== undefined)
    throw new KeyFormatError("it is a private key; give the .pub file (ssh-keygen -y -f KEY > KEY.pub makes one)");
  if (start.startsWith("-----BEGIN ")) return [{ number: 1, line: lineOfPem(start) }];
  return linesOf(text)
    .map((line, index) => ({ number: index + 1, line: line.trim() }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
}

/** Which program's format a private key has; undefined for what is none. */
export function privateKeyKind(text: string): "OpenSSH" | "PuTTY" | "PEM" | "SSH.com" | undefined {
  if (text.startsWith("PuTTY-User-Key-File-")) return "PuTTY";
  if (text.startsWith("-----BEGIN OPENSSH PRIVATE KEY-----")) return "OpenSSH";
  if (/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return "PEM";
  if (/^---- BEGIN SSH2 (ENCRYPTED )?PRIVATE KEY ----/.test(text)) return "SSH.com";
  return undefined;
}

/** Whether the text begins as a public key does, in whichever format. */
export function isPublicKeyText(text: string): boolean {
  const [first = ""] = text.split(/\s/, 1);
  return TYPE.test(first) || text.startsWith(RFC4716_BEGIN) || /^-----BEGIN [A-Z0-9 ]*PUBLIC KEY-----/.test(text);
}

/** `[options] type base64 [comment]`. Throws a `KeyFormatError`, for certificates, too. */
export function parseKeyLine(line: string): KeyFields {
  // options have blanks only within quotes
  const [first = ""] = /^(?:"(?:\\"|[^"])*"|[^\s"])*/.exec(line)!;
  const options = TYPE.test(first) ? "" : first;
  const [type = "", base64 = "", ...words] = line.slice(options.length).trim().split(/\s+/);
  if (line.startsWith("@")) throw new KeyFormatError(KNOWN_HOSTS);
  if (!TYPE.test(type)) throw new KeyFormatError('it is not an OpenSSH public key: "[options] type base64 [comment]"');
  if (options !== "") checkOptions(options);
  if (type.includes("-cert-v"))
    throw new KeyFormatError(`it is a certificate (${printable(type)}); give the public key that it is for`);
  const comment = words.join(" ");
  if (SECOND_KEY.test(comment))
    throw new KeyFormatError("a second key follows on the same line; each has a line, or a string, of its own");
  return { options, type, base64, comment };
}

/** The names of the options, in lower case. */
export function optionNames(options: string): string[] {
  return (options.match(/(?:"(?:\\"|[^"])*"|[^,"])+/g) ?? []).map((option) =>
    option.replace(/=.*$/s, "").toLowerCase(),
  );
}

function checkOptions(options: string): void {
  const unknown = optionNames(options).find((name) => !OPTIONS.has(name));
  if (unknown === undefined) return;
  throw new KeyFormatError(`${printable(unknown)} is no option of authorized_keys; ${KNOWN_HOSTS}`);
}

/** RFC 4716 §3: headers, of which some go on in the next line, then Base64. */
function readRfc4716(lines: string[]): NumberedLine[] {
  const keys: NumberedLine[] = [];
  for (let index = 0; index < lines.length; index++) {
    if (lines[index]!.trim() !== RFC4716_BEGIN) {
      if (lines[index]!.trim() !== "") throw new KeyFormatError(`line ${index + 1}: it is no part of an RFC 4716 key`);
      continue;
    }
    const number = index + 1;
    let comment = "";
    let base64 = "";
    for (index++; lines[index]?.trim() !== RFC4716_END; index++) {
      if (index >= lines.length) throw new KeyFormatError("it ends early: the line ---- END … is missing");
      let line = lines[index]!.trim();
      if (!line.includes(":")) base64 += line;
      else {
        while (line.endsWith("\\")) line = line.slice(0, -1) + (lines[++index] ?? "").trim();
        const [, value] = /^comment:\s*"?(.*?)"?$/i.exec(line) ?? [];
        comment = value ?? comment;
      }
    }
    keys.push({ number, line: lineOfBlob(decodeBase64(base64), comment) });
  }
  return keys;
}

/** An X.509 SubjectPublicKeyInfo or PKCS #1 key. */
function lineOfPem(text: string): string {
  const [, label = ""] = /^-----BEGIN ([^-]*)-----/.exec(text) ?? [];
  if (!label.endsWith("PUBLIC KEY"))
    throw new KeyFormatError(`it is PEM with ${printable(label)}; give a public key, as in a .pub file`);
  let jwk: JsonWebKey;
  try {
    jwk = createPublicKey(text).export({ format: "jwk" });
  } catch {
    throw new KeyFormatError("its PEM is damaged, or of a kind of key that SSH does not have");
  }
  const bytes = (value = ""): Buffer => Buffer.from(value, "base64url");
  if (jwk.crv === "Ed25519") return lineOfBlob(Buffer.concat([string("ssh-ed25519"), string(bytes(jwk.x))]), "");
  if (jwk.kty === "RSA")
    return lineOfBlob(Buffer.concat([string("ssh-rsa"), mpint(bytes(jwk.e)), mpint(bytes(jwk.n))]), "");
  if (jwk.crv === "P-256") {
    const point = Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]);
    return lineOfBlob(Buffer.concat([string("ecdsa-sha2-nistp256"), string("nistp256"), string(point)]), "");
  }
  throw new KeyFormatError(`it is a key for ${printable(jwk.crv ?? jwk.kty ?? "")}, which Sesame does not have`);
}

/** A line for a key blob (RFC 4253 §6.6), which begins with its type. */
function lineOfBlob(blob: Buffer, comment: string): string {
  return `${new WireReader(blob).text()} ${blob.toString("base64")} ${comment}`.trim();
}

/** Throws a `KeyFormatError` for a damaged text; the padding may be missing. */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  // Node skips what is not Base64; a damaged file must not be taken for another.
  if (text === "" || bytes.toString("base64").replace(/=+$/, "") !== text.replace(/=+$/, ""))
    throw new KeyFormatError("its Base64 is damaged");
  return bytes;
}

export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
