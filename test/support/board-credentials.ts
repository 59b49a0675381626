// Credentials for boards' programs that tests build: USER with PASSWORD or with `userKey()` in the small builds, and
// users of a test's own in the full one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { encodeCredentials, type UserauthBuild } from "../../host/node/credentials/credentials.js";
import { parsePublicKey } from "../../host/node/credentials/openssh-keys.js";
import { hashPassword } from "../../host/node/credentials/password-hash.js";
import { formatPhc } from "../../host/node/credentials/phc.js";
import { parseUsersConfig } from "../../host/node/credentials/users-config.js";
import type { BoardCredentials } from "../../host/node/firmware/board-credentials.js";
import { boardUsers } from "../../host/node/firmware/board-users.js";
import { PASSWORD, USER, userKey } from "./server.js";

/** Few: these programs run under sanitizers, in interpreters and in emulators. */
const ITERATIONS = 50;

export async function smallCredentials(userauth: UserauthBuild): Promise<BoardCredentials> {
  const secret =
    userauth === "password"
      ? { password: PASSWORD }
      : { publicKey: parsePublicKey(readFileSync(`${(await userKey()).path}.pub`, "utf8")).publicKey };
  return { userauth, credentials: encodeCredentials(userauth, { user: USER, ...secret }), development: false };
}

/**
 * The users of a users.json, whose passwords are all PASSWORD unless they have another (a PHC string) or none
 * (undefined).
 */
export function usersCredentials(users: object[], more: object = {}): BoardCredentials {
  const password = formatPhc(
    hashPassword(Buffer.from(PASSWORD), { algorithm: "pbkdf2-sha256", iterations: ITERATIONS }),
  );
  const config = { users: users.map((user) => ({ password, ...user })), ...more };
  const readFile = (): never => assert.fail("there are no files");
  return boardUsers(parseUsersConfig(JSON.parse(JSON.stringify(config)), readFile));
}
