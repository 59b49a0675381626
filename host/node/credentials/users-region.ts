// The credentials region of the full userauth build (docs/abi.md, "Credentials region"): from users, limits and a
// banner to bytes.
//
// Everything that the module relies on is checked here, and every refusal says what is wrong with which user. Above
// all: the passwords of a table cost the same, so that the time of an answer tells nothing about who exists.

import { CredentialsError, userNameBytes } from "./credentials.js";
import {
  ARGON2_MEMORY_KIB,
  CREDENTIALS_CAPACITY,
  HASH_ARGON2ID,
  HASH_PBKDF2,
  KEY_HEAD_BYTES,
  LIST_COUNT,
  PASSWORD_CAPACITY,
  REGION_BANNER_FIELDS_OFFSET,
  REGION_BANNER_LENGTH_OFFSET,
  REGION_FAILURE_LIMIT_OFFSET,
  REGION_FORMAT,
  REGION_FORMAT_OFFSET,
  REGION_HASH_OFFSET,
  REGION_HOST_METHODS_OFFSET,
  REGION_LANES_OFFSET,
  REGION_LEAST_PASSWORD_LENGTH_OFFSET,
  REGION_LENGTH_OFFSET,
  REGION_MEMORY_KIB_OFFSET,
  REGION_OFFERED_METHODS_OFFSET,
  REGION_PASSES_OFFSET,
  REGION_QUERY_LIMIT_OFFSET,
  REGION_REQUEST_LIMIT_OFFSET,
  SALT_BYTES,
  USER_HASH_OFFSET,
  USER_LISTS_OFFSET,
  USER_NAME_OFFSET,
  USER_RECORD_OFFSET,
  USER_SALT_OFFSET,
} from "../../core/abi.js";
import { encodePermissions } from "../userauth/permissions.js";
import type { Permissions } from "../userauth/permissions.js";
import { describeCosts } from "./phc.js";
import type { PasswordHash } from "./phc.js";

export { ARGON2_MEMORY_KIB, CREDENTIALS_CAPACITY as REGION_CAPACITY };

/** Bytes that a new password has at least unless the table says otherwise. */
export const LEAST_PASSWORD_LENGTH = 8;

/** RFC 4252 and RFC 4256: what a user can be asked for. */
export const METHODS = ["publickey", "password", "keyboard-interactive"] as const;

/** One of them. */
export type Method = (typeof METHODS)[number];

/** A public key as it is on the wire, and what is asked of a security key. */
export interface UserKey {
  /** RFC 4253 §6.6. */
  blob: Uint8Array;
  /** Security keys: a PIN or a finger, too. Default: false. */
  verificationRequired?: boolean;
  /** Security keys: nobody needs to touch it. Default: false. */
  presenceNotRequired?: boolean;
}

/** A user, and what the user may do. */
export interface UserEntry extends Permissions {
  /** 1 to 63 bytes of UTF-8. */
  name: string;
  /** With a salt of 16 bytes. */
  password?: PasswordHash;
  /** The password must be changed before it admits. Default: false. */
  passwordExpired?: boolean;
  keys?: UserKey[];
  /** Up to six lists; to complete one of them, in its order, is enough. */
  required: Method[][];
}

export interface UsersTable {
  users: UserEntry[];
  /** FAILUREs before the connection ends, not counting the first "none". Default: 6. */
  failures?: number;
  /** Public keys that a client may ask about and be told yes. Default: 6. */
  queries?: number;
  /** Requests and responses before the connection ends. Default: 30. */
  requests?: number;
  /** Shown before the first answer; lines end with CR LF or are made to. */
  banner?: string;
  /** RFC 5646 tag of the banner's language. Default: none. */
  bannerLanguage?: string;
  /** Bytes that a new password has at least. Default: 8. */
  leastPasswordLength?: number;
  /** Methods about which the host decides, for users in the table and for all others. */
  hostDecides?: { known?: Method[]; others?: Method[] };
}

/** What the module's build has. */
export interface UsersLimits {
  capacity?: number;
  argon2MemoryKiB?: number;
}

const HASHES: Record<PasswordHash["algorithm"], number> = { "pbkdf2-sha256": HASH_PBKDF2, argon2id: HASH_ARGON2ID };
/** The banner and the reply behind it share the module's buffer. */
const BANNER_CAPACITY = 1024;

/** The region's bytes. Throws a `CredentialsError`. */
export function encodeUsers(table: UsersTable, limits: UsersLimits = {}): Uint8Array {
  const { capacity = CREDENTIALS_CAPACITY, argon2MemoryKiB = ARGON2_MEMORY_KIB } = limits;
  const head = encodeHead(table, argon2MemoryKiB);
  const region = joinRegion(head, ...table.users.map((user) => encodeUser(user, table.hostDecides?.known ?? [])));
  if (region.length <= capacity) return region;
  throw new CredentialsError(
    `the users need ${region.length} bytes, the module has ${capacity} (--use CREDENTIALS_BYTES=N)`,
  );
}

/** What a region has before its users: header and banner. Throws a `CredentialsError`. */
export function encodeHead(table: UsersTable, argon2MemoryKiB: number): Buffer {
  const { users, hostDecides = {} } = table;
  const names = new Set<string>();
  for (const { name } of users) {
    if (names.has(name)) throw new CredentialsError(`the user ${name} is there twice`);
    names.add(name);
  }
  const header = Buffer.alloc(REGION_BANNER_FIELDS_OFFSET);
  header[REGION_FORMAT_OFFSET] = REGION_FORMAT;
  header[REGION_FAILURE_LIMIT_OFFSET] = count(table.failures ?? 6, "failures");
  header[REGION_QUERY_LIMIT_OFFSET] = count(table.queries ?? 6, "queries");
  header[REGION_REQUEST_LIMIT_OFFSET] = count(table.requests ?? 30, "requests");
  const decided = [hostDecides.others ?? [], hostDecides.known ?? []];
  // an empty list is refused with its user
  const first = users.flatMap(({ required }) => required.flatMap((list) => list.slice(0, 1)));
  header[REGION_OFFERED_METHODS_OFFSET] = methodSet([...first, ...decided.flat()]);
  header[REGION_HOST_METHODS_OFFSET] = methodSet(decided[0]!);
  header[REGION_HOST_METHODS_OFFSET + 1] = methodSet(decided[1]!);
  header[REGION_LEAST_PASSWORD_LENGTH_OFFSET] = leastLength(table.leastPasswordLength ?? LEAST_PASSWORD_LENGTH);
  writeCosts(header, users, argon2MemoryKiB);
  const banner = encodeBanner(table);
  header.writeUInt16LE(banner.length, REGION_BANNER_LENGTH_OFFSET);
  return Buffer.concat([header, banner]);
}

/** A region of its head and its users, whose lengths are filled in. */
export function joinRegion(head: Buffer, ...users: Buffer[]): Uint8Array {
  for (const user of users) user.writeUInt16LE(user.length & 0xffff, 0);
  const region = Buffer.concat([head, ...users]);
  // one that is longer fits into no module
  region.writeUInt16LE(region.length & 0xffff, REGION_LENGTH_OFFSET);
  return region;
}

/**
 * Where in a region the password record of a user is: what a change of the password replaces. Undefined for no such
 * user.
 */
export function passwordRecordOffset(region: Uint8Array, name: string): number | undefined {
  const bytes = Buffer.from(region.buffer, region.byteOffset, region.length);
  const end = bytes.readUInt16LE(REGION_LENGTH_OFFSET);
  for (
    let offset = REGION_BANNER_FIELDS_OFFSET + bytes.readUInt16LE(REGION_BANNER_LENGTH_OFFSET);
    offset < end;
    offset += bytes.readUInt16LE(offset)
  ) {
    const nameEnd = offset + USER_NAME_OFFSET + 1 + bytes[offset + USER_NAME_OFFSET]!;
    if (bytes.toString("utf8", offset + USER_NAME_OFFSET + 1, nameEnd) === name) return offset + USER_RECORD_OFFSET;
  }
  return undefined;
}

/** A record that the module made for a changed password, with the costs that all passwords of its region have. */
export function readPasswordRecord(region: Uint8Array, record: Uint8Array): PasswordHash {
  const header = Buffer.from(region.buffer, region.byteOffset, REGION_BANNER_FIELDS_OFFSET);
  // copies: the record of a Buffer changes with the password
  const salt = Uint8Array.from(record.subarray(1, 1 + SALT_BYTES));
  const hash = Uint8Array.from(record.subarray(1 + SALT_BYTES));
  const passes = header.readUInt32LE(REGION_PASSES_OFFSET);
  if (header[REGION_HASH_OFFSET] === HASHES["pbkdf2-sha256"])
    return { algorithm: "pbkdf2-sha256", iterations: passes, salt, hash };
  return {
    algorithm: "argon2id",
    memoryKiB: header.readUInt32LE(REGION_MEMORY_KIB_OFFSET),
    passes,
    lanes: header[REGION_LANES_OFFSET]!,
    salt,
    hash,
  };
}

/** What the hash of a region's passwords needs of memory. */
export function hashMemoryKiB(region: Uint8Array): number {
  return region[REGION_HASH_OFFSET] === HASHES.argon2id
    ? Buffer.from(region).readUInt32LE(REGION_MEMORY_KIB_OFFSET)
    : 0;
}

function count(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1 || value > 255) throw new CredentialsError(`${what} is from 1 to 255`);
  return value;
}

function leastLength(value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > PASSWORD_CAPACITY) {
    throw new CredentialsError(`the least length of a password is from 1 to ${PASSWORD_CAPACITY} bytes`);
  }
  return value;
}

function methodCode(method: Method): number {
  const index = METHODS.indexOf(method);
  if (index < 0)
    throw new CredentialsError(`the method ${method as string} is unknown; there are ${METHODS.join(", ")}`);
  return 1 + index;
}

function methodSet(methods: Method[]): number {
  return methods.reduce((set, method) => set | (1 << methodCode(method)), 0);
}

/** The costs of all passwords: their algorithm and parameters. */
function writeCosts(header: Buffer, users: UserEntry[], argon2MemoryKiB: number): void {
  const [first, ...others] = users.filter(({ password }) => password);
  if (!first) return;
  const password = first.password!;
  for (const other of others) {
    if (describeCosts(other.password!) !== describeCosts(password)) {
      throw new CredentialsError(
        `the passwords of ${first.name} and ${other.name} differ in their costs (${describeCosts(password)} and ` +
          `${describeCosts(other.password!)}): the time of an answer would tell who exists`,
      );
    }
  }
  header[REGION_HASH_OFFSET] = HASHES[password.algorithm];
  if (password.algorithm === "pbkdf2-sha256") {
    header.writeUInt32LE(password.iterations, REGION_PASSES_OFFSET);
    return;
  }
  if (password.memoryKiB > argon2MemoryKiB) {
    throw new CredentialsError(
      `the passwords want ${password.memoryKiB} KiB of memory, the module has ${argon2MemoryKiB} (--use ARGON2_KIB=N)`,
    );
  }
  header[REGION_LANES_OFFSET] = password.lanes;
  header.writeUInt32LE(password.passes, REGION_PASSES_OFFSET);
  header.writeUInt32LE(password.memoryKiB, REGION_MEMORY_KIB_OFFSET);
}

/** RFC 4252 §5.4: string message, string language tag. */
function encodeBanner({ banner = "", bannerLanguage = "" }: UsersTable): Buffer {
  if (banner === "") return Buffer.alloc(0);
  const text = Buffer.from(banner.replace(/\r?\n/g, "\r\n").replace(/([^\n])$/, "$1\r\n"), "utf8");
  if (!/^[A-Za-z0-9-]{0,35}$/.test(bannerLanguage)) throw new CredentialsError("the banner's language is no tag");
  if (text.length > BANNER_CAPACITY) throw new CredentialsError(`the banner has more than ${BANNER_CAPACITY} bytes`);
  return Buffer.concat([wireString(text), wireString(Buffer.from(bannerLanguage))]);
}

function wireString(content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A user's part of a region; `decided`: methods about which the host decides. Throws a `CredentialsError`. */
export function encodeUser(user: UserEntry, decided: Method[]): Buffer {
  const refuse = (reason: string): never => {
    throw new CredentialsError(`user ${JSON.stringify(user.name)}: ${reason}`);
  };
  const name = nameOf(user.name, refuse);
  const fixed = Buffer.alloc(USER_NAME_OFFSET);
  if (user.password) {
    if (user.password.salt.length !== SALT_BYTES) refuse(`the password's salt is to have ${SALT_BYTES} bytes`);
    fixed[USER_RECORD_OFFSET] = 1 | (user.passwordExpired ? 2 : 0);
    fixed.set(user.password.salt, USER_SALT_OFFSET);
    fixed.set(user.password.hash, USER_HASH_OFFSET);
  } else if (user.passwordExpired) refuse("there is no password that could have expired");
  fixed.set(encodeLists(user, decided, refuse), USER_LISTS_OFFSET);
  const keys = (user.keys ?? []).map((key) => encodeKey(key, refuse));
  const blobs = new Set(keys.map((key) => key.toString("latin1", KEY_HEAD_BYTES)));
  if (blobs.size < keys.length) refuse("a key is there twice");
  const permissions = encodePermissions(user, refuse);
  const record = assembleUser(fixed, name, permissions, keys);
  if (record.length > 0xffff) refuse("there are too many keys");
  return record;
}

function nameOf(name: string, refuse: (reason: string) => never): Buffer {
  try {
    return userNameBytes(name); // the module compares bytes
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** `fixed`: the USER_NAME_OFFSET bytes before the name; `joinRegion` completes them. */
export function assembleUser(fixed: Buffer, name: Buffer, permissions: Uint8Array, keys: Buffer[]): Buffer {
  return Buffer.concat([fixed, Buffer.of(name.length), name, Buffer.of(permissions.length), permissions, ...keys]);
}

function encodeLists({ required, password, keys }: UserEntry, decided: Method[], refuse: (reason: string) => never) {
  if (required.length === 0 && !password && !keys?.length) refuse("there is neither a password nor a key");
  if (required.length < 1 || required.length > LIST_COUNT) refuse(`there are 1 to ${LIST_COUNT} lists of methods`);
  return required.map((list) => {
    if (list.length === 0) refuse("a list of methods is empty");
    const asks = { publickey: 0, password: 0 };
    let code = 0;
    for (const [index, method] of list.entries()) {
      code |= methodCode(method) << (2 * index);
      asks[method === "publickey" ? method : "password"]++;
      const has = method === "publickey" ? keys?.length : password;
      if (!has && !decided.includes(method)) refuse(`${method} is required, but there is nothing to compare with`);
    }
    if (asks.publickey > 1 || asks.password > 1) refuse(`${list.join(", ")} asks twice for the same`);
    return code;
  });
}

/** The types of key that the module can have, as they stand in a blob. */
const KEY_TYPES = new Map([
  ["ssh-ed25519", { isSecurityKey: false }],
  ["ssh-rsa", { isSecurityKey: false }],
  ["ecdsa-sha2-nistp256", { isSecurityKey: false }],
  ["sk-ssh-ed25519@openssh.com", { isSecurityKey: true }],
  ["sk-ecdsa-sha2-nistp256@openssh.com", { isSecurityKey: true }],
]);

function encodeKey(key: UserKey, refuse: (reason: string) => never): Buffer {
  const blob = Buffer.from(key.blob);
  const typeEnd = 4 + (blob.length >= 4 ? blob.readUInt32BE() : 0);
  const name = blob.toString("latin1", 4, Math.min(typeEnd, 64));
  const type = KEY_TYPES.get(name) ?? refuse(`keys of the type ${JSON.stringify(name)} are not supported`);
  const options = (key.verificationRequired ? 1 : 0) | (key.presenceNotRequired ? 2 : 0);
  if (options && !type.isSecurityKey) refuse(`${name} has no user presence or verification`);
  if (blob.length > 1000) refuse(`a key of ${blob.length} bytes is too long`);
  const head = Buffer.of(0, 0, options);
  head.writeUInt16LE(blob.length, 0);
  return Buffer.concat([head, blob]);
}
