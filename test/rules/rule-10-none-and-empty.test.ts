// Rule 10: "none" or an empty password never authenticates, and no reply speaks of partial success.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCredentials, USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { USER } from "../support/session.js";
import { failure, Userauth } from "../support/userauth.js";
import { boolean, string, uint32 } from "../../scripts/client/wire.js";

for (const build of USERAUTH_BUILDS) {
  const method = build === "password" ? "password" : "publickey";
  test(`rule 10 (wolfSSH #683, #940, Dropbear 2026.92): none and its like fail, without partial success, ${build}`, () => {
    for (const user of [USER, "", "nobody"]) {
      for (const name of ["none", "", "None", "\0", "partial"]) {
        for (const rest of [[], [boolean(false)], [string("")], [boolean(false), string("")]]) {
          const userauth = new Userauth(build);
          assert.deepEqual(userauth.receive(userauthRequest(user, name, ...rest)), failure(method), `${user}, ${name}`);
          assert.equal(userauth.status, "FAILURE");
        }
      }
    }
  });
}

test("rule 10 (wolfSSH #683): an empty password fails, whoever asks and whatever is stored", () => {
  for (const user of [USER, "", "nobody"]) {
    assert.match(new Userauth("password").judge(passwordRequest(user, "")), /^INVALID_(USER|PASSWORD) 51$/);
  }
  const region = encodeCredentials("password", { user: USER, password: "x" });
  region[64] = 0; // a stored password of no length
  assert.equal(new Userauth("password", region).judge(passwordRequest(USER, "")), "INVALID_PASSWORD 51");
  const spoken = [
    userauthRequest(USER, "password", boolean(false)),
    userauthRequest(USER, "password", boolean(false), uint32(1)),
  ];
  for (const request of spoken) assert.doesNotMatch(new Userauth("password").judge(request), /SUCCESS|52/);
});
