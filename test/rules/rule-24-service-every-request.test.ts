// Rule 24: the service name is checked on every request, not only on the first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { USERAUTH_BUILDS } from "../../host/node/credentials/credentials.js";
import { passwordRequest, queryRequest, SESSION_ID, signedRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, USER, USER_SEED } from "../support/session.js";
import { Userauth } from "../support/userauth.js";
import { boolean, bytes, string } from "../../scripts/client/wire.js";

const right = { seed: USER_SEED, sessionId: SESSION_ID };

for (const build of USERAUTH_BUILDS) {
  test(`rule 24 (Zephyr SSH): another service in the second request is refused, with everything else right, ${build}`, () => {
    for (const service of ["ssh-userauth", "ssh-connection2", "ssh-connectio", "sSh-connection", ""]) {
      const userauth = new Userauth(build);
      userauth.receive(build === "password" ? passwordRequest(USER, "wrong") : queryRequest(right));
      const request =
        build === "password"
          ? bytes(50, string(USER), string(service), string("password"), boolean(false), string(PASSWORD))
          : signedRequest({ ...right, service });
      assert.equal(userauth.judge(request), "FAILURE 51", service);
    }
  });
}
