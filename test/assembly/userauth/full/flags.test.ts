// userauth.wasm with features left out: what is left works, what is not there admits nobody; and the build for boards
// fits a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { blake2b } from "@noble/hashes/blake2.js";
import { UserauthField } from "../../../../assembly/abi/index.js";
import {
  encodeUsers,
  type Method,
  readPasswordRecord,
  type UsersTable,
} from "../../../../host/node/credentials/users-region.js";
import { compile } from "../../../../scripts/compile/compile.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
} from "../../../../scripts/client/userauth.js";
import { argon2idOf } from "../../../../scripts/client/hashes.js";
import { ecdsaKey, ed25519Key, rsaKey, securityEd25519Key } from "../../../../scripts/client/keys/kinds.js";
import { ENTROPY, failure, FullUserauth, passwordUser } from "../../../support/userauth-full.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const LEFT_OUT = "ARGON2ID RSA ECDSA SK PASSWORD_CHANGE KEYBOARD_INTERACTIVE MULTI_FACTOR BANNER HOST_DECISIONS".split(
  " ",
);
/** Without these features. */
const without = (...names: string[]): Promise<Uint8Array> =>
  compile({ root, target: "userauth", use: Object.fromEntries(names.map((name) => [`WITH_${name}`, 0])) });
const least = await without(...LEFT_OUT);
const board = await compile({ root, target: "userauth", use: { ARGON2_KIB: 40, CREDENTIALS_BYTES: 3000 } });

const KEY = ed25519Key();
const EVERY: Method[][] = [["publickey"], ["password"], ["keyboard-interactive"]];
const TABLE: UsersTable = {
  users: [
    passwordUser("u", "secret", { keys: [KEY, rsaKey(), ecdsaKey(), securityEd25519Key()], required: EVERY }),
    passwordUser("expired", "secret", { passwordExpired: true }),
    passwordUser("both", "secret", { keys: [KEY], required: [["publickey", "password"]] }),
  ],
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
  assert.deepEqual(open().receive(interactiveRequest("u")), [failed]);
  const withBanner = open({ ...TABLE, banner: "hello" });
  assert.equal(withBanner.judge(passwordRequest("u", "secret")), "PROTOCOL_ERROR", "a banner that cannot be shown");
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

test("each build says which public key algorithms it verifies, for server-sig-algs", async () => {
  const ed25519 = "ssh-ed25519";
  const ecdsa = "ecdsa-sha2-nistp256";
  const rsa = "rsa-sha2-512,rsa-sha2-256";
  const [skEd25519, skEcdsa] = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];
  for (const [wasm, algorithms] of [
    [undefined, `${ed25519},${ecdsa},${skEd25519},${skEcdsa},${rsa}`],
    [least, ed25519],
    [await without("RSA", "ECDSA"), `${ed25519},${skEd25519}`],
    [await without("ED25519"), `${ecdsa},${skEcdsa},${rsa}`],
    [await without("ED25519", "ECDSA"), rsa],
    [await without("ED25519", "ECDSA", "RSA"), ""],
  ] as const) {
    const { exports, memory } = new FullUserauth(TABLE, wasm && { wasm });
    const length = exports.signatureAlgorithms();
    assert.equal(Buffer.from(memory.subarray(0, length)).toString(), algorithms);
    assert.ok(length <= 127, "the transport module takes no more");
  }
});

test("without PBKDF2 the salt of a new password is a hash with BLAKE2b", async () => {
  const table = { users: [passwordUser("u", "", { password: argon2idOf("secret") })] };
  const userauth = new FullUserauth(table, { wasm: await without("PBKDF2", "RSA", "ECDSA") });
  assert.equal(userauth.judge(changeRequest("u", "secret", "new password")), "CHANGE_PENDING");
  const { salt } = readPasswordRecord(encodeUsers(table), userauth.field(UserauthField.RECORD));
  assert.deepEqual(Uint8Array.from(salt), blake2b(ENTROPY, { dkLen: 16 }));
});

test("entropy is wiped by a build that changes no passwords, too", () => {
  const userauth = open();
  userauth.makeSalt(ENTROPY);
  assert.equal(Buffer.from(userauth.memory.buffer).indexOf(ENTROPY.subarray(0, 4)), -1);
});
