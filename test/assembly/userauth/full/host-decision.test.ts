// userauth.wasm: what the host decides (docs/abi.md, "The host decides").

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthField, UserauthStatus } from "../../../../assembly/abi/index.js";
import type { UsersTable } from "../../../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../../scripts/client/userauth.js";
import { ecdsaKey, ed25519Key, rsaKey, securityEd25519Key } from "../../../../scripts/client/keys/kinds.js";
import { failure, FullUserauth, passwordUser } from "../../../support/userauth-full.js";
import { boolean, bytes, string } from "../../../../scripts/client/wire.js";

const KEY = ed25519Key();
const METHODS = ["publickey", "password", "keyboard-interactive"] as const;
const ALL = METHODS.join(",");
const TABLE: UsersTable = {
  users: [
    passwordUser("local", "secret"),
    passwordUser("both", "secret", { keys: [{ blob: KEY.blob }], required: [["publickey", "password"]] }),
  ],
  hostDecides: { others: [...METHODS], known: ["password"] },
  failures: 100,
  requests: 200,
};
const { SUCCESS, FAILURE, PARTIAL_SUCCESS, CHANGE_REQUIRED } = UserauthStatus;
const open = (table: UsersTable = TABLE): FullUserauth => new FullUserauth(table);
const text = (userauth: FullUserauth, field: UserauthField): string => userauth.field(field).toString();

test("a password that the host decides about is handed over, and nothing is answered before the verdict", () => {
  for (const user of ["guest", "local"]) {
    const userauth = open();
    assert.equal(userauth.judge(passwordRequest(user, "pässword")), "PENDING");
    assert.deepEqual(
      [UserauthField.USER, UserauthField.METHOD, UserauthField.PASSWORD, UserauthField.NEW_PASSWORD].map((field) =>
        text(userauth, field),
      ),
      [user, "password", "pässword", ""],
    );
    assert.equal(userauth.exports.signatureVerified(), 0);
    assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
    assert.equal(userauth.field(UserauthField.PASSWORD).length, 0);
    assert.equal(Buffer.from(userauth.memory.buffer).indexOf("pässword"), -1);
  }
});

test("each verdict has its status and its reply, and an unknown one is a failure", () => {
  for (const [verdict, expected] of [
    [FAILURE, "FAILURE 51"],
    [UserauthStatus.INVALID_USER, "INVALID_USER 51"],
    [UserauthStatus.INVALID_PASSWORD, "INVALID_PASSWORD 51"],
    [UserauthStatus.INVALID_PUBLICKEY, "INVALID_PUBLICKEY 51"],
    [PARTIAL_SUCCESS, "PARTIAL_SUCCESS 51"],
    [CHANGE_REQUIRED, "CHANGE_REQUIRED 60"],
    [SUCCESS, "SUCCESS 52"],
    [UserauthStatus.NONE, "FAILURE 51"],
    [UserauthStatus.PENDING, "FAILURE 51"],
    [UserauthStatus.QUERY_OK, "FAILURE 51"],
    [UserauthStatus.TOO_MANY_ATTEMPTS, "FAILURE 51"],
    [1000, "FAILURE 51"],
    [-1, "FAILURE 51"],
  ] as const) {
    const userauth = open();
    userauth.receive(passwordRequest("guest", "secret"));
    assert.equal(userauth.judgeDecision(verdict as UserauthStatus), expected, `verdict ${verdict}`);
  }
});

test("nobody is asked about a name that is empty, or longer than 63 bytes", () => {
  for (const user of ["", "u".repeat(64), "u".repeat(256), "u".repeat(1000)]) {
    for (const request of [passwordRequest(user, "x"), query(user, KEY), signed(user, KEY)]) {
      assert.match(open().judge(request), /^INVALID_USER 51$/);
    }
  }
  assert.equal(open().judge(passwordRequest("u".repeat(63), "x")), "PENDING");
});

test("what the host refuses counts like any failure", () => {
  const userauth = open({ ...TABLE, failures: 2 });
  userauth.receive(passwordRequest("guest", "x"));
  assert.deepEqual(userauth.decide(FAILURE), [failure(ALL)]);
  userauth.receive(passwordRequest("guest", "x"));
  assert.equal(userauth.judgeDecision(UserauthStatus.INVALID_PASSWORD), "TOO_MANY_ATTEMPTS 51");
  assert.equal(userauth.judge(passwordRequest("guest", "x")), "TOO_MANY_ATTEMPTS");
  assert.equal(userauth.judgeDecision(SUCCESS), "TOO_MANY_ATTEMPTS");
});

test("a request while a decision is awaited is a protocol error", () => {
  for (const late of [passwordRequest("guest", "x"), userauthRequest("guest", "none"), infoResponse("x"), bytes(1)]) {
    const userauth = open();
    userauth.receive(passwordRequest("guest", "x"));
    assert.equal(userauth.judge(late), "PROTOCOL_ERROR");
    assert.equal(userauth.judgeDecision(SUCCESS), "PROTOCOL_ERROR");
  }
});

test("a key is handed over when its signature is right, or for a query, and never otherwise", () => {
  for (const key of [KEY, ecdsaKey(), rsaKey("rsa-sha2-512"), securityEd25519Key()]) {
    const userauth = open();
    assert.equal(userauth.judge(query("guest", key)), "PENDING");
    assert.equal(text(userauth, UserauthField.METHOD), "publickey");
    assert.equal(text(userauth, UserauthField.ALGORITHM), key.algorithm);
    assert.deepEqual(userauth.field(UserauthField.PUBLIC_KEY), Buffer.from(key.blob));
    assert.equal(userauth.exports.signatureVerified(), 0);
    assert.deepEqual(userauth.decide(SUCCESS), [Buffer.from(bytes(60, string(key.algorithm), string(key.blob)))]);
    assert.equal(userauth.status, "QUERY_OK");

    const flip = (signature: Uint8Array): Uint8Array => signature.with(40, signature[40]! ^ 1);
    assert.equal(userauth.judge(signed("guest", key, { alter: flip })), "INVALID_PUBLICKEY 51");

    assert.equal(userauth.judge(signed("guest", key)), "PENDING");
    assert.equal(userauth.exports.signatureVerified(), 1);
    assert.deepEqual(userauth.field(UserauthField.PUBLIC_KEY), Buffer.from(key.blob));
    assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
  }
  const unknown = { ...KEY, algorithm: "ssh-dss", blob: bytes(string("ssh-dss"), string("x")) };
  assert.equal(open().judge(query("guest", unknown)), "INVALID_USER 51");
  assert.equal(open().judge(query("guest", rsaKey("ssh-rsa"))), "INVALID_USER 51");
});

test("a verdict on a query authenticates nobody", () => {
  for (const verdict of [SUCCESS, PARTIAL_SUCCESS]) {
    const userauth = open({ ...TABLE, queries: 2 });
    userauth.receive(query("guest", KEY));
    assert.equal(userauth.judgeDecision(verdict), "QUERY_OK 60");
    assert.equal(userauth.judge(userauthRequest("guest", "none")), "FAILURE 51");
    userauth.receive(query("guest", KEY));
    userauth.decide(verdict);
    userauth.receive(query("guest", KEY));
    assert.equal(userauth.judgeDecision(verdict), "FAILURE 51", "queries are limited here, too");
  }
});

test("partial success: the host's user goes on with another method, until the host says that it is enough", () => {
  const userauth = open();
  userauth.receive(passwordRequest("guest", "secret"));
  assert.deepEqual(userauth.decide(PARTIAL_SUCCESS), [failure("publickey,keyboard-interactive", true)]);
  userauth.receive(passwordRequest("guest", "wrong"));
  assert.deepEqual(userauth.decide(FAILURE), [failure("publickey,keyboard-interactive")]);
  userauth.receive(signed("guest", KEY));
  assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");

  const flushed = open();
  flushed.receive(passwordRequest("guest", "secret"));
  flushed.decide(PARTIAL_SUCCESS);
  flushed.receive(passwordRequest("guest2", "secret"));
  assert.deepEqual(flushed.decide(FAILURE), [failure(ALL)], "another unknown user is another user");
});

test("the lists of a user of the table hold whatever the host says", () => {
  const userauth = open();
  assert.equal(userauth.judge(passwordRequest("both", "anything")), "PENDING");
  assert.deepEqual(userauth.decide(SUCCESS), [failure(ALL)], "the password is not the first method");
  assert.equal(userauth.judge(signed("both", KEY)), "PARTIAL_SUCCESS 51", "the key is the module's business");
  assert.equal(userauth.judge(passwordRequest("both", "anything")), "PENDING");
  assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
  const more = open();
  more.receive(passwordRequest("local", "secret"));
  assert.deepEqual(more.decide(PARTIAL_SUCCESS), [failure("", true)], "nothing else would help this user");
});

test("methods that the host does not decide about are judged by the table", () => {
  const table: UsersTable = { ...TABLE, hostDecides: { others: ["publickey"] } };
  assert.equal(open(table).judge(passwordRequest("local", "secret")), "SUCCESS 52");
  assert.equal(open(table).judge(passwordRequest("guest", "secret")), "INVALID_USER 51");
  assert.equal(open(table).judge(query("guest", KEY)), "PENDING");
  assert.equal(open(table).judge(query("local", KEY)), "INVALID_PUBLICKEY 51");
});

test("a change of a password that the host keeps", () => {
  const userauth = open();
  userauth.receive(passwordRequest("guest", "old"));
  assert.equal(userauth.judgeDecision(CHANGE_REQUIRED), "CHANGE_REQUIRED 60");
  assert.equal(userauth.judge(changeRequest("guest", "old", "new")), "PENDING");
  assert.deepEqual(
    [UserauthField.PASSWORD, UserauthField.NEW_PASSWORD].map((field) => text(userauth, field)),
    ["old", "new"],
  );
  assert.equal(userauth.judgeDecision(CHANGE_REQUIRED), "CHANGE_REQUIRED 60", "not acceptable");
  assert.equal(userauth.judge(changeRequest("guest", "old", "better")), "PENDING");
  assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
});

test("keyboard-interactive asks, the host decides about the answer, and about the new password", () => {
  const userauth = open();
  assert.equal(userauth.judge(interactiveRequest("guest")), "PROMPTED 60");
  assert.equal(userauth.judge(infoResponse("old")), "PENDING");
  assert.equal(text(userauth, UserauthField.METHOD), "keyboard-interactive");
  assert.equal(text(userauth, UserauthField.PASSWORD), "old");
  assert.equal(userauth.judgeDecision(CHANGE_REQUIRED), "CHANGE_REQUIRED 60");
  assert.equal(userauth.judge(infoResponse("new", "other")), "CHANGE_REQUIRED 60", "they differ");
  assert.equal(userauth.judge(infoResponse("new", "new")), "PENDING");
  assert.deepEqual(
    [UserauthField.PASSWORD, UserauthField.NEW_PASSWORD].map((field) => text(userauth, field)),
    ["", "new"],
  );
  assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
});

test("the banner goes before the answer that a verdict makes", () => {
  const userauth = open({ ...TABLE, banner: "hello" });
  assert.deepEqual(userauth.receive(passwordRequest("guest", "x")), []);
  assert.deepEqual(
    userauth.decide(FAILURE).map((reply) => reply[0]),
    [53, 51],
  );
});

test("user and method of every request that could be read are told, for the log, and nothing else", () => {
  const userauth = open({ users: TABLE.users });
  for (const [request, user, method] of [
    [userauthRequest("local", "none"), "local", ""],
    [passwordRequest("nobody", "secret"), "nobody", "password"],
    [query("local", KEY), "local", "publickey"],
    [userauthRequest("u".repeat(64), "hostbased"), "", ""],
    [bytes(50, string("x"), string("ssh-userauth"), string("password"), boolean(false), string("y")), "x", ""],
  ] as const) {
    userauth.receive(request);
    assert.deepEqual(
      [UserauthField.USER, UserauthField.METHOD].map((field) => text(userauth, field)),
      [user, method],
    );
    for (let field = UserauthField.RECORD as number; field < 8; field++) {
      assert.equal(userauth.exports.fieldLength(field), 0, `field ${field}`);
    }
  }
});
