// userauth-password.wasm: RFC 4252 §5 and §8 for one user and one password, in every way a request can be wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCredentials } from "../../../../host/node/credentials/credentials.js";
import { passwordRequest, userauthRequest } from "../../../../scripts/client/userauth.js";
import { PASSWORD, USER } from "../../../support/session.js";
import { failure, Userauth } from "../../../support/userauth.js";
import { boolean, bytes, string, uint32 } from "../../../../scripts/client/wire.js";

const RIGHT = passwordRequest(USER, PASSWORD);
/** The password may be of any bytes: the module takes them as they are, whatever the host would let in. */
function regionOf(user: string, password: Uint8Array): Uint8Array {
  const region = encodeCredentials("password", { user, password: "p".repeat(password.length) });
  region.set(password, 65);
  return region;
}
const open = (user: string, password: string | Uint8Array): Userauth =>
  new Userauth("password", regionOf(user, Buffer.from(password)));

test("the right password is admitted, with a SUCCESS of one byte", () => {
  const userauth = new Userauth("password");
  assert.equal(userauth.status, "NONE");
  assert.deepEqual(userauth.receive(RIGHT), Buffer.of(52));
  assert.equal(userauth.status, "SUCCESS");
});

test("user names of 1 to 63 bytes and passwords of 1 to 127 bytes work, binary ones included", () => {
  for (const [user, length] of [
    [1, 1],
    [63, 127],
    [1, 127],
    [63, 1],
    [31, 64],
  ] as const) {
    const name = "u".repeat(user);
    const password = new Uint8Array(length).map((_, index) => 255 - index);
    assert.equal(open(name, password).judge(passwordRequest(name, password)), "SUCCESS 52", `${user}, ${length}`);
  }
});

test("every reason has its status, and they all look the same to the client", () => {
  const cases: [string, Uint8Array][] = [
    ["FAILURE", userauthRequest(USER, "none")],
    ["FAILURE", userauthRequest("nobody", "none")],
    ["FAILURE", userauthRequest(USER, "publickey", boolean(false), string("ssh-ed25519"), string("key"))],
    ["FAILURE", userauthRequest(USER, "keyboard-interactive", string(""), string(""))],
    ["FAILURE", userauthRequest(USER, "hostbased", string("x"))],
    ["FAILURE", userauthRequest(USER, "passwor", boolean(false), string(PASSWORD))],
    ["FAILURE", userauthRequest(USER, "password\0", boolean(false), string(PASSWORD))],
    ["FAILURE", userauthRequest(USER, "Password", boolean(false), string(PASSWORD))],
    ["FAILURE", userauthRequest(USER, "", boolean(false), string(PASSWORD))],
    ["FAILURE", userauthRequest(USER, "password", boolean(true), string(PASSWORD), string("new password"))],
    ["FAILURE", userauthRequest(USER, "password", boolean(true), string(PASSWORD))],
    ["FAILURE", userauthRequest(USER, "password", 2, string(PASSWORD))],
    ["INVALID_USER", passwordRequest("nobody", PASSWORD)],
    ["INVALID_USER", passwordRequest("", PASSWORD)],
    ["INVALID_USER", passwordRequest("Admin", PASSWORD)],
    ["INVALID_USER", passwordRequest("admin\0", PASSWORD)],
    ["INVALID_USER", passwordRequest("admi", PASSWORD)],
    ["INVALID_USER", passwordRequest("x".repeat(63), PASSWORD)],
    ["INVALID_PASSWORD", passwordRequest(USER, "")],
    ["INVALID_PASSWORD", passwordRequest(USER, PASSWORD.slice(0, -1))],
    ["INVALID_PASSWORD", passwordRequest(USER, `${PASSWORD}x`)],
    ["INVALID_PASSWORD", passwordRequest(USER, `${PASSWORD}\0`)],
    ["INVALID_PASSWORD", passwordRequest(USER, "x".repeat(127))],
  ];
  for (const [status, payload] of cases) {
    const userauth = new Userauth("password");
    const request = Buffer.from(payload).toString("latin1");
    assert.deepEqual(userauth.receive(payload), failure("password"), request);
    assert.equal(userauth.status, status, request);
    assert.equal(userauth.judge(RIGHT), "SUCCESS 52", `a right password afterwards: ${request}`);
  }
});

test("user names and passwords beyond the capacity fail, and touch nothing beyond the module's memory", () => {
  for (const length of [64, 100, 127, 128, 191, 192, 255, 256, 1000, 3000]) {
    for (const payload of [passwordRequest("u".repeat(length), "x"), passwordRequest(USER, "p".repeat(length))]) {
      const userauth = new Userauth("password");
      assert.doesNotMatch(userauth.judge(payload), /SUCCESS|52/, `${length} bytes`);
    }
  }
});

test("no prefix and no extension of the right user's credentials is admitted, at any length", () => {
  for (let length = 0; length < 200; length++) {
    const password = PASSWORD.repeat(20).slice(0, length);
    const status = new Userauth("password").judge(passwordRequest(USER, password));
    assert.equal(status.startsWith("SUCCESS"), length === PASSWORD.length, `${length} bytes`);
  }
  // a user name so long that the comparison could run into the password's slot behind the user's
  const region = encodeCredentials("password", { user: USER, password: PASSWORD });
  for (let length = 0; length < 192; length++) {
    const user = region.subarray(1, 1 + length);
    const status = new Userauth("password").judge(passwordRequest(user, PASSWORD));
    assert.equal(status.startsWith("SUCCESS"), length === USER.length, `${length} bytes of the region`);
  }
});

test("every other value of every byte of the right request is refused", () => {
  for (let at = 0; at < RIGHT.length; at++) {
    for (let difference = 1; difference < 256; difference++) {
      const altered = Uint8Array.from(RIGHT);
      altered[at] = altered[at]! ^ difference;
      const userauth = new Userauth("password");
      assert.doesNotMatch(userauth.judge(altered), /SUCCESS|52|unknown/, `byte ${at} ^ ${difference}`);
    }
  }
});

test("every byte of a user name and of a password counts, however long they are", () => {
  for (const [nameLength, passwordLength] of [
    [32, 64],
    [33, 65],
    [63, 127],
  ] as const) {
    const user = "u".repeat(nameLength);
    const password = "p".repeat(passwordLength);
    const region = encodeCredentials("password", { user, password });
    const judge = (request: Uint8Array): string => new Userauth("password", region).judge(request);
    assert.equal(judge(passwordRequest(user, password)), "SUCCESS 52");
    for (let at = 0; at < nameLength; at++) {
      const other = Buffer.from(user).fill("x", at, at + 1);
      assert.equal(judge(passwordRequest(other, password)), "INVALID_USER 51", `byte ${at} of ${nameLength}`);
    }
    for (let at = 0; at < passwordLength; at++) {
      const other = Buffer.from(password).fill("x", at, at + 1);
      assert.equal(judge(passwordRequest(user, other)), "INVALID_PASSWORD 51", `byte ${at} of ${passwordLength}`);
    }
  }
});

test("a request that is cut off or goes on is never admitted, neither at first nor behind one that failed", () => {
  for (const first of [undefined, userauthRequest(USER, "none"), passwordRequest(USER, "wrong")]) {
    for (let length = 0; length < RIGHT.length; length++) {
      const userauth = new Userauth("password");
      if (first) userauth.receive(first);
      assert.match(userauth.judge(RIGHT.subarray(0, length)), /^(FAILURE 51|PROTOCOL_ERROR( 51)?)$/, `${length} bytes`);
    }
    for (const more of [1, 2, 100, 4000]) {
      const userauth = new Userauth("password");
      if (first) userauth.receive(first);
      assert.equal(userauth.judge(RIGHT, new Uint8Array(more)), "PROTOCOL_ERROR 51", `${more} bytes more`);
      assert.equal(userauth.judge(RIGHT), "PROTOCOL_ERROR", "and the right request comes too late");
    }
  }
});

test("lengths that lie about the request are never admitted", () => {
  const lengthsAt = [1, 6 + USER.length - 1, 24 + USER.length - 1, 36 + USER.length + 1];
  for (const at of lengthsAt) {
    for (const length of [
      0, 1, 3, 6, 15, 17, 255, 256, 4096, 0x10005, 0x7fff_ffff, 0x8000_0000, 0xffff_fffb, 0xffff_ffff,
    ]) {
      const altered = Buffer.from(RIGHT);
      if (altered.readUInt32BE(at) === length) continue;
      altered.writeUInt32BE(length, at);
      assert.doesNotMatch(new Userauth("password").judge(altered), /SUCCESS|52/, `byte ${at}: ${length}`);
    }
  }
});

test("a message that is not a request is a protocol error without an answer", () => {
  for (let number = 0; number < 256; number++) {
    if (number === 50) continue;
    assert.equal(new Userauth("password").judge(number, RIGHT.subarray(1)), "PROTOCOL_ERROR", `message ${number}`);
  }
});

test("the fourth failure is the last: TOO_MANY_ATTEMPTS with its answer, and then nothing works", () => {
  const failures: Uint8Array[] = [
    userauthRequest(USER, "none"),
    passwordRequest(USER, "wrong"),
    passwordRequest("nobody", "wrong"),
    userauthRequest(USER, "password", boolean(true), string(PASSWORD), string("new")),
    userauthRequest(USER, "publickey"),
  ];
  for (const payload of failures) {
    const userauth = new Userauth("password");
    for (let attempt = 1; attempt <= 3; attempt++) {
      assert.deepEqual(userauth.receive(payload), failure("password"));
      assert.notEqual(userauth.status, "TOO_MANY_ATTEMPTS", `attempt ${attempt}`);
    }
    assert.deepEqual(userauth.receive(payload), failure("password"));
    assert.equal(userauth.status, "TOO_MANY_ATTEMPTS");
    for (let late = 0; late < 5; late++) assert.equal(userauth.judge(RIGHT), "TOO_MANY_ATTEMPTS");
  }
  const last = new Userauth("password");
  for (let attempt = 1; attempt <= 3; attempt++) last.receive(failures[1]!);
  assert.equal(last.judge(RIGHT), "SUCCESS 52", "the right password at the fourth attempt");
});

test("after SUCCESS every request is ignored, and the status stays", () => {
  const userauth = new Userauth("password");
  userauth.receive(RIGHT);
  for (const payload of [
    RIGHT,
    passwordRequest(USER, "x"),
    userauthRequest(USER, "none"),
    bytes(51),
    bytes(0),
    bytes(),
  ]) {
    for (let count = 0; count < 5; count++) assert.equal(userauth.judge(payload), "SUCCESS");
  }
});

test("a module without credentials admits nobody", () => {
  const requests = [
    passwordRequest("", ""),
    passwordRequest("", "\0"),
    passwordRequest("\0", "\0"),
    passwordRequest("\0".repeat(63), "\0".repeat(127)),
    passwordRequest("", "\0".repeat(127)),
    passwordRequest(USER, PASSWORD),
    userauthRequest("", "none"),
    new Uint8Array(RIGHT.length),
    new Uint8Array(0),
  ];
  for (const payload of requests) {
    assert.doesNotMatch(new Userauth("password", new Uint8Array(192)).judge(payload), /SUCCESS|52/);
  }
});

test("a region with a user and no password admits nobody", () => {
  const region = encodeCredentials("password", { user: USER, password: "x" });
  region.fill(0, 64);
  for (const password of ["", "\0", "x"]) {
    assert.equal(new Userauth("password", region).judge(passwordRequest(USER, password)), "INVALID_PASSWORD 51");
  }
});

test("no byte of a password is left in memory outside the credentials, whatever became of the request", () => {
  // values that neither the module's data nor its replies have
  const secret = new Uint8Array(40).map((_, index) => 0xc0 + index);
  const region = regionOf(USER, secret);
  const almost = Uint8Array.from(secret).fill(0xc1, 39);
  const right = passwordRequest(USER, secret);
  const cases: [string, Uint8Array[]][] = [
    ["admitted", [right]],
    ["wrong", [passwordRequest(USER, almost)]],
    ["unknown user", [passwordRequest("nobody", secret)]],
    ["wrong service", [bytes(50, string(USER), string("ssh-connectioN"), string("password"), 0, string(secret))]],
    ["change", [userauthRequest(USER, "password", boolean(true), string(secret), string(secret))]],
    ["unknown method", [userauthRequest(USER, "passwords", boolean(false), string(secret))]],
    ["too many", Array.from({ length: 4 }, () => passwordRequest(USER, almost))],
    ["trailing byte", [bytes(right, 0)]],
    ["cut off", [right.subarray(0, right.length - 1)]],
    ["over-long", [passwordRequest(USER, bytes(secret, secret, secret, secret))]],
    ["over-long by length", [bytes(right.subarray(0, 39 + USER.length), uint32(0x10000), secret)]],
    ["not a request", [bytes(99, right.subarray(1))]],
    ["late, after SUCCESS", [right, right]],
    ["late, after too many", [...Array.from({ length: 4 }, () => userauthRequest(USER, "none")), right]],
    ["late, after a protocol error", [bytes(99), right]],
  ];
  const left: string[] = [];
  for (const [name, payloads] of cases) {
    const userauth = new Userauth("password", region);
    for (const payload of payloads) userauth.receive(payload);
    const found = userauth.memory.findIndex(
      (byte, address) => secret.includes(byte) && (address < userauth.region[0] || address >= userauth.region[1]),
    );
    if (found >= 0) left.push(`${name} (at ${found})`);
  }
  assert.deepEqual(left, []);
});
