// What the full build takes for a credentials region: everything that the encoder makes, and nothing that it could not
// serve. Each of its bounds, one by one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUsers, type UsersTable } from "../../../../host/node/credentials/users-region.js";
import { interactiveRequest, passwordRequest, query } from "../../../../scripts/client/userauth.js";
import { argon2idOf } from "../../../../scripts/client/hashes.js";
import { ed25519Key, rsaKey, securityEd25519Key } from "../../../../scripts/client/keys/kinds.js";
import { FullUserauth, passwordUser } from "../../../support/userauth-full.js";

const CAPACITY = 2048;
const HEADER_BYTES = 22;
const LENGTH_AT = 20;
const NAME_AT = 57;
const KEY = ed25519Key();

const TABLE: UsersTable = {
  users: [
    passwordUser("ann", "secret", { keys: [KEY, rsaKey()], required: [["publickey", "password"]], commands: ["led"] }),
    passwordUser("bob", "secret", { admin: true }),
    { name: "zoe", keys: [securityEd25519Key()], required: [["publickey"]] },
  ],
  banner: "hello",
};

/** What the module says of a region. */
function lengthOf(region: Uint8Array): number {
  const { exports } = new FullUserauth(region);
  return exports.credentialsLength();
}

/** The region of a table, changed; `length`: with its length corrected. */
function changed(table: UsersTable, change: (region: Buffer) => unknown): Buffer {
  const region = Buffer.from(encodeUsers(table));
  const other = change(region);
  return Buffer.isBuffer(other) ? other : region;
}

const corrected = (region: Buffer): Buffer => (region.writeUInt16LE(region.length, LENGTH_AT), region);
const firstUser = (region: Buffer): number => HEADER_BYTES + region.readUInt16LE(10);

test("whatever the encoder makes is a region, up to the last byte that there is", () => {
  const full = { users: [passwordUser("u", "secret"), passwordUser("v", "secret")], banner: "" };
  const argon2: UsersTable = { users: [passwordUser("u", "", { password: argon2idOf("secret") })] };
  const decided: UsersTable = { users: [], hostDecides: { others: ["password"] } };
  for (const table of [TABLE, full, argon2, decided, { ...TABLE, failures: 255, queries: 255, requests: 255 }]) {
    const region = encodeUsers(table);
    assert.equal(lengthOf(region), region.length);
  }
  for (const [length, expected] of [
    [CAPACITY, CAPACITY],
    [CAPACITY + 1, 0],
  ]) {
    // one user, whose key fills the region
    const region = changed({ users: [passwordUser("u", "secret")] }, (bytes) => {
      const filled = corrected(Buffer.concat([bytes, Buffer.alloc(length! - bytes.length, 0xff)]));
      filled.writeUInt16LE(length! - HEADER_BYTES, HEADER_BYTES);
      filled.writeUInt16LE(length! - bytes.length - 3, bytes.length);
      return filled;
    });
    assert.equal(lengthOf(region), expected, `${length} bytes`);
  }
});

test("the lengths of a region fit together, or it is none", () => {
  const region = Buffer.from(encodeUsers(TABLE));
  const at = firstUser(region);
  const permissionsAt = at + NAME_AT + 1 + region[at + NAME_AT]!;
  const keyAt = permissionsAt + 1 + region[permissionsAt]!;
  for (const [what, offset] of Object.entries({
    banner: 10,
    whole: LENGTH_AT,
    name: at + NAME_AT,
    permissionsAt,
    keyAt,
  })) {
    for (const by of [-1, 1, 64]) {
      const other = changed(TABLE, (bytes) => void (bytes[offset] = (bytes[offset]! + by) & 255));
      assert.equal(lengthOf(other), 0, `${what} ${by}`);
    }
  }
  for (let length = at + 1; length < region.length; length++) {
    const end = corrected(Buffer.from(region.subarray(0, length)));
    const isWhole = [1, 2].some(
      (users) => length === encodeUsers({ ...TABLE, users: TABLE.users.slice(0, users) }).length,
    );
    assert.equal(lengthOf(end), isWhole ? length : 0, `cut off at ${length}`);
  }
  assert.equal(lengthOf(corrected(Buffer.concat([region, Buffer.of(0)]))), 0, "a byte more");
});

const REFUSED: [string, (region: Buffer) => unknown][] = [
  ["a format that is older", (region) => void (region[0] = 1)],
  ["zeros", (region) => void region.fill(0)],
  ["no failures", (region) => void (region[1] = 0)],
  ["no queries", (region) => void (region[2] = 0)],
  ["no requests", (region) => void (region[3] = 0)],
  ["no method", (region) => void (region[4] = 0)],
  ["a hash of no kind", (region) => void (region[8] = 3)],
  ["no iterations", (region) => void region.fill(0, 12, 16)],
];
for (const [name, change] of REFUSED) {
  test(`no region: ${name}`, () => {
    const region = changed(TABLE, change);
    assert.equal(lengthOf(region), 0);
    const userauth = new FullUserauth(region);
    assert.equal(userauth.serves, false, "the host is told at once");
    assert.equal(userauth.judge(passwordRequest("bob", "secret")), "PROTOCOL_ERROR");
  });
}

test("reset takes a region with identifiers of up to 64 bytes, and none that is longer", () => {
  for (const length of [1, 32, 64, 65, 1000]) {
    const userauth = new FullUserauth(encodeUsers(TABLE), { sessionId: new Uint8Array(length) });
    assert.equal(userauth.serves, length <= 64, `${length} bytes`);
  }
});

test("no region: Argon2id with no pass, no lane, too little memory or too much", () => {
  const table: UsersTable = {
    users: [passwordUser("u", "", { password: argon2idOf("secret", { m: 16, t: 1, p: 2 }) })],
  };
  const region = Buffer.from(encodeUsers(table));
  assert.equal(lengthOf(region), region.length);
  const refused = (change: (bytes: Buffer) => void): void => assert.equal(lengthOf(changed(table, change)), 0);
  refused((bytes) => bytes.writeUInt32LE(0, 12));
  refused((bytes) => (bytes[9] = 0));
  refused((bytes) => (bytes[9] = 3));
  refused((bytes) => bytes.writeUInt32LE(15, 16));
  refused((bytes) => bytes.writeUInt32LE(19_457, 16));
  refused((bytes) => bytes.writeUInt32LE(0xffffffff, 16));
});

test("a banner leaves room for the answer behind it", () => {
  const banner = (length: number): Buffer =>
    changed({ users: [passwordUser("ann", "secret")], banner: "hi" }, (region) => {
      const more = Buffer.alloc(length - region.readUInt16LE(10));
      const other = corrected(Buffer.concat([region.subarray(0, HEADER_BYTES), more, region.subarray(HEADER_BYTES)]));
      other.writeUInt16LE(length, 10);
      return other;
    });
  assert.equal(lengthOf(banner(1535)), banner(1535).length);
  assert.equal(lengthOf(banner(1536)), 0);
  assert.deepEqual(
    new FullUserauth(banner(1535)).receive(interactiveRequest("ann")).map(({ length }) => length),
    [1536, 14],
  );
});

test("a key of no bytes is nobody's, and no request traps on it", () => {
  const region = changed(TABLE, (bytes) => {
    const at = firstUser(bytes);
    const end = at + bytes.readUInt16LE(at);
    bytes.writeUInt16LE(bytes.readUInt16LE(at) + 3, at);
    return corrected(Buffer.concat([bytes.subarray(0, end), Buffer.alloc(3), bytes.subarray(end)]));
  });
  const userauth = new FullUserauth(region);
  assert.equal(userauth.judge(passwordRequest("bob", "wrong")).split(" ")[0], "INVALID_PASSWORD");
  assert.equal(userauth.judge(query("ann", { ...KEY, blob: new Uint8Array() })), "INVALID_PUBLICKEY 51");
  assert.equal(userauth.judge(query("ann", KEY)), "QUERY_OK 60");
});

test("two users of one name are one of them, and no request traps on it", () => {
  const region = changed(TABLE, (bytes) => {
    const [ann, bob] = [firstUser(bytes), firstUser(bytes) + bytes.readUInt16LE(firstUser(bytes))];
    bytes.copy(bytes, bob + NAME_AT, ann + NAME_AT, ann + NAME_AT + 4);
  });
  const userauth = new FullUserauth(region);
  assert.equal(userauth.judge(passwordRequest("ann", "wrong")).split(" ")[0], "INVALID_PASSWORD");
  assert.equal(userauth.judge(passwordRequest("ann", "secret")), "SUCCESS 52");
});
