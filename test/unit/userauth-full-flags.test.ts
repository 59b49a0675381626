// userauth.wasm with features left out: what is left works, what is not there admits nobody; and the build for boards fits a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeUsers, type Method, type UsersTable } from "../../host/node/users-region.js";
import { compile } from "../../scripts/compile.js";
import { passwordRequest } from "../support/client.js";
import {
  argon2idOf,
  changeRequest,
  ecdsaKey,
  ed25519Key,
  failure,
  FullUserauth,
  infoResponse,
  interactiveRequest,
  passwordUser,
  query,
  rsaKey,
  securityEd25519Key,
  signed,
} from "../support/userauth-full.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const LEFT_OUT = "ARGON2ID RSA ECDSA SK PASSWORD_CHANGE KEYBOARD_INTERACTIVE MULTI_FACTOR BANNER HOST_DECISIONS".split(
  " ",
);
const least = await compile({
  root,
  target: "userauth",
  use: Object.fromEntries(LEFT_OUT.map((name) => [`WITH_${name}`, 0])),
});
const board = await compile({ root, target: "userauth", use: { ARGON2_KIB: 40, CREDENTIALS_BYTES: 3000 } });

const KEY = ed25519Key();
const EVERY: Method[][] = [["publickey"], ["password"], ["keyboard-interactive"]];
const TABLE: UsersTable = {
  users: [
    passwordUser("u", "secret", { keys: [KEY, rsaKey(), ecdsaKey(), securityEd25519Key()], required: EVERY }),
    passwordUser("expired", "secret", { passwordExpired: true }),
    passwordUser("both", "secret", { keys: [KEY], required: [["publickey", "password"]] }),
  ],
  banner: "hello",
};
const open = (table: UsersTable | Uint8Array = TABLE): FullUserauth => new FullUserauth(table, { wasm: least });

test("passwords and Ed25519 keys work without everything else", () => {
  assert.equal(open().judge(passwordRequest("u", "secret")), "SUCCESS 52");
  assert.equal(open().judge(passwordRequest("u", "wrong")), "INVALID_PASSWORD 51");
  assert.equal(open().judge(query("u", KEY)), "QUERY_OK 60");
  assert.equal(open().judge(signed("u", KEY)), "SUCCESS 52");
});

test("what was left out fails closed", () => {
  const failed = failure("publickey,password");
  assert.deepEqual(open().receive(interactiveRequest("u")), [failed], "and there is no banner before it");
  assert.equal(open().judge(infoResponse("secret")), "PROTOCOL_ERROR");
  for (const key of [rsaKey(), ecdsaKey(), securityEd25519Key()]) {
    assert.deepEqual(open().receive(query("u", key)), [failed], key.algorithm);
    assert.deepEqual(open().receive(signed("u", key)), [failed], key.algorithm);
  }
  assert.equal(open().judge(changeRequest("u", "secret", "new password")), "FAILURE 51");
  assert.equal(open().judge(passwordRequest("expired", "secret")), "CHANGE_REQUIRED 51");
  for (const request of [signed("both", KEY), passwordRequest("both", "secret"), query("both", KEY)]) {
    assert.deepEqual(open().receive(request), [failed], "two factors are not one");
  }
  const decided: UsersTable = { ...TABLE, hostDecides: { known: ["password"], others: ["password", "publickey"] } };
  assert.equal(open(decided).judge(passwordRequest("guest", "secret")), "INVALID_USER 51");
  assert.equal(open(decided).judge(signed("guest", KEY)), "INVALID_USER 51");
  const argon2 = encodeUsers({ users: [passwordUser("u", "", { password: argon2idOf("secret") })] });
  assert.equal(open(argon2).judge(passwordRequest("u", "secret")), "PROTOCOL_ERROR");
});

test("the build for boards has one page, with 40 KiB of it for Argon2", () => {
  const table = (m: number): Uint8Array =>
    encodeUsers({ users: [passwordUser("u", "", { password: argon2idOf("secret", { m, t: 2, p: 1 }) })] });
  const userauth = new FullUserauth(table(40), { wasm: board });
  assert.equal(userauth.memory.length, 65_536);
  assert.equal(userauth.judge(passwordRequest("u", "secret")), "SUCCESS 52");
  const heapBase = Number(userauth.exports.__heap_base.value);
  assert.ok(userauth.memory.subarray(heapBase).every((byte) => byte === 0));
  assert.equal(new FullUserauth(table(41), { wasm: board }).judge(passwordRequest("u", "secret")), "PROTOCOL_ERROR");
});

test("a larger region has room for more users, and the last of them is found", () => {
  const users = Array.from({ length: 40 }, (_, index) => passwordUser(`user${index}`, "secret"));
  assert.throws(() => encodeUsers({ users }), /the module has 2048/);
  const region = encodeUsers({ users }, { capacity: 3000 });
  const userauth = new FullUserauth(region, { wasm: board });
  assert.equal(userauth.exports.credentialsCapacity(), 3000);
  assert.equal(userauth.judge(passwordRequest("user40", "secret")), "INVALID_USER 51");
  assert.equal(userauth.judge(passwordRequest("user39", "secret")), "SUCCESS 52");
});
