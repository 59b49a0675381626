// What the Node host learns from a module of the full userauth build, and what it does not put up with.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compileModule, loadModule, ModuleError, plainModulePath } from "../../../../host/node/modules.js";
import { compile } from "../../../../scripts/compile/compile.js";
import { keyExchange } from "../../../../scripts/client/login.js";
import { Message, Reader } from "../../../../scripts/client/client.js";
import { userauthRequest } from "../../../../scripts/client/userauth.js";
import { type FullServer, serveFull } from "../../../support/full-server.js";
import { TcpClient } from "../../../../scripts/client/tcp.js";
import { passwordUser } from "../../../support/userauth-full.js";

const users = { users: [passwordUser("ann", "secret one")] };

/** What the server's EXT_INFO says of server-sig-algs (RFC 8308 §3.1). */
async function serverSigAlgs({ port }: FullServer): Promise<string> {
  const client = await TcpClient.connect(port, { extInfo: true });
  await client.run(keyExchange(client.raw));
  client.socket.destroy();
  const reader = new Reader(client.raw.messages.find(([number]) => number === Message.EXT_INFO)!.subarray(1));
  assert.equal(reader.uint32(), 1);
  assert.equal(reader.string().toString(), "server-sig-algs");
  return reader.string().toString();
}

test("clients are told of the public key algorithms that the module verifies, and of no others", async () => {
  const all =
    "ssh-ed25519,ecdsa-sha2-nistp256,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";
  assert.equal(await serverSigAlgs(await serveFull({ users })), all);
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  const wasm = await compile({ root, target: "userauth", use: { WITH_RSA: 0, WITH_ECDSA: 0 } });
  const modules = { userauth: compileModule("userauth", wasm) };
  assert.equal(await serverSigAlgs(await serveFull({ users, modules })), "ssh-ed25519,sk-ssh-ed25519@openssh.com");
});

test("a module that gives a second further reply ends the connection", async () => {
  for (const furtherReplies of [1, 2, Infinity]) {
    const module = loadModule("userauth", plainModulePath("userauth"));
    let left = 0;
    const nextReply = (): number => (left-- > 0 ? 1 : 0);
    const instantiate = (): ReturnType<typeof module.instantiate> => {
      const { exports, memory } = module.instantiate();
      return { exports: Object.assign(Object.create(exports) as typeof exports, { nextReply }), memory };
    };
    const { connect, log } = await serveFull({
      users,
      modules: { userauth: { ...module, instantiate } },
      userauthThreads: 0,
    });
    const client = await connect();
    left = furtherReplies;
    const number = await client.number(userauthRequest("ann", "none"));
    if (furtherReplies === 1) assert.equal(number, Message.USERAUTH_FAILURE);
    else {
      assert.equal(number, Message.DISCONNECT);
      assert.equal(log.find(({ event }) => event === "connection-close")?.cause, "module-error");
    }
    client.end();
  }
});

test("a module that lacks a function of the full build is refused when it is loaded, by the function's name", () => {
  const wasm = readFileSync(plainModulePath("userauth"));
  for (const name of ["nextReply", "makeSalt", "signatureAlgorithms"]) {
    const other = Buffer.from(wasm);
    other.write("x", other.indexOf(name));
    assert.throws(
      () => compileModule("userauth", other, "other"),
      (error: Error) => error instanceof ModuleError && error.message.endsWith(`exports no function ${name}`),
    );
  }
});
