// Rule 9: user name and service name are bound to each request; nothing carries over from one name to another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boolean, bytes, string } from "../../scripts/client/wire.js";
import { passwordRequest, queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, USER, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";

const OTHERS = ["nobody", "Admin", "admin ", "admi", "admin\0", ""];

test("rule 9 (wolfSSH #1063): the right password of another user, before or after a request of the right one, password", () => {
  for (const other of OTHERS) {
    const userauth = new Userauth("password");
    assert.equal(userauth.judge(passwordRequest(USER, "wrong")), "INVALID_PASSWORD 51");
    assert.equal(userauth.judge(passwordRequest(other, PASSWORD)), "INVALID_USER 51", JSON.stringify(other));
    assert.equal(userauth.judge(passwordRequest(USER, "wrong")), "INVALID_PASSWORD 51");
  }
});

test("rule 9 (RFC 4252 §5): another service with the right password, password", () => {
  for (const service of ["ssh-userauth", "ssh-connectioN", "", "ssh-connection\0", "ssh-connection,x"]) {
    const request = bytes(50, string(USER), string(service), string("password"), boolean(false), string(PASSWORD));
    assert.equal(new Userauth("password").judge(request), "FAILURE 51", service);
  }
});

for (const build of ["publickey", "publickey-small"] as const) {
  const right = { seed: USER_SEED, sessionId: SESSION_ID };

  test(`rule 9 (wolfSSH #1063): a query of the right user, then a signature for another, ${build}`, () => {
    for (const user of OTHERS) {
      const userauth = new Userauth(build);
      assert.equal(userauth.judge(queryRequest(right)), "QUERY_OK 60");
      assert.equal(userauth.judge(signedRequest({ ...right, user })), "INVALID_USER 51", JSON.stringify(user));
    }
  });

  test(`rule 9 (RFC 4252 §5): user and service are signed: a signature for one is none for another, ${build}`, () => {
    const signature = signedRequest({ ...right, user: "nobodY" }).subarray(-83);
    const other = signedRequest({ ...right, user: "nobody" });
    const moved = bytes(signedRequest(right).subarray(0, -83), signature);
    assert.equal(new Userauth(build).judge(moved), "INVALID_PUBLICKEY 51");
    assert.equal(new Userauth(build).judge(bytes(other.subarray(0, -83), signature)), "INVALID_PUBLICKEY 51");
    for (const service of ["ssh-userauth", "", "ssh-connectioN"]) {
      assert.equal(new Userauth(build).judge(signedRequest({ ...right, service })), "FAILURE 51", service);
    }
  });
}
