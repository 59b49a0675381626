// Rule 34: every ending of ours is preceded by SSH_MSG_DISCONNECT with a reason and a sentence.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DisconnectReason, TransportError } from "../../assembly/abi/index.js";
import { DESCRIPTIONS, TRANSPORT_DESCRIPTIONS } from "../../host/node/switchboard/ending.js";
import { keyExchange, politeLogin, type Step } from "../../scripts/client/login.js";
import { Message, type RawClient } from "../../scripts/client/client.js";
import { passwordRequest } from "../../scripts/client/userauth.js";
import { PASSWORD, USER } from "../support/session.js";
import { type Fixture, serve } from "../support/tcp.js";
import { TcpClient } from "../../scripts/client/tcp.js";
import { bytes, string, uint32 } from "../../scripts/client/wire.js";

const fixtures: Fixture[] = [];
after(() => Promise.all(fixtures.map(({ server }) => server.close())));

async function start(options: Parameters<typeof serve>[0] = {}): Promise<Fixture> {
  const fixture = await serve(options);
  fixtures.push(fixture);
  return fixture;
}

/** The server's last words are this reason and this sentence, and then it hangs up. */
async function assertSaid(client: TcpClient, reason: DisconnectReason, sentence: string): Promise<void> {
  await client.untilClosed();
  assert.equal(client.broken, undefined);
  assert.notEqual(sentence, "");
  const said = client.raw.messages.at(-1);
  assert.deepEqual(said, bytes(Message.DISCONNECT, uint32(reason), string(sentence), string("")));
}

interface Fault {
  error: TransportError;
  /** Whether it comes behind the key exchange. */
  encrypted: boolean;
  send: (client: RawClient) => Uint8Array;
}

const FAULTS: Record<string, Fault> = {
  "another version": {
    error: TransportError.PROTOCOL_VERSION_NOT_SUPPORTED,
    encrypted: false,
    send: () => Buffer.from("SSH-1.5-old\r\n"),
  },
  "no algorithm in common": {
    error: TransportError.NO_COMMON_ALGORITHM,
    encrypted: false,
    send: (client) => bytes(client.identification(), client.packet(client.kexinit({ kex: "ecdh-sha2-nistp256" }))),
  },
  "a public key of 31 bytes": {
    error: TransportError.KEY_EXCHANGE_FAILED,
    encrypted: false,
    send: (client) =>
      bytes(
        client.identification(),
        client.packet(client.kexinit()),
        client.packet(bytes(Message.KEX_ECDH_INIT, string(Buffer.alloc(31, 9)))),
      ),
  },
  "a message that only a server sends": {
    error: TransportError.PROTOCOL_ERROR,
    encrypted: true,
    send: (client) => client.send(Message.SERVICE_ACCEPT, string("ssh-userauth")),
  },
  "another service": {
    error: TransportError.SERVICE_NOT_AVAILABLE,
    encrypted: true,
    send: (client) => client.send(Message.SERVICE_REQUEST, string("ssh-connection")),
  },
  "a wrong tag": {
    error: TransportError.MAC_ERROR,
    encrypted: true,
    send: (client) => client.packet(bytes(Message.IGNORE, string("")), { corruptTagAt: 3 }),
  },
  "a packet of half a megabyte": {
    error: TransportError.PACKET_LENGTH,
    encrypted: true,
    send: (client) => client.packet(bytes(Message.IGNORE, string("")), { lengthField: 0x80000 }),
  },
};

for (const [name, { error, encrypted, send }] of Object.entries(FAULTS)) {
  test(`rule 34 (mkj/sunset PR 44): ${name} is told before the end`, async () => {
    const client = await TcpClient.connect((await start()).port);
    if (encrypted) assert.ok(await client.run(keyExchange(client.raw)));
    else await client.until(() => client.raw.serverKexinit.length > 0);
    client.socket.write(send(client.raw));
    await assertSaid(client, error & 0xff, TRANSPORT_DESCRIPTIONS[error]);
  });
}

const login = { authenticate: (): Uint8Array => passwordRequest(USER, PASSWORD) };

/** The steps of a login, one after the other: each is made when the one before has been answered. */
function* untilLoggedIn(client: RawClient): Generator<Step> {
  let count = 0;
  for (const step of politeLogin(client, login)) {
    yield step;
    if (++count === 7) return;
  }
}

async function loggedIn(fixture: Fixture): Promise<TcpClient> {
  const client = await TcpClient.connect(fixture.port);
  assert.ok(await client.run(untilLoggedIn(client.raw)));
  assert.ok(client.raw.messages.some(([number]) => number === 52));
  return client;
}

test("rule 34 (mkj/sunset PR 44): a protocol error of the connection layer is told before the end", async () => {
  const client = await loggedIn(await start());
  client.socket.write(client.raw.send(94, uint32(3000), string("nobody")));
  await assertSaid(client, DisconnectReason.PROTOCOL_ERROR, DESCRIPTIONS["protocol-error"]);
});

test("rule 34 (mkj/sunset PR 44): too many attempts, the application's end and the server's are told", async () => {
  const fixture = await start();
  const guesser = await TcpClient.connect(fixture.port);
  assert.ok(await guesser.run(keyExchange(guesser.raw)));
  guesser.socket.write(guesser.raw.send(Message.SERVICE_REQUEST, string("ssh-userauth")));
  for (let attempt = 0; attempt < 30; attempt++) {
    guesser.socket.write(guesser.raw.packet(passwordRequest(USER, "wrong")));
  }
  const reason = DisconnectReason.NO_MORE_AUTH_METHODS_AVAILABLE;
  await assertSaid(guesser, reason, DESCRIPTIONS["too-many-attempts"]);

  const other = await start();
  other.server.on("session", (session) => setImmediate(() => session.close()));
  const client = await loggedIn(other);
  await assertSaid(client, DisconnectReason.BY_APPLICATION, DESCRIPTIONS.application);

  const last = await loggedIn(fixture);
  void fixture.server.close();
  await assertSaid(last, DisconnectReason.BY_APPLICATION, DESCRIPTIONS["server-close"]);
});
