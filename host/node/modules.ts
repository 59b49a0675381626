// Loads the WebAssembly modules and makes instances of them (docs/abi.md).
//
// In go .wasm files; each is compiled once, and its compiled code, which nothing can change, is shared by all
// connections. Out come instances, one set per connection, and `ModuleMemory`, through which alone the host touches a
// module's memory. switchboard.ts is their user.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { instantiateSync } from "@assemblyscript/loader";
import type { ModuleType } from "../../assembly/abi/builds.js";
import { EXPORTS, exportsOf } from "../../assembly/abi/exports.js";
import type {
  BufferExports,
  CommonExports,
  ConnectionExports,
  FullUserauthExports,
  ShellExports,
  TransportExports,
  UserauthExports,
} from "../core/abi.js";
import { packageRoot } from "./package-root.js";

export type { ModuleType };
export type { ConnectionExports, FullUserauthExports, ShellExports, TransportExports, UserauthExports };

/** What only the full userauth build exports. */
const FULL_USERAUTH_MARK = EXPORTS.fullUserauth[0]!.name;

/** Whether the instance is one of the full build. */
export function isFullUserauth(exports: UserauthExports): exports is FullUserauthExports {
  return FULL_USERAUTH_MARK in exports;
}

/**
 * The public key algorithms that the instance's build verifies. For an instance that serves nobody: the list takes the
 * place of requests, at address 0.
 */
export function readSignatureAlgorithms({ exports, memory }: Instance<FullUserauthExports>): string[] {
  const names = Buffer.from(memory.read(0, exports.signatureAlgorithms())).toString("latin1");
  return names === "" ? [] : names.split(",");
}

interface ExportsOf {
  transport: TransportExports;
  userauth: UserauthExports;
  connection: ConnectionExports;
  shell: ShellExports;
}

/** A module did what it must not: it trapped, or it pointed outside its memory. Its instance is not called again. */
export class ModuleError extends Error {
  override name = "ModuleError";
}

/** The memory of one instance. Every pointer and length that a module returns is checked here, and nowhere else. */
export class ModuleMemory {
  readonly #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.#bytes = new Uint8Array(memory.buffer); // a module never grows its memory
  }

  /**
   * The live bytes at `pointer`, valid until the next call into the module. Throws a `ModuleError` outside the memory.
   */
  view(pointer: number, length: number): Uint8Array {
    const start = pointer >>> 0;
    const count = length >>> 0;
    if (count > this.#bytes.length - start) {
      throw new ModuleError(`a module pointed outside its memory: ${count} bytes at ${start}`);
    }
    return this.#bytes.subarray(start, start + count);
  }

  /** A copy of the bytes at `pointer`. */
  read(pointer: number, length: number): Uint8Array {
    return this.view(pointer, length).slice();
  }

  /** Copies `bytes` to `pointer`. Throws a `ModuleError` when they do not fit in `capacity`. */
  write(pointer: number, capacity: number, bytes: Uint8Array): void {
    if (bytes.length > capacity >>> 0) {
      throw new ModuleError(`${bytes.length} bytes do not fit in a module's buffer of ${capacity >>> 0}`);
    }
    this.view(pointer, bytes.length).set(bytes);
  }

  /** Overwrites everything, secrets among it, but what lies from `from` to `to`. The instance is not called again. */
  wipe(from = 0, to = 0): void {
    this.#bytes.fill(0, 0, from);
    this.#bytes.fill(0, Math.max(from, to));
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Copies `bytes` into the instance's input buffer. */
  writeInput(exports: BufferExports, bytes: Uint8Array): void {
    this.write(exports.inputPtr(), exports.inputCapacity(), bytes);
  }
}

/** One connection's instance of a module. */
export interface Instance<Exports extends CommonExports> {
  exports: Exports;
  memory: ModuleMemory;
}

/** A module's compiled code with what `info` and logs say about it. */
export interface CompiledModule<Type extends ModuleType = ModuleType> {
  type: Type;
  /** File name without the folder and `.wasm`. */
  name: string;
  /** Length of the file. */
  bytes: number;
  /** SHA-256 of the file, in hexadecimal digits. */
  sha256: string;
  /** Bytes of linear memory in use by an instance: its `__heap_base`. */
  memoryBytes: number;
  /** The compiled code, for threads; undefined for what is no WebAssembly, as in tests. */
  code?: WebAssembly.Module;
  /** A fresh instance. Throws a RangeError when the engine has no more address space for memories. */
  instantiate(): Instance<ExportsOf[Type]>;
}

/** Compiles a module. Throws a `ModuleError` when it imports anything or lacks an export of its type. */
export function compileModule<Type extends ModuleType>(
  type: Type,
  wasm: Uint8Array,
  name: string = type,
): CompiledModule<Type> {
  const module = new WebAssembly.Module(wasm as BufferSource);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length > 0) throw new ModuleError(`${name} imports ${imports[0]!.name}; a module imports nothing`);
  const kinds = new Map(WebAssembly.Module.exports(module).map((entry) => [entry.name, entry.kind]));
  // of the full build is what has any of its functions: it must have them all
  const userauth = EXPORTS.fullUserauth.some((entry) => kinds.has(entry.name)) ? "full" : "password";
  for (const { name: exported, kind } of exportsOf({ module: type, ...(type === "userauth" && { userauth }) })) {
    if (kinds.get(exported) !== kind)
      throw new ModuleError(`${name} is not a ${type} module: it exports no ${kind} ${exported}`);
  }
  const instantiate = () => instantiateModule<ExportsOf[Type]>(module);
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  const memoryBytes = Number(instantiate().exports.__heap_base.value);
  return { type, name, bytes: wasm.length, sha256, memoryBytes, code: module, instantiate };
}

/** A fresh instance of a module that `compileModule` has compiled, perhaps in another thread. */
export function instantiateModule<Exports extends CommonExports>(code: WebAssembly.Module): Instance<Exports> {
  const { exports } = instantiateSync<Record<string, unknown>>(code) as unknown as { exports: Exports };
  return { exports, memory: new ModuleMemory(exports.memory) };
}

const loaded = new Map<string, CompiledModule>();

/** The module in the file, compiled when it is asked for the first time. */
export function loadModule<Type extends ModuleType>(type: Type, path: string): CompiledModule<Type> {
  const key = `${type} ${resolve(path)}`;
  let module = loaded.get(key);
  if (!module) {
    const name = path.replace(/^.*[/\\]/, "").replace(/\.wasm$/, "");
    module = compileModule(type, readFileSync(path), name);
    loaded.set(key, module);
  }
  return module as CompiledModule<Type>;
}

export { packageRoot };

/** Payloads that the modules of build/plain take, in bytes. */
export { PAYLOAD_CAPACITY as PLAIN_PAYLOAD_BYTES } from "../core/abi.js";

/** Path of a module as it left the compiler: without credentials. */
export function plainModulePath(name: string): string {
  return join(packageRoot(), "build", "plain", `${name}.wasm`);
}

/** Path of the same module for Node, with buffers for whatever RFC 4253 §6.1 asks for. */
export function wideModulePath(name: string): string {
  return join(packageRoot(), "build", "wide", `${name}.wasm`);
}

/** Path of the C that wasm2c makes of a module for boards. */
export function nativeModulePath(name: string): string {
  return join(packageRoot(), "build", "c", `${name}.c`);
}

/**
 * Path of a module of the development build, with the development credentials; in an installed package, of the plain
 * one.
 */
export function modulePath(name: string): string {
  const path = join(packageRoot(), "build", `${name}.wasm`);
  return existsSync(path) ? path : plainModulePath(name);
}
