// One instance of the full userauth module under a test's control, without a transport: tables, keys, requests and replies.

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  pbkdf2Sync,
  sign,
  type SignKeyObjectInput,
} from "node:crypto";
import { argon2id } from "@noble/hashes/argon2.js";
import { UserauthField, UserauthStatus } from "../../assembly/abi/index.js";
import type { PasswordHash } from "../../host/node/credentials/phc.js";
import { encodeUsers, type UserEntry, type UsersTable } from "../../host/node/credentials/users-region.js";
import { instantiateCounted } from "../../scripts/compile/instrument.js";
import { userauthRequest } from "../../scripts/client/client.js";
import { moduleBytes } from "./modules.js";
import { privateKey, publicBytes } from "../../scripts/client/raw-keys.js";
import { SESSION_ID } from "./userauth.js";
import { boolean, bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

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

/** A cheap hash of a password: as few iterations as there can be for their number to matter. */
export function pbkdf2Of(password: string | Uint8Array, iterations = 3): PasswordHash {
  const salt = createHash("sha256").update(password).digest().subarray(0, 16);
  return {
    algorithm: "pbkdf2-sha256",
    iterations,
    salt,
    hash: pbkdf2Sync(password, salt, iterations, 32, "sha256"),
  };
}

export function argon2idOf(password: string | Uint8Array, costs = { m: 32, t: 2, p: 2 }): PasswordHash {
  const salt = createHash("sha256").update(password).digest().subarray(16);
  return {
    algorithm: "argon2id",
    memoryKiB: costs.m,
    passes: costs.t,
    lanes: costs.p,
    salt,
    hash: argon2id(password, salt, { ...costs, dkLen: 32 }),
  };
}

/** The hash of another password with a record's salt and costs. */
export function rehash(record: PasswordHash, password: string): Uint8Array {
  if (record.algorithm === "pbkdf2-sha256") return pbkdf2Sync(password, record.salt, record.iterations, 32, "sha256");
  const { memoryKiB: m, passes: t, lanes: p } = record;
  return argon2id(password, record.salt, { m, t, p, dkLen: 32 });
}

/** A user with a password alone. */
export function passwordUser(name: string, password: string | Uint8Array, more: Partial<UserEntry> = {}): UserEntry {
  return { name, password: pbkdf2Of(password), required: [["password"]], ...more };
}

/** RFC 4252 §5.1. */
export function failure(methods: string, partialSuccess = false): Buffer {
  return Buffer.from(bytes(51, string(methods), boolean(partialSuccess)));
}

/** RFC 4252 §8: the request that changes a password. */
export function changeRequest(
  user: string,
  password: string | Uint8Array,
  newPassword: string | Uint8Array,
): Uint8Array {
  return userauthRequest(user, "password", boolean(true), string(password), string(newPassword));
}

/** RFC 4256 §3.1. */
export function interactiveRequest(user: string): Uint8Array {
  return userauthRequest(user, "keyboard-interactive", string(""), string(""));
}

/** RFC 4256 §3.4. */
export function infoResponse(...responses: (string | Uint8Array)[]): Uint8Array {
  return bytes(61, uint32(responses.length), ...responses.map((response) => string(response)));
}

/** A positive number as mpint, from its big-endian bytes. */
export function mpintOf(number: Uint8Array): Uint8Array {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const significant = number.subarray(start);
  return string(significant[0]! >= 0x80 ? bytes(0, significant) : significant);
}

/** What can be altered of a signature blob. */
export interface SignatureOptions {
  sessionId?: Uint8Array;
  /** The type in the signature blob. Default: the algorithm. */
  type?: string;
  /** Changes the innermost signature: for ECDSA the two mpints. */
  alter?: (signature: Uint8Array) => Uint8Array;
  /** Of a security key. Default: present, not verified. */
  flags?: number;
  counter?: number;
  /** The application that the security key signs for. Default: the key's. */
  signedApplication?: string;
}

/** A key pair of a test's user, of any kind. */
export interface TestKey {
  algorithm: string;
  blob: Uint8Array;
  /** The signature blob of a message. */
  sign: (message: Uint8Array, options?: SignatureOptions) => Uint8Array;
}

function coordinates(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: "jwk" });
  return bytes(4, Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url"));
}

function securityKeyData(application: string, message: Uint8Array, { flags = 1, counter = 7 }: SignatureOptions) {
  const hash = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();
  return bytes(hash(application), flags, uint32(counter), hash(message));
}

export function ed25519Key(seed: Uint8Array = new Uint8Array(32).fill(21)): TestKey {
  const key = privateKey("Ed25519", seed);
  return {
    algorithm: "ssh-ed25519",
    blob: bytes(string("ssh-ed25519"), string(publicBytes(key))),
    sign: (message, { type = "ssh-ed25519", alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(sign(null, message, key)))),
  };
}

export function securityEd25519Key(application = "ssh:", seed = new Uint8Array(32).fill(22)): TestKey {
  const key = privateKey("Ed25519", seed);
  const algorithm = "sk-ssh-ed25519@openssh.com";
  return {
    algorithm,
    blob: bytes(string(algorithm), string(publicBytes(key)), string(application)),
    sign: (message, options = {}) => {
      const { type = algorithm, alter = (signature: Uint8Array) => signature, flags = 1, counter = 7 } = options;
      const data = securityKeyData(options.signedApplication ?? application, message, options);
      return bytes(string(type), string(alter(sign(null, data, key))), flags, uint32(counter));
    },
  };
}

function ecdsaSignature(key: KeyObject, data: Uint8Array): Uint8Array {
  const input: SignKeyObjectInput = { key, dsaEncoding: "ieee-p1363" };
  const made = sign("sha256", data, input);
  return bytes(mpintOf(made.subarray(0, 32)), mpintOf(made.subarray(32)));
}

const ecdsaPairs = generateKeyPairSync("ec", { namedCurve: "P-256" });

export function ecdsaKey({ privateKey: key, publicKey } = ecdsaPairs): TestKey {
  const algorithm = "ecdsa-sha2-nistp256";
  return {
    algorithm,
    blob: bytes(string(algorithm), string("nistp256"), string(coordinates(publicKey))),
    sign: (message, { type = algorithm, alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(ecdsaSignature(key, message)))),
  };
}

export function securityEcdsaKey(application = "ssh:", { privateKey: key, publicKey } = ecdsaPairs): TestKey {
  const algorithm = "sk-ecdsa-sha2-nistp256@openssh.com";
  return {
    algorithm,
    blob: bytes(string(algorithm), string("nistp256"), string(coordinates(publicKey)), string(application)),
    sign: (message, options = {}) => {
      const { type = algorithm, alter = (signature: Uint8Array) => signature, flags = 1, counter = 7 } = options;
      const data = securityKeyData(options.signedApplication ?? application, message, options);
      return bytes(string(type), string(alter(ecdsaSignature(key, data))), flags, uint32(counter));
    },
  };
}

const rsaPairs = new Map<number, KeyObject>();

export function rsaKey(algorithm: "rsa-sha2-256" | "rsa-sha2-512" | "ssh-rsa" = "rsa-sha2-256", bits = 2048): TestKey {
  let key = rsaPairs.get(bits);
  if (!key) rsaPairs.set(bits, (key = generateKeyPairSync("rsa", { modulusLength: bits }).privateKey));
  const { e, n } = createPublicKey(key).export({ format: "jwk" });
  const digest = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512", "ssh-rsa": "sha1" }[algorithm];
  const made = key;
  return {
    algorithm,
    blob: bytes(string("ssh-rsa"), mpintOf(Buffer.from(e!, "base64url")), mpintOf(Buffer.from(n!, "base64url"))),
    sign: (message, { type = algorithm, alter = (signature: Uint8Array) => signature } = {}) =>
      bytes(string(type), string(alter(sign(digest, message, made)))),
  };
}

/** RFC 4252 §7: a request without a signature. */
export function query(user: string, key: TestKey, algorithm = key.algorithm): Uint8Array {
  return userauthRequest(user, "publickey", boolean(false), string(algorithm), string(key.blob));
}

/** RFC 4252 §7: a request with the signature of `signer`, by default of the key itself. */
export function signed(user: string, key: TestKey, options: SignatureOptions = {}, signer: TestKey = key): Uint8Array {
  const head = userauthRequest(user, "publickey", boolean(true), string(key.algorithm), string(key.blob));
  const message = bytes(string(options.sessionId ?? SESSION_ID), head);
  return bytes(head, string(signer.sign(message, options)));
}
