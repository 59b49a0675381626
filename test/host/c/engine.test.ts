// The engines of the C host behind engine.h, each in a driver under AddressSanitizer and UndefinedBehaviorSanitizer:
// what V8 computes they compute, what must trap traps, and nothing of an instance is left when it is released.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Engine, ENGINES } from "../../../host/node/firmware/embed-module.js";
import { SESSION_ID, signedRequest } from "../../../scripts/client/userauth.js";
import { buildEngineDriver, type EngineDriver, needsEngine } from "../../support/engine-driver.js";
import { Probe, type ProbeModel } from "../../support/engine-probe.js";
import { moduleBytes } from "../../support/modules.js";
import { fuzzSeed, Random } from "../../support/random.js";
import { CREDENTIALS, USER_SEED } from "../../support/session.js";

const CALLS = 6000;
const MARK = 0xa5a5a5a5;

const SHIPPED = { transport: "transport", userauth: "userauth-publickey", connection: "connection" };
const MODULES = Object.fromEntries(
  Object.entries(SHIPPED).map(([part, name]) => [part, Uint8Array.from(moduleBytes(`plain/${name}`))]),
);
const MODULE_NUMBERS = ["probe", ...Object.keys(MODULES)];
const NOTHING = MODULE_NUMBERS.length;

/** WAMR's memories end where pages of the machine do; the others' at any byte. */
const PROBES: Record<Engine, Probe> = {
  wasm2c: new Probe(1001),
  wasm3: new Probe(1001),
  wamr: new Probe(4096),
  "wamr-fast": new Probe(4096),
};

const drivers = new Map<Engine, EngineDriver>();
after(() => drivers.forEach((driver) => driver.remove()));

function driverOf(engine: Engine): EngineDriver {
  let driver = drivers.get(engine);
  if (!driver) drivers.set(engine, (driver = buildEngineDriver(engine, { probe: PROBES[engine].wasm, ...MODULES })));
  return driver;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

for (const engine of ENGINES) {
  const options = needsEngine(engine);
  const { functions, memoryBytes } = PROBES[engine];
  /** Answers after those to the instantiations, which succeed: each of the probe. */
  const probe = (commands: string[], instances = 1): string[] => {
    const answers = driverOf(engine).run([...Array<string>(instances).fill("instantiate 0"), ...commands]);
    assert.deepEqual(
      answers.splice(0, instances),
      Array.from({ length: instances }, (_, index) => `ok ${index}`),
    );
    return answers;
  };

  test(
    `${engine}: functions are found by name and number of parameters, and nothing else is a function`,
    options,
    () => {
      const commands = ["sum 2", "sum 1", "sum 3", "sum 0", "su 2", "sum2 2", "status 0", "memory 0", "unreachable 0"];
      assert.deepEqual(probe(commands.map((command) => `find 0 ${command}`)), [
        "ok",
        ...Array<string>(7).fill("no export"),
        "ok",
      ]);
      assert.deepEqual(probe(["call 0 sum 7 4294967295", "call 0 setStatus 5"]), ["ok 6", "ok 0"]);
    },
  );

  test(`${engine}: globals are read as they are now`, options, () => {
    const commands = ["global 0 status", "call 0 setStatus 4277009102", "global 0 status", "global 0 __heap_base"];
    const answers = probe([...commands, "global 0 memory", "global 0 nosuch"]);
    assert.deepEqual(answers, ["ok 0", "ok 0", "ok 4277009102", `ok ${memoryBytes}`, "no export", "no export"]);
  });

  test(`${engine}: the memory has the module's length, its data segments, and zeros`, options, () => {
    const answers = probe(["memory 0", `read 0 0 ${memoryBytes}`]);
    assert.deepEqual(answers, [`ok ${memoryBytes}`, `ok ${hex(PROBES[engine].instantiate().memory)}`]);
  });

  test(`${engine}: a module that the build gave nothing to run is no instance`, options, () => {
    assert.deepEqual(driverOf(engine).run([`instantiate ${NOTHING}`, "instantiate 0"]), ["invalid module", "ok 0"]);
  });

  test(`${engine}: random calls of every access and operation do what they do in V8, traps included`, options, () => {
    const random = new Random(fuzzSeed(0x656e67));
    const commands: string[] = [];
    const expected: string[] = [];
    let model: ProbeModel | undefined;
    let trapped = 0;
    for (let call = 0; call < CALLS || model; call++) {
      if (!model) {
        commands.push("instantiate 0");
        expected.push("ok 0");
        model = PROBES[engine].instantiate();
      }
      const called = random.pick(functions);
      const args = PROBES[engine].arguments(random, called);
      const outcome = model.call(called, args);
      commands.push(`call 0 ${called.name} ${args.join(" ")}`);
      expected.push(outcome);
      if (outcome === "trap") trapped++;
      else if (call >= CALLS || random.chance(50)) {
        commands.push(`read 0 0 ${memoryBytes}`);
        expected.push(`ok ${hex(model.memory)}`);
      } else continue;
      commands.push("release 0");
      expected.push("ok");
      model = undefined;
    }
    const answers = driverOf(engine).run(commands);
    expected.forEach((answer, index) => {
      const actual = answer === "trap" || answer === "ok" ? answers[index]!.split(" ")[0] : answers[index];
      assert.equal(actual, answer, commands[index]);
    });
    assert.ok(trapped > CALLS / 10, "traps were tried");
  });

  test(`${engine}: each kind of trap is told in the engine's words`, options, () => {
    const end = memoryBytes;
    for (const [call, message] of [
      [`i32.load8_u/1+0 ${end}`, /out of bounds memory access/],
      ["i64.load/8+4294967288 8", /out of bounds memory access/],
      ["i64.store/8+4294967288 4294967295 1", /out of bounds memory access/],
      [`fill ${end - 1} 1 2`, /out of bounds memory access/],
      ["fill 1 1 4294967295", /out of bounds memory access/],
      [`copy ${end - 1} 0 2`, /out of bounds memory access/],
      [`copy 0 ${end - 1} 2`, /out of bounds memory access/],
      ["copy 4294967295 0 2", /out of bounds memory access/],
      ["i32.div_u 1 0", /integer divide by zero/],
      ["i64.rem_s 1 1 0 0", /integer divide by zero/],
      ["i32.div_s 2147483648 4294967295", /integer overflow/],
      ["unreachable", /unreachable/],
    ] as const) {
      const [answer] = probe([`call 0 ${call}`]);
      assert.match(answer!, /^trap /, call);
      assert.match(answer!, message, call);
    }
    const inside = [`fill 0 255 ${end}`, `copy 1 0 ${end - 1}`, `fill ${end} 1 0`, `copy ${end} ${end} 0`];
    assert.deepEqual(probe(inside.map((call) => `call 0 ${call}`)), Array<string>(4).fill("ok 0"));
  });

  test(`${engine}: instances share neither memory nor globals, and survive another's trap and end`, options, () => {
    const commands = ["write 0 500 0102", "call 0 setStatus 9", "read 1 500 2", "global 1 status", "write 1 500 0304"];
    commands.push("call 1 unreachable", "release 1", "read 0 500 2", "global 0 status", "call 0 sum 1 2");
    const [, , read, status, , trap, release, ...rest] = probe(commands, 2);
    assert.deepEqual([read, status, trap!.slice(0, 4), release!.slice(0, 2)], ["ok 0000", "ok 0", "trap", "ok"]);
    assert.deepEqual(rest, ["ok 0102", "ok 9", "ok 3"]);
  });

  test(`${engine}: what the memory and the values of calls held is overwritten before it is freed`, options, () => {
    for (const last of ["sum 1 2", "unreachable"]) {
      const commands = [`call 0 fill 200 165 600`, `call 0 secret ${MARK}`, `call 0 ${last}`, "release 0"];
      const release = probe(commands).at(-1);
      assert.match(release, /^ok [1-9]\d* 0$/, "blocks were freed, and none had a trace");
    }
  });

  test(`${engine}: the modules that ship leave the same memory as in V8 and return the same`, options, () => {
    const random = new Random(fuzzSeed(0x73686970));
    const request = signedRequest({ seed: USER_SEED, sessionId: SESSION_ID });
    const run = new Comparison(engine);
    run.start("transport");
    run.write(run.call("inputPtr"), random.bytes(64));
    run.call("makeHostKey", 64);
    run.write(run.call("inputPtr"), random.bytes(64));
    run.call("open", 64);
    run.write(run.call("inputPtr"), Buffer.from("SSH-2.0-x\r\n"));
    run.call("receive", 11);
    run.compareMemory();
    run.start("userauth");
    run.write(run.memoryLength - CREDENTIALS.publickey.length, CREDENTIALS.publickey);
    run.write(0, SESSION_ID);
    run.call("reset", SESSION_ID.length);
    run.write(0, request);
    assert.equal(run.call("receive", request.length), 1);
    run.compareMemory();
    run.start("connection");
    run.call("open", 4096);
    for (let round = 0; round < 50; round++) {
      const payload = random.bytes(random.below(40) + 1);
      payload[0] = 80 + random.below(21);
      run.write(run.call("inputPtr"), payload);
      run.call("receive", payload.length);
      run.call("outputLength");
    }
    run.compareMemory();
    run.check();
  });
}

/** The same commands in V8, at once, and in an engine, at the end. */
class Comparison {
  readonly #engine: Engine;
  readonly #commands: string[] = [];
  readonly #expected: string[] = [];
  #instances = 0;
  #exports: WebAssembly.Exports = {};
  memoryLength = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  start(part: keyof typeof SHIPPED): void {
    this.#exports = new WebAssembly.Instance(new WebAssembly.Module(MODULES[part]!)).exports;
    this.memoryLength = Number((this.#exports["__heap_base"] as WebAssembly.Global).value);
    this.#add(`instantiate ${MODULE_NUMBERS.indexOf(part)}`, `ok ${this.#instances++}`);
  }

  call(name: string, ...args: number[]): number {
    const result = ((this.#exports[name] as (...args: number[]) => number | undefined)(...args) ?? 0) >>> 0;
    this.#add(["call", this.#instances - 1, name, ...args].join(" "), `ok ${result}`);
    return result;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#memory().set(bytes, address);
    this.#add(`write ${this.#instances - 1} ${address} ${hex(bytes)}`, "ok");
  }

  compareMemory(): void {
    const expected = hex(this.#memory().subarray(0, this.memoryLength));
    this.#add(`read ${this.#instances - 1} 0 ${this.memoryLength}`, `ok ${expected}`);
  }

  check(): void {
    const answers = driverOf(this.#engine).run(this.#commands);
    this.#expected.forEach((answer, index) => assert.equal(answers[index], answer, this.#commands[index]));
  }

  #memory(): Uint8Array {
    return new Uint8Array((this.#exports["memory"] as WebAssembly.Memory).buffer);
  }

  #add(command: string, answer: string): void {
    this.#commands.push(command);
    this.#expected.push(answer);
  }
}
