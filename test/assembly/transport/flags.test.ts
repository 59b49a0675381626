// Transport builds of a maker's own, `--use NAME=VALUE`: whatever the flags, a build offers what they say, and serves
// by each of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { AES_CTR, AES_GCM, CHACHA20_POLY1305, CIPHER_PAIRS, HMAC, HMAC_ETM } from "../../../scripts/client/ciphers.js";
import { CURVE25519, MLKEM768X25519, Reader } from "../../../scripts/client/client.js";
import { passwordRequest } from "../../../scripts/client/userauth.js";
import { bytes, string } from "../../../scripts/client/wire.js";
import { compile } from "../../../scripts/compile/compile.js";
import { exportGlobals, PASSWORD, Session, USER } from "../../support/session.js";

/** The server's name-lists, in their order. */
function lists(session: Session): string[][] {
  const reader = new Reader(session.client.serverKexinit.subarray(17));
  return Array.from({ length: 10 }, () => reader.string().toString("latin1").split(","));
}

for (const [mlkem, gcm, ctr] of [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, bits >> 2])) {
  test(`WITH_MLKEM=${mlkem}, WITH_AES_GCM=${gcm}, WITH_AES_CTR=${ctr}: these are offered, and each logs in`, async () => {
    const use = { WITH_MLKEM: mlkem!, WITH_AES_GCM: gcm!, WITH_AES_CTR: ctr! };
    const wasm = await compile({ root: packageRoot(), target: "transport", use });
    const code = new WebAssembly.Module(exportGlobals(wasm));
    const transport = (): WebAssembly.Instance => new WebAssembly.Instance(code);

    const [kexes, , ciphers = [], , macs] = lists(new Session({ instances: { transport } }));
    const named = [...(mlkem ? [MLKEM768X25519] : []), CURVE25519, `${CURVE25519}@libssh.org`];
    assert.deepEqual(kexes, [...named, "kex-strict-s-v00@openssh.com"]);
    assert.equal(ciphers.join(), [CHACHA20_POLY1305, ...(gcm ? AES_GCM : []), ...(ctr ? AES_CTR : [])].join());
    assert.deepEqual(macs, [HMAC_ETM, ...(ctr ? [HMAC] : [])]);

    const pairs = CIPHER_PAIRS.filter(([cipher]) => ciphers.includes(cipher));
    for (const kex of [CURVE25519, ...(mlkem ? [MLKEM768X25519] : [])]) {
      for (const pair of pairs) {
        const client = { kex, toServer: pair, toClient: pair };
        const session = new Session({ client, instances: { transport } }).authenticate(passwordRequest(USER, PASSWORD));
        assert.deepEqual(session.server.statuses, ["SUCCESS"], pair.join());
        assert.equal(session.exchange(bytes(80, string("unknown"), 1, new Uint8Array(9_000)))[0]?.[0], 82, pair.join());
      }
    }
  });
}
