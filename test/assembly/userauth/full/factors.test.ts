// userauth.wasm: users, passwords, several factors and limits (RFC 4252 §5 and §8). Keys, password changes and
// keyboard-interactive have files of their own beside this one.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeUsers,
  type Method,
  passwordRecordOffset,
  type UsersTable,
} from "../../../../host/node/credentials/users-region.js";
import {
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { argon2idOf, pbkdf2Of, rehash } from "../../../../scripts/client/hashes.js";
import { ed25519Key } from "../../../../scripts/client/keys/kinds.js";
import { failure, FullUserauth, passwordUser } from "../../../support/userauth-full.js";
import { findTraces } from "../../../support/traces.js";
import { boolean, bytes, string, uint32 } from "../../../../scripts/client/wire.js";

/** What the module uses besides the buffer, the region and Argon2's memory is less. */
const STATIC_BYTES = 12 * 1024;
const KEY = ed25519Key();
const TABLE: UsersTable = {
  users: [
    passwordUser("alice", "wonderland 1865"),
    passwordUser("bob", "builder"),
    { name: "carol", keys: [{ blob: KEY.blob }], required: [["publickey"]] },
  ],
};
const open = (table: UsersTable = TABLE): FullUserauth => new FullUserauth(table);

test("each user is admitted by the own password, and by no other's", () => {
  assert.equal(open().judge(passwordRequest("alice", "wonderland 1865")), "SUCCESS 52");
  assert.equal(open().judge(passwordRequest("bob", "builder")), "SUCCESS 52");
  assert.equal(open().judge(passwordRequest("alice", "builder")), "INVALID_PASSWORD 51");
  assert.equal(open().judge(passwordRequest("bob", "wonderland 1865")), "INVALID_PASSWORD 51");
  assert.equal(open().judge(passwordRequest("carol", "builder")), "INVALID_PASSWORD 51");
  assert.equal(open().judge(passwordRequest("dave", "builder")), "INVALID_USER 51");
});

test("passwords of 1 to 127 bytes are verified with PBKDF2 and with Argon2id, and longer ones with neither", () => {
  for (const hashOf of [pbkdf2Of, argon2idOf]) {
    for (const length of [1, 63, 64, 65, 127]) {
      const password = new Uint8Array(length).map((_, index) => 255 - index);
      const user = { name: "u", password: hashOf(password), required: [["password"]] as Method[][] };
      assert.equal(open({ users: [user] }).judge(passwordRequest("u", password)), "SUCCESS 52", `${length} bytes`);
      assert.equal(
        open({ users: [user] }).judge(passwordRequest("u", password.with(length - 1, 0))),
        "INVALID_PASSWORD 51",
      );
    }
    const long = new Uint8Array(128).fill(65);
    const user = { name: "u", password: hashOf(long), required: [["password"]] as Method[][] };
    assert.equal(open({ users: [user] }).judge(passwordRequest("u", long)), "INVALID_PASSWORD 51");
  }
});

test("the costs of RFC 9106's and RFC 8018's parameters are honoured, up to all of the module's memory", () => {
  for (const costs of [
    { m: 8, t: 1, p: 1 },
    { m: 64, t: 3, p: 4 },
    { m: 19_456, t: 1, p: 1 },
  ]) {
    const user = { name: "u", password: argon2idOf("secret", costs), required: [["password"]] as Method[][] };
    assert.equal(open({ users: [user] }).judge(passwordRequest("u", "secret")), "SUCCESS 52", JSON.stringify(costs));
  }
  for (const iterations of [1, 2, 1000]) {
    const user = passwordUser("u", "", { password: pbkdf2Of("secret", iterations) });
    assert.equal(open({ users: [user] }).judge(passwordRequest("u", "secret")), "SUCCESS 52", `${iterations}`);
  }
});

test("every FAILURE before a first success names the same methods, whoever asks for whatever", () => {
  const requests = ["alice", "bob", "carol", "dave", "", "x".repeat(64), "x".repeat(300)].flatMap((user) => [
    userauthRequest(user, "none"),
    userauthRequest(user, "hostbased", string("x")),
    userauthRequest(user, ""),
    passwordRequest(user, ""),
    passwordRequest(user, "wrong"),
    passwordRequest(user, "p".repeat(1000)),
    interactiveRequest(user),
    query(user, ed25519Key(new Uint8Array(32).fill(1))),
    bytes(50, string(user), string("ssh-userauth"), string("password"), boolean(false), string("builder")),
  ]);
  for (const request of requests) {
    assert.deepEqual(open().receive(request), [failure("publickey,password")]);
  }
});

test("user names are compared as a whole, of 1 to 63 bytes", () => {
  for (const length of [1, 2, 31, 62, 63]) {
    const name = "u".repeat(length);
    const table = { users: [passwordUser(name, "secret"), passwordUser("v".repeat(length), "other")] };
    assert.equal(open(table).judge(passwordRequest(name, "secret")), "SUCCESS 52", `${length} bytes`);
    for (const other of [name.slice(1), `${name}u`, `${name}\0`, "", name.repeat(10), `${name.slice(1)}U`]) {
      assert.equal(open(table).judge(passwordRequest(other, "secret")), "INVALID_USER 51", `${length}: ${other}`);
    }
  }
});

test("an empty password admits nobody, and needs no hash to be refused", () => {
  const table = { users: [passwordUser("u", "")] };
  assert.equal(open(table).judge(passwordRequest("u", "")), "INVALID_PASSWORD 51");
});

test("a record that has no password admits nobody, whatever hash stands in it", () => {
  const region = encodeUsers({ users: [passwordUser("u", "secret")] });
  const flagsAt = passwordRecordOffset(region, "u")!;
  const judge = (flags: number): string =>
    new FullUserauth(region.with(flagsAt, flags)).judge(passwordRequest("u", "secret"));
  assert.equal(judge(1), "SUCCESS 52");
  for (const flags of [0, 2, 4, 0xfe]) assert.equal(judge(flags), "INVALID_PASSWORD 51", `flags ${flags}`);
});

test("the hash of a password that was looked at is not left in memory, be it right or wrong", () => {
  for (const hashOf of [pbkdf2Of, argon2idOf]) {
    const record = hashOf("secret");
    const users = [passwordUser("u", "", { password: record })];
    for (const [user, password, hash] of [
      ["u", "secret", record.hash],
      ["u", "wrong", rehash(record, "wrong")],
      // nobody's salt is zeros
      ["nobody", "wrong", rehash({ ...record, salt: new Uint8Array(16) }, "wrong")],
    ] as const) {
      const userauth = new FullUserauth({ users });
      userauth.receive(passwordRequest(user, password));
      const [start, end] = userauth.region;
      userauth.memory.fill(0, start, end);
      // all but Argon2's blocks, where no hash ever is
      const memory = userauth.memory.subarray(0, end + STATIC_BYTES);
      assert.deepEqual(findTraces(memory, hash), [], `${user}: ${password}, ${record.algorithm}`);
    }
  }
});

test("a request that is cut off or goes on is a protocol error, and nothing works after it", () => {
  const right = passwordRequest("alice", "wonderland 1865");
  for (let length = 0; length < right.length; length++) {
    const userauth = open();
    const status = userauth.judge(right.subarray(0, length));
    assert.match(status, /^(PROTOCOL_ERROR|FAILURE 51)$/, `${length} bytes`);
    if (status === "PROTOCOL_ERROR") assert.equal(userauth.judge(right), "PROTOCOL_ERROR");
  }
  for (const more of [1, 4, 1000]) assert.equal(open().judge(right, new Uint8Array(more)), "PROTOCOL_ERROR");
  for (const at of [1, 10, 28, 41]) {
    for (const length of [0xffff_ffff, 0x7fff_ffff, 4096]) {
      const altered = Buffer.from(right);
      altered.writeUInt32BE(length, at);
      assert.doesNotMatch(open().judge(altered), /SUCCESS|52/, `${length} at ${at}`);
    }
  }
});

test("a message that is no request is a protocol error without an answer", () => {
  for (let number = 0; number < 256; number++) {
    if (number !== 50) assert.equal(open().judge(number, uint32(1), string("x")), "PROTOCOL_ERROR", `${number}`);
  }
});

test("after SUCCESS every request is ignored and wiped, and the status stays", () => {
  const userauth = open();
  userauth.receive(passwordRequest("bob", "builder"));
  for (const late of [passwordRequest("bob", "builder"), passwordRequest("bob", "x"), bytes(61), bytes(0), bytes()]) {
    assert.equal(userauth.judge(late), "SUCCESS");
    assert.ok(userauth.memory.subarray(0, 4096).every((byte) => byte === 0));
  }
});

test("limits: so many failures, the first none being free; so many requests of any kind", () => {
  const wrong = passwordRequest("alice", "wrong");
  const none = userauthRequest("alice", "none");
  const right = passwordRequest("alice", "wonderland 1865");
  for (const failures of [1, 2, 6]) {
    const userauth = open({ ...TABLE, failures });
    assert.equal(userauth.judge(none), "FAILURE 51");
    for (let count = 1; count < failures; count++) assert.equal(userauth.judge(wrong), "INVALID_PASSWORD 51");
    assert.equal(userauth.judge(wrong), "TOO_MANY_ATTEMPTS 51", `${failures}`);
    assert.equal(userauth.judge(right), "TOO_MANY_ATTEMPTS", "no answer any more");
  }
  const nones = open({ ...TABLE, failures: 3 });
  assert.deepEqual(
    [none, none, none, none].map((request) => nones.judge(request)),
    ["FAILURE 51", "FAILURE 51", "FAILURE 51", "TOO_MANY_ATTEMPTS 51"],
  );
  const many = open({ ...TABLE, failures: 255, requests: 4 });
  for (let count = 1; count < 4; count++) assert.equal(many.judge(wrong), "INVALID_PASSWORD 51");
  assert.equal(many.judge(wrong), "TOO_MANY_ATTEMPTS 51");
  const last = open({ ...TABLE, requests: 2 });
  last.receive(wrong);
  assert.equal(last.judge(right), "SUCCESS 52", "the right password in the last request");
});

test("a region that was not filled, or asks for what this build lacks, admits nobody and answers nothing", () => {
  const region = encodeUsers(TABLE);
  const right = passwordRequest("bob", "builder");
  const altered = (offset: number, value: number): Uint8Array =>
    Uint8Array.from(region).fill(value, offset, offset + 1);
  const argon2 = encodeUsers({ users: [{ name: "bob", password: argon2idOf("builder"), required: [["password"]] }] });
  const argon2With = (offset: number, value: number): Uint8Array => {
    const copy = Buffer.from(argon2);
    copy.writeUInt32LE(value, offset);
    return copy;
  };
  const cases: Uint8Array[] = [
    new Uint8Array(2048),
    altered(0, 0),
    altered(0, 1),
    altered(8, 3),
    altered(8, 255),
    altered(12, 0),
    argon2With(12, 0),
    argon2With(16, 19_457),
    argon2With(16, 0xffff_ffff),
    argon2With(16, 15),
    Uint8Array.from(argon2).fill(0, 9, 10),
  ];
  for (const [index, bad] of cases.entries())
    assert.equal(new FullUserauth(bad).judge(right), "PROTOCOL_ERROR", `${index}`);
  assert.equal(new FullUserauth(region, { sessionId: new Uint8Array(65) }).judge(right), "PROTOCOL_ERROR");
  assert.equal(new FullUserauth(region).judge(right), "SUCCESS 52", "positive control");
  assert.equal(new FullUserauth(argon2).judge(right), "SUCCESS 52", "positive control");
});

const BOTH: UsersTable = {
  users: [
    passwordUser("ordered", "secret", { keys: [{ blob: KEY.blob }], required: [["publickey", "password"]] }),
    passwordUser("either", "secret", {
      keys: [{ blob: KEY.blob }],
      required: [
        ["publickey", "password"],
        ["password", "publickey"],
      ],
    }),
    passwordUser("any", "secret", { keys: [{ blob: KEY.blob }], required: [["publickey"], ["password"]] }),
    passwordUser("other", "other"),
  ],
  failures: 20,
};
const ALL = "publickey,password";

test("publickey, then password: partial success names what remains, and only the whole list admits", () => {
  const userauth = open(BOTH);
  assert.deepEqual(userauth.receive(passwordRequest("ordered", "secret")), [failure(ALL)], "not its turn");
  assert.equal(userauth.status, "FAILURE");
  assert.deepEqual(userauth.receive(signed("ordered", KEY)), [failure("password", true)]);
  assert.equal(userauth.status, "PARTIAL_SUCCESS");
  assert.deepEqual(userauth.receive(signed("ordered", KEY)), [failure("password")], "the same again is no progress");
  assert.deepEqual(userauth.receive(passwordRequest("ordered", "wrong")), [failure("password")]);
  assert.deepEqual(userauth.receive(passwordRequest("ordered", "secret")), [Buffer.of(52)]);
  assert.equal(userauth.status, "SUCCESS");
});

test("either order: whichever method comes first, the other one remains", () => {
  const first = open(BOTH);
  assert.deepEqual(first.receive(signed("either", KEY)), [failure("password", true)]);
  assert.equal(first.judge(passwordRequest("either", "secret")), "SUCCESS 52");
  const second = open(BOTH);
  assert.deepEqual(second.receive(passwordRequest("either", "secret")), [failure("publickey", true)]);
  assert.equal(second.judge(passwordRequest("either", "secret")), "FAILURE 51");
  assert.equal(second.judge(signed("either", KEY)), "SUCCESS 52");
});

test("alternatives: one of them is enough", () => {
  assert.equal(open(BOTH).judge(passwordRequest("any", "secret")), "SUCCESS 52");
  assert.equal(open(BOTH).judge(signed("any", KEY)), "SUCCESS 52");
});

test("another user or another service forgets what was achieved (RFC 4252 §5)", () => {
  const between: [string, Uint8Array][] = [
    ["another user", passwordRequest("other", "wrong")],
    ["an unknown user", passwordRequest("nobody", "wrong")],
    ["no user", userauthRequest("", "none")],
    ["a name too long", userauthRequest("ordered".repeat(100), "none")],
    ["256 bytes", userauthRequest("o".repeat(256), "none")],
    ["another service", bytes(50, string("ordered"), string("ssh-userauth"), string("none"))],
  ];
  for (const [name, request] of between) {
    const userauth = open(BOTH);
    assert.equal(userauth.judge(signed("ordered", KEY)), "PARTIAL_SUCCESS 51");
    assert.deepEqual(userauth.receive(request), [failure(ALL)], name);
    assert.deepEqual(userauth.receive(passwordRequest("ordered", "secret")), [failure(ALL)], name);
    assert.equal(userauth.judge(signed("ordered", KEY)), "PARTIAL_SUCCESS 51", name);
    assert.equal(userauth.judge(passwordRequest("ordered", "secret")), "SUCCESS 52", name);
  }
});

test("the banner goes before the first reply, once, and before SUCCESS", () => {
  const table = { ...TABLE, banner: "Hello,\nworld", bannerLanguage: "en" };
  const banner = Buffer.from(bytes(53, string("Hello,\r\nworld\r\n"), string("en")));
  const userauth = open(table);
  assert.deepEqual(userauth.receive(userauthRequest("alice", "none")), [banner, failure(ALL)]);
  assert.deepEqual(userauth.receive(userauthRequest("alice", "none")), [failure(ALL)]);
  assert.deepEqual(open(table).receive(passwordRequest("bob", "builder")), [banner, Buffer.of(52)]);
  assert.deepEqual(open(table).receive(60), [], "a protocol error has no reply to precede");
  const query_ = open(table).receive(query("carol", KEY));
  assert.deepEqual(query_, [banner, Buffer.from(bytes(60, string(KEY.algorithm), string(KEY.blob)))]);
});
