// The command `credentials` of the C host's device shell, in each userauth build: what it puts into the store, what it
// refuses, and that it keeps nothing of it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { encodeCredentials } from "../../../host/node/credentials/credentials.js";
import type { PasswordHash } from "../../../host/node/credentials/phc.js";
import { encodeUsers, type UsersTable } from "../../../host/node/credentials/users-region.js";
import { needs } from "../../support/peers.js";
import { createDriver, hex, transcript } from "../../support/shell-driver.js";
import { argon2idOf, pbkdf2Of } from "../../../scripts/client/hashes.js";
import { ed25519Key } from "../../../scripts/client/keys/kinds.js";

const options = needs("gcc");
const board = createDriver();
const smallKeyBoard = createDriver({ CREDENTIALS_BYTES: 96, USERAUTH_BUILD: 3 });
const fastKeyBoard = createDriver({ CREDENTIALS_BYTES: 128, USERAUTH_BUILD: 2 });
const usersBoard = createDriver({ CREDENTIALS_BYTES: 2048, USERAUTH_BUILD: 4 });
after(() => [board, smallKeyBoard, fastKeyBoard, usersBoard].forEach((driver) => driver.remove()));

const UP = "\x1b[A";
const base64 = (region: Uint8Array): string => Buffer.from(region).toString("base64");
const piped = (text: string): string[] => [`exec ${hex("credentials -")}`, `input ${hex(text)}`, "eof"];

function region(change?: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(encodeCredentials("password", { user: "somebody", password: "new secret" }));
  change?.(bytes);
  return bytes;
}

test("credentials replaces the region in the store, and leaves nothing of it in the shell", options, () => {
  const line = `credentials ${base64(region())}`;
  for (const commands of [
    [`exec ${hex(line)}`],
    ["shell", `input ${hex(`${line}\n`)}`, "eof"],
    ["terminal 80", "shell", `input ${hex(`${line}\r`)}`, `input ${hex(UP)}`],
  ]) {
    const lines = board.run([...commands, `find ${hex("bmV3")}`, `find ${hex(base64(region()).slice(0, 8))}`]);
    assert.ok(lines.includes(`stored ${region().toString("hex")}`));
    assert.deepEqual(lines.slice(-2), ["left 0", "left 0"]);
    assert.match(transcript(lines).output, /the new credentials are in force from the next connection on\r?\n/);
    if (commands.length < 3) assert.equal(transcript(lines).status, 0);
  }
});

test(
  "credentials of the public-key builds have those builds' lengths, and do not come back as history",
  options,
  () => {
    for (const [driver, length] of [
      [smallKeyBoard, 96],
      [fastKeyBoard, 128],
    ] as const) {
      const bytes = Buffer.alloc(length, 7);
      bytes.fill(0, 0, 64).set([2, 0x6d, 0x65]);
      const line = `credentials ${base64(bytes)}`;
      const lines = driver.run([
        "terminal 80",
        "shell",
        `input ${hex(`${line}\r`)}`,
        `input ${hex(UP)}`,
        `find ${hex("AAAA")}`,
      ]);
      assert.ok(lines.includes(`stored ${bytes.toString("hex")}`));
      assert.equal(lines.at(-1), "left 0");
      const { errors, status } = driver.play({ exec: `credentials ${base64(region())}` });
      assert.equal(errors, "credentials: too long; those in force remain\n");
      assert.equal(status, 2);
      const usage = `credentials: default, or a region of ${length} bytes in base64, or - to read it from the input\n`;
      assert.equal(driver.play({ exec: "credentials" }).errors, usage);
    }
  },
);

test("credentials whose last bits stand for nothing are refused", options, () => {
  const text = base64(Buffer.concat([Buffer.of(1, 0x61), Buffer.alloc(126)]));
  assert.equal(fastKeyBoard.play({ exec: `credentials ${text}` }).status, 0);
  for (const end of ["B=", "A", "==", "A=="]) {
    assert.equal(fastKeyBoard.play({ exec: `credentials ${text.slice(0, -2)}${end}` }).status, 2, end);
  }
});

test("credentials default goes back to the embedded ones", options, () => {
  const lines = board.run([`exec ${hex("credentials default")}`]);
  assert.ok(lines.includes("stored "));
  assert.equal(transcript(lines).output, "the embedded credentials are in force from the next connection on\n");
  assert.equal(transcript(lines).status, 0);
});

test("credentials that are no region, or would admit nobody, are refused and not repeated", options, () => {
  const good = base64(region());
  const faults: Record<string, string[]> = {
    "cut off": ["Default", good.slice(0, -4), good.slice(0, -1), `${good.slice(0, 100)} ${good.slice(101)}`],
    "too long": [`${good}AAAA`],
    "not base64": [`${good.slice(0, 100)}-${good.slice(101)}`, `${good.slice(0, -3)}===`, "=".repeat(256), `=${good}`],
    "not a region for this device, or nobody is in it": [
      Buffer.alloc(192),
      region((bytes) => (bytes[0] = 64)),
      region((bytes) => (bytes[63] = 1)),
      region((bytes) => (bytes[9] = 0x61)),
      region((bytes) => (bytes[64] = 0)),
      region((bytes) => (bytes[64] = 128)),
      region((bytes) => (bytes[191] = 1)),
    ].map(base64),
  };
  for (const [fault, texts] of Object.entries(faults)) {
    for (const text of texts) {
      for (const commands of [[`exec ${hex(`credentials ${text}`)}`], piped(text)]) {
        const lines = board.run(commands);
        const errors = `credentials: ${fault}; those in force remain\n`;
        assert.deepEqual(transcript(lines), { output: "", errors, status: 2 }, text);
        assert.ok(lines.every((line) => !line.startsWith("stored")));
      }
    }
  }
});

test("a region of a public-key build that its module refuses is not stored", options, () => {
  const bytes = Buffer.alloc(96);
  bytes.set([2, 0x6d, 0x65]);
  const lines = smallKeyBoard.run(["refuse module", `exec ${hex(`credentials ${base64(bytes)}`)}`]);
  const errors = "credentials: not a region for this device, or nobody is in it; those in force remain\n";
  assert.deepEqual(transcript(lines), { output: "", errors, status: 2 });
  assert.ok(lines.every((line) => !line.startsWith("stored")));
});

test("credentials says so when the store fails", options, () => {
  const text = base64(region());
  for (const commands of [
    [`exec ${hex("credentials default")}`],
    [`exec ${hex(`credentials ${text}`)}`],
    piped(text),
  ]) {
    const { errors, status } = transcript(board.run(["refuse store", ...commands]));
    assert.equal(errors, "credentials: the store failed; those in force remain\n");
    assert.equal(status, 1);
  }
});

const hello = { banner: "Hello\n" };

/** Users with a key each. */
function users(count: number, more: Partial<UsersTable> = {}): Buffer {
  const keys = [ed25519Key()];
  const entries = Array.from({ length: count }, (_, index) => ({
    name: `user ${index}`,
    keys,
    required: [["publickey" as const]],
  }));
  return Buffer.from(encodeUsers({ users: entries, ...more }));
}

const storedIn = (lines: string[]): string[] => lines.filter((line) => line.startsWith("stored "));

test("credentials - takes users from the input, whatever pieces and lines they come in", options, () => {
  const region = users(12, hello);
  const text = base64(region).replace(/.{1,76}/g, "$&\r\n");
  const output = "the new credentials are in force from the next connection on\n";
  for (const size of [1, 63, 64, 65, 5000]) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g"))!.map((piece) => `input ${hex(piece)}`);
    for (const start of [[`exec ${hex("credentials -")}`], ["shell", `input ${hex("credentials -\n")}`]]) {
      const lines = usersBoard.run([...start, ...pieces, "eof"]);
      assert.deepEqual(storedIn(lines), [`stored ${hex(region)}`]);
      assert.deepEqual(transcript(lines), { output, errors: "", status: 0 });
    }
  }
});

/** Whether the full build takes the region; what it refuses, for this reason if it is given, is not stored. */
function takesUsers(region: Uint8Array, fault?: string): boolean {
  const lines = usersBoard.run(piped(base64(region)));
  const { errors, status } = transcript(lines);
  assert.equal(status, errors === "" ? 0 : 2);
  assert.equal(storedIn(lines).length, errors === "" ? 1 : 0);
  if (fault !== undefined) assert.equal(errors, `credentials: ${fault}; those in force remain\n`);
  return status === 0;
}

test("users that were cut off anywhere are refused, and so is what is behind them", options, () => {
  const region = users(2, hello);
  assert.ok(takesUsers(region));
  for (let length = 0; length < region.length; length++)
    assert.ok(!takesUsers(region.subarray(0, length), "cut off"), `${length}`);
  for (const more of [1, 2, 100]) assert.ok(!takesUsers(Buffer.concat([region, Buffer.alloc(more)])), `${more} more`);
});

test(
  "users are refused that are too many for the module, that it cannot serve, or whose hash is too slow",
  options,
  () => {
    const refused = (commands: string[], fault: string): void => {
      const errors = `credentials: ${fault}; those in force remain\n`;
      const lines = usersBoard.run(commands);
      assert.deepEqual(transcript(lines), { output: "", errors, status: 2 });
      assert.deepEqual(storedIn(lines), []);
    };
    refused(piped(base64(Buffer.alloc(2049))), "too long");
    refused(["refuse module", ...piped(base64(users(1)))], "not a region for this device, or nobody is in it");
    const usage = "credentials: default, or a region of at most 2048 bytes in base64, or - to read it from the input\n";
    assert.equal(usersBoard.play({ exec: "credentials" }).errors, usage);

    // the driver's board affords 1,000 iterations, or 4,000 blocks
    const hashed = (password: PasswordHash): Buffer =>
      Buffer.from(encodeUsers({ users: [{ name: "u", password, required: [["password"]] }] }));
    const argon2 = (memoryKiB: number, passes: number): PasswordHash =>
      ({ ...argon2idOf("x"), memoryKiB, passes }) as PasswordHash;
    for (const password of [pbkdf2Of("x", 1000), argon2(40, 100), argon2(4000, 1)])
      assert.ok(takesUsers(hashed(password)));
    for (const password of [pbkdf2Of("x", 1001), argon2(40, 101), argon2(4001, 1), argon2(40, 2 ** 32 - 1)])
      refused(piped(base64(hashed(password))), "a password would take this device too long: make its hash cheaper");
  },
);

test("credentials whose channel ends before they do change nothing, and leave no memory behind", options, () => {
  const commands = [`exec ${hex("credentials -")}`, `input ${hex(base64(users(3)))}`, "end"];
  // the sanitizer ends the driver with an error when memory is lost
  assert.deepEqual(usersBoard.run(commands), []);
});

test("credentials - is refused on a terminal, where they would be seen", options, () => {
  const { output, status } = usersBoard.play({ exec: "credentials -", terminal: 80 });
  assert.equal(output, "credentials: - wants no terminal: ssh HOST credentials - < FILE\r\n");
  assert.equal(status, 2);
});
