// One instance of the full userauth module under a test's control, without a transport: tables, requests and replies.

import { createHash } from "node:crypto";
import { UserauthField, UserauthStatus } from "../../assembly/abi/index.js";
import { encodeUsers, type UserEntry, type UsersTable } from "../../host/node/credentials/users-region.js";
import { instantiateCounted } from "../../scripts/compile/instrument.js";
import { moduleBytes } from "./modules.js";
import { pbkdf2Of } from "../../scripts/client/hashes.js";
import { SESSION_ID } from "../../scripts/client/userauth.js";
import { boolean, bytes, type Part, string } from "../../scripts/client/wire.js";

/** docs/abi.md, "The full build". */
interface FullExports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  status: WebAssembly.Global;
  reset: (sessionIdLength: number) => number;
  receive: (length: number) => number;
  nextReply: () => number;
  decide: (verdict: number) => number;
  fieldPtr: (field: number) => number;
  fieldLength: (field: number) => number;
  signatureVerified: () => number;
  achievedMethods: () => number;
  recordOffset: () => number;
  makeSalt: (entropyLength: number) => void;
  signatureAlgorithms: () => number;
  credentialsPtr: () => number;
  credentialsCapacity: () => number;
  credentialsLength: () => number;
}

/** As much as a board gives, and the salt that the module makes of it. */
export const ENTROPY = new Uint8Array(128).map((_, index) => 0x20 + index);
export const SALT = createHash("sha256").update(ENTROPY).digest().subarray(0, 16);

export interface FullOptions {
  sessionId?: Uint8Array;
  /** For the first new password's salt. */
  entropy?: Uint8Array;
  /** The module's bytes. Default: what ships, without credentials. */
  wasm?: Uint8Array;
  /** Count executed instructions. */
  counted?: boolean;
  /** Makes the instance, in place of all this. */
  instantiate?: () => WebAssembly.Instance;
}

const compiled = new Map<string, WebAssembly.Module>();

function shipped(): WebAssembly.Module {
  let module = compiled.get("userauth");
  if (!module) compiled.set("userauth", (module = new WebAssembly.Module(moduleBytes("plain/userauth"))));
  return module;
}

export class FullUserauth {
  readonly exports: FullExports;
  readonly memory: Uint8Array;
  /** What `reset` has said. */
  readonly serves: boolean;
  readonly #count: (run: () => void) => number;

  constructor(table: UsersTable | Uint8Array, options: FullOptions = {}) {
    const { sessionId = SESSION_ID, entropy = ENTROPY, wasm, counted = false, instantiate } = options;
    if (counted) {
      const module = instantiateCounted(wasm ?? moduleBytes("plain/userauth"));
      this.exports = module.exports as unknown as FullExports;
      this.#count = module.count;
    } else {
      const module = wasm ? new WebAssembly.Module(wasm as BufferSource) : shipped();
      const instance = instantiate?.() ?? new WebAssembly.Instance(module);
      this.exports = instance.exports as unknown as FullExports;
      this.#count = (run) => (run(), NaN);
    }
    this.memory = new Uint8Array(this.exports.memory.buffer);
    this.memory.set(table instanceof Uint8Array ? table : encodeUsers(table), this.exports.credentialsPtr());
    this.makeSalt(entropy);
    this.memory.set(sessionId);
    this.serves = this.exports.reset(sessionId.length) !== 0;
  }

  /** Gives the module entropy, as a host does. */
  makeSalt(entropy: Uint8Array): void {
    this.memory.set(entropy);
    this.exports.makeSalt(entropy.length);
  }

  get status(): string {
    const { value } = this.exports.status as { value: number };
    return UserauthStatus[value] ?? `unknown status ${value}`;
  }

  /** All replies to a payload, in order. */
  receive(...parts: Part[]): Buffer[] {
    const payload = bytes(...parts);
    this.memory.set(payload);
    return this.#replies(this.exports.receive(payload.length));
  }

  /** The status after a payload and the numbers of its replies: "SUCCESS 52". */
  judge(...parts: Part[]): string {
    return this.#judgement(this.receive(...parts));
  }

  decide(verdict: UserauthStatus): Buffer[] {
    return this.#replies(this.exports.decide(verdict));
  }

  /** Like `judge`, after the host's verdict. */
  judgeDecision(verdict: UserauthStatus): string {
    return this.#judgement(this.decide(verdict));
  }

  /** Instructions that the payload costs. */
  ops(...parts: Part[]): number {
    const payload = bytes(...parts);
    this.memory.set(payload);
    return this.#count(() => this.exports.receive(payload.length));
  }

  field(field: UserauthField): Buffer {
    const start = this.exports.fieldPtr(field);
    return Buffer.from(this.memory.slice(start, start + this.exports.fieldLength(field)));
  }

  /** Where the credentials region is: what is in it is meant to stay. */
  get region(): [number, number] {
    const start = this.exports.credentialsPtr();
    return [start, start + this.exports.credentialsCapacity()];
  }

  #replies(length: number): Buffer[] {
    const replies: Buffer[] = [];
    for (; length > 0; length = this.exports.nextReply()) replies.push(Buffer.from(this.memory.slice(0, length)));
    return replies;
  }

  #judgement(replies: Buffer[]): string {
    return [this.status, ...replies.map((reply) => reply[0]!)].join(" ");
  }
}

/** A user with a password alone. */
export function passwordUser(name: string, password: string | Uint8Array, more: Partial<UserEntry> = {}): UserEntry {
  return { name, password: pbkdf2Of(password), required: [["password"]], ...more };
}

/** RFC 4252 §5.1. */
export function failure(methods: string, partialSuccess = false): Buffer {
  return Buffer.from(bytes(51, string(methods), boolean(partialSuccess)));
}
