// The C host with the full userauth build is the Node host: banner, factors, keys of every type, password changes,
// keyboard-interactive and decisions of the host come out of both with the same bytes, whatever the engine.

import assert from "node:assert/strict";
import { before, describe, test, type TestContext } from "node:test";
import { encodeUsers, type UsersTable } from "../../../host/node/credentials/users-region.js";
import type { Verdict } from "../../../host/node/userauth/authentication.js";
import { Message } from "../../../scripts/client/client.js";
import {
  changeRequest,
  infoResponse,
  interactiveRequest,
  passwordRequest,
  query,
  signed,
  userauthRequest,
} from "../../../scripts/client/userauth.js";
import { channelOpen, request } from "../../../scripts/client/connection.js";
import { assertSame, buildReplay, type FullSetup, Recorder } from "../../support/replay.js";
import { argon2idOf, pbkdf2Of } from "../../../scripts/client/hashes.js";
import {
  ecdsaKey,
  ed25519Key,
  rsaKey,
  securityEcdsaKey,
  securityEd25519Key,
  type TestKey,
} from "../../../scripts/client/keys/kinds.js";
import { string } from "../../../scripts/client/wire.js";

const PASSWORD = "open sesame, 7!";
const NEW_PASSWORD = "open wheat, open rye";
const password = pbkdf2Of(PASSWORD);
const ED25519 = ed25519Key();
const KEYS: TestKey[] = [
  ED25519,
  ecdsaKey(),
  securityEd25519Key(),
  securityEcdsaKey(),
  rsaKey("rsa-sha2-256"),
  rsaKey("rsa-sha2-512"),
];
const none = (user: string): Uint8Array => userauthRequest(user, "none");

const USERS: UsersTable = {
  users: [
    { name: "ali", password, required: [["password"], ["keyboard-interactive"]] },
    {
      name: "cassim",
      password,
      passwordExpired: true,
      required: [["password"], ["keyboard-interactive"], ["publickey", "password"]],
      keys: [{ blob: ED25519.blob }],
    },
    {
      name: "morgiana",
      password,
      keys: [{ blob: ED25519.blob }],
      required: [
        ["publickey", "password"],
        ["password", "publickey"],
      ],
    },
  ],
  banner: "Forty thieves are watching.",
  bannerLanguage: "en",
};
const TABLE: FullSetup = { users: USERS };
const ARGON2ID = argon2idOf(PASSWORD, { m: 40, t: 1, p: 1 });
const ARGON2ID_TABLE: FullSetup = { users: { users: [{ name: "ali", password: ARGON2ID, required: [["password"]] }] } };
const KEYS_TABLE: FullSetup = {
  users: {
    // both RSA algorithms are the same key's
    users: [{ name: "ali", keys: KEYS.slice(0, 5).map(({ blob }) => ({ blob })), required: [["publickey"]] }],
    queries: 20,
    failures: 20,
  },
};
const METHODS = ["publickey", "password", "keyboard-interactive"] as const;
const DECIDED: FullSetup = {
  users: { users: USERS.users.slice(0, 1), hostDecides: { others: [...METHODS] }, failures: 20, requests: 40 },
  // as boards/linux/replay.c decides
  authenticate: (asked) => {
    if (asked.method === "publickey") return Promise.resolve("success");
    const said = Buffer.from(
      asked.oldPasswordVerified ? asked.newPassword : (asked.newPassword ?? asked.password),
    ).toString();
    const verdicts: Verdict[] = ["success", "partial-success", "change-required", "invalid-user", "invalid-password"];
    return Promise.resolve(verdicts.find((verdict) => verdict === said) ?? "failure");
  },
};

type Scenario = (recorder: Recorder, t: TestContext) => Promise<unknown>;

const signedBy = (recorder: Recorder, user: string, key: TestKey): Uint8Array =>
  signed(user, key, { sessionId: recorder.client.sessionId! });

/** SUCCESS, and the session behind it. */
async function useShell(recorder: Recorder): Promise<void> {
  const numbers = recorder.client.messages.map((message) => message[0]);
  assert.ok(numbers.includes(Message.USERAUTH_SUCCESS), `the client is told ${numbers.join(" ")}`);
  await recorder.send(channelOpen(7, 100_000, 32_768));
  await recorder.send(request(0, "exec", true, string("echo admitted")));
}

const scenarios: Record<string, [FullSetup, Scenario]> = {
  "a banner, a wrong password, an unknown user, the right password": [
    TABLE,
    async (recorder) => {
      await recorder.ask(none("ali"), passwordRequest("ali", "wrong"), passwordRequest("nobody", "wrong"));
      await recorder.ask(passwordRequest("ali", PASSWORD));
      await useShell(recorder);
      await recorder.ask(none("ali"));
    },
  ],
  "a password of Argon2id with all the memory that the build has": [
    ARGON2ID_TABLE,
    async (recorder) => {
      await recorder.ask(passwordRequest("ali", "wrong"), passwordRequest("ali", PASSWORD));
      await useShell(recorder);
    },
  ],
  "too many failures": [
    TABLE,
    async (recorder) => {
      for (let attempt = 0; attempt < 8; attempt++) await recorder.ask(passwordRequest("ali", `wrong ${attempt}`));
    },
  ],
  "a key and a password, in both orders, and what another user has achieved": [
    TABLE,
    async (recorder) => {
      await recorder.ask(none("morgiana"), query("morgiana", ED25519), signedBy(recorder, "morgiana", ED25519));
      await recorder.ask(passwordRequest("ali", "wrong"));
      await recorder.ask(passwordRequest("morgiana", PASSWORD), passwordRequest("morgiana", PASSWORD));
      await recorder.ask(signedBy(recorder, "morgiana", ED25519));
      await useShell(recorder);
    },
  ],
  "queries for keys of every type, the user's and nobody's": [
    KEYS_TABLE,
    async (recorder) => {
      for (const key of KEYS) await recorder.ask(query("ali", key), query("nobody", key));
    },
  ],
  ...Object.fromEntries(
    KEYS.map((key): [string, [FullSetup, Scenario]] => [
      `a login with ${key.algorithm}`,
      [
        KEYS_TABLE,
        async (recorder) => {
          await recorder.ask(none("ali"), query("ali", key), signed("ali", key), signedBy(recorder, "ali", key));
          await useShell(recorder);
        },
      ],
    ]),
  ),
  "an expired password: asked for a new one, one too short, then one that will do": [
    TABLE,
    async (recorder) => {
      await recorder.ask(passwordRequest("cassim", PASSWORD), changeRequest("cassim", PASSWORD, "short"));
      await recorder.ask(changeRequest("cassim", "wrong", NEW_PASSWORD));
      await recorder.ask(changeRequest("cassim", PASSWORD, NEW_PASSWORD));
      await useShell(recorder);
    },
  ],
  "a change that nobody has asked for, and one as the second factor": [
    TABLE,
    async (recorder) => {
      await recorder.ask(signedBy(recorder, "cassim", ED25519), changeRequest("cassim", PASSWORD, NEW_PASSWORD));
      await useShell(recorder);
    },
  ],
  "keyboard-interactive: a wrong answer, a right one": [
    TABLE,
    async (recorder) => {
      await recorder.ask(interactiveRequest("ali"), infoResponse("wrong"), interactiveRequest("nobody"));
      await recorder.ask(infoResponse("x"), interactiveRequest("ali"), infoResponse(PASSWORD));
      await useShell(recorder);
    },
  ],
  "keyboard-interactive: an expired password, new ones that differ, and two that do not": [
    TABLE,
    async (recorder) => {
      await recorder.ask(interactiveRequest("cassim"), infoResponse(PASSWORD), infoResponse(NEW_PASSWORD, "other"));
      await recorder.ask(infoResponse(NEW_PASSWORD, NEW_PASSWORD));
      await useShell(recorder);
    },
  ],
  "responses that were not asked for": [TABLE, (recorder) => recorder.ask(infoResponse("x"))],
  "a message that is no request": [TABLE, (recorder) => recorder.ask(Uint8Array.of(60))],
  "the host decides: every verdict about a password": [
    DECIDED,
    async (recorder) => {
      for (const verdict of ["failure", "invalid-user", "invalid-password", "nonsense", "partial-success"])
        await recorder.ask(passwordRequest("guest", verdict));
      await recorder.ask(passwordRequest("guest", "change-required"));
      await recorder.ask(changeRequest("guest", "old", "change-required"), changeRequest("guest", "old", "success"));
      await recorder.ask(passwordRequest("guest", "success"));
      await useShell(recorder);
    },
  ],
  "the host decides: requests that come while it has not, and a user of the table": [
    DECIDED,
    async (recorder) => {
      const requests = [passwordRequest("guest", "failure"), none("guest"), passwordRequest("ali", PASSWORD)];
      await recorder.feed(Buffer.concat(requests.map((request) => recorder.client.packet(request))));
      await useShell(recorder);
    },
  ],
  "the host decides: a key, and a conversation": [
    DECIDED,
    async (recorder) => {
      await recorder.ask(query("guest", ED25519), interactiveRequest("guest"), infoResponse("change-required"));
      await recorder.ask(infoResponse("failure", "failure"), interactiveRequest("guest"), infoResponse("invalid-user"));
      await recorder.ask(signedBy(recorder, "guest", ED25519));
      await useShell(recorder);
    },
  ],
};

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(`${engine}: every byte is the Node host's`, () => {
    let program: string;
    before(() => {
      program = buildReplay(engine, { userauth: "full", credentials: encodeUsers(USERS), development: false });
    });

    for (const [name, [setup, scenario]] of Object.entries(scenarios)) {
      test(name, async (t) => {
        const recorder = await (await Recorder.start(t, setup)).connect();
        await scenario(recorder, t);
        assertSame(program, recorder.recording, encodeUsers(setup.users));
      });
    }
  });
}
