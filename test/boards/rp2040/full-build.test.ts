// The full userauth build on the emulated Pico, with each engine: one connection after the other in the same memory,
// with passwords of Argon2id that take all the memory there is for them, a key, two factors, and a password that is
// changed on the way.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { blobFingerprint } from "../../../host/node/credentials/openssh-keys.js";
import type { UsersTable } from "../../../host/node/credentials/users-region.js";
import { entropyBits } from "../../../boards/rp2040/emulator/entropy.js";
import { Pico } from "../../../boards/rp2040/emulator/pico.js";
import { Message } from "../../../scripts/client/client.js";
import { changeRequest, passwordRequest, query, signed } from "../../../scripts/client/userauth.js";
import { fullTestFirmware } from "../../support/firmware.js";
import { boot, converse, execute, type Request } from "../../support/pico-client.js";
import { PASSWORD, USER } from "../../support/server.js";
import { argon2idOf } from "../../../scripts/client/hashes.js";
import { ecdsaKey } from "../../../scripts/client/keys/kinds.js";

const NEW_PASSWORD = "close wheat, 8?";
const KEY_USER = "morgiana";
const KEY = ecdsaKey();
const password = argon2idOf(PASSWORD, { m: 40, t: 1, p: 1 });
const TABLE: UsersTable = {
  users: [
    { name: USER, password, required: [["password"]] },
    { name: KEY_USER, password, keys: [{ blob: KEY.blob }], required: [["publickey", "password"]] },
  ],
};
const { USERAUTH_SUCCESS: SUCCESS, USERAUTH_FAILURE: FAILURE, USERAUTH_PK_OK: PK_OK } = Message;

const byPassword =
  (user: string, secret: string): Request =>
  () =>
    passwordRequest(user, secret);
const bySignature: Request = ({ sessionId }) => signed(KEY_USER, KEY, { sessionId: sessionId! });

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(engine, () => {
    const firmware = readFileSync(fullTestFirmware(engine, "login", TABLE));

    test("connections of every kind follow each other, and the log names who has succeeded with what", () => {
      const pico = new Pico({ firmware, entropy: entropyBits("good", "full") });
      boot(pico);
      const { output } = execute(pico, PASSWORD, "info");
      assert.match(output, /^userauth-board +\d+ bytes/m);
      const from = pico.uartOutput.length;
      const conversations: [Request[], number[]][] = [
        [
          [byPassword(USER, "wrong"), () => changeRequest(USER, PASSWORD, NEW_PASSWORD)],
          [FAILURE, SUCCESS],
        ],
        [
          [byPassword(USER, PASSWORD), byPassword(USER, NEW_PASSWORD)],
          [FAILURE, SUCCESS],
        ],
        [
          [() => query(KEY_USER, KEY), bySignature, byPassword(KEY_USER, PASSWORD)],
          [PK_OK, FAILURE, SUCCESS],
        ],
      ];
      for (const [requests, expected] of conversations) assert.deepEqual(converse(pico, requests).numbers, expected);
      const log = pico.uartOutput.slice(from).match(/(?<=connection \d: )(userauth|a password).*/g);
      assert.deepEqual(log, [
        "userauth INVALID_PASSWORD, password",
        "a password was changed",
        `userauth SUCCESS, password, ${USER}`,
        "userauth INVALID_PASSWORD, password",
        `userauth SUCCESS, password, ${USER}`,
        "userauth QUERY_OK, publickey",
        `userauth PARTIAL_SUCCESS, publickey, ${KEY_USER}, ${blobFingerprint(KEY.blob)}`,
        `userauth SUCCESS, password, ${KEY_USER}`,
      ]);
      assert.deepEqual(pico.resets, []);
    });
  });
}
