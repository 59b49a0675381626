// Which requests may need a hash (host/node/userauth/turns.ts): those wait for each other, and no other waits for them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHash } from "../../../../host/node/userauth/turns.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { bytes, string, uint32 } from "../../../../scripts/client/wire.js";
import { ed25519Key } from "../../../../scripts/client/keys/kinds.js";

test("passwords, their changes and answers to prompts may need a hash; keys, questions and other methods do not", () => {
  for (const request of [passwordRequest("ann", "secret"), changeRequest("ann", "old", "new"), infoResponse("secret")])
    assert.equal(mayHash(request), true);
  const key = ed25519Key();
  for (const request of [
    userauthRequest("ann", "none"),
    userauthRequest("password", "publickey"),
    userauthRequest("ann", "passwords"),
    interactiveRequest("ann"),
    query("ann", key),
    signed("ann", key),
  ])
    assert.equal(mayHash(request), false);
});

test("a request that ends within a field, or says that a field is longer than it, needs none, and nothing behind it is read", () => {
  const request = userauthRequest("ann", "password");
  const longer = Buffer.concat([request, Buffer.alloc(100)]);
  for (let length = 1; length < request.length; length++) assert.equal(mayHash(longer.subarray(0, length)), false);
  assert.equal(mayHash(longer.subarray(0, request.length)), true);
  for (const length of [9, 0x7fff_ffff, 0xffff_ffff]) {
    const cut = bytes(50, string("ann"), string("ssh-connection"), uint32(length), "password");
    assert.equal(mayHash(cut), false, `${length} bytes`);
  }
});
