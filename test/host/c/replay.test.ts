// The C host is the Node host: recorded sessions come out of both with the same bytes, whatever the engine. The C host
// runs under sanitizers, and sends and receives in small pieces.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import type { UserauthBuild } from "../../../host/node/credentials/credentials.js";
import { passwordRequest, queryRequest, signedRequest, userauthRequest } from "../../../scripts/client/userauth.js";
import { CHANNEL_COUNT, lateMessages, validMessages } from "../../support/connection.js";
import {
  channelOpen,
  close,
  data,
  eof,
  extendedData,
  globalRequest,
  ptyRequest,
  request,
  windowAdjust,
} from "../../../scripts/client/connection.js";
import { longKexinit } from "../../support/long-packets.js";
import { folder } from "../../support/programs.js";
import {
  assertSame,
  buildReplay,
  ENTROPY,
  ENTROPY_BYTES,
  Recorder,
  REKEY_INTERVAL_MS,
  replay,
} from "../../support/replay.js";
import { CREDENTIALS, USER, USER_SEED } from "../../support/session.js";
import { bytes, string, uint32 } from "../../../scripts/client/wire.js";

/** More than a board's modules take at once. */
const MUCH = new Uint8Array(20_000).fill(0x2c);

const ENGINES = ["wasm2c", "wasm3"] as const;

/** What the client does after SUCCESS; the login is part of the recording. */
type Scenario = (recorder: Recorder, t: TestContext) => Promise<unknown>;

const open = (recorder: Recorder, window = 100_000): Promise<Recorder> => recorder.send(channelOpen(7, window, 32_768));
const exec = (recorder: Recorder, command: string, channel = 0): Promise<Recorder> =>
  recorder.send(request(channel, "exec", true, string(command)));

const AFTER_LOGIN: Record<string, Scenario> = {
  "a command with output and status": async (recorder) => {
    await open(recorder);
    await exec(recorder, "echo hello");
    await recorder.send(close(0));
  },
  "statuses: of the command, of an unknown one, of none": async (recorder) => {
    for (const command of ["exit 7", "nonsense", "", "led sideways", "exit 256"]) {
      await open(recorder);
      await exec(recorder, command);
      await recorder.send(close(0));
    }
  },
  "a script without a terminal": async (recorder) => {
    await open(recorder);
    await recorder.send(request(0, "shell", true));
    for (const line of ["echo one\n", "nonsense\n", "led", " on\n", "\n", "led\r\n", "exit 3\n"]) {
      await recorder.send(data(0, line));
    }
    await recorder.send(close(0));
  },
  "a script that ends with the client's EOF, its last line unfinished": async (recorder) => {
    await open(recorder);
    await recorder.send(request(0, "shell", true));
    await recorder.send(data(0, "nonsense\n"));
    await recorder.send(data(0, "echo last"));
    await recorder.send(eof(0));
    await recorder.send(close(0));
  },
  "data both ways, the windows used up again and again": async (recorder) => {
    await open(recorder, 1500);
    await exec(recorder, "cat");
    for (const length of [1, 400, 200, 64, 500, 300]) await recorder.send(data(0, Buffer.alloc(length, length)));
    await recorder.send(windowAdjust(0, 700));
    await recorder.send(windowAdjust(0, 100_000));
    for (const length of [500, 300, 24]) await recorder.send(data(0, Buffer.alloc(length, length)));
    await recorder.send(extendedData(0, "dropped"));
    await recorder.send(eof(0));
    await recorder.send(close(0));
  },
  "an output that waits for the client's window, a few bytes at a time": async (recorder) => {
    await open(recorder, 0);
    await exec(recorder, `echo ${"0123456789".repeat(30)}`);
    for (const length of [1, 0, 10, 100, 189, 1, 5]) await recorder.send(windowAdjust(0, length));
    await recorder.send(close(0));
  },
  "several channels, one after the other and at once": async (recorder) => {
    for (let channel = 0; channel < 8; channel++) await recorder.send(channelOpen(70 + channel, 5000, 32_768));
    await recorder.send(channelOpen(99, 5000, 32_768));
    for (const channel of [3, 0, 7]) await exec(recorder, "cat", channel);
    for (const channel of [7, 3, 0]) await recorder.send(data(channel, `to ${channel}`));
    await exec(recorder, "echo five", 5);
    await recorder.send(close(5));
    await recorder.send(close(3));
    await recorder.send(channelOpen(77, 5000, 32_768));
    await exec(recorder, "echo again", CHANNEL_COUNT + 3);
    for (const channel of [0, 7]) await recorder.send(eof(channel));
    for (const channel of [7, 0, CHANNEL_COUNT + 3, 1]) await recorder.send(close(channel));
  },
  "what is under way to closed channels, and what nobody asked for": async (recorder) => {
    for (let channel = 0; channel < 2; channel++) await open(recorder);
    await exec(recorder, "cat", 1);
    await exec(recorder, "echo ended by the server");
    for (const message of lateMessages(0)) await recorder.send(message);
    await recorder.send(close(0));
    for (const message of [...lateMessages(0), close(0)]) await recorder.send(message);
    await open(recorder);
    await exec(recorder, "cat", CHANNEL_COUNT);
    for (const message of lateMessages(0)) await recorder.send(message);
    await recorder.send(data(CHANNEL_COUNT, "alive"));
    for (const number of [99, 100]) await recorder.send(number, uint32(1));
    for (const number of [81, 82]) await recorder.send(bytes(number));
    await recorder.send(eof(1));
    for (const message of [eof(1), data(1, "behind the end")]) await recorder.send(message);
    await recorder.send(channelOpen(9, 1000, 0));
  },
  "a terminal and its changes of size": async (recorder) => {
    await open(recorder);
    await recorder.send(ptyRequest(0));
    await recorder.send(request(0, "window-change", true, ...[100, 40, 0, 0].map(uint32)));
    await exec(recorder, "led on");
    await recorder.send(close(0));
  },
  "requests that are refused": async (recorder) => {
    await open(recorder);
    await recorder.send(request(0, "env", true, string("LANG"), string("C")));
    await recorder.send(request(0, "env", false, string("LANG"), string("C")));
    await recorder.send(request(0, "subsystem", true, string("sftp")));
    await recorder.send(request(0, "signal", true, string("INT")));
    await recorder.send(request(0, "x11-req", true));
    await recorder.send(globalRequest("keepalive@openssh.com", true));
    await recorder.send(channelOpen(8, 1000, 1000, "direct-tcpip"));
    await exec(recorder, "cat");
    await exec(recorder, "echo second");
    await recorder.send(request(0, "shell", true));
    await recorder.send(close(0));
  },
  "signals and a break": async (recorder) => {
    const signal = (channel: number, name: string): Promise<Recorder> =>
      recorder.send(request(channel, "signal", true, string(name)));
    for (let channel = 0; channel < 3; channel++) await open(recorder);
    await exec(recorder, "cat");
    await signal(0, "USR1");
    await recorder.send(data(0, "goes on"));
    await signal(0, "TERM");
    await recorder.send(request(1, "shell", true));
    await signal(1, "INT");
    await exec(recorder, "cat", 2);
    await recorder.send(request(2, "break", true, uint32(500)));
  },
  "a channel that the client closes while data waits": async (recorder) => {
    await open(recorder, 3);
    await exec(recorder, "cat");
    await recorder.send(data(0, "more than the window"));
    await recorder.send(close(0));
    await open(recorder);
    await exec(recorder, "echo next", CHANNEL_COUNT);
  },
  "a message number that nobody knows": async (recorder) => {
    await recorder.send(89, "unknown");
    await recorder.send(bytes(127));
  },
  "userauth after SUCCESS": async (recorder) => {
    await recorder.feed(recorder.client.packet(userauthRequest(USER, "none")));
    await recorder.feed(recorder.client.packet(recorder.loginRequest()));
  },
  "a key exchange that the client starts, with data before and after": async (recorder) => {
    await open(recorder);
    await exec(recorder, "cat");
    await recorder.send(data(0, "before"));
    await recorder.feed(recorder.client.packet(recorder.client.kexinit()));
    await recorder.send(data(0, "behind the client's KEXINIT"));
    await recorder.feed(recorder.client.packet(recorder.client.ecdhInit()));
    await recorder.feed(recorder.client.newKeys());
    await recorder.send(data(0, "after"));
  },
  "the hourly key exchange, with replies and data that wait for its end": async (recorder, t) => {
    await open(recorder);
    await exec(recorder, "cat");
    await recorder.send(data(0, Buffer.alloc(300, 1)));
    await recorder.pass(t, REKEY_INTERVAL_MS);
    await recorder.send(data(0, Buffer.alloc(300, 2))); // once: the C host joins what waits, the Node host does not
    await recorder.send(globalRequest("keepalive@openssh.com", true));
    await recorder.send(channelOpen(8, 1000, 1000));
    await exec(recorder, "echo held", 1);
    await recorder.feed(recorder.client.packet(recorder.client.kexinit()));
    await recorder.feed(recorder.client.packet(recorder.client.ecdhInit()));
    await recorder.feed(recorder.client.newKeys());
    await recorder.send(data(0, "after"));
    await recorder.pass(t, REKEY_INTERVAL_MS - 1);
    await recorder.pass(t, 1);
  },
  "DISCONNECT in the middle of an output": async (recorder) => {
    await open(recorder, 10);
    await exec(recorder, "echo more than the window takes");
    await recorder.send(1, uint32(11), string(""), string(""));
    await recorder.send(data(0, "late"));
  },
  "data beyond the window": async (recorder) => {
    await open(recorder);
    await recorder.send(data(0, Buffer.alloc(1025)));
  },
  "data for a channel that does not exist": (recorder) => recorder.send(data(0, "nobody")),
  "a wrong tag": (recorder) => recorder.feed(recorder.client.packet(bytes(80), { corruptTagAt: 3 })),
  "a packet that is too long": (recorder) => recorder.feed(recorder.client.packet(bytes(80), { lengthField: 40_000 })),
  "requests that are too long": async (recorder) => {
    await open(recorder);
    for (const wantReply of [true, false]) {
      await recorder.send(request(0, "env", wantReply, string("LC_BIG"), string(MUCH)));
      await recorder.send(globalRequest("unknown", wantReply, MUCH));
    }
    await exec(recorder, "echo", 3);
    await exec(recorder, `echo ${"x".repeat(5000)}`);
    await recorder.send(request(0, "subsystem", true, string(MUCH)));
    await recorder.send(channelOpen(8, 1, 1, "direct-tcpip"), string(MUCH));
    await recorder.send(89, MUCH);
    await recorder.send(2, string(MUCH));
    await recorder.feed(recorder.client.packet(passwordRequest(USER, MUCH)));
    await exec(recorder, "echo still there");
    await recorder.send(close(0));
  },
  "data beyond the maximum packet size": async (recorder) => {
    await open(recorder);
    await recorder.send(data(0, MUCH));
  },
  "key exchanges with long KEXINITs": async (recorder, t) => {
    for (const length of [5_000, 34_000]) {
      await recorder.feed(recorder.client.packet(longKexinit(recorder.client, length)));
      await recorder.feed(recorder.client.packet(recorder.client.ecdhInit()));
      await recorder.feed(recorder.client.newKeys());
    }
    await recorder.pass(t, REKEY_INTERVAL_MS);
    await recorder.send(globalRequest("unknown", true, MUCH));
    await recorder.feed(recorder.client.packet(longKexinit(recorder.client, 9_000)));
    await recorder.feed(recorder.client.packet(recorder.client.ecdhInit()));
    await recorder.feed(recorder.client.newKeys());
    await open(recorder);
  },
  "a wrong tag of a packet in pieces": (recorder) =>
    recorder.feed(recorder.client.packet(bytes(80, MUCH), { corruptTagAt: 15 })),
  "a message of the server's": (recorder) => recorder.feed(recorder.client.packet(bytes(52))),
};

const BEFORE_LOGIN: Record<string, Scenario> = {
  "too many wrong passwords": async (recorder) => {
    for (let attempt = 0; attempt < 12; attempt++) {
      await recorder.feed(recorder.client.packet(passwordRequest(USER, `wrong ${attempt}`)));
    }
  },
  "an unknown user": (recorder) => recorder.feed(recorder.client.packet(passwordRequest("nobody", "x"))),
  "a malformed request": (recorder) => recorder.send(50, string(USER)),
  "another service in the request": (recorder) => recorder.send(50, string(USER), string("x"), string("none")),
  "a message of the connection protocol": (recorder) => recorder.send(channelOpen(1, 1, 1)),
  "requests that are too long, and then the right one": async (recorder) => {
    await recorder.feed(recorder.client.packet(passwordRequest(USER, MUCH)));
    await recorder.feed(recorder.client.packet(bytes(recorder.loginRequest(), MUCH)));
    await recorder.feed(recorder.client.packet(recorder.loginRequest()));
  },
  "too many requests that are too long": async (recorder) => {
    for (let attempt = 0; attempt < 12; attempt++) {
      await recorder.feed(recorder.client.packet(passwordRequest(USER, MUCH)));
    }
  },
  "a request of the longest payload there is": (recorder) =>
    recorder.feed(recorder.client.packet(bytes(passwordRequest(USER, "x"), new Uint8Array(4096 - 48)))),
};

const BEFORE_KEYS: Record<string, Scenario> = {
  "a login behind a KEXINIT of 30,000 bytes": async (recorder) => {
    const { client } = recorder;
    await recorder.feed(client.identification());
    await recorder.feed(client.packet(longKexinit(client, 30_000)));
    await recorder.feed(client.packet(client.ecdhInit()));
    await recorder.feed(client.newKeys());
    await recorder.send(5, string("ssh-userauth"));
    await recorder.feed(client.packet(recorder.loginRequest()));
  },
  "a long KEXINIT without anything that the server has": async (recorder) => {
    await recorder.feed(recorder.client.identification());
    await recorder.feed(recorder.client.packet(recorder.client.kexinit({ kex: "x,".repeat(10_000) })));
  },
  "no SSH at all": (recorder) => recorder.feed(Buffer.from("GET / HTTP/1.1\r\n\r\n")),
  "an identification that never ends": (recorder) => recorder.feed(Buffer.alloc(300, 0x41)),
  "a packet of no length": async (recorder) => {
    await recorder.feed(recorder.client.identification());
    await recorder.feed(uint32(0));
  },
  "a service request in plain text": async (recorder) => {
    await recorder.feed(recorder.client.identification());
    await recorder.send(5, string("ssh-userauth"));
  },
};

const PUBLICKEY: Record<string, Scenario> = {
  "a query, a wrong key, a wrong signature, then the right one": async (recorder) => {
    await recorder.connect();
    const { client } = recorder;
    const sessionId = client.sessionId!;
    await recorder.feed(client.packet(userauthRequest(USER, "none")));
    await recorder.feed(client.packet(queryRequest({ seed: USER_SEED, key: MUCH })));
    await recorder.feed(client.packet(queryRequest({ seed: USER_SEED })));
    await recorder.feed(client.packet(queryRequest({ seed: new Uint8Array(32) })));
    await recorder.feed(client.packet(signedRequest({ sessionId, seed: new Uint8Array(32) })));
    await recorder.feed(client.packet(signedRequest({ sessionId: bytes(sessionId, 0), seed: USER_SEED })));
    await recorder.feed(client.packet(recorder.loginRequest()));
    await open(recorder);
    await exec(recorder, "echo admitted");
  },
};

for (const engine of ENGINES) {
  describe(engine, () => {
    let build: UserauthBuild;
    let program: string;

    const use = (userauth: UserauthBuild) => (): void => {
      build = userauth;
      program = buildReplay(engine, { userauth, credentials: CREDENTIALS[userauth], development: false });
    };
    const compare = (name: string, scenario: Scenario): void => {
      test(`${name}: every byte is the Node host's`, async (t) => {
        const recorder = await Recorder.start(t, build);
        await scenario(recorder, t);
        assertSame(program, recorder.recording);
      });
    };

    describe("userauth-password", () => {
      before(use("password"));
      for (const [name, scenario] of Object.entries(AFTER_LOGIN)) {
        compare(name, async (recorder, t) => scenario(await recorder.login(), t));
      }
      for (const [name, scenario] of Object.entries(BEFORE_LOGIN)) {
        compare(name, async (recorder, t) => scenario(await recorder.connect(), t));
      }
      for (const [name, scenario] of Object.entries(BEFORE_KEYS)) compare(name, scenario);
      for (const [name, message] of validMessages()) {
        compare(`${name} on an open channel, then once more`, async (recorder) => {
          await open(await recorder.login());
          await recorder.send(message);
          await recorder.send(message);
        });
      }

      test("the same bytes come out however the client's are cut", async (t) => {
        const recorder = await Recorder.start(t, build);
        await open(await recorder.login());
        await exec(recorder, "echo hello");
        const { steps, answers } = recorder.recording;
        const cut = steps.flatMap(({ kind, data }) =>
          Array.from(data, (byte) => ({ kind, data: Uint8Array.of(byte) })),
        );
        const replayed = replay(program, cut);
        assert.ok(Buffer.concat(replayed.answers).equals(Buffer.concat(answers)));
      });

      test("a client that makes too many replies wait for a key exchange is disconnected", async (t) => {
        const recorder = await (await Recorder.start(t, build)).login();
        await recorder.pass(t, REKEY_INTERVAL_MS);
        // 35 bytes each and one for the length: 14 of them fit in CONNECTION_HELD_BYTES
        for (let channel = 0; channel < 15; channel++) await recorder.send(channelOpen(channel, 1, 1, "unknown"));
        const { answers, log } = replay(program, recorder.recording.steps);
        assert.deepEqual(answers.slice(-3, -1), [Buffer.alloc(0), Buffer.alloc(0)]);
        assert.notDeepEqual(answers.at(-1), Buffer.alloc(0), "SSH_MSG_DISCONNECT");
        assert.equal(log.at(-1), "connection 1: ended, held-replies, reason 2");
      });

      test("without entropy there is no host key, and with one no connection", () => {
        const short = join(folder, "short-entropy");
        writeFileSync(short, ENTROPY.subarray(0, ENTROPY_BYTES - 1));
        assert.throws(
          () => replay(program, [], { entropyFile: short }),
          /fault: the source of entropy does not pass its test: no host key/,
        );
        writeFileSync(short, ENTROPY.subarray(0, 2 * ENTROPY_BYTES - 1));
        const { answers, log } = replay(program, [], { entropyFile: short });
        assert.deepEqual(answers, [Buffer.from("the device has no entropy\r\n")], "a line before the identification");
        assert.deepEqual(log.slice(1), [
          "connection 1: ended, no-entropy",
          "fault: the source of entropy does not pass its test",
        ]);
      });
    });

    for (const userauth of ["publickey", "publickey-small"] as const) {
      describe(`userauth-${userauth}`, () => {
        before(use(userauth));
        for (const [name, scenario] of Object.entries(PUBLICKEY)) compare(name, scenario);
      });
    }
  });
}
