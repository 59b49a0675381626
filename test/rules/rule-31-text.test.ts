// Rule 31: an empty password, and text that is not UTF-8, never reach an application's decision; nor does an overlong
// password, NUL, or an answer that could be taken for an empty password. RFC 4513 §5.1.2 says what became of those who
// passed an empty one on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserauthField, UserauthStatus } from "../../assembly/abi/index.js";
import type { Method, Verdict } from "../../host/node/index.js";
import { password, serveFull } from "../support/full-server.js";
import { changeRequest, infoResponse, interactiveRequest, query, signed } from "../../scripts/client/userauth.js";
import { ed25519Key } from "../../scripts/client/keys/kinds.js";
import { failure, FullUserauth, passwordUser } from "../support/userauth-full.js";
import { boolean, bytes, string } from "../../scripts/client/wire.js";

const METHODS: Method[] = ["publickey", "password", "keyboard-interactive"];
const { SUCCESS, CHANGE_REQUIRED, PARTIAL_SUCCESS, FAILURE } = UserauthStatus;
const KEY = ed25519Key();
const open = (counted = false): FullUserauth =>
  new FullUserauth(
    {
      users: [passwordUser("ann", "secret", { required: [["publickey", "password"]], keys: [{ blob: KEY.blob }] })],
      hostDecides: { others: METHODS, known: ["password"] },
      failures: 255,
      requests: 255,
      queries: 255,
    },
    { counted },
  );
const passwordOf = (user: string | Uint8Array, secret: string | Uint8Array): Uint8Array =>
  bytes(50, string(user), string("ssh-connection"), string("password"), boolean(false), string(secret));

const queryOf = (user: Uint8Array): Uint8Array =>
  bytes(
    50,
    ...[string(user), string("ssh-connection"), string("publickey"), boolean(false)],
    ...[string(KEY.algorithm), string(KEY.blob)],
  );

/** Bytes around every bound of RFC 3629's table. */
const EDGES = [0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff];
const LEADS = [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8];

function* sequences(): Generator<Uint8Array> {
  for (let first = 0; first < 256; first++) {
    yield Uint8Array.of(first);
    for (const second of EDGES) yield Uint8Array.of(first, second);
  }
  for (const first of LEADS) {
    for (const second of EDGES) {
      for (const third of EDGES) {
        yield Uint8Array.of(first, second, third);
        for (const fourth of EDGES) if (first >= 0xf0) yield Uint8Array.of(first, second, third, fourth);
      }
    }
  }
}

function isText(sequence: Uint8Array): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(sequence).includes("\0");
  } catch {
    return false;
  }
}

test("rule 31: a password is handed over if it is UTF-8 without NUL, and only then", () => {
  let userauth = open();
  let count = 0;
  let texts = 0;
  for (const sequence of sequences()) {
    if (++count % 120 === 0) userauth = open();
    const expected = isText(sequence);
    texts += Number(expected);
    assert.equal(
      userauth.judge(passwordOf("guest", sequence)),
      expected ? "PENDING" : "INVALID_PASSWORD 51",
      Buffer.from(sequence).toString("hex"),
    );
    if (expected) userauth.decide(FAILURE);
  }
  assert.ok(texts > 1_000 && count - texts > 5_000, `${texts} of ${count}`);
});

test("rule 31: whether a password is a text does not show in the number of instructions", () => {
  const secrets = ["abcdefgh", "äöüß", "€€ab", "\u{1f511}\u{1f511}", "abc\0defg"].map((text) => Buffer.from(text));
  secrets.push(Buffer.alloc(8, 0xff), Buffer.alloc(8, 0x80));
  const counts = secrets.map((secret) => open(true).ops(changeRequest("guest", secret, "new one")));
  const handedOver = counts.slice(0, 4);
  assert.equal(new Set(handedOver).size, 1, counts.join(" "));
  const checks = secrets.slice(4).map((secret) => open(true).ops(passwordOf("guest", secret)));
  assert.equal(new Set(checks).size, 1, checks.join(" "));
});

test("rule 31: an empty password, and one of more than 127 bytes, is refused by every way it can come", () => {
  for (const wrong of ["", "x".repeat(128), "a\0b", "\xff\xfe"].map((text) => Buffer.from(text, "latin1"))) {
    const userauth = open();
    const label = wrong.toString("hex");
    assert.equal(userauth.judge(passwordOf("guest", wrong)), "INVALID_PASSWORD 51", label);
    assert.equal(userauth.judge(changeRequest("guest", wrong, "new")), "INVALID_PASSWORD 51", label);
    assert.equal(userauth.judge(changeRequest("guest", "old", wrong)), "INVALID_PASSWORD 51", label);
    userauth.receive(interactiveRequest("guest"));
    assert.equal(userauth.judge(infoResponse(wrong)), "INVALID_PASSWORD 51", label);
    userauth.receive(interactiveRequest("guest"));
    userauth.receive(infoResponse("old"));
    assert.equal(userauth.judgeDecision(CHANGE_REQUIRED), "CHANGE_REQUIRED 60");
    assert.equal(userauth.judge(infoResponse(wrong, wrong)), "CHANGE_REQUIRED 60", label);
  }
  assert.equal(open().judge(passwordOf("guest", "x".repeat(127))), "PENDING");
});

test("rule 31: a name that is no text is nobody's, and what another had achieved is forgotten", () => {
  for (const wrong of ["", "a\0b", "\xff", "ann\xc3", "\xed\xa0\x80"].map((text) => Buffer.from(text, "latin1"))) {
    const userauth = open();
    assert.equal(userauth.judge(signed("ann", KEY)), "PARTIAL_SUCCESS 51");
    assert.notEqual(userauth.exports.achievedMethods(), 0);
    for (const request of [passwordOf(wrong, "secret"), queryOf(wrong)])
      assert.doesNotMatch(userauth.judge(request), /PENDING/, wrong.toString("hex"));
    assert.equal(userauth.exports.achievedMethods(), 0);
    assert.equal(userauth.field(UserauthField.USER).length, 0);
  }
});

test("rule 31: the module says what has been achieved, and for whom; another user or service begins anew", () => {
  const userauth = open();
  const achieved = (): number => userauth.exports.achievedMethods();
  assert.equal(achieved(), 0);
  userauth.receive(signed("ann", KEY));
  assert.equal(achieved(), 1 << 1);
  assert.deepEqual(userauth.field(UserauthField.KEY), Buffer.from(KEY.blob));
  userauth.receive(passwordOf("ann", "any"));
  assert.equal(achieved(), 1 << 1, "while the host decides");
  assert.deepEqual(userauth.decide(FAILURE), [failure("password")]);
  userauth.receive(bytes(50, string("ann"), string("ssh-other"), string("none")));
  assert.equal(achieved(), 0, "another service");
  userauth.receive(passwordOf("guest", "any"));
  userauth.decide(PARTIAL_SUCCESS);
  assert.equal(achieved(), 1 << 2);
  userauth.receive(query("ann", KEY));
  assert.equal(achieved(), 0, "another user");
  userauth.receive(signed("ann", KEY));
  userauth.receive(passwordOf("ann", "any"));
  assert.equal(userauth.judgeDecision(SUCCESS), "SUCCESS 52");
  assert.equal(achieved(), (1 << 1) | (1 << 2));
});

/** A request, its secrets as text. */
interface Asked {
  user: string;
  achieved: readonly Method[];
  flushed: boolean;
  password: string | undefined;
  newPassword: string | undefined;
  oldPasswordVerified: boolean;
}

/** What an application of the library is asked. */
async function asked(verdicts: Verdict[], ...payloads: Uint8Array[]): Promise<Asked[]> {
  const requests: Asked[] = [];
  const text = (secret: Uint8Array | undefined): string | undefined => secret && Buffer.from(secret).toString();
  const { connect } = await serveFull({
    authenticate: (request) => {
      const { user, achieved, flushed, password, newPassword } = request;
      const oldPasswordVerified = "oldPasswordVerified" in request;
      const secrets = { password: text(password), newPassword: text(newPassword) };
      requests.push({ user, achieved, flushed, ...secrets, oldPasswordVerified });
      return Promise.resolve(verdicts.shift() ?? "failure");
    },
  });
  const client = await connect();
  for (const payload of payloads) await client.ask(payload);
  client.end();
  return requests;
}

test("rule 31: the answer to keyboard-interactive's question for a new password has no old one, not an empty one", async () => {
  const requests = await asked(
    ["change-required", "success"],
    interactiveRequest("zoe"),
    infoResponse("old"),
    infoResponse("newer", "newer"),
  );
  const any = { user: "zoe", achieved: [], flushed: false };
  assert.deepEqual(requests, [
    { ...any, password: "old", newPassword: undefined, oldPasswordVerified: false },
    { ...any, password: undefined, newPassword: "newer", oldPasswordVerified: true },
  ]);
});

test("rule 31: an application is told what the user has achieved, and once that it has been forgotten", async () => {
  const requests = await asked(
    ["partial-success", "failure", "failure", "failure"],
    password("zoe", "one"),
    interactiveRequest("zoe"),
    infoResponse("two"),
    password("eve", "three"),
    password("zoe", "four"),
  );
  assert.deepEqual(
    requests.map(({ user, achieved, flushed }) => [user, achieved, flushed]),
    [
      ["zoe", [], false],
      ["zoe", ["password"], false],
      ["eve", [], true],
      ["zoe", [], false],
    ],
  );
});
