// userauth.wasm: new passwords (RFC 4252 §8) and keyboard-interactive (RFC 4256), which asks for both.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { UserauthField, UserauthStatus } from "../../../../assembly/abi/index.js";
import {
  encodeUsers,
  type Method,
  passwordRecordOffset,
  readPasswordRecord,
  type UserEntry,
  type UsersTable,
} from "../../../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { argon2idOf, pbkdf2Of } from "../../../../scripts/client/hashes.js";
import { ed25519Key } from "../../../../scripts/client/keys/kinds.js";
import { ENTROPY, failure, FullUserauth, passwordUser, SALT } from "../../../support/userauth-full.js";
import { boolean, bytes, string, uint32 } from "../../../../scripts/client/wire.js";

const OLD = "old password";
const NEW = "new password";
const KEY = ed25519Key();
const BOTH: Method[][] = [["password"], ["keyboard-interactive"]];
const TABLE: UsersTable = {
  users: [
    passwordUser("current", OLD, { required: BOTH }),
    passwordUser("expired", OLD, { required: BOTH, passwordExpired: true }),
    passwordUser("second", OLD, { keys: [{ blob: KEY.blob }], required: [["password", "publickey"]] }),
    passwordUser("after", OLD, { keys: [{ blob: KEY.blob }], required: [["publickey", "keyboard-interactive"]] }),
  ],
  failures: 50,
  requests: 100,
};
const METHODS = "password,keyboard-interactive";
const ALL = `publickey,${METHODS}`;
const open = (table: UsersTable = TABLE): FullUserauth => new FullUserauth(table);
const changeRequired = (prompt: string): Buffer => Buffer.from(bytes(60, string(prompt), string("")));
const EXPIRED = changeRequired("Your password has expired.");
const UNACCEPTABLE = changeRequired("The new password is too short, or it is the old one.");

function prompts(instruction: string, ...texts: string[]): Buffer {
  const asked = texts.map((text) => bytes(string(text), boolean(false)));
  return Buffer.from(bytes(60, string(""), string(instruction), string(""), uint32(texts.length), ...asked));
}
const PASSWORD_PROMPT = prompts("", "Password: ");
const NEW_PROMPTS = ["New password: ", "New password again: "];

/** Stores the pending record as a host does: in the region. */
function stored(userauth: FullUserauth): Uint8Array {
  const region = encodeUsers(TABLE);
  region.set(userauth.field(UserauthField.RECORD), userauth.exports.recordOffset());
  return region;
}

test("an expired password asks for a change and never admits", () => {
  const userauth = open();
  for (let count = 0; count < 5; count++) {
    assert.deepEqual(userauth.receive(passwordRequest("expired", OLD)), [EXPIRED]);
    assert.equal(userauth.status, "CHANGE_REQUIRED");
  }
  assert.equal(userauth.judge(passwordRequest("expired", "wrong")), "INVALID_PASSWORD 51");
});

for (const user of ["current", "expired"]) {
  test(`a change by the ${user} user: nothing is said before the host has stored it, then SUCCESS`, () => {
    const userauth = open();
    if (user === "expired") assert.deepEqual(userauth.receive(passwordRequest(user, OLD)), [EXPIRED]);
    assert.equal(userauth.judge(changeRequest(user, OLD, NEW)), "CHANGE_PENDING");
    assert.equal(userauth.field(UserauthField.USER).toString(), user);
    assert.equal(userauth.exports.recordOffset(), passwordRecordOffset(encodeUsers(TABLE), user));
    const record = userauth.field(UserauthField.RECORD);
    const { algorithm, salt } = readPasswordRecord(encodeUsers(TABLE), record);
    assert.equal(algorithm, "pbkdf2-sha256");
    assert.deepEqual(Buffer.from(salt), SALT);
    const region = stored(userauth);
    assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "SUCCESS 52");
    const after = (password: string): string => new FullUserauth(region).judge(passwordRequest(user, password));
    assert.equal(after(NEW), "SUCCESS 52");
    assert.equal(after(OLD), "INVALID_PASSWORD 51");
  });
}

test("the record is the hash of the new password with the table's costs, for both algorithms", () => {
  for (const hashOf of [pbkdf2Of, argon2idOf]) {
    const table = { users: [passwordUser("u", "", { password: hashOf(OLD) })] };
    const userauth = open(table);
    assert.equal(userauth.judge(changeRequest("u", OLD, NEW)), "CHANGE_PENDING");
    const region = encodeUsers(table);
    const hash = readPasswordRecord(region, userauth.field(UserauthField.RECORD));
    assert.deepEqual({ ...hash, salt: 0, hash: 0 }, { ...hashOf(NEW), salt: 0, hash: 0 });
    region.set(userauth.field(UserauthField.RECORD), userauth.exports.recordOffset());
    assert.equal(new FullUserauth(region).judge(passwordRequest("u", NEW)), "SUCCESS 52");
  }
});

test("what the host could not store has not happened: FAILURE, and the old password goes on", () => {
  for (const verdict of [UserauthStatus.FAILURE, UserauthStatus.NONE, UserauthStatus.PARTIAL_SUCCESS, 77]) {
    const userauth = open();
    assert.equal(userauth.judge(changeRequest("current", OLD, NEW)), "CHANGE_PENDING");
    assert.deepEqual(userauth.decide(verdict as UserauthStatus), [failure(ALL)]);
    assert.equal(userauth.field(UserauthField.RECORD).length, 0);
    assert.equal(userauth.judge(passwordRequest("current", NEW)), "INVALID_PASSWORD 51");
    assert.equal(userauth.judge(passwordRequest("current", OLD)), "SUCCESS 52");
  }
});

test("a change verifies the old password first, and a wrong one is a FAILURE whatever the new one is", () => {
  for (const newPassword of [NEW, "", "x", OLD, "n".repeat(500)]) {
    assert.deepEqual(open().receive(changeRequest("expired", "wrong", newPassword)), [failure(ALL)]);
    assert.deepEqual(open().receive(changeRequest("nobody", OLD, newPassword)), [failure(ALL)]);
  }
});

test("the new password has the least length, at most 127 bytes, and is another: otherwise CHANGEREQ", () => {
  const bad = ["", "short 7", OLD, "n".repeat(128), "n".repeat(3000)];
  for (const user of ["current", "expired"]) {
    for (const newPassword of bad) {
      const userauth = open();
      assert.deepEqual(userauth.receive(changeRequest(user, OLD, newPassword)), [UNACCEPTABLE], newPassword);
      assert.equal(userauth.status, "CHANGE_REQUIRED");
      assert.equal(userauth.judge(changeRequest(user, OLD, NEW)), "CHANGE_PENDING");
    }
    for (const good of ["exactly8", "n".repeat(127), `${OLD}x`]) {
      assert.equal(open().judge(changeRequest(user, OLD, good)), "CHANGE_PENDING", good);
    }
  }
  assert.equal(open({ ...TABLE, leastPasswordLength: 1 }).judge(changeRequest("current", OLD, "x")), "CHANGE_PENDING");
});

/** The salt of the password that the user now changes; undefined when nothing is changed. */
function saltOfChange(userauth: FullUserauth): Buffer | undefined {
  if (userauth.judge(changeRequest("current", OLD, NEW)) === "FAILURE 51") return undefined;
  assert.equal(userauth.status, "CHANGE_PENDING");
  return Buffer.from(readPasswordRecord(encodeUsers(TABLE), userauth.field(UserauthField.RECORD)).salt);
}

test("the salt is a hash of all the entropy, which leaves no trace in memory", () => {
  const noise = createHash("sha512").update("noise").digest();
  const lengths = [16, 17, 31, 32, 64, 128, 4096];
  const entropies = lengths.map((length) => Buffer.alloc(length, noise));
  for (const byte of [0, 63, 127]) entropies.push(Buffer.from(entropies[5]!.with(byte, ~entropies[5]![byte]!)));
  const salts = entropies.map((entropy) => {
    const userauth = open();
    userauth.makeSalt(entropy);
    assert.ok(userauth.memory.subarray(0, 4096).every((byte) => byte === 0));
    const memory = Buffer.from(userauth.memory.buffer);
    for (const word of [noise.readUInt32LE(0), noise.readUInt32LE(12)]) {
      const [little, big] = [Buffer.alloc(4), Buffer.alloc(4)];
      little.writeUInt32LE(word);
      big.writeUInt32BE(word);
      assert.deepEqual([memory.indexOf(little), memory.indexOf(big)], [-1, -1], `${entropy.length} bytes`);
    }
    const salt = saltOfChange(userauth)!;
    assert.deepEqual(salt, createHash("sha256").update(entropy).digest().subarray(0, 16));
    return salt.toString("hex");
  });
  assert.equal(new Set(salts).size, entropies.length);
});

test("without 16 bytes of entropy, or with more than the buffer holds, there is no salt and nothing is changed", () => {
  const userauth = new FullUserauth(TABLE, { entropy: ENTROPY.subarray(0, 15) });
  for (const length of [0, 1, 15, 4097, 0x7fff_ffff, -1]) {
    userauth.memory.fill(0x5c, 0, 4096);
    userauth.exports.makeSalt(length);
    assert.ok(userauth.memory.subarray(0, 4096).every((byte) => byte === 0));
    assert.equal(saltOfChange(userauth), undefined, `${length} bytes`);
  }
  userauth.makeSalt(ENTROPY);
  assert.deepEqual(saltOfChange(userauth), SALT);
});

test("a salt serves once; while the host stores, entropy for the next one spoils nothing", () => {
  const userauth = open();
  assert.deepEqual(saltOfChange(userauth), SALT);
  userauth.decide(UserauthStatus.FAILURE);
  assert.equal(saltOfChange(userauth), undefined);
  userauth.makeSalt(ENTROPY);
  assert.deepEqual(saltOfChange(userauth), SALT);
  const region = stored(userauth);
  userauth.makeSalt(ENTROPY.subarray(1));
  assert.deepEqual(stored(userauth), region);
  userauth.decide(UserauthStatus.FAILURE);
  assert.deepEqual(saltOfChange(userauth), createHash("sha256").update(ENTROPY.subarray(1)).digest().subarray(0, 16));
  userauth.makeSalt(ENTROPY);
  const last = stored(userauth);
  assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "SUCCESS 52");
  assert.equal(new FullUserauth(last).judge(passwordRequest("current", NEW)), "SUCCESS 52");
});

test("a request while the host stores is a protocol error", () => {
  const userauth = open();
  userauth.receive(changeRequest("current", OLD, NEW));
  assert.equal(userauth.judge(passwordRequest("current", NEW)), "PROTOCOL_ERROR");
  assert.deepEqual(userauth.decide(UserauthStatus.SUCCESS), [], "and then it is too late to decide");
  assert.equal(userauth.status, "PROTOCOL_ERROR");
});

test("decide does nothing when nothing is awaited", () => {
  const userauth = open();
  assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "NONE");
  userauth.receive(passwordRequest("current", "wrong"));
  assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "INVALID_PASSWORD");
  assert.equal(userauth.judge(passwordRequest("current", OLD)), "SUCCESS 52");
  assert.equal(userauth.judgeDecision(UserauthStatus.FAILURE), "SUCCESS");
});

test("a change as the first of two factors is a partial success", () => {
  const userauth = open();
  assert.equal(userauth.judge(changeRequest("second", OLD, NEW)), "CHANGE_PENDING");
  assert.deepEqual(userauth.decide(UserauthStatus.SUCCESS), [failure("publickey", true)]);
  assert.equal(userauth.status, "PARTIAL_SUCCESS");
  assert.equal(userauth.judge(signed("second", KEY)), "SUCCESS 52");
});

test("after a change was stored the old password is worth nothing in the same connection", () => {
  const userauth = open();
  userauth.receive(changeRequest("second", OLD, NEW));
  userauth.decide(UserauthStatus.SUCCESS);
  userauth.receive(userauthRequest("nobody", "none")); // forgets what was achieved
  assert.equal(userauth.judge(passwordRequest("second", OLD)), "INVALID_PASSWORD 51");
  assert.equal(userauth.judge(passwordRequest("second", NEW)), "PARTIAL_SUCCESS 51");
});

test("keyboard-interactive asks everybody for the password, without echo, and judges it", () => {
  for (const [user, password, status] of [
    ["current", OLD, "SUCCESS 52"],
    ["current", "wrong", "INVALID_PASSWORD 51"],
    ["current", "", "INVALID_PASSWORD 51"],
    ["current", "p".repeat(1000), "INVALID_PASSWORD 51"],
    ["second", OLD, "FAILURE 51"],
    ["nobody", OLD, "INVALID_USER 51"],
  ] as const) {
    const userauth = open();
    assert.deepEqual(userauth.receive(interactiveRequest(user)), [PASSWORD_PROMPT]);
    assert.equal(userauth.status, "PROMPTED");
    assert.equal(userauth.judge(infoResponse(password)), status, `${user}: ${password}`);
  }
});

test("keyboard-interactive is refused to all where no user has it first", () => {
  const table = { users: [passwordUser("u", OLD)] };
  for (const user of ["u", "nobody"]) {
    const userauth = open(table);
    assert.deepEqual(userauth.receive(interactiveRequest(user)), [failure("password")]);
    assert.equal(userauth.judge(infoResponse(OLD)), "PROTOCOL_ERROR");
  }
});

test("responses that were not asked for, or after another request, are a protocol error", () => {
  assert.equal(open().judge(infoResponse(OLD)), "PROTOCOL_ERROR");
  const answered = open();
  answered.receive(interactiveRequest("current"));
  answered.receive(infoResponse("wrong"));
  assert.equal(answered.judge(infoResponse(OLD)), "PROTOCOL_ERROR");
  const abandoned = open();
  abandoned.receive(interactiveRequest("current"));
  abandoned.receive(userauthRequest("current", "none"));
  assert.equal(abandoned.judge(infoResponse(OLD)), "PROTOCOL_ERROR");
});

test("a number of responses that differs from that of the prompts is a failure (RFC 4256 §3.4)", () => {
  for (const responses of [[], [OLD, OLD], [OLD, OLD, OLD]]) {
    const userauth = open();
    userauth.receive(interactiveRequest("current"));
    assert.equal(userauth.judge(infoResponse(...responses)), "FAILURE 51");
  }
  const userauth = open();
  userauth.receive(interactiveRequest("current"));
  assert.equal(userauth.judge(bytes(61, uint32(0xffff_ffff), string(OLD))), "FAILURE 51");
});

test("responses that are cut off or go on are a protocol error", () => {
  const right = infoResponse(OLD);
  for (let length = 5; length < right.length; length++) {
    const userauth = open();
    userauth.receive(interactiveRequest("current"));
    assert.equal(userauth.judge(right.subarray(0, length)), "PROTOCOL_ERROR", `${length} bytes`);
  }
  const userauth = open();
  userauth.receive(interactiveRequest("current"));
  assert.equal(userauth.judge(right, 0), "PROTOCOL_ERROR");
});

/** A conversation up to the prompts for a new password. */
function asked(user: string, table?: UsersTable): FullUserauth {
  const userauth = open(table);
  if (user === "after") assert.equal(userauth.judge(signed(user, KEY)), "PARTIAL_SUCCESS 51");
  userauth.receive(interactiveRequest(user));
  assert.deepEqual(userauth.receive(infoResponse(OLD)), [prompts("Your password has expired.", ...NEW_PROMPTS)]);
  assert.equal(userauth.status, "CHANGE_REQUIRED");
  return userauth;
}

test("keyboard-interactive lets an expired password be changed, and SUCCESS comes when it is stored", () => {
  const userauth = asked("expired");
  assert.equal(userauth.judge(infoResponse(NEW, NEW)), "CHANGE_PENDING");
  const region = stored(userauth);
  assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "SUCCESS 52");
  assert.equal(new FullUserauth(region).judge(passwordRequest("expired", NEW)), "SUCCESS 52");
  assert.equal(new FullUserauth(region).judge(passwordRequest("expired", OLD)), "INVALID_PASSWORD 51");
});

test("keyboard-interactive asks again while the new passwords differ or are not acceptable", () => {
  const userauth = asked("expired");
  const unacceptable = prompts("The new password is too short, or it is the old one.", ...NEW_PROMPTS);
  const different = prompts("The new passwords differ.", ...NEW_PROMPTS);
  for (const [first, second, reply] of [
    [NEW, `${NEW}!`, different],
    [NEW, NEW.toUpperCase(), different],
    [NEW, "", different],
    ["", "", unacceptable],
    ["short 7", "short 7", unacceptable],
    [OLD, OLD, unacceptable],
    ["n".repeat(128), "n".repeat(128), unacceptable],
  ] as const) {
    assert.deepEqual(userauth.receive(infoResponse(first, second)), [reply], `${first}, ${second}`);
    assert.equal(userauth.status, "CHANGE_REQUIRED");
  }
  assert.equal(userauth.judge(infoResponse(NEW, NEW)), "CHANGE_PENDING");
});

test("one response to the prompts for a new password, or a plain request then, is no change", () => {
  assert.equal(asked("expired").judge(infoResponse(NEW)), "FAILURE 51");
  const userauth = asked("expired");
  assert.deepEqual(userauth.receive(passwordRequest("expired", OLD)), [EXPIRED]);
  assert.equal(userauth.judge(infoResponse(NEW, NEW)), "PROTOCOL_ERROR");
});

test("a conversation about a new password is bounded by the limit of requests", () => {
  const userauth = asked("expired", { ...TABLE, requests: 5 });
  for (let count = 3; count < 5; count++) assert.match(userauth.judge(infoResponse(NEW, "x")), /^CHANGE_REQUIRED 60$/);
  assert.equal(userauth.judge(infoResponse(NEW, "x")), "TOO_MANY_ATTEMPTS 51");
});

test("keyboard-interactive as the second factor", () => {
  const userauth = open();
  assert.deepEqual(userauth.receive(signed("after", KEY)), [failure("keyboard-interactive", true)]);
  assert.deepEqual(userauth.receive(interactiveRequest("after")), [PASSWORD_PROMPT]);
  assert.equal(userauth.judge(infoResponse(OLD)), "SUCCESS 52");
});

test("no byte of an old or a new password is left in memory, whatever became of the request", () => {
  const secret = new Uint8Array(40).map((_, index) => 0xc0 + index);
  const other = new Uint8Array(40).map((_, index) => 0xf0 - 3 * index);
  const tables = [pbkdf2Of(secret), argon2idOf(secret)].map((password): UsersTable => {
    const user: UserEntry = { name: "u", password, required: BOTH };
    return { users: [user, { ...user, name: "e", passwordExpired: true }], failures: 100, requests: 100 };
  });
  // so that the passwords are where hashes are computed
  const longName = "n".repeat(1600);
  const almost = secret.with(39, 1);
  const conversations: [string, Uint8Array[]][] = [
    ["admitted", [passwordRequest("u", secret)]],
    ["wrong", [passwordRequest("u", almost)]],
    ["unknown", [passwordRequest("x", secret)]],
    ["a long name", [passwordRequest(longName, secret), changeRequest(longName, secret, other)]],
    ["expired", [passwordRequest("e", secret)]],
    ["changed", [changeRequest("e", secret, other)]],
    ["not changed", [changeRequest("e", almost, other)]],
    ["unacceptable", [changeRequest("e", secret, bytes(other, other, other, other))]],
    ["prompted", [interactiveRequest("u"), infoResponse(secret)]],
    ["prompted, wrong", [interactiveRequest("u"), infoResponse(almost)]],
    ["asked", [interactiveRequest("e"), infoResponse(secret)]],
    ["repeated", [interactiveRequest("e"), infoResponse(secret), infoResponse(other, other)]],
    ["repeated, other", [interactiveRequest("e"), infoResponse(secret), infoResponse(other, secret)]],
    ["same", [interactiveRequest("e"), infoResponse(secret), infoResponse(secret, secret)]],
    ["trailing byte", [bytes(passwordRequest("u", secret), 0)]],
    ["not a request", [bytes(99, secret)]],
    ["late", [passwordRequest("u", secret), passwordRequest("u", secret)]],
  ];
  for (const [name, payloads] of conversations) {
    for (const [table, decide] of tables.flatMap((table) => [[table, false] as const, [table, true] as const])) {
      const userauth = open(table);
      for (const payload of payloads) userauth.receive(payload);
      if (decide) userauth.decide(UserauthStatus.SUCCESS);
      const memory = Buffer.from(userauth.memory.buffer);
      for (const trace of [
        secret.subarray(0, 8),
        secret.subarray(30, 38),
        other.subarray(0, 8),
        other.subarray(30, 38),
      ]) {
        for (const order of [trace, Uint8Array.from(trace).reverse()]) assert.equal(memory.indexOf(order), -1, name);
      }
    }
  }
});

test("while a new password waits to be stored no request is read, and none is granted by what the store says then", () => {
  for (const request of [passwordRequest("current", OLD), userauthRequest("current", "none")]) {
    const userauth = open();
    assert.equal(userauth.judge(changeRequest("current", OLD, NEW)), "CHANGE_PENDING");
    assert.equal(userauth.judge(request), "PROTOCOL_ERROR");
    userauth.decide(UserauthStatus.SUCCESS);
    assert.equal(userauth.status, "PROTOCOL_ERROR");
  }
});

test("a request that is cut off before its method is malformed, whatever else is wrong with it", () => {
  const request = userauthRequest("current", "none");
  for (let length = 1; length < request.length; length++)
    assert.equal(open().judge(request.subarray(0, length)), "PROTOCOL_ERROR", `${length} bytes`);
});
