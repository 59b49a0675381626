// The C host is the Node host with the full transport, too: by every key exchange and cipher the recorded session comes
// out of both with the same bytes, with long packets and new keys on the way.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { CIPHER_PAIRS } from "../../../scripts/client/ciphers.js";
import { CURVE25519, Message, MLKEM768X25519 } from "../../../scripts/client/client.js";
import { channelOpen, close, data, eof, globalRequest, request } from "../../../scripts/client/connection.js";
import { bytes, string } from "../../../scripts/client/wire.js";
import { longKexinit } from "../../support/long-packets.js";
import { assertSame, buildReplay, Recorder, REKEY_INTERVAL_MS } from "../../support/replay.js";
import { CREDENTIALS } from "../../support/session.js";

/** More than a board's modules take at once. */
const MUCH = new Uint8Array(20_000).fill(0x2c);

/** The client's part of a key exchange, its KEXINIT of so many bytes. */
async function rekey(recorder: Recorder, length: number): Promise<void> {
  const { client } = recorder;
  await recorder.feed(client.packet(longKexinit(client, length)));
  await recorder.feed(client.packet(client.ecdhInit()));
  await recorder.feed(client.newKeys());
}

for (const engine of ["wasm2c", "wasm3"] as const) {
  describe(engine, () => {
    let program: string;

    before(() => {
      const credentials = { userauth: "password", credentials: CREDENTIALS.password, development: false } as const;
      program = buildReplay(engine, { ...credentials, transport: "full" });
    });

    for (const kex of [CURVE25519, MLKEM768X25519]) {
      for (const pair of CIPHER_PAIRS) {
        test(`${kex}, ${pair.join(" with ")}: every byte is the Node host's`, async (t) => {
          const recorder = await Recorder.start(t, "password", { kex, toServer: pair, toClient: pair });
          await recorder.login();
          await recorder.send(channelOpen(7, 100_000, 32_768));
          await recorder.send(request(0, "exec", true, string("cat")));
          for (const length of [1, 15, 16, 17, 500]) await recorder.send(data(0, Buffer.alloc(length, length)));
          await recorder.send(globalRequest("unknown", true, MUCH));
          await recorder.send(request(0, "env", true, string("LC_BIG"), string(MUCH)));
          await rekey(recorder, 9_000);
          await recorder.send(data(0, "with new keys"));
          await recorder.pass(t, REKEY_INTERVAL_MS);
          await recorder.send(globalRequest("unknown", true, MUCH));
          await rekey(recorder, 5_000);
          await recorder.send(eof(0));
          await recorder.send(close(0));
          assert.ok(recorder.client.messages.some((message) => message.includes("with new keys")));
          await recorder.feed(recorder.client.packet(bytes(80, MUCH), { corruptTagAt: 15 }));
          assert.equal(recorder.client.lastNumber(), Message.DISCONNECT);
          assertSame(program, recorder.recording);
        });
      }
    }
  });
}
