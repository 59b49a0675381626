// The emulated Pico's own parts: the boot ROM against what the SDK expects of it, the flash against the rules of NOR
// flash, USB against a device that sends back what it gets; and the firmware in it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { packageRoot } from "../../../host/node/modules.js";
import { assembleBootRom } from "../../../boards/rp2040/emulator/assemble-boot-rom.js";
import { BOOT_ROM } from "../../../boards/rp2040/emulator/boot-rom.js";
import { bridge } from "../../../boards/rp2040/emulator/bridge.js";
import { ENTROPY_KINDS, entropyBits } from "../../../boards/rp2040/emulator/entropy.js";
import type { EntropyKind } from "../../../boards/rp2040/emulator/entropy.js";
import { FLASH_BYTES, NorFlash, SECTOR_BYTES } from "../../../boards/rp2040/emulator/nor-flash.js";
import { Pico } from "../../../boards/rp2040/emulator/pico.js";
import { testFirmware } from "../../support/firmware.js";
import { needs } from "../../support/peers.js";
import { Random } from "../../support/random.js";
import { UsbLoopback } from "../../support/usb-loopback.js";

const RAM = 0x20000000;
const STOP = RAM;
const TARGET = RAM + 0x1000;
const SOURCE = RAM + 0x2000;

/** A Pico with erased flash, stopped in boot mode: its processor can be made to call the ROM. */
function romCaller(): {
  pico: Pico;
  lookup: (name: string) => number;
  call: (name: string, ...args: number[]) => number;
} {
  const pico = new Pico();
  pico.run(1_000_000);
  assert.equal(pico.state, "boot mode");
  const { core } = pico.rp2040;
  const enter = (address: number, args: number[]): number => {
    args.forEach((arg, i) => (core.registers[i] = arg));
    core.registers[14] = STOP | 1;
    core.SP = RAM + 0x20000;
    core.PC = address & ~1;
    while (core.PC !== STOP) core.executeInstruction();
    return core.registers[0]!;
  };
  const word = (address: number): number => pico.rp2040.readUint16(address);
  const lookup = (name: string): number => {
    const code = name.charCodeAt(0) | (name.charCodeAt(1) << 8);
    return enter(word(0x18), [word(0x14), code]);
  };
  return { pico, lookup, call: (name, ...args) => enter(lookup(name), args) };
}

describe("boot ROM", () => {
  test("boot-rom.ts holds what boot-rom.S assembles to", needs("arm-none-eabi-gcc"), () => {
    assert.deepEqual(BOOT_ROM, assembleBootRom());
  });

  test("an unknown function is not found, every one that the SDK looks up is", () => {
    const { lookup } = romCaller();
    assert.equal(lookup("??"), 0);
    const names = ["MS", "S4", "MC", "C4", "P3", "R3", "L3", "T3", "IF", "EX", "RE", "RP", "FC", "CX", "UB"];
    const found = names.map(lookup);
    assert.equal(new Set(found).size, names.length);
    for (const address of found) assert.equal(address & 1, 1);
  });

  test("memset and memcpy change their bytes and no other, at every alignment, and return the destination", () => {
    const { pico, call } = romCaller();
    const { sram } = pico.rp2040;
    const random = new Random(1);
    for (let i = 0; i < 300; i++) {
      const [to, from, length] = [TARGET + random.below(8), SOURCE + random.below(8), random.below(70)] as const;
      const [at, source] = [to - RAM, from - RAM] as const;
      sram.set(random.bytes(0x2000), 0x1000);
      const expected = sram.slice(0x1000, 0x3000);
      const aligned = ((to | from) & 3) === 0;
      if (random.chance(2)) {
        expected.fill(0xa7, at - 0x1000, at - 0x1000 + length);
        assert.equal(call(aligned ? "S4" : "MS", to, 0x3a7, length), to);
      } else {
        expected.copyWithin(at - 0x1000, source - 0x1000, source - 0x1000 + length);
        assert.equal(call(aligned ? "C4" : "MC", to, from, length), to);
      }
      assert.deepEqual(sram.slice(0x1000, 0x3000), expected);
    }
  });

  test("bits are counted and reversed as in JavaScript", () => {
    const { call } = romCaller();
    const random = new Random(2);
    for (const value of [
      0,
      1,
      0x80000000,
      0xffffffff,
      ...Array.from({ length: 60 }, () => random.next() >>> random.below(32)),
    ]) {
      const bits = value.toString(2).padStart(32, "0");
      assert.equal(call("L3", value), Math.clz32(value));
      assert.equal(call("T3", value), value === 0 ? 32 : 31 - bits.lastIndexOf("1"));
      assert.equal(call("P3", value), bits.replaceAll("0", "").length);
      assert.equal(call("R3", value), parseInt(Array.from(bits).reverse().join(""), 2));
    }
  });

  test("flash is erased by blocks and sectors and programmed by pages through the ROM", () => {
    const { pico, call } = romCaller();
    const { flash, rp2040 } = pico;
    const data = new Random(3).bytes(512);
    rp2040.sram.set(data, SOURCE - RAM);
    call("IF");
    call("EX");
    call("RE", 0x1f000, 0x12000, 0x10000, 0xd8);
    call("RP", 0x1f100, SOURCE, data.length);
    call("FC");
    call("CX");
    assert.deepEqual(
      flash.operations.map(({ kind, address, length }) => [kind, address, length]),
      [
        ["erase", 0x1f000, SECTOR_BYTES],
        ["erase", 0x20000, 0x10000],
        ["erase", 0x30000, SECTOR_BYTES],
        ["program", 0x1f100, 256],
        ["program", 0x1f200, 256],
      ],
    );
    assert.deepEqual(flash.bytes.slice(0x1f100, 0x1f300), data);
    assert.equal(rp2040.readUint8(0x1001f100), data[0]);
  });

  test("flash that holds no valid second stage leads to boot mode", () => {
    const firmware = new Uint8Array(4096);
    const pico = new Pico({ firmware });
    pico.run(1_000_000);
    assert.equal(pico.state, "boot mode");
  });
});

/** A flash with a clock to set, and whole commands. */
function flashWithClock(image?: Uint8Array): {
  flash: NorFlash;
  clock: { now: number };
  command: (...bytes: number[]) => void;
} {
  const flash = new NorFlash(image);
  const clock = { now: 0 };
  flash.now = () => clock.now;
  const command = (...bytes: number[]): void => {
    flash.select();
    for (const byte of bytes) flash.exchange(byte);
    flash.deselect();
  };
  return { flash, clock, command };
}

const WRITE_ENABLE = 0x06;
const PROGRAM = 0x02;
const ERASE = 0x20;

describe("NOR flash", () => {
  test("programming only clears bits, erasing sets those of the whole sector and no other", () => {
    const { flash, clock, command } = flashWithClock(new Uint8Array(3 * SECTOR_BYTES));
    flash.bytes.fill(0xff, SECTOR_BYTES, 2 * SECTOR_BYTES);
    command(WRITE_ENABLE);
    command(PROGRAM, 0, 0x10, 5, 0b11110000);
    clock.now = 1e9;
    command(WRITE_ENABLE);
    command(PROGRAM, 0, 0x10, 5, 0b11001100);
    assert.equal(flash.bytes[SECTOR_BYTES + 5], 0b11000000);
    clock.now = 2e9;
    command(WRITE_ENABLE);
    command(ERASE, 0, 0x10, 77);
    assert.ok(flash.bytes.subarray(SECTOR_BYTES, 2 * SECTOR_BYTES).every((byte) => byte === 0xff));
    assert.equal(flash.bytes[SECTOR_BYTES - 1], 0);
    assert.equal(flash.bytes[2 * SECTOR_BYTES], 0);
  });

  test("what the chip would ignore or garble is an error", () => {
    const { clock, command } = flashWithClock();
    assert.throws(() => command(ERASE, 0, 0, 0), /without write enable/);
    assert.throws(() => command(0x77), /is not one/);
    command(WRITE_ENABLE);
    assert.throws(() => command(PROGRAM, 0, 0, 0xff, 1, 2), /past the end of a page/);
    command(WRITE_ENABLE);
    command(ERASE, 0, 0, 0);
    assert.throws(() => command(WRITE_ENABLE), /busy/);
    clock.now = 1e9;
    command(WRITE_ENABLE);
  });

  test("a power cut leaves the old image before, the new one after, a torn one between", () => {
    const random = new Random(4);
    const fraction = (): number => random.next() / 2 ** 32;
    const old = random.bytes(SECTOR_BYTES);
    const data = random.bytes(256);
    const { flash, clock, command } = flashWithClock(old);
    clock.now = 1000;
    command(WRITE_ENABLE);
    command(ERASE, 0, 0, 0);
    clock.now = 1e9;
    command(WRITE_ENABLE);
    command(PROGRAM, 0, 0, 0, ...data);
    const [erase, program] = flash.operations as [(typeof flash.operations)[0], (typeof flash.operations)[0]];
    const sectorAt = (cycle: number): Uint8Array => flash.imageAt(cycle, fraction).slice(0, SECTOR_BYTES);
    const erased = new Uint8Array(SECTOR_BYTES).fill(0xff);
    assert.deepEqual(sectorAt(erase.start - 1), old);
    assert.deepEqual(sectorAt(erase.end), erased);
    assert.deepEqual(sectorAt(program.start - 1), erased);
    assert.deepEqual(sectorAt(program.end), flash.bytes.slice(0, SECTOR_BYTES));

    let noise = 0;
    let partial = 0;
    for (let i = 1; i < 100; i++) {
      const torn = sectorAt(erase.start + ((erase.end - erase.start) * i) / 100);
      assert.notDeepEqual(torn, erased);
      noise += Number(torn.some((byte, at) => byte !== 0xff && byte !== old[at]));
      const page = sectorAt(program.start + ((program.end - program.start) * i) / 100);
      assert.ok(page.every((byte, at) => (byte & (data[at] ?? 0xff)) === (data[at] ?? 0xff)));
      partial += Number(page.subarray(0, 256).some((byte, at) => byte !== data[at] && byte !== 0xff));
    }
    assert.ok(noise > 20 && noise < 80, `${noise} of 99 torn erases left noise`);
    assert.ok(partial > 20 && partial < 80, `${partial} of 99 torn pages held partly cleared bytes`);
  });
});

describe("entropy", () => {
  const EXPECTED: Record<EntropyKind, [number, number]> = {
    good: [9700, 10300],
    biased: [14700, 15300],
    stuck: [20000, 20000],
    constant: [0, 0],
    alternating: [10000, 10000],
  };
  for (const kind of ENTROPY_KINDS)
    test(`${kind}: as many ones as it says, the same for the same seed`, () => {
      const [next, again] = [entropyBits(kind, "seed"), entropyBits(kind, "seed")];
      let ones = 0;
      for (let i = 0; i < 20000; i++) {
        const bit = next();
        assert.equal(again(), bit);
        ones += bit;
      }
      assert.ok(ones >= EXPECTED[kind][0] && ones <= EXPECTED[kind][1], `${ones} ones`);
    });
});

describe("USB", () => {
  test("a device is enumerated; opening and closing a port sets and clears its DTR", () => {
    const device = new UsbLoopback();
    const [, second] = device.host.ports;
    second.baudRate = 9600;
    assert.ok(device.runUntil(() => device.host.identity !== undefined));
    assert.deepEqual(device.baudRates, [115200, 9600]);
    second.open();
    assert.ok(device.runUntil(() => device.lineStates.length === 1));
    second.close();
    assert.ok(device.runUntil(() => device.lineStates.length === 2));
    assert.deepEqual(device.lineStates, [
      [2, 3],
      [2, 0],
    ]);
  });

  test("both ports at once return every byte in order, also when the program stops reading for a while", () => {
    const device = new UsbLoopback();
    const random = new Random(5);
    assert.ok(device.runUntil(() => device.host.identity !== undefined));
    const transfers = device.host.ports.map((port) => {
      const sent = random.bytes(20_000);
      const received: Uint8Array[] = [];
      port.onData = (packet) => void received.push(packet);
      port.open();
      port.send(sent);
      return { port, sent, received: () => Buffer.concat(received) };
    });
    const [first, second] = transfers as [(typeof transfers)[0], (typeof transfers)[0]];
    assert.ok(device.runUntil(() => first.received().length > 3000));
    first.port.paused = true;
    const before = first.received().length;
    assert.ok(device.runUntil(() => second.received().length === second.sent.length));
    assert.ok(first.received().length <= before + 64, "a paused port receives");
    assert.ok(first.port.queued > 10_000, "the device takes bytes that it cannot return");
    first.port.paused = false;
    assert.ok(device.runUntil(() => first.received().length === first.sent.length));
    for (const { sent, received } of transfers) assert.deepEqual(received(), Buffer.from(sent));
  });

  test("what the device sends between two openings does not reach the second program", () => {
    const device = new UsbLoopback();
    const [port] = device.host.ports;
    assert.ok(device.runUntil(() => device.host.identity !== undefined));
    port.open();
    port.send(Buffer.from("old"));
    assert.ok(device.runUntil(() => port.queued === 0));
    port.close();
    let text = "";
    port.onData = (packet) => (text += Buffer.from(packet).toString());
    port.open();
    port.send(Buffer.from("new"));
    assert.ok(device.runUntil(() => text.length >= 3));
    assert.equal(text, "new");
  });
});

describe("firmware in the emulator", () => {
  let path = "";
  let firmware: Uint8Array;

  before(async () => {
    path = await testFirmware("wasm2c", "password");
    firmware = readFileSync(path);
  });

  test("it enumerates, greets each program that opens its first port, and keeps what it wrote to flash", () => {
    const pico = new Pico({ firmware });
    assert.ok(pico.runUntil(() => pico.usb.identity !== undefined));
    const [port] = pico.usb.ports;
    for (let i = 0; i < 3; i++) {
      let text = "";
      port.onData = (packet) => (text += Buffer.from(packet).toString("latin1"));
      port.open();
      assert.ok(pico.runUntil(() => text.includes("\r\n")));
      assert.match(text, /^SSH-2\.0-/);
      port.close();
    }
    assert.deepEqual(pico.resets, []);
    const written = pico.flash.operations.length;
    assert.ok(written > 0, "no host key was written");

    const again = new Pico({ firmware, flash: pico.flash.bytes });
    assert.ok(again.runUntil(() => again.usb.identity !== undefined));
    assert.equal(again.flash.operations.length, 0);
  });

  test("the same program, entropy and input take the same cycles", () => {
    const cycles = [1, 2].map(() => {
      const pico = new Pico({ firmware, entropy: entropyBits("good", "seed") });
      assert.ok(pico.runUntil(() => pico.usb.identity !== undefined));
      return pico.cycles;
    });
    assert.equal(cycles[0], cycles[1]);
  });

  test("the command says where it listens, ends on SIGTERM and keeps the flash", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sesame-emulator-"));
    const flashFile = join(folder, "flash.bin");
    const main = join(packageRoot(), "boards", "rp2040", "emulator", "main.ts");
    const emulator = spawn(
      process.execPath,
      ["--import", "tsx", main, "--port", "0", "--bin", path, "--flash", flashFile],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const exit = once(emulator, "exit");
    try {
      let output = "";
      for await (const text of emulator.stdout.setEncoding("utf8")) {
        output += text as string;
        if (/^listening on .*\n/m.test(output)) break;
      }
      assert.match(output, /^console on 127\.0\.0\.1:\d+\nlistening on 127\.0\.0\.1:\d+\n$/);
      emulator.kill("SIGTERM");
      assert.deepEqual(await exit, [0, null]);
      const flash = readFileSync(flashFile);
      assert.equal(flash.length, FLASH_BYTES);
      assert.deepEqual(flash.subarray(0, firmware.length), firmware);
    } finally {
      emulator.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });

  test("a TCP client gets the port, a second one when the first has gone", async () => {
    const pico = new Pico({ firmware });
    const { port, close } = await bridge(pico.usb.ports[0], 0);
    const greeting = (socket: ReturnType<typeof connect>): Promise<string> =>
      new Promise((resolve, reject) => {
        socket.once("data", (bytes) => resolve(bytes.toString("latin1")));
        socket.once("error", reject).once("close", () => reject(new Error("closed without a greeting")));
      });
    try {
      pico.start();
      const first = connect(port, "127.0.0.1");
      const second = connect(port, "127.0.0.1");
      let secondServed = false;
      const secondGreeting = greeting(second).finally(() => (secondServed = true));
      assert.match(await greeting(first), /^SSH-2\.0-/);
      assert.equal(secondServed, false);
      first.destroy();
      assert.match(await secondGreeting, /^SSH-2\.0-/);
      second.destroy();
    } finally {
      close();
      pico.stop();
    }
  });
});
