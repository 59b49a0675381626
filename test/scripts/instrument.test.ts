import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { instantiateCounted, instrument, readInstructions } from "../../scripts/compile/instrument.js";

function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

const LOOP = assemble(`(module
  (memory (export "memory") 1 1)
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func (export "sum") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (if (local.get $n) (then
        (local.set $sum (i32.add (local.get $sum) (call $square (local.get $n))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next))))
    (local.get $sum))
  (func (export "choose") (param i32) (result i32)
    (block $two (block $one (block $zero
      (br_table $zero $one $two (local.get 0)))
      (return (i32.const 1000)))
      (nop))
    (i32.const -1))
  (func (export "move") (param i32)
    (memory.fill (i32.const 0) (i32.const 7) (local.get 0))
    (memory.copy (i32.const 64) (i32.const 0) (local.get 0))))`);

interface Functions {
  sum: (n: number) => number;
  choose: (index: number) => number;
  move: (length: number) => void;
}

test("the count is the number of executed instructions, worked out by hand", () => {
  const { exports, count } = instantiateCounted(LOOP);
  const { sum, choose, move } = exports as unknown as Functions;
  // a round: local.get, if; local.get ×2, call, i32.add, local.set; local.get, i32.const, i32.sub, local.set; br: 12,
  // and three in $square. The last round: local.get, if. At the end local.get.
  for (const n of [0, 1, 2, 100])
    assert.equal(
      count(() => sum(n)),
      n * 15 + 3,
      `sum(${n})`,
    );
  assert.equal(
    count(() => choose(0)),
    4,
    "local.get, br_table, i32.const, return",
  );
  assert.equal(
    count(() => choose(1)),
    3,
    "local.get, br_table, i32.const",
  );
  assert.equal(
    count(() => choose(9)),
    3,
  );
  assert.equal(
    count(() => move(1)),
    count(() => move(50)),
    "a copy is one instruction however long it is",
  );
});

test("a counted module computes what the module computes", () => {
  const { exports } = instantiateCounted(LOOP);
  const { sum, choose, move } = exports as unknown as Functions;
  assert.equal(sum(10), 385);
  assert.deepEqual([0, 1, 2].map(choose), [1000, -1, -1]);
  move(3);
  assert.deepEqual([...new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer, 63, 6)], [0, 7, 7, 7, 0, 0]);
});

test("counts by function add up to the count", () => {
  const { exports, count, countByFunction } = instantiateCounted(LOOP);
  const { sum } = exports as unknown as Functions;
  const functions = countByFunction(() => sum(5));
  assert.deepEqual(
    functions.map(([, value]) => value),
    [63, 15],
  );
  assert.equal(
    functions.reduce((total, [, value]) => total + value, 0),
    count(() => sum(5)),
  );
});

test("a trap leaves the count of what was executed before it", () => {
  const { exports, count } = instantiateCounted(
    assemble(`(module
    (func (export "trap") (drop (i32.const 1)) (unreachable)))`),
  );
  const trap = exports["trap"] as () => void;
  assert.equal(
    count(() => assert.throws(trap, WebAssembly.RuntimeError)),
    3,
  );
});

test("an instruction outside of Sesame's subset is refused, not misread", () => {
  const atomic = assemble(`(module (memory 1 1 shared) (func (export "f") (drop (i32.atomic.load (i32.const 0)))))`);
  assert.throws(() => instrument(atomic), /unexpected opcode 0xfe/);
  assert.throws(() => readInstructions(LOOP.subarray(0, LOOP.length - 4)), /ends early/);
});
