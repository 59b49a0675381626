// The rules of docs/security.md that concern user authentication, in the full build. The files beside this one have the
// small builds; the names of rules and sources are the same.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserauthStatus } from "../../assembly/abi/index.js";
import type { Method, UsersTable } from "../../host/node/credentials/users-region.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../scripts/client/userauth.js";
import { argon2idOf } from "../../scripts/client/hashes.js";
import { ed25519Key, securityEd25519Key } from "../../scripts/client/keys/kinds.js";
import { failure, FullUserauth, passwordUser } from "../support/userauth-full.js";
import { boolean, bytes, string, uint32 } from "../../scripts/client/wire.js";

const KEY = ed25519Key();
const STRANGER = ed25519Key(new Uint8Array(32).fill(77));
const PASSWORD = "correct horse 47";
const NEW = "battery staple 48";
const ALL = "publickey,password,keyboard-interactive";
const EVERY: Method[][] = [["publickey"], ["password"], ["keyboard-interactive"]];
const TABLE: UsersTable = {
  users: [
    passwordUser("admin", PASSWORD, { keys: [KEY], required: EVERY }),
    passwordUser("second", PASSWORD, { keys: [KEY], required: [["publickey", "password"]] }),
    passwordUser("expired", PASSWORD, { passwordExpired: true, required: EVERY.slice(1) }),
  ],
  failures: 100,
  requests: 200,
};
const open = (table: Partial<UsersTable> = {}): FullUserauth => new FullUserauth({ ...TABLE, ...table });
/** Opens with `requests` behind it. */
const after = (...requests: Uint8Array[]): FullUserauth => {
  const userauth = open();
  for (const request of requests) userauth.receive(request);
  return userauth;
};
const RIGHT = { password: passwordRequest("admin", PASSWORD), publickey: signed("admin", KEY) };

test("rule 1 (libssh CVE-2018-10933): a server's messages are protocol errors, before, in and after a conversation", () => {
  for (const number of [51, 52, 53, 60, 62, 63, 79]) {
    for (const before of [[], [interactiveRequest("admin")], [signed("second", KEY)], [query("admin", KEY)]]) {
      const userauth = after(...before);
      assert.equal(userauth.judge(number, uint32(1), string(PASSWORD)), "PROTOCOL_ERROR", `message ${number}`);
      assert.equal(userauth.judge(RIGHT.password), "PROTOCOL_ERROR", "and nothing works after it");
    }
  }
});

test("rule 6 (libssh CVE-2023-2283): a host that calls in the wrong order admits nobody", () => {
  const { exports, memory } = after(passwordRequest("admin", "wrong"));
  const status = exports.status as { value: number };
  for (const verdict of [0, 1, UserauthStatus.SUCCESS, -1]) {
    assert.equal(exports.decide(verdict), 0);
    assert.equal(exports.nextReply(), 0);
    assert.notEqual(status.value, UserauthStatus.SUCCESS);
  }
  memory.set(RIGHT.password);
  assert.equal(exports.receive(0), 0);
  assert.equal(status.value, UserauthStatus.PROTOCOL_ERROR);
  for (const length of [4097, 0x7fff_ffff, -1]) {
    const userauth = open();
    userauth.memory.set(RIGHT.password);
    assert.equal(userauth.exports.receive(length), 0);
    assert.equal(userauth.status, "PROTOCOL_ERROR");
  }
});

describe("rule 7 (Go x/crypto CVE-2024-45337, CVE-2026-46595)", () => {
  test("a query for the right key, then a signature by another", () => {
    for (const request of [
      signed("admin", STRANGER),
      signed("admin", KEY, {}, STRANGER),
      signed("admin", STRANGER, {}, KEY),
    ]) {
      const userauth = after(query("admin", KEY));
      assert.equal(userauth.judge(request), "INVALID_PUBLICKEY 51");
      assert.equal(userauth.judge(RIGHT.publickey), "SUCCESS 52", "the module works still");
    }
  });

  test("a query has no effect: not on what was achieved, not on a conversation but to end it", () => {
    const userauth = after(signed("second", KEY), query("second", KEY));
    assert.equal(userauth.status, "FAILURE", "a key whose turn is over gets no PK_OK");
    assert.equal(userauth.judge(passwordRequest("second", PASSWORD)), "SUCCESS 52");
    assert.equal(after(query("second", KEY)).judge(passwordRequest("second", PASSWORD)), "FAILURE 51");
  });
});

describe("rule 8 (Go x/crypto CVE-2026-39828, Dropbear 2026.90)", () => {
  test("what the first factor leaves survives failures of every kind", () => {
    const userauth = after(signed("second", KEY));
    const failing = [
      passwordRequest("second", "wrong"),
      userauthRequest("second", "none"),
      userauthRequest("second", "hostbased", string("x")),
      signed("second", STRANGER),
      signed("second", KEY),
      query("second", KEY),
      interactiveRequest("second"),
      changeRequest("second", "wrong", NEW),
    ];
    for (const request of failing) assert.deepEqual(userauth.receive(request), [failure("password")]);
    assert.equal(userauth.judge(passwordRequest("second", PASSWORD)), "SUCCESS 52");
  });

  test("options of a security key hold as the first factor, too", () => {
    const key = securityEd25519Key();
    const user = passwordUser("u", PASSWORD, {
      keys: [{ blob: key.blob, verificationRequired: true }],
      required: [["publickey", "password"]],
    });
    const userauth = new FullUserauth({ users: [user] });
    assert.equal(userauth.judge(signed("u", key, { flags: 1 })), "INVALID_PUBLICKEY 51");
    assert.equal(userauth.judge(passwordRequest("u", PASSWORD)), "FAILURE 51", "it was no factor");
    assert.equal(userauth.judge(signed("u", key, { flags: 5 })), "PARTIAL_SUCCESS 51");
  });
});

describe("rule 9 (wolfSSH #1063, RFC 4252 §5)", () => {
  test("a change of user or service flushes a factor that was achieved", () => {
    const other = (user: string, service: string): Uint8Array =>
      bytes(50, string(user), string(service), string("none"));
    for (const [user, service] of [
      ["admin", "ssh-connection"],
      ["nobody", "ssh-connection"],
      ["", "ssh-connection"],
      ["second", "ssh-userauth"],
      ["second", ""],
      ["second\0", "ssh-connection"],
    ] as const) {
      const userauth = after(signed("second", KEY), other(user, service));
      assert.deepEqual(userauth.receive(passwordRequest("second", PASSWORD)), [failure(ALL)], `${user}, ${service}`);
    }
  });

  test("a new request cancels a conversation, whoever it is for", () => {
    for (const user of ["expired", "admin", "nobody"]) {
      const userauth = after(interactiveRequest("expired"), infoResponse(PASSWORD), userauthRequest(user, "none"));
      assert.equal(userauth.judge(infoResponse(NEW, NEW)), "PROTOCOL_ERROR");
    }
    const userauth = after(interactiveRequest("expired"), interactiveRequest("admin"));
    assert.equal(userauth.judge(infoResponse(PASSWORD)), "SUCCESS 52", "the answer is for the last request");
    const reversed = after(interactiveRequest("admin"), interactiveRequest("nobody"));
    assert.equal(reversed.judge(infoResponse(PASSWORD)), "INVALID_USER 51");
  });
});

test("rule 10 (wolfSSH #683, #940, Dropbear 2026.92): partial success, none and an empty password admit nobody", () => {
  const userauth = after(signed("second", KEY));
  assert.equal(userauth.status, "PARTIAL_SUCCESS");
  for (const name of ["none", "", "None", "\0", "partial"]) {
    for (const rest of [[], [boolean(false)], [string("")], [boolean(false), string("")]]) {
      assert.deepEqual(userauth.receive(userauthRequest("second", name, ...rest)), [failure("password")]);
    }
  }
  assert.equal(userauth.judge(passwordRequest("second", "")), "INVALID_PASSWORD 51");
  const emptied = new FullUserauth({ users: [passwordUser("u", "")] });
  assert.equal(emptied.judge(passwordRequest("u", "")), "INVALID_PASSWORD 51");
});

test("rule 11 (OpenSSH CVE-2018-15473, Dropbear CVE-2018-15599): malformed requests do not tell whether a user exists", () => {
  const kinds = [
    (user: string) => passwordRequest(user, "wrong"),
    (user: string) => changeRequest(user, "wrong", NEW),
    (user: string) => query(user, STRANGER),
    (user: string) => signed(user, STRANGER),
    (user: string) => interactiveRequest(user),
  ];
  for (const kind of kinds) {
    const [known, unknown] = [kind("admin"), kind("nimda")];
    for (let length = 0; length <= known.length + 1; length++) {
      const answers = [known, unknown].map((request) => {
        const userauth = open();
        const replies = userauth.receive(bytes(request, 0).subarray(0, length)).map((reply) => reply.toString("hex"));
        return { replies, ended: userauth.status === "PROTOCOL_ERROR" };
      });
      assert.deepEqual(answers[0], answers[1], `${length} of ${known.length} bytes`);
    }
  }
});

describe("rule 12 (OpenSSH CVE-2016-6210, Erlang #11157)", () => {
  test("an unknown user and a wrong password get the same replies, for every method", () => {
    for (const request of [
      (user: string) => [passwordRequest(user, "wrong")],
      (user: string) => [changeRequest(user, "wrong", NEW)],
      (user: string) => [interactiveRequest(user), infoResponse("wrong")],
      (user: string) => [query(user, STRANGER), signed(user, STRANGER)],
    ]) {
      const [known, unknown] = ["admin", "nobody"].map((user) => {
        const userauth = open({ banner: "hello" });
        return request(user).map((payload) => userauth.receive(payload));
      });
      assert.deepEqual(known, unknown);
    }
  });

  test("and the same instructions: test/assembly/userauth/full/ops.test.ts; here with Argon2id, once", () => {
    const user = passwordUser("admin", PASSWORD, { password: argon2idOf(PASSWORD) });
    const ops = (name: string): number =>
      new FullUserauth({ users: [user] }, { counted: true }).ops(passwordRequest(name, "wrong"));
    assert.equal(ops("admin"), ops("nimda"));
  });
});

test("rule 13 (OpenSSH CVE-2016-6515): a password beyond 127 bytes is refused before any hash is computed", () => {
  const ops = (password: string): number =>
    new FullUserauth(TABLE, { counted: true }).ops(passwordRequest("admin", password));
  for (const length of [128, 129, 1000, 4000]) assert.ok(ops("p".repeat(length)) < 4000, `${length} bytes`);
  assert.ok(ops("p".repeat(127)) > 20_000, "positive control: three iterations are counted");
});

test("rule 14 (CVE-2016-20012, Dropbear #398/#401): PK_OK has a budget, queries that fail count as failures", () => {
  const userauth = open({ queries: 2, failures: 3 });
  assert.equal(userauth.judge(query("admin", KEY)), "QUERY_OK 60");
  assert.equal(userauth.judge(query("admin", STRANGER)), "INVALID_PUBLICKEY 51");
  assert.equal(userauth.judge(query("admin", KEY)), "QUERY_OK 60");
  assert.deepEqual(userauth.receive(query("admin", KEY)), [failure(ALL)]);
  assert.equal(userauth.judge(query("nobody", KEY)), "TOO_MANY_ATTEMPTS 51");
});

describe("rule 15 (OpenSSH CVE-2015-5600, wolfSSH #824, Erlang #10882)", () => {
  test("every failure counts, whatever the method", () => {
    const failing: [string, Uint8Array[]][] = [
      ["none, after the first", [userauthRequest("admin", "none")]],
      ["unknown method", [userauthRequest("admin", "gssapi-with-mic")]],
      ["service", [bytes(50, string("admin"), string("x"), string("none"))]],
      ["password", [passwordRequest("admin", "wrong")]],
      ["over-long password", [passwordRequest("admin", "p".repeat(500))]],
      ["change", [changeRequest("admin", "wrong", NEW)]],
      ["query", [query("admin", STRANGER)]],
      ["signature", [signed("admin", STRANGER)]],
      ["response", [interactiveRequest("admin"), infoResponse("wrong")]],
      ["number of responses", [interactiveRequest("admin"), infoResponse()]],
    ];
    for (const [name, payloads] of failing) {
      const userauth = open({ failures: 4 });
      userauth.receive(userauthRequest("admin", "none"));
      for (let attempt = 1; attempt <= 4; attempt++) {
        for (const payload of payloads) userauth.receive(payload);
        assert.equal(userauth.status === "TOO_MANY_ATTEMPTS", attempt === 4, `${name}, attempt ${attempt}`);
      }
      assert.equal(userauth.judge(RIGHT.password), "TOO_MANY_ATTEMPTS", name);
    }
  });

  test("a client that only asks is stopped by the limit of requests", () => {
    const asking: Uint8Array[][] = [
      [interactiveRequest("admin")],
      [passwordRequest("expired", PASSWORD)],
      [changeRequest("expired", PASSWORD, "short")],
    ];
    for (const [index, payloads] of asking.entries()) {
      const userauth = open({ requests: 10 });
      for (let count = 1; count < 10; count++) assert.match(userauth.judge(...payloads), / 60$/, `${index}: ${count}`);
      assert.equal(userauth.judge(...payloads), "TOO_MANY_ATTEMPTS 51", `${index}`);
    }
  });

  test("one conversation is one password: a device list of a thousand methods makes no thousand guesses", () => {
    const submethods = "pam,".repeat(500);
    const userauth = open({ failures: 2 });
    const request = userauthRequest("admin", "keyboard-interactive", string(""), string(submethods));
    for (const expected of ["INVALID_PASSWORD 51", "TOO_MANY_ATTEMPTS 51"]) {
      assert.equal(userauth.judge(request), "PROMPTED 60");
      assert.equal(userauth.judge(infoResponse("wrong")), expected);
    }
  });
});

test("rule 17 (russh CVE-2026-48110): lengths and counts that lie are protocol errors or failures, and never trap", () => {
  const lies = [0, 1, 3, 0xff, 0x1000, 0x7fff_ffff, 0xffff_fffb, 0xffff_ffff];
  const requests = [
    RIGHT.password,
    RIGHT.publickey,
    changeRequest("admin", PASSWORD, NEW),
    interactiveRequest("admin"),
  ];
  for (const request of requests) {
    for (let at = 1; at + 4 <= Math.min(request.length, 250); at++) {
      for (const lie of lies) {
        const altered = Buffer.from(request);
        if (altered.readUInt32BE(at) === lie) continue;
        altered.writeUInt32BE(lie, at);
        assert.doesNotMatch(open().judge(altered), /SUCCESS|52|unknown/, `${lie} at ${at}`);
      }
    }
  }
});

describe("rule 23 (RFC 4252 §8, npm ssh2)", () => {
  test("an expired password never authenticates by itself, by any method", () => {
    const userauth = open();
    assert.equal(userauth.judge(passwordRequest("expired", PASSWORD)), "CHANGE_REQUIRED 60");
    assert.equal(userauth.judge(passwordRequest("expired", PASSWORD)), "CHANGE_REQUIRED 60");
    userauth.receive(interactiveRequest("expired"));
    assert.equal(userauth.judge(infoResponse(PASSWORD)), "CHANGE_REQUIRED 60");
    assert.equal(userauth.judge(passwordRequest("expired", PASSWORD)), "CHANGE_REQUIRED 60");
  });

  test("a change verifies the old password first, also right after a CHANGEREQ", () => {
    const userauth = after(passwordRequest("expired", PASSWORD));
    assert.deepEqual(userauth.receive(changeRequest("expired", "wrong", NEW)), [failure(ALL)]);
    assert.deepEqual(userauth.receive(changeRequest("expired", "", NEW)), [failure(ALL)]);
    assert.deepEqual(userauth.receive(changeRequest("expired", NEW, NEW)), [failure(ALL)]);
  });

  test("a plain request with the new password, during a change, is not a change", () => {
    const userauth = after(passwordRequest("expired", PASSWORD));
    assert.equal(userauth.judge(passwordRequest("expired", NEW)), "INVALID_PASSWORD 51");
    const pending = after(changeRequest("expired", PASSWORD, NEW));
    assert.equal(pending.status, "CHANGE_PENDING");
    assert.equal(pending.judge(passwordRequest("expired", NEW)), "PROTOCOL_ERROR");
  });

  test("the new password obeys the policy, and SUCCESS is not said before the host has stored it", () => {
    for (const bad of ["", "short", PASSWORD, "n".repeat(128)]) {
      assert.equal(open().judge(changeRequest("expired", PASSWORD, bad)), "CHANGE_REQUIRED 60", bad);
    }
    const userauth = after(changeRequest("expired", PASSWORD, NEW));
    assert.equal(userauth.status, "CHANGE_PENDING");
    assert.equal(userauth.exports.nextReply(), 0);
    assert.equal(userauth.judgeDecision(UserauthStatus.SUCCESS), "SUCCESS 52");
  });
});

test("rule 24 (Zephyr SSH): another service in a later request is refused, with everything else right", () => {
  for (const service of ["ssh-userauth", "ssh-connection2", "ssh-connectio", "sSh-connection", ""]) {
    const userauth = after(userauthRequest("admin", "none"));
    const request = bytes(50, string("admin"), string(service), string("password"), boolean(false), string(PASSWORD));
    assert.equal(userauth.judge(request), "FAILURE 51", service);
  }
});

test("rule 25 (RFC 4252 §5.1): requests after SUCCESS are answered by nothing, decisions of the host included", () => {
  const userauth = after(RIGHT.password);
  for (const late of [RIGHT.password, RIGHT.publickey, infoResponse(PASSWORD), bytes(51), bytes()]) {
    assert.equal(userauth.judge(late), "SUCCESS");
  }
  assert.equal(userauth.judgeDecision(UserauthStatus.FAILURE), "SUCCESS");
  assert.equal(userauth.exports.nextReply(), 0);
});
