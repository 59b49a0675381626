// Rule 16: lengths are checked first, S < L, encodings are canonical; algorithm name, key blob and signature type
// agree.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { USER_KEY, USER_SEED } from "../support/session.js";
import { failure, Userauth } from "../support/userauth.js";
import { bytes } from "../../scripts/client/wire.js";

const right = { seed: USER_SEED, sessionId: SESSION_ID };
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const TYPES = [
  "ssh-ed25519",
  "ssh-ed2551",
  "ssh-ed25519\0",
  "ssh-rsa",
  "ssh-ed448",
  "SSH-ED25519",
  "",
  "ssh-ed25519-cert-v01@openssh.com",
];

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
}

function toNumber(encoded: Uint8Array): bigint {
  return encoded.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

for (const build of ["publickey", "publickey-small"] as const) {
  const refused = (request: Uint8Array, what: string): void => {
    const userauth = new Userauth(build);
    assert.deepEqual(userauth.receive(request), failure("publickey"), what);
    assert.equal(userauth.status, "INVALID_PUBLICKEY", what);
  };

  test(`rule 16 (RFC 8709 §4): S + L, and every S of L or more, is no signature, ${build}`, () => {
    for (const multiple of [1n, 2n, 7n, 14n, 15n]) {
      const alter = (signature: Uint8Array): Uint8Array => {
        const s = toNumber(signature.subarray(32)) + multiple * L;
        return s < 2n ** 256n
          ? bytes(signature.subarray(0, 32), littleEndian(s))
          : bytes(signature.subarray(0, 32), littleEndian(L));
      };
      refused(signedRequest({ ...right, alter }), `S + ${multiple} L`);
    }
    for (const s of [L - 1n, L, L + 1n, 2n ** 252n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n, 0n]) {
      refused(signedRequest({ ...right, alter: (made) => bytes(made.subarray(0, 32), littleEndian(s)) }), `S = ${s}`);
    }
  });

  test(`rule 16 (TinySSH 20260301): R of small order, and R that is not canonical, is no signature, ${build}`, () => {
    const points = [
      littleEndian(1n),
      littleEndian(0n),
      littleEndian(2n ** 255n - 19n),
      littleEndian(2n ** 255n - 18n),
      littleEndian(2n ** 256n - 1n),
    ];
    for (const r of points) {
      refused(signedRequest({ ...right, alter: (made) => bytes(r, made.subarray(32)) }), "with the S of another R");
      refused(signedRequest({ ...right, alter: () => bytes(r, new Uint8Array(32)) }), "with S = 0");
    }
  });

  test(`rule 16 (Go CVE-2020-9283): signatures and keys of other lengths are refused before anything is computed, ${build}`, () => {
    for (const length of [0, 1, 31, 32, 63, 65, 96, 128, 1000]) {
      const alter = (signature: Uint8Array): Uint8Array => bytes(signature, new Uint8Array(1000)).subarray(0, length);
      refused(signedRequest({ ...right, alter }), `a signature of ${length} bytes`);
    }
    for (const length of [0, 1, 31, 33, 64, 1000]) {
      const key = bytes(USER_KEY, new Uint8Array(1000)).subarray(0, length);
      refused(signedRequest({ ...right, key }), `a key of ${length} bytes`);
      refused(queryRequest({ ...right, key }), `a query for a key of ${length} bytes`);
    }
  });

  test(`rule 16 (wolfSSH CVE-2026-16516): algorithm name, blob type and signature type, in every combination, ${build}`, () => {
    for (const algorithm of TYPES) {
      for (const blobType of TYPES) {
        const agree = algorithm === TYPES[0] && blobType === TYPES[0];
        if (!agree) refused(queryRequest({ ...right, algorithm, blobType }), `query ${algorithm}, ${blobType}`);
        for (const signatureType of TYPES) {
          if (agree && signatureType === TYPES[0]) continue;
          refused(
            signedRequest({ ...right, algorithm, blobType, signatureType }),
            `${algorithm}, ${blobType}, ${signatureType}`,
          );
        }
      }
    }
    assert.equal(new Userauth(build).judge(signedRequest(right)), "SUCCESS 52");
  });

  test(`rule 16 (Go CVE-2020-9283): a key that differs in its sign bit, or by the prime, is another key, ${build}`, () => {
    for (let bit = 0; bit < 256; bit += 15) {
      const key = Uint8Array.from(USER_KEY);
      key[bit >> 3] = key[bit >> 3]! ^ (1 << (bit & 7));
      refused(queryRequest({ ...right, key }), `bit ${bit}`);
    }
  });
}
