// Rule 26: the host key's signatures are those of RFC 8032: their nonces are derived from the key and the message
// alone.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { test } from "node:test";
import { Reader } from "../../scripts/client/client.js";
import { ENTROPY, HOST_SEED, Session } from "../support/session.js";
import { privateKey } from "../../scripts/client/keys/raw.js";

function hostSignature(session: Session): { signature: Buffer; hash: Uint8Array } {
  session.keyExchange();
  const reply = new Reader(session.client.messages.find((message) => message[0] === 31)!.subarray(1));
  reply.string();
  reply.string();
  const blob = new Reader(reply.string());
  blob.string();
  return { signature: blob.string(), hash: session.client.secrets!.hash };
}

test("rule 26 (PuTTY CVE-2024-31497): the host's signature is the one that RFC 8032 prescribes, for any key and entropy", () => {
  for (let index = 0; index < 12; index++) {
    const hostSeed = HOST_SEED.map((byte) => byte ^ (index * 37));
    const entropy = ENTROPY.map((byte) => byte ^ (index * 21));
    const { signature, hash } = hostSignature(new Session({ hostSeed, entropy, client: { seed: `client ${index}` } }));
    assert.deepEqual(signature, sign(null, hash, privateKey("Ed25519", hostSeed)));
  }
});

test("rule 26 (PuTTY CVE-2024-31497): two sessions share no nonce: R differs whenever the exchange hash does", () => {
  const seen = new Set<string>();
  for (let index = 0; index < 12; index++) {
    seen.add(
      hostSignature(new Session({ client: { seed: `client ${index}` } }))
        .signature.subarray(0, 32)
        .toString("hex"),
    );
  }
  assert.equal(seen.size, 12);
});
