// `sesame connect` and `sesame flash`: a pseudo-terminal and a folder stand for the board.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeBlock, UF2Flags } from "uf2";
import { BOOT_DRIVES, findBootDrives, FirmwareError, readFirmware } from "../../../../host/node/cli/boot-drive.js";
import { formatPhc } from "../../../../host/node/credentials/phc.js";
import { findBoards, resolveBoard, sshPortsOf } from "../../../../host/node/cli/serial-boards.js";
import { SerialLinkError } from "../../../../host/node/cli/serial-device.js";
import { encodeUsers } from "../../../../host/node/credentials/users-region.js";
import { eventually, run, start } from "../../../support/programs.js";
import { needsTerminal, startTerminal } from "../../../support/terminal.js";
import { argon2idOf } from "../../../../scripts/client/hashes.js";
import { passwordUser } from "../../../support/userauth-full.js";

const folder = mkdtempSync(join(tmpdir(), "sesame-boards-"));
const RP2040 = BOOT_DRIVES["rp2040"]!;
const cli = fileURLToPath(new URL("../../../../dist/host/node/cli/main.js", import.meta.url));

function sesame(...args: string[]): ReturnType<typeof run> {
  return run(process.execPath, [cli, ...args]);
}

function uf2(family: number, blocks = 3, flags = UF2Flags.familyIDPresent): Buffer {
  const block = (blockNumber: number) =>
    encodeBlock({
      flags,
      flashAddress: 0x10000000 + 256 * blockNumber,
      payload: new Uint8Array(256).fill(blockNumber),
      blockNumber,
      totalBlocks: blocks,
      boardFamily: family,
    });
  return Buffer.concat(Array.from({ length: blocks }, (_, index) => block(index)));
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A drive as a board in boot mode shows it. */
function drive(name: string, boardId: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "INFO_UF2.TXT"), `UF2 Bootloader v3.0\r\nModel: A board\r\nBoard-ID: ${boardId}\r\n`);
  return path;
}

test("a firmware for another board, or what is none, is never copied", () => {
  assert.equal(readFirmware(file("good.uf2", uf2(RP2040.family)), RP2040).length, 1536);
  const good = uf2(RP2040.family);
  const bad = [
    new Uint8Array(0),
    good.subarray(0, 1000),
    new Uint8Array(512),
    uf2(0xe48bff59), // RP2350
    uf2(RP2040.family, 2, 0),
    Buffer.concat([good, uf2(0xe48bff59)]),
    Buffer.concat([good, new Uint8Array(512)]),
  ];
  for (const [index, content] of bad.entries()) {
    assert.throws(() => readFirmware(file("bad.uf2", content), RP2040), FirmwareError, `file ${index}`);
  }
});

test("the drive in boot mode is known by its board, not by its name", () => {
  const pico = drive("RPI-RP2", "RPI-RP2");
  const others = [drive("another", "RP2350"), drive("longer", "RPI-RP2350"), folder, join(folder, "absent")];
  assert.deepEqual(findBootDrives(RP2040, [...others, pico]), [pico]);
});

test("sesame flash copies the file as it is, and says how to get into boot mode where no board is", async () => {
  const firmware = uf2(RP2040.family, 200);
  const path = file("sesame.uf2", firmware);
  const target = drive("flashed", "RPI-RP2");
  const done = await sesame("flash", "rp2040", "--file", path, "--drive", target);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout.toString(), /^102400 bytes written/);
  assert.deepEqual(readFileSync(join(target, "sesame.uf2")), firmware);
  const wrong = await sesame("flash", "rp2040", "--file", path, "--drive", folder);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /not the drive of a Raspberry Pi Pico.*BOOTSEL/s);
  const foreign = await sesame("flash", "rp2040", "--file", file("foreign.uf2", uf2(1)), "--drive", target);
  assert.equal(foreign.status, 1);
  assert.match(foreign.stderr, /not for the Raspberry Pi Pico/);
  assert.equal((await sesame("flash", "rp2350")).status, 2);
  assert.equal((await sesame("flash", "rp2040", "--file", join(folder, "absent.uf2"))).status, 2);
});

test("the only board is found by its first port; none or several are named as the error", async () => {
  const byId = join(folder, "by-id");
  await assert.rejects(resolveBoard(undefined, byId), /no board found.*ttyACM0/s);
  mkdirSync(byId);
  const link = (name: string) => symlinkSync("/dev/null", join(byId, name));
  link("usb-Raspberry_Pi_Debugprobe-if00");
  link("usb-Sesame_Sesame_E660-if00");
  link("usb-Sesame_Sesame_E660-if02");
  assert.deepEqual(findBoards(byId), [join(byId, "usb-Sesame_Sesame_E660-if00")]);
  assert.equal(await resolveBoard("pico", byId), join(byId, "usb-Sesame_Sesame_E660-if00"));
  assert.equal(await resolveBoard("/dev/ttyACM7", byId), "/dev/ttyACM7");
  link("usb-Sesame_Sesame_E661-if00");
  await assert.rejects(resolveBoard(undefined, byId), SerialLinkError);
});

test("on macOS and Windows a board's first port is told from its second, and from other USB devices", () => {
  const sesame = { vendorId: "2e8a", productId: "000a", manufacturer: "Sesame", serialNumber: "E660" };
  const mac = [
    { path: "/dev/tty.Bluetooth-Incoming-Port" },
    { ...sesame, path: "/dev/tty.usbmodem1103" },
    { ...sesame, path: "/dev/tty.usbmodem1101" },
    { ...sesame, path: "/dev/tty.usbmodem2101", serialNumber: "E661" },
    { ...sesame, path: "/dev/tty.usbmodem3101", manufacturer: "Raspberry Pi" },
    { ...sesame, path: "/dev/tty.usbmodem4101", productId: "0005" },
  ];
  assert.deepEqual(sshPortsOf(mac, "darwin"), ["/dev/cu.usbmodem1101", "/dev/cu.usbmodem2101"]);
  const windows = [
    { path: "COM1", pnpId: "ACPI\\PNP0501\\0" },
    { path: "COM6", vendorId: "2E8A", productId: "000A", pnpId: "USB\\VID_2E8A&PID_000A&MI_02\\6&1&0&0002" },
    { path: "COM5", vendorId: "2E8A", productId: "000A", pnpId: "USB\\VID_2E8A&PID_000A&MI_00\\6&1&0&0000" },
  ];
  assert.deepEqual(sshPortsOf(windows, "win32"), ["COM5"]);
});

test("sesame connect: what is no serial device is refused with a reason", async () => {
  for (const [device, reason] of [
    [join(folder, "absent"), /ENOENT.*plugged in/s],
    [file("plain", "text"), /not a serial device/],
  ] as const) {
    const { status, stderr } = await sesame("connect", device);
    assert.equal(status, 1);
    assert.match(stderr, reason);
  }
});

/** Answers every byte with its inverse. */
const INVERTING_TERMINAL = `
print(path)
while True: send(bytes(byte ^ 255 for byte in os.read(master, 4096)))
`;

test(
  "sesame connect carries every byte value both ways unchanged, and ends with its input",
  needsTerminal,
  async () => {
    const all = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7 + (index >> 8)) & 255));
    const { device } = await startTerminal(INVERTING_TERMINAL);
    const connect = start(process.execPath, [cli, "connect", device]);
    connect.child.stdin.write(all);
    await eventually("the answer is there", () => connect.text.length >= all.length);
    connect.child.stdin.end();
    const { stdout, status, stderr } = await connect.ended();
    assert.equal(status, 0, stderr);
    assert.ok(stdout.equals(all.map((byte) => byte ^ 255)));
  },
);

test("sesame connect --ssh-config prints what ssh understands", async () => {
  const { stdout, status } = await sesame("connect", "--ssh-config", "--name", "pico", "--user", "me", "/dev/ttyACM0");
  assert.equal(status, 0);
  const config = file("config", stdout);
  const shown = await run("ssh", ["-F", config, "-G", "pico"]);
  assert.match(shown.stdout.toString(), /^user me$/m);
  assert.ok(shown.stdout.toString().includes(`\nproxycommand ${process.execPath} ${cli} connect /dev/ttyACM0\n`));
  assert.equal((await sesame("connect", "--ssh-config", "--name", "two words")).status, 2);
});

test("sesame connect tells a script what it needs: the boards that there are, and what ssh has to know of one", async () => {
  const { stdout, status } = await sesame("connect", "--ssh-config", "--json", "--user", "me", "/dev/ttyACM0");
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout.toString()), {
    host: "pico",
    user: "me",
    proxyCommand: `${process.execPath} ${cli} connect /dev/ttyACM0`,
    hostKeyAlias: "sesame-pico",
  });
  const list = await sesame("connect", "--list", "--json");
  assert.equal(list.status, 0, list.stderr);
  assert.deepEqual(JSON.parse(list.stdout.toString()), { devices: findBoards() });
  for (const args of [["--json"], ["--list", "/dev/ttyACM0"], ["--list", "--ssh-config"]]) {
    assert.equal((await sesame("connect", ...args)).status, 2, args.join(" "));
  }
});

test("sesame credentials --config prints the users' region, and refuses a hash for which a board has no memory", async () => {
  const config = (memoryKiB: number) => {
    const password = argon2idOf("secret", { m: memoryKiB, t: 1, p: 1 });
    const path = file(
      "users.json",
      JSON.stringify({ users: [{ name: "u", password: formatPhc(password), methods: ["password"] }] }),
    );
    chmodSync(path, 0o600);
    return { path, region: encodeUsers({ users: [passwordUser("u", "secret", { password })] }) };
  };
  const small = config(40);
  const { stdout, status } = await sesame("credentials", "--config", small.path);
  assert.equal(status, 0);
  assert.match(stdout.toString(), /^[\w+/=]+\n$/);
  assert.deepEqual(Buffer.from(stdout.toString(), "base64"), Buffer.from(small.region));
  const large = config(41);
  const refused = await sesame("credentials", "--config", large.path);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /want 41 KiB of memory, the module has 40/);
  assert.equal((await sesame("credentials", "--config", large.path, "--argon2-kib", "48")).status, 0);
  assert.equal((await sesame("credentials", "--config", large.path, "--user", "u")).status, 2);
  assert.match((await sesame("credentials", "--help")).stdout.toString(), /\| ssh BOARD credentials -/);
});
