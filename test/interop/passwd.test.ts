// `sesame passwd` at a terminal: a prompt that shows nothing of what is typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parsePhc } from "../../host/node/credentials/phc.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { expect } from "../support/expect.js";
import { needs } from "../support/peers.js";
import { FullUserauth } from "../support/userauth-full.js";

const SECRET = "open wheat, open rye";
const CLI = fileURLToPath(new URL("../../dist/host/node/cli/main.js", import.meta.url));
/** With a cheap hash. */
const PASSWD = [process.execPath, CLI, "passwd", "--pbkdf2", "10"];

test(
  "passwd asks twice, shows nothing of what is typed, and prints a hash that verifies",
  needs("expect"),
  async () => {
    const shown = await expect(`say {^Password: $} "${SECRET}\r"; say {Once more: $} "${SECRET}\r"`, PASSWD);
    const [, phc] = /^Password: \r\nOnce more: \r\n(\$pbkdf2-sha256\$\S+)\r\n$/.exec(shown) ?? assert.fail(shown);
    const users = [{ name: "ali", password: parsePhc(phc!), required: [["password" as const]] }];
    assert.equal(new FullUserauth({ users }).judge(passwordRequest("ali", SECRET)), "SUCCESS 52");
  },
);

test(
  "passwd makes nothing of two different answers, nor of Ctrl-C or Ctrl-D in place of one",
  needs("expect"),
  async () => {
    const first = `say {^Password: $} "${SECRET}\r"`;
    const different = await expect(`${first}; say {Once more: $} "${SECRET}!\r"`, PASSWD, 1);
    assert.equal(different, "Password: \r\nOnce more: \r\nsesame: the passwords differ\r\n");
    for (const control of ["\\003", "\\004"]) {
      const given = await expect(`say {^Password: $} "${control}"`, PASSWD, 1);
      assert.equal(given, "Password: \r\nsesame: no password was given\r\n");
      const repeated = await expect(`${first}; say {Once more: $} "${control}"`, PASSWD, 1);
      assert.equal(repeated, "Password: \r\nOnce more: \r\nsesame: no password was given\r\n");
    }
  },
);
