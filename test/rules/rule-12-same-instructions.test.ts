// Rule 12: an unknown user and a wrong password execute the same instructions. More of this kind:
// test/assembly/constant-ops.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { instantiateCounted } from "../../scripts/compile/instrument.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { moduleBytes } from "../support/modules.js";
import { CREDENTIALS, PASSWORD } from "../support/session.js";

test("rule 12 (OpenSSH CVE-2016-6210, Erlang #11157): unknown user and wrong password, short and long, execute the same instructions", () => {
  const wasm = moduleBytes("plain/userauth-password");
  const ops = (user: string, password: string): number => {
    const { exports, count } = instantiateCounted(wasm);
    const { memory, __heap_base, receive } = exports as unknown as {
      memory: WebAssembly.Memory;
      __heap_base: WebAssembly.Global;
      receive: (length: number) => number;
    };
    const region = CREDENTIALS.password;
    new Uint8Array(memory.buffer).set(region, Number(__heap_base.value) - region.length);
    const request = passwordRequest(user, password);
    new Uint8Array(memory.buffer).set(request);
    return count(() => receive(request.length));
  };
  for (const password of ["", "x", PASSWORD, PASSWORD.toUpperCase(), "p".repeat(127), "p".repeat(200)]) {
    const [known, ...unknown] = ["admin", "nimda", "admiN", "\0\0\0\0\0"].map((user) => ops(user, password));
    for (const count of unknown) assert.equal(count, known, `a password of ${password.length} bytes`);
  }
});
