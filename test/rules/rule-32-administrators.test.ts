// Rule 32: who may log in may not therefore change the device. What a user may do is asked in one place, for commands
// that are typed, sent alone or listed alike, in both hosts.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserauthField } from "../../assembly/abi/index.js";
import { packageRoot } from "../../host/node/modules.js";
import {
  ADMINISTRATOR,
  decodePermissions,
  encodePermissions,
  may,
  type Permissions,
} from "../../host/node/userauth/permissions.js";
import type { UserEntry } from "../../host/node/credentials/users-region.js";
import { changeRequest, passwordRequest } from "../../scripts/client/userauth.js";
import { needs } from "../support/peers.js";
import type { CommandTable } from "../../host/node/index.js";
import { createDriver, hex, playOnNode, transcript } from "../support/shell-driver.js";
import { FullUserauth, passwordUser } from "../support/userauth-full.js";

const refuse = (reason: string): never => {
  throw new Error(reason);
};
const board = createDriver({ CREDENTIALS_BYTES: 2048, USERAUTH_BUILD: 4 });
after(() => board.remove());

/** Commands that change the device, or tell of others. */
const ADMINISTRATION = ["uart", "reboot", "bootsel", "credentials", "who", "log"];
const OTHERS = ["version", "info", "uptime", "free", "echo", "cat", "history", "led"];
const ALWAYS = ["help", "exit", "quit", "logout"];
const ONLY_ON_BOARDS = ["uart", "reboot", "bootsel", "credentials"];
/** Somebody else's: the driver's. */
const EXTENSIONS = ["hello", "count"];

/** Who may run what. */
const USERS: [what: string, permissions: Permissions, commands: string[]][] = [
  ["of whom nothing is said", {}, OTHERS],
  ["who is an administrator", { admin: true }, [...OTHERS, ...ADMINISTRATION]],
  ["who is none", { admin: false }, OTHERS],
  ["with commands of his own", { commands: ["led", "reboot", "go"] }, ["led", "reboot"]],
  ["with no command", { commands: [] }, []],
  ["with commands whose names only begin like ours", { commands: ["ledger", "reboots"] }, []],
];

const saying = (permissions: Permissions): string => `permissions ${hex(encodePermissions(permissions, refuse))}`;

/** A command that does nothing and says how it ends: that of its usage, if it is run. */
const HARMLESS: Record<string, string> = { uart: "uart x", credentials: "credentials", exit: "exit 7" };

for (const [what, permissions, commands] of USERS) {
  test(`the board's shell: a user ${what}`, needs("gcc"), () => {
    for (const command of [...OTHERS, ...ADMINISTRATION, ...ALWAYS]) {
      const isPermitted = commands.includes(command) || ALWAYS.includes(command);
      const line = HARMLESS[command] ?? command;
      const errors = `${command}: not permitted; help lists what is\n`;
      for (const requests of [
        [`exec ${hex(line)}`, "eof"],
        ["shell", `input ${hex(`${line}\n`)}`, "eof"],
        ["shell", `input ${hex(`  ${line}  `)}`, "eof"],
      ]) {
        const { errors: said, status } = transcript(board.run([saying(permissions), ...requests]));
        assert.equal(said.includes(errors), !isPermitted, `${requests.join(" ")}: ${said}`);
        if (!isPermitted) assert.equal(status, 126, line);
      }
      const typed = transcript(board.run([saying(permissions), "terminal 80", "shell", `input ${hex(`${line}\r`)}`]));
      assert.equal(typed.output.includes("not permitted"), !isPermitted, line);
    }
  });

  test(`help and Tab show what there is for a user ${what}`, needs("gcc"), async () => {
    const expected = [...commands, ...ALWAYS].sort();
    const listed = (output: string): string[] =>
      output
        .split("\n")
        .flatMap((line) => /^[a-z]+/.exec(line) ?? [])
        .sort();
    assert.deepEqual(listed(transcript(board.run([saying(permissions), `exec ${hex("help")}`])).output), expected);
    const tabs = transcript(board.run([saying(permissions), "terminal 80", "shell", `input ${hex("\t\t")}`])).output;
    for (const command of [...OTHERS, ...ADMINISTRATION, ...ALWAYS])
      assert.equal(new RegExp(`\\b${command}\\b`).test(tabs), expected.includes(command), `${command}: ${tabs}`);

    const onNode = expected.filter((command) => !ONLY_ON_BOARDS.includes(command));
    assert.deepEqual(listed((await playOnNode({ exec: "help" }, 0, permissions)).output), onNode);
    for (const command of [...OTHERS, "who", "log"]) {
      for (const script of [{ exec: command }, { parts: [`${command}\n`] }, { exec: `help ${command}` }]) {
        const { errors, status } = await playOnNode(script, 0, permissions);
        const refused = `${command}: not permitted; help lists what is\n`;
        assert.equal(errors === refused, !commands.includes(command), errors);
        if (errors === refused) assert.equal(status, 126);
      }
    }
  });
}

test("commands of a board or a firmware are permitted as ours are, on both hosts", needs("gcc"), async () => {
  const commands: CommandTable = {
    hello: { usage: "hello NAME", help: "greets", run: ({ words, output }) => output.write(`hello ${words[0]}\n`) },
    count: { usage: "count TO", help: "counts", audience: "administrators", run: () => {} },
  };
  for (const [permissions, allowed] of [
    [{}, ["hello"]],
    [{ admin: true }, ["hello", "count"]],
    [{ commands: ["count"] }, ["count"]],
    [{ commands: ["led"] }, []],
  ] as [Permissions, string[]][]) {
    for (const command of EXTENSIONS) {
      const exec = `${command} 1`;
      const onBoard = transcript(board.run(["extend", saying(permissions), `exec ${hex(exec)}`]));
      const onNode = await playOnNode({ exec }, 0, permissions, { commands });
      for (const { errors, status } of [onBoard, onNode]) {
        const isRefused = errors === `${command}: not permitted; help lists what is\n` && status === 126;
        assert.equal(isRefused, !allowed.includes(command), `${command} of ${JSON.stringify(permissions)}: ${errors}`);
      }
    }
  }
});

test("the one user of the small builds is an administrator", () => {
  assert.ok(may(ADMINISTRATOR, { command: "reboot", administrative: true }));
});

test("channels and subsystems are listed, too; an administrator's as well", () => {
  const sftp = { channel: "sftp" };
  assert.ok(may({}, sftp) && may({ channels: ["session", "sftp"] }, sftp));
  for (const permissions of [{ channels: [] }, { channels: ["session"] }, { admin: true, channels: ["session"] }])
    assert.ok(!may(permissions, sftp));
  assert.ok(!may({ channels: ["led"] }, { command: "reboot", administrative: true }));
  assert.ok(!may({ commands: ["session"] }, { command: "led" }) && may({ commands: ["x"] }, { channel: "session" }));
});

test("what the region says is what was said, and what is cut off says nothing", () => {
  const all: Permissions[] = [
    ...USERS.map(([, permissions]) => permissions),
    { channels: ["a", "b"], commands: ["a"] },
  ];
  for (const { admin, ...lists } of all) {
    const permissions = { ...(admin && { admin }), ...lists };
    const bytes = encodePermissions(permissions, refuse);
    assert.deepEqual(decodePermissions(bytes), permissions);
    for (let length = 1; length < bytes.length; length++) {
      const cut = decodePermissions(bytes.subarray(0, length));
      for (const command of ["a", "led", "reboot", "go"])
        assert.ok(!may(cut, { command }) || may(permissions, { command }), `${command} of ${length} bytes`);
    }
  }
});

for (const [what, permissions, reason] of [
  ["an administrator with commands", { admin: true, commands: ["led"] }, /admin and commands exclude each other/],
  ["a blank", { commands: ["led on"] }, /"led on" is no name/],
  ["no name", { channels: [""] }, /"" is no name/],
  ["a long name", { commands: ["x".repeat(128)] }, /is no name/],
  ["too much", { commands: Array.from({ length: 128 }, () => "x") }, /have 257 bytes; 255 is the most/],
] as [string, Permissions, RegExp][]) {
  test(`refused with the reason: ${what}`, () => {
    assert.throws(() => encodePermissions(permissions, refuse), reason);
  });
}

test("the module tells what its user may, and a change of the password keeps it", () => {
  const users: UserEntry[] = [
    passwordUser("ann", "secret", { admin: true }),
    passwordUser("bob", "secret"),
    passwordUser("zoe", "secret", { commands: ["led"], passwordExpired: true }),
  ];
  const told = (userauth: FullUserauth): Permissions => decodePermissions(userauth.field(UserauthField.PERMISSIONS));
  for (const [name, permissions] of [
    ["ann", { admin: true }],
    ["bob", {}],
  ] as const) {
    const userauth = new FullUserauth({ users });
    userauth.receive(passwordRequest(name, "wrong"));
    assert.deepEqual(userauth.field(UserauthField.PERMISSIONS), Buffer.alloc(0), "before SUCCESS");
    assert.equal(userauth.judge(passwordRequest(name, "secret")), "SUCCESS 52");
    assert.deepEqual(told(userauth), permissions);
  }
  const changing = new FullUserauth({ users });
  changing.receive(changeRequest("zoe", "secret", "new secret"));
  changing.decide(0x5ac37ce0);
  assert.equal(changing.status, "SUCCESS");
  assert.deepEqual(told(changing), { commands: ["led"] });
});

test("whoever the host admits beside the table may nothing that it does not say", () => {
  const userauth = new FullUserauth({
    users: [passwordUser("ann", "x", { admin: true })],
    hostDecides: { others: ["password"] },
  });
  userauth.receive(passwordRequest("guest", "x"));
  userauth.decide(0x5ac37ce0);
  assert.equal(userauth.status, "SUCCESS");
  assert.deepEqual(userauth.field(UserauthField.PERMISSIONS), Buffer.alloc(0));
});

test("nothing but permissions.c looks into what is said of a user", () => {
  const folder = join(packageRoot(), "host", "c");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".c"));
  for (const name of files.filter((name) => name !== "server/permissions.c"))
    assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /permissions(->|\.)bytes/, name);
});
