// The full userauth module's part of `npm run ops`: passwords with cheap hashes, whose costs add up as docs/security.md tells, and a
// request with each kind of key.

import { strict as assert } from "node:assert";
import type { PasswordHash } from "../../host/node/credentials/phc.js";
import type { UsersTable } from "../../host/node/credentials/users-region.js";
import { passwordRequest, userauthRequest } from "../client/client.js";
import { fixedEcdsaKey, fixedRsaKey } from "../../test/support/fixed-keys.js";
import {
  argon2idOf,
  ed25519Key,
  FullUserauth,
  pbkdf2Of,
  query,
  signed,
  type TestKey,
} from "../../test/support/userauth-full.js";
import { instantiateCounted, type Measure } from "../compile/instrument.js";

const USER = "admin";
const STRANGER = "nobdy";
const PASSWORD = "correct horse";
const WRONG_PASSWORD = "Correct horse";

export function runUserauth(wasm: Uint8Array, measure: Measure): void {
  const hashes: [string, PasswordHash][] = [
    ["PBKDF2, 1,000 iterations", pbkdf2Of(PASSWORD, 1000)],
    ["Argon2id, 3 passes over 32 KiB", argon2idOf(PASSWORD, { m: 32, t: 3, p: 1 })],
  ];
  for (const [name, password] of hashes) {
    const receive = openUserauth(wasm, { users: [{ name: USER, password, required: [["password"]] }] }, measure);
    receive(`unknown user, ${name}`, passwordRequest(STRANGER, PASSWORD), "INVALID_USER 51");
    receive(`wrong password, ${name}`, passwordRequest(USER, WRONG_PASSWORD), "INVALID_PASSWORD 51");
    receive(`right password, ${name}`, passwordRequest(USER, PASSWORD), "SUCCESS 52");
  }
  const keys: [string, TestKey][] = [
    ["Ed25519", ed25519Key()],
    ["RSA-2048", fixedRsaKey()],
    ["ECDSA", fixedEcdsaKey()],
  ];
  for (const [name, key] of keys) {
    const receive = openUserauth(wasm, { users: [{ name: USER, keys: [key], required: [["publickey"]] }] }, measure);
    if (name === "Ed25519") receive("none", userauthRequest(USER, "none"), "FAILURE 51");
    receive(`query, ${name}`, query(USER, key), "QUERY_OK 60");
    receive(`signed request, ${name}`, signed(USER, key), "SUCCESS 52");
  }
}

/** A fresh instance with a table of users: a function that hands it a payload, counts, and checks status and reply. */
function openUserauth(wasm: Uint8Array, table: UsersTable, measure: Measure) {
  const module = instantiateCounted(wasm);
  const userauth = new FullUserauth(table, { wasm, instantiate: () => ({ exports: module.exports }) });
  return (operation: string, payload: Uint8Array, expected: string): void => {
    let result = "";
    measure(operation, module, () => {
      result = userauth.judge(payload);
    });
    assert.equal(result, expected, operation);
  };
}
