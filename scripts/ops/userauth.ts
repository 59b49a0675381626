// The full userauth module's part of `npm run ops`: passwords with cheap hashes, whose costs add up as docs/security.md
// tells, and a request with each kind of key.

import { strict as assert } from "node:assert";
import { UserauthStatus } from "../../assembly/abi/index.js";
import type { FullUserauthExports } from "../../host/core/abi.js";
import type { PasswordHash } from "../../host/node/credentials/phc.js";
import { encodeUsers, type UsersTable } from "../../host/node/credentials/users-region.js";
import { passwordRequest, query, SESSION_ID, signed, userauthRequest } from "../client/userauth.js";
import { fixedEcdsaKey, fixedRsaKey } from "../client/keys/fixed.js";
import { argon2idOf, pbkdf2Of } from "../client/hashes.js";
import { ed25519Key, type TestKey } from "../client/keys/kinds.js";
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
  const exports = module.exports as unknown as FullUserauthExports;
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(encodeUsers(table), exports.credentialsPtr());
  memory.set(SESSION_ID);
  assert.ok(exports.reset!(SESSION_ID.length));
  return (operation: string, payload: Uint8Array, expected: string): void => {
    const numbers: number[] = [];
    memory.set(payload);
    measure(operation, module, () => {
      for (let length = exports.receive(payload.length); length > 0; length = exports.nextReply())
        numbers.push(memory[0]!);
    });
    const status = UserauthStatus[exports.status.value as number];
    assert.equal([status, ...numbers].join(" "), expected, operation);
  };
}
