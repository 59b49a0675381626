// host/node/credentials/users-region.ts: from a table of users to the region of the full userauth build, and every
// reason to refuse one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialsError } from "../../../../host/node/credentials/credentials.js";
import {
  encodeUsers,
  passwordRecordOffset,
  readPasswordRecord,
  type Method,
  type UserEntry,
  type UsersLimits,
  type UsersTable,
} from "../../../../host/node/credentials/users-region.js";
import { argon2idOf, pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { ecdsaKey, ed25519Key, securityEd25519Key } from "../../../../scripts/client/keys/kinds.js";
import { passwordUser } from "../../../support/userauth-full.js";
import { bytes, string } from "../../../../scripts/client/wire.js";

const KEY = ed25519Key();
/** Commands and channels are listed; a command's name has its length before it, a channel's 0x80 with it. */
const PERMISSIONS = "\x06\x03led\x02go\x84sftp";
const user = (more: Partial<UserEntry>): UserEntry => passwordUser("u", "secret", more);
const one = (more: Partial<UserEntry>): UsersTable => ({ users: [user(more)] });

test("the bytes are those of docs/abi.md", () => {
  const password = pbkdf2Of("secret", 0x01020304 % 5000);
  const table: UsersTable = {
    users: [
      {
        name: "bob",
        password,
        passwordExpired: true,
        keys: [{ blob: KEY.blob }],
        required: [["publickey", "password"], ["keyboard-interactive"]],
        commands: ["led", "go"],
        channels: ["sftp"],
      },
    ],
    failures: 3,
    queries: 4,
    requests: 50,
    banner: "hi",
    bannerLanguage: "en",
    leastPasswordLength: 12,
    hostDecides: { known: ["publickey"], others: ["password", "publickey"] },
  };
  const region = Buffer.from(encodeUsers(table));
  assert.deepEqual([...region.subarray(0, 12)], [2, 3, 4, 50, 2 + 4 + 8, 2 + 4, 2, 12, 1, 0, 14, 0]);
  assert.equal(region.readUInt32LE(12), 0x01020304 % 5000);
  assert.equal(region.readUInt16LE(20), region.length);
  assert.deepEqual(region.subarray(22, 36), Buffer.from(bytes(string("hi\r\n"), string("en"))));
  const record = region.subarray(36);
  assert.equal(record.readUInt16LE(), 2 + 49 + 6 + 4 + 1 + PERMISSIONS.length + 3 + KEY.blob.length);
  assert.equal(record[2], 3);
  assert.deepEqual(record.subarray(3, 51), Buffer.concat([password.salt, password.hash]));
  assert.deepEqual([...record.subarray(51, 57)], [9, 3, 0, 0, 0, 0]);
  assert.deepEqual(record.subarray(57, 61), Buffer.from("\x03bob"));
  const permissions = Buffer.from(PERMISSIONS, "latin1");
  const key = Buffer.concat([Buffer.of(KEY.blob.length, 0, 0), KEY.blob]);
  assert.deepEqual(record.subarray(61), Buffer.concat([Buffer.of(permissions.length), permissions, key]));
});

test("a password's record is found by the user's name, and read with the table's costs", () => {
  for (const hash of [pbkdf2Of("a", 17), argon2idOf("a")]) {
    const users = ["ann", "bob", "ann2"].map((name) => ({ name, password: hash, required: [["password" as const]] }));
    const region = encodeUsers({ users, banner: "hello" });
    assert.equal(passwordRecordOffset(region, "an"), undefined);
    for (const { name } of users) {
      const offset = passwordRecordOffset(region, name)!;
      const read = readPasswordRecord(region, region.subarray(offset, offset + 49));
      assert.deepEqual(
        { ...read, salt: Buffer.from(read.salt), hash: Buffer.from(read.hash) },
        { ...hash, salt: Buffer.from(hash.salt), hash: Buffer.from(hash.hash) },
      );
    }
  }
});

const required = (...lists: Method[][]): UsersTable => one({ keys: [KEY], required: lists });
const REFUSED: [string, UsersTable, RegExp, UsersLimits?][] = [
  ["two users of one name", { users: [user({}), user({})] }, /the user u is there twice/],
  ["no name", one({ name: "" }), /user name is empty/],
  ["64 bytes of name", one({ name: "ä".repeat(32) }), /64 bytes; 63 is the most/],
  ["a name that is not normal", one({ name: "e\u0301" }), /NFKC/],
  ["a name with a line end", one({ name: "a\nb" }), /control character/],
  ["half a character of a name", one({ name: "a\ud800" }), /half of a surrogate pair/],
  ["a short salt", one({ password: { ...pbkdf2Of("x"), salt: new Uint8Array(15) } }), /salt is to have 16 bytes/],
  ["a long salt", one({ password: { ...pbkdf2Of("x"), salt: new Uint8Array(17) } }), /salt is to have 16 bytes/],
  [
    "different iterations",
    { users: [user({}), user({ name: "v", password: pbkdf2Of("x", 4) })] },
    /passwords of u and v differ in their costs \(pbkdf2-sha256 i=3 and pbkdf2-sha256 i=4\)/,
  ],
  ["different hashes", { users: [user({}), user({ name: "v", password: argon2idOf("x") })] }, /differ in their costs/],
  [
    "too much memory",
    one({ password: argon2idOf("x") }),
    /want 32 KiB of memory, the module has 31/,
    { argon2MemoryKiB: 31 },
  ],
  ["no list", required(), /1 to 6 lists/],
  ["seven lists", required(...Array.from({ length: 7 }, (): Method[] => ["password"])), /1 to 6 lists/],
  ["an empty list", required(["password"], []), /list of methods is empty/],
  ["an unknown method", required(["hostbased" as Method]), /method hostbased is unknown/],
  ["a method twice", required(["publickey", "publickey"]), /asks twice for the same/],
  ["the password twice", required(["password", "keyboard-interactive"]), /asks twice for the same/],
  ["a key that is not there", one({ required: [["publickey"]] }), /publickey is required, but there is nothing/],
  [
    "a password that is not there",
    { users: [{ name: "u", keys: [KEY], required: [["publickey", "password"]] }] },
    /password is required, but there is nothing/,
  ],
  [
    "expired, and no password",
    { users: [{ name: "u", keys: [KEY], required: [["publickey"]], passwordExpired: true }] },
    /no password that could have expired/,
  ],
  ["a key twice", one({ keys: [KEY, KEY] }), /a key is there twice/],
  [
    "an unknown key",
    one({ keys: [{ blob: bytes(string("ssh-dss"), string("x")) }] }),
    /type "ssh-dss" are not supported/,
  ],
  ["no key", one({ keys: [{ blob: new Uint8Array(0) }] }), /type "" are not supported/],
  ["an option of another key", one({ keys: [{ ...ecdsaKey(), verificationRequired: true }] }), /no user presence/],
  ["no failures", { ...one({}), failures: 0 }, /failures is from 1 to 255/],
  ["too many queries", { ...one({}), queries: 256 }, /queries is from 1 to 255/],
  ["half a request", { ...one({}), requests: 1.5 }, /requests is from 1 to 255/],
  ["a password of no length", { ...one({}), leastPasswordLength: 0 }, /from 1 to 127 bytes/],
  ["a password too long", { ...one({}), leastPasswordLength: 128 }, /from 1 to 127 bytes/],
  ["a long banner", { ...one({}), banner: "x".repeat(1025) }, /more than 1024 bytes/],
  ["a language that is none", { ...one({}), banner: "x", bannerLanguage: "e n" }, /language is no tag/],
  ["too many users", { users: Array.from({ length: 40 }, (_, n) => user({ name: `u${n}` })) }, /the module has 2048/],
  ["one byte too many", one({}), /need 82 bytes, the module has 81/, { capacity: 81 }],
];
for (const [name, table, reason, limits] of REFUSED) {
  test(`refused with the reason: ${name}`, () => {
    assert.throws(
      () => encodeUsers(table, limits),
      (error) => error instanceof CredentialsError && reason.test(error.message),
    );
  });
}

test("what is at the edge is accepted", () => {
  encodeUsers(one({}), { capacity: 82 });
  encodeUsers(one({ password: argon2idOf("x") }), { argon2MemoryKiB: 32 });
  encodeUsers({ ...one({}), failures: 255, queries: 1, requests: 255, leastPasswordLength: 127 });
  encodeUsers(one({ name: "ä".repeat(31) }));
  encodeUsers(one({ keys: [{ ...securityEd25519Key(), verificationRequired: true, presenceNotRequired: true }] }));
  const guest: UserEntry = { name: "u", required: [["password"]] };
  encodeUsers({ users: [guest], hostDecides: { known: ["password"] } });
});
