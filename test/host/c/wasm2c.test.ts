// From a module to C by wasm2c: alignment is honest or reported, what the engine has no guard for is refused; and the
// product of two 32-bit numbers on the core that lacks it, in the emulator.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { RP2040 } from "rp2040js";
import { translateToC } from "../../../scripts/compile/wasm2c.js";
import { buildEngineDriver, needsEngine, parseModule } from "../../support/engine-driver.js";
import { needs } from "../../support/peers.js";
import { fuzzSeed, Random } from "../../support/random.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const options = needsEngine("wasm2c");

/** The C of a module with the functions of `text` and 64 bytes of memory. */
const translate = (text: string): string => translateToC("tried", tried(text));
const tried = (text: string): Uint8Array =>
  parseModule(`(module (memory (export "memory") 1 1) (global (export "__heap_base") i32 (i32.const 64)) ${text})`);

test("an access whose hint claims too much is reported, one whose hint is honest goes where it should", options, () => {
  const load = (name: string, alignment: number): string =>
    `(func (export "${name}") (param i32) (result i32) (i32.load align=${alignment} (local.get 0)))`;
  const driver = buildEngineDriver("wasm2c", { hints: tried(load("dishonest", 4) + load("honest", 1)) });
  try {
    const start = ["instantiate 0", "write 0 0 0001020304050607"];
    const answers = driver.run([...start, "call 0 honest 1", "call 0 dishonest 4"]);
    assert.deepEqual(answers.slice(2), [`ok 67305985`, `ok 117835012`]);
    assert.match(driver.sanitizerReport([...start, "call 0 dishonest 1"]), /load of misaligned address/);
  } finally {
    driver.remove();
  }
});

test("a module that calls itself is refused, directly or by way of others", options, () => {
  const call = (from: number, to: number): string => `(func $f${from} (export "f${from}") (call $f${to}))`;
  assert.throws(() => translate(call(0, 0)), /recursive: \w+ calls \w+$/);
  assert.throws(() => translate(call(0, 1) + call(1, 2) + call(2, 0)), /recursive: \w+ calls \w+ calls \w+ calls \w+$/);
  assert.ok(translate(call(0, 2) + call(1, 2) + "(func $f2)"));
});

test(
  "a module with imports, a table or a start function is refused, and one that exports 64-bit integers",
  options,
  () => {
    const importing =
      '(module (import "host" "call" (func)) (memory 1 1) (global (export "__heap_base") i32 (i32.const 64)))';
    assert.throws(() => translateToC("tried", parseModule(importing)), /not as expected|needs more to start/);
    assert.throws(() => translate("(func $f) (table 1 1 funcref) (elem (i32.const 0) $f)"), /needs more to start/);
    assert.throws(() => translate("(func $f) (start $f)"), /needs more to start/);
    assert.throws(() => translate('(func (export "f") (param i64))'), /exports f, which is not of 32-bit integers/);
  },
);

test("multiply.c: products on a Cortex-M0+ are those of big integers", needs("arm-none-eabi-gcc"), () => {
  const folder = mkdtempSync(join(tmpdir(), "sesame-multiply-"));
  try {
    const multiply = loadMultiplication(folder);
    const random = new Random(fuzzSeed(0x6d756c));
    const edges = [
      0, 1, 2, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xffff0000, 0xffffffff,
    ];
    const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));
    for (let count = 0; count < 20_000; count++) pairs.push([random.next(), random.next()]);
    for (const [a, b] of pairs) {
      const signed = BigInt.asUintN(64, BigInt(a | 0) * BigInt(b | 0));
      assert.equal(multiply("native_multiply_signed", a, b), signed, `${a | 0} * ${b | 0}`);
      assert.equal(multiply("native_multiply_unsigned", a, b), BigInt(a) * BigInt(b), `${a} * ${b}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const CODE = 0x20000000;
const STACK = 0x20040000;
const BKPT = 0xbe00;

/** The functions of multiply.c in the memory of an emulated RP2040, to be called by name. */
function loadMultiplication(folder: string): (name: string, a: number, b: number) => bigint {
  const tool = (name: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(`arm-none-eabi-${name}`, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const [elf, binary] = [join(folder, "multiply.elf"), join(folder, "multiply.bin")];
  const flags = "-mcpu=cortex-m0plus -mthumb -O2 -Wall -Wextra -Werror -nostdlib -Wl,--entry=0".split(" ");
  const include = `-I${join(ROOT, "host/c")}`;
  const source = join(ROOT, "host/c/engine/wasm2c/multiply.c");
  tool("gcc", ...flags, include, `-Wl,-Ttext=0x${CODE.toString(16)}`, source, "-o", elf);
  tool("objcopy", "-O", "binary", elf, binary);
  const symbols = new Map(Array.from(tool("nm", elf).matchAll(/^(\w+) T (\w+)$/gm), ([, at, name]) => [name, at]));
  const code = readFileSync(binary);
  const mcu = new RP2040();
  mcu.sram.set(code);
  new DataView(mcu.sram.buffer, mcu.sram.byteOffset).setUint16(code.length, BKPT, true);
  const { core } = mcu;
  return (name, a, b) => {
    let ended = false as boolean;
    mcu.onBreak = () => (ended = true);
    core.SP = STACK;
    core.LR = (CODE + code.length) | 1;
    core.registers[0] = a;
    core.registers[1] = b;
    core.registers[4] = a ^ b;
    core.PC = parseInt(symbols.get(name)!, 16) & ~1;
    while (!ended) core.executeInstruction();
    assert.deepEqual([core.SP, core.registers[4] >>> 0], [STACK, (a ^ b) >>> 0], "what a callee preserves");
    return BigInt(core.registers[0] >>> 0) | (BigInt(core.registers[1] >>> 0) << 32n);
  };
}
