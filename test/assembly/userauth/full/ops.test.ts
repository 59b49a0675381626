// userauth.wasm: for names of one length, what does not succeed executes the same instructions whoever the user is
// (invariant 7, rule 12).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method, UserEntry, UsersTable } from "../../../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { moduleBytes } from "../../../support/modules.js";
import { argon2idOf, pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { ed25519Key, rsaKey, type TestKey } from "../../../../scripts/client/keys/kinds.js";
import { FullUserauth } from "../../../support/userauth-full.js";

const wasm = moduleBytes("plain/userauth");
const KEYS = [ed25519Key(), ed25519Key(new Uint8Array(32).fill(2)), rsaKey()];
const STRANGER = ed25519Key(new Uint8Array(32).fill(9));
const PASSWORD = "correct horse 47";

/** Users whose names have five letters, each with other rights. */
function tableOf(hashOf: typeof pbkdf2Of | typeof argon2idOf): UsersTable {
  const password = (text: string) => ({ password: hashOf(text) });
  const lists: Method[][] = [["publickey", "password"], ["keyboard-interactive", "publickey"], ["publickey"]];
  const users: UserEntry[] = [
    { name: "alice", ...password(PASSWORD), required: [["password"], ["keyboard-interactive"]] },
    { name: "bobby", ...password("x"), passwordExpired: true, required: [["password"]] },
    { name: "carol", keys: KEYS, required: [["publickey"]] },
    { name: "dave5", ...password(PASSWORD), keys: [KEYS[1]!], required: lists },
    { name: "longer name", ...password(PASSWORD), keys: [KEYS[0]!], required: [["password"]] },
  ];
  return { users };
}
const NAMES = ["alice", "bobby", "carol", "dave5", "nobdy", "ALICE", "~~~~~"];

/** Instructions for the last of the payloads. */
function ops(table: UsersTable, ...payloads: Uint8Array[]): number {
  const userauth = new FullUserauth(table, { wasm, counted: true });
  let count = 0;
  for (const payload of payloads) count = userauth.ops(payload);
  assert.doesNotMatch(userauth.status, /SUCCESS|QUERY_OK|CHANGE/);
  assert.ok(count > 0);
  return count;
}

function assertSame(table: UsersTable, what: string, request: (user: string) => Uint8Array[], names = NAMES): void {
  const [first, ...others] = names.map((name) => ops(table, ...request(name)));
  others.forEach((count, index) => assert.equal(count, first, `${what}: ${names[index + 1]} against ${names[0]}`));
}

for (const [name, hashOf] of [
  ["PBKDF2", pbkdf2Of],
  ["Argon2id", argon2idOf],
] as const) {
  test(`a wrong password, with ${name}: for users with and without one, expired or not its turn, and for nobody`, () => {
    const table = tableOf(hashOf);
    for (const password of [
      "",
      "w",
      "wrong horse 4747",
      "p".repeat(64),
      "p".repeat(127),
      "p".repeat(128),
      "p".repeat(2000),
    ]) {
      assertSame(table, `${password.length} bytes`, (user) => [passwordRequest(user, password)]);
    }
    assertSame(table, "a change", (user) => [changeRequest(user, "wrong", "new password")]);
    assertSame(table, "interactive", (user) => [interactiveRequest(user)]);
    assertSame(table, "a response", (user) => [interactiveRequest(user), infoResponse("wrong")]);
  });

  test(`a right password before its turn, with ${name}, costs what a wrong one costs`, () => {
    const table = tableOf(hashOf);
    const right = ops(table, passwordRequest("dave5", PASSWORD));
    assert.equal(right, ops(table, passwordRequest("dave5", PASSWORD.toUpperCase())));
    assert.equal(right, ops(table, passwordRequest("nobdy", PASSWORD)));
  });
}

test("the hash dominates: an unknown user's password costs as many compressions as a known one's", () => {
  const cost = (iterations: number): number =>
    ops(
      { users: [{ name: "u", password: pbkdf2Of("x", iterations), required: [["password"]] }] },
      passwordRequest("v", "y"),
    );
  assert.ok(cost(102) - cost(2) > 100 * 2 * 64 * 30);
});

test("keys that are not the user's: queries and signatures, of another user's key and of nobody's", () => {
  const table = tableOf(pbkdf2Of);
  const names = (key: TestKey): string[] =>
    NAMES.filter((name) => !(name === "carol" || (name === "dave5" && key === KEYS[1])));
  for (const key of [...KEYS, STRANGER]) {
    assertSame(table, "query", (user) => [query(user, key)], names(key));
    assertSame(table, "signature", (user) => [signed(user, key)], names(key));
    assertSame(table, "another algorithm", (user) => [query(user, key, "ssh-dss")], NAMES);
  }
  assertSame(table, "none", (user) => [userauthRequest(user, "none")]);
  assertSame(table, "hostbased", (user) => [userauthRequest(user, "hostbased")]);
});

test("positive control: the count does tell a right password", () => {
  const userauth = new FullUserauth(tableOf(pbkdf2Of), { wasm, counted: true });
  const right = userauth.ops(passwordRequest("alice", PASSWORD));
  assert.equal(userauth.status, "SUCCESS");
  assert.notEqual(right, ops(tableOf(pbkdf2Of), passwordRequest("alice", PASSWORD.toUpperCase())));
});
