// Key files that people really have: what holds a usable key is read, and of all else it is said what it is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseAuthorizedKey, parseAuthorizedKeys } from "../../../../host/node/credentials/authorized-keys.js";
import { givenCredentials } from "../../../../host/node/cli/options.js";
import { publicKeyOfRegion } from "../../../../host/node/credentials/credentials.js";
import {
  formatPrivateKey,
  keyPairFromSeed,
  parsePrivateKey,
  parsePublicKey,
} from "../../../../host/node/credentials/openssh-keys.js";
import { readUsersFile } from "../../../../host/node/credentials/users-file.js";

const folder = mkdtempSync(join(tmpdir(), "sesame-key-text-"));
after(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path(name), content, { mode: 0o600 });
  return path(name);
};

/** A key pair of ssh-keygen; the line of its public key without the comment. */
function keygen(name: string, ...args: string[]): string {
  execFileSync("ssh-keygen", ["-q", "-f", path(name), "-N", "", "-C", "me at work", ...args]);
  return readFileSync(`${path(name)}.pub`, "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}

const line = keygen("id", "-t", "ed25519");
const blob = Buffer.from(line.split(" ")[1]!, "base64");
const rfc4716 = execFileSync("ssh-keygen", ["-e", "-f", path("id.pub")], { encoding: "utf8" });

/** What both entrances make of a file: --authorized-key, and authorizedKeysFile in users.json. */
function readBoth(name: string): [Uint8Array | undefined, Uint8Array | undefined] {
  const users = file("users.json", JSON.stringify({ users: [{ name: "ann", authorizedKeysFile: name }] }));
  return [
    publicKeyOfRegion(givenCredentials({ user: "ann", authorizedKey: path(name) }).region!),
    readUsersFile(users).users[0]!.keys![0]?.blob,
  ];
}

test("a public key is read from a .pub file in every encoding, from RFC 4716 and from PEM", () => {
  const { publicKey } = parsePublicKey(line);
  const pem = execFileSync("ssh-keygen", ["-e", "-m", "PKCS8", "-f", rsaPublic()], { encoding: "utf8" });
  const spki = `-----BEGIN PUBLIC KEY-----\n${Buffer.concat([
    Buffer.from("302a300506032b6570032100", "hex"),
    publicKey,
  ]).toString("base64")}\n-----END PUBLIC KEY-----\n`;
  for (const [name, content] of [
    ["plain", `${line}\n`],
    ["cr", `# mine\r${line} me\r`],
    ["crlf", `\r\n${line} me\r\n`],
    ["bom", `\ufeff${line}\n`],
    ["utf16", Buffer.from(`\ufeff${line}\r\n`, "utf16le")],
    ["rfc4716", rfc4716],
    ["rfc4716-headers", rfc4716.replace(/^Comment.*$/m, 'Subject: ann\\\n and bob\nComment: "work"\nx-more: 1')],
    ["spki", spki],
  ] as const) {
    file(name, content);
    const [key, userBlob] = readBoth(name);
    assert.deepEqual(Buffer.from(key!), Buffer.from(publicKey), name);
    assert.deepEqual(Buffer.from(userBlob!), blob, name);
  }
  assert.deepEqual(parseAuthorizedKey(pem), parseAuthorizedKey(readFileSync(rsaPublic(), "utf8")));
  const { publicKey: ec } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  assert.equal(parseAuthorizedKey(ec.export({ type: "spki", format: "pem" }).toString()).blob.length, 104);
  assert.equal(parseAuthorizedKeys(rfc4716 + rfc4716).length, 2);
});

let rsa: string | undefined;
function rsaPublic(): string {
  if (rsa === undefined) keygen("rsa", "-t", "rsa", "-b", "2048");
  return (rsa = path("rsa.pub"));
}

test("what holds no usable public key is called by its name, at both entrances, with the file", () => {
  mkdirSync(path("folder"));
  const { privateKey } = generateKeyPairSync("ed25519");
  execFileSync("ssh-keygen", ["-q", "-s", path("id"), "-I", "x", "-n", "ann", path("id.pub")]);
  file("pkcs8", privateKey.export({ type: "pkcs8", format: "pem" }));
  file("ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\n");
  file("known_hosts", `127.0.0.1 ${line}\n`);
  file("hashed_hosts", `|1|abc=|def= ${line}\n`);
  file("marked_hosts", `@cert-authority *.example.org ${line}\n`);
  file("x509", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  file("damaged", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n");
  file("cut", rfc4716.split("\n").slice(0, 3).join("\n"));
  file("two", `${line} me ${line}\n`);
  file("latin1", Buffer.from(`${line} J\xfcrgen\n`, "latin1"));
  file("binary", Buffer.from(line, "utf16le"));
  file("dss", "ssh-dss AAAA\n");
  for (const [name, message] of [
    ["folder", /it is a folder; a file is wanted/],
    ["absent", /there is no such file/],
    ["id", /it is a private key; give the \.pub file/],
    ["pkcs8", /it is a private key; give the \.pub file/],
    ["ppk", /it is a private key of PuTTY's; give the public one: puttygen KEY\.ppk -L/],
    ["id-cert.pub", /it is a certificate \("ssh-ed25519-cert-v01@openssh\.com"\)/],
    ["known_hosts", /"127\.0\.0\.1" is no option of authorized_keys; lines like this are of known_hosts/],
    ["hashed_hosts", /known_hosts/],
    ["marked_hosts", /known_hosts/],
    ["x509", /it is PEM with "CERTIFICATE"/],
    ["damaged", /its PEM is damaged/],
    ["cut", /it ends early: the line ---- END/],
    ["two", /a second key follows on the same line/],
    ["latin1", /line 1: it is not UTF-8/],
    ["binary", /line 1: it is UTF-16 without a byte order mark/],
    ["dss", /it is of the type "ssh-dss"/],
  ] as const) {
    const given = new RegExp(`${name}: (line 1: )?.*${message.source}`);
    assert.throws(() => givenCredentials({ user: "ann", authorizedKey: path(name) }), given, name);
    const users = file("users.json", JSON.stringify({ users: [{ name: "ann", authorizedKeysFile: name }] }));
    const table = new RegExp(
      `users\\.json: users\\[0\\]\\.authorizedKeysFile: .*${name}[:,] (line \\d+: )?.*${message.source}`,
    );
    assert.throws(() => readUsersFile(users), table, name);
  }
});

test("two keys in one string are refused, however they are put together", () => {
  for (const text of [`${line}\n${line}`, `${line}\r${line}`, `${line} ${line}`, rfc4716 + rfc4716]) {
    assert.throws(() => parseAuthorizedKey(text), { name: "KeyFormatError" });
  }
  assert.equal(parseAuthorizedKey(`${line} a comment\n`).blob.length, blob.length);
});

test("a private key is read whatever its padding, as ssh-keygen reads it, and a damaged padding is refused", () => {
  const pair = keyPairFromSeed(new Uint8Array(32).fill(9));
  const text = formatPrivateKey(pair, "eddsa-key-20241129");
  for (const blocks of [0, 1, 2, 40]) {
    const padded = withPadding(text, 8 * blocks);
    assert.deepEqual(Buffer.from(parsePrivateKey(padded).seed), Buffer.from(pair.seed), `${blocks} blocks more`);
    const key = file(`padded-${blocks}`, padded);
    const line = execFileSync("ssh-keygen", ["-y", "-f", key], { encoding: "utf8" });
    assert.deepEqual(Buffer.from(parsePublicKey(line).publicKey), Buffer.from(pair.publicKey));
  }
  assert.throws(() => parsePrivateKey(withPadding(text, 3)), /wrong length/);
  assert.throws(() => parsePrivateKey(withPadding(text, 8, 1)), /padding is wrong/);
});

/** The text with so many bytes of padding more; `error` is added to the last. */
function withPadding(text: string, more: number, error = 0): string {
  const [begin, ...rest] = text.trimEnd().split("\n");
  const bytes = Buffer.from(rest.slice(0, -1).join(""), "base64");
  // magic, "none", "none", "", 1, the public key, then the block with its length
  const lengthAt = bytes.indexOf("ssh-ed25519") - 4 + 51;
  const block = bytes.subarray(lengthAt + 4);
  const last = block.at(-1) < 8 ? block.at(-1) : 0;
  const padding = Buffer.from(Array.from({ length: more }, (_, index) => (last + index + 1) & 255));
  if (error) padding[more - 1]! += error;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length + more);
  const longer = Buffer.concat([bytes.subarray(0, lengthAt), length, block, padding]);
  return [begin, longer.toString("base64"), rest.at(-1), ""].join("\n");
}

test("a host key in another format is called by its name", () => {
  for (const [text, message] of [
    ["PuTTY-User-Key-File-2: ssh-ed25519\n", /PuTTY's; .*puttygen KEY\.ppk -O private-openssh -o KEY/],
    [
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      /another format \(PEM\)/,
    ],
    [rfc4716, /it is a public key/],
    [line, /it is a public key/],
    ["nonsense", /it is not an OpenSSH private key/],
  ] as const) {
    assert.throws(() => parsePrivateKey(text), { name: "KeyFormatError", message });
  }
});
