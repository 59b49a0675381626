// OpenSSH's key files: what ssh-keygen writes is read, what we write ssh-keygen reads, and all else is refused by name.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadHostKey, readPrivateKeyFile, writeKeyPairFiles } from "../../../../host/node/server/host-key.js";
import {
  fingerprint,
  formatPrivateKey,
  formatPublicKey,
  generateKeyPair,
  KeyFormatError,
  keyPairFromSeed,
  parsePrivateKey,
  parsePublicKey,
} from "../../../../host/node/credentials/openssh-keys.js";

const folder = mkdtempSync(join(tmpdir(), "sesame-keys-"));
const pair = keyPairFromSeed(Uint8Array.from({ length: 32 }, (_, index) => index));

function keygen(name: string, ...args: string[]): string {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-f", path, "-N", "", "-C", "a comment", ...args]);
  return path;
}

test("a key pair of ssh-keygen is read", () => {
  const path = keygen("ed25519", "-t", "ed25519");
  const key = parsePrivateKey(readFileSync(path, "utf8"));
  const line = parsePublicKey(readFileSync(`${path}.pub`, "utf8"));
  assert.equal(key.comment, "a comment");
  assert.equal(line.comment, "a comment");
  assert.deepEqual(Buffer.from(key.publicKey), Buffer.from(line.publicKey));
  const listed = execFileSync("ssh-keygen", ["-l", "-f", `${path}.pub`], { encoding: "utf8" });
  assert.equal(listed.split(" ")[1], fingerprint(line.publicKey));
});

test("ssh-keygen reads the private key that we write, for every length of the comment's padding", () => {
  for (let length = 0; length < 9; length++) {
    const path = join(folder, `written-${length}`);
    const text = formatPrivateKey(pair, "c".repeat(length));
    writeFileSync(path, text, { mode: 0o600 });
    const line = execFileSync("ssh-keygen", ["-y", "-f", path], { encoding: "utf8" });
    assert.deepEqual(Buffer.from(parsePublicKey(line).publicKey), Buffer.from(pair.publicKey));
    assert.deepEqual(parsePrivateKey(text), { ...pair, comment: "c".repeat(length) });
  }
});

test("a public line survives a round trip, CRLF, comments and empty lines around it", () => {
  const line = formatPublicKey(pair.publicKey, "you@there");
  assert.deepEqual(Buffer.from(parsePublicKey(`# key\r\n\r\n${line}\r\n`).publicKey), Buffer.from(pair.publicKey));
  assert.equal(formatPublicKey(pair.publicKey).split(" ").length, 2);
});

test("keys that Sesame cannot use are refused with the reason", () => {
  const line = formatPublicKey(pair.publicKey, "x");
  const rsa = keygen("rsa", "-t", "rsa", "-b", "1024");
  const ecdsa = keygen("ecdsa", "-t", "ecdsa");
  const encrypted = join(folder, "encrypted");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-f", encrypted, "-N", "secret"]);
  const pem = keygen("pem", "-t", "rsa", "-b", "1024", "-m", "PEM");
  const read = (path: string): string => readFileSync(path, "utf8");
  const refusals: [() => unknown, RegExp][] = [
    [() => parsePublicKey(read(`${rsa}.pub`)), /type "ssh-rsa"/],
    [() => parsePublicKey(read(`${ecdsa}.pub`)), /type "ecdsa-sha2-nistp256"/],
    [() => parsePublicKey(`command="date" ${line}`), /options before the key/],
    [() => parsePublicKey(`from="10.0.0.0/8",no-pty ${line}`), /options before the key/],
    [() => parsePublicKey(`${line}\n${line}`), /more than one key/],
    [() => parsePublicKey(""), /no public key/],
    [() => parsePublicKey("# nothing"), /no public key/],
    [() => parsePublicKey("ssh-ed25519"), /no key after/],
    [() => parsePublicKey("hello world"), /not an OpenSSH public key/],
    [() => parsePublicKey(read(rsa)), /private key/],
    [() => parsePublicKey(line.replace("AAAA", "AA*A")), /Base64 is damaged/],
    [() => parsePublicKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="), /ends early/],
    [() => parsePrivateKey(read(encrypted)), /encrypted \(aes256-ctr\)/],
    [() => parsePrivateKey(read(rsa)), /type "ssh-rsa"/],
    [() => parsePrivateKey(read(pem)), /another format \(PEM\)/],
    [() => parsePrivateKey(line), /public key; give the private one/],
    [() => parsePrivateKey(""), /not an OpenSSH private key/],
  ];
  for (const [refuse, message] of refusals) {
    assert.throws(refuse, (error) => error instanceof KeyFormatError && message.test(error.message), String(message));
  }
});

test("no private key with one byte changed yields another key", () => {
  const [begin, ...rest] = formatPrivateKey(pair, "comment").trimEnd().split("\n");
  const file = Buffer.from(rest.slice(0, -1).join(""), "base64");
  const armour = (bytes: Buffer): string => [begin, bytes.toString("base64"), rest.at(-1), ""].join("\n");
  const commentAt = file.indexOf("comment", 100);
  for (let index = 0; index < file.length; index++) {
    const damaged = Buffer.from(file);
    damaged[index]! ^= 0x11;
    if (index >= commentAt && index < commentAt + 7) {
      assert.deepEqual(parsePrivateKey(armour(damaged)).seed, pair.seed);
    } else {
      assert.throws(() => parsePrivateKey(armour(damaged)), KeyFormatError, `byte ${index}`);
    }
    assert.throws(() => parsePrivateKey(armour(file.subarray(0, index))), KeyFormatError, `cut at ${index}`);
  }
});

test("a host key is made once, for its owner alone, and leaves no temporary file", () => {
  const path = join(folder, "deeper", "host_key");
  const made = loadHostKey(path);
  const again = loadHostKey(path);
  assert.equal(made.created, true);
  assert.equal(again.created, false);
  assert.deepEqual(made.hostKey.seed, again.hostKey.seed);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder, "deeper")).sort(), ["host_key", "host_key.pub"]);
});

test("a private key that others may read is refused", () => {
  const path = join(folder, "open");
  writeKeyPairFiles(path, generateKeyPair(), "");
  chmodSync(path, 0o640);
  assert.throws(() => readPrivateKeyFile(path), /permissions 0640 are too open/);
});

test("an existing key file is not overwritten unasked", () => {
  const path = join(folder, "existing");
  writeKeyPairFiles(path, pair, "");
  const publicLine = readFileSync(`${path}.pub`, "utf8");
  assert.throws(() => writeKeyPairFiles(path, generateKeyPair(), ""), { code: "EEXIST" });
  rmSync(`${path}.pub`);
  assert.throws(() => writeKeyPairFiles(path, generateKeyPair(), ""), { code: "EEXIST" });
  assert.ok(!existsSync(`${path}.pub`), "no public key that is not the private one's");
  writeFileSync(`${path}.pub`, publicLine);
  assert.deepEqual(readPrivateKeyFile(path).seed, pair.seed);
  writeKeyPairFiles(path, generateKeyPair(), "", true);
  assert.notDeepEqual(readPrivateKeyFile(path).seed, pair.seed);
});

test("a public key of somebody's is not overwritten by a host key, and no private key is made beside it", () => {
  const path = join(folder, "somebody");
  writeFileSync(`${path}.pub`, "theirs\n");
  assert.throws(() => loadHostKey(path), /somebody\.pub exists/);
  assert.equal(readFileSync(`${path}.pub`, "utf8"), "theirs\n");
  assert.ok(!existsSync(path));
});

test("a host key is made on a file system without hard links too, and not over another", () => {
  const { linkSync } = fs;
  const errors = ["EPERM", "ENOTSUP"];
  try {
    for (const code of errors) {
      fs.linkSync = () => {
        throw Object.assign(new Error(code), { code });
      };
      syncBuiltinESMExports();
      const path = join(folder, `no-links-${code}`);
      const { hostKey, created } = loadHostKey(path);
      assert.equal(created, true);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const line = parsePublicKey(readFileSync(`${path}.pub`, "utf8"));
      assert.ok(Buffer.from(hostKey.publicKey).equals(line.publicKey));
      rmSync(`${path}.pub`);
      assert.throws(() => writeKeyPairFiles(path, generateKeyPair(), ""), { code: "EEXIST" });
      assert.deepEqual(readPrivateKeyFile(path).seed, hostKey.seed);
    }
  } finally {
    fs.linkSync = linkSync;
    syncBuiltinESMExports();
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
  );
});
