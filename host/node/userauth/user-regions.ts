// The users of a server, of whom the module is shown one at a time: the user that a request names, or nobody. So there
// may be as many as the server's memory holds, and a login costs the same whether there is one or thousands.
//
// In: a table, and the payloads of requests. Out: credentials regions (docs/abi.md), all of one shape: what one user
// has more keys than another is made up by keys that nobody can have, so that the module executes the same instructions
// for all of them and for nobody.

import { CredentialsError, USER_NAME_CAPACITY } from "../credentials/credentials.js";
import { WIDE_ARGON2_KIB, WIDE_CREDENTIALS_BYTES } from "../../../assembly/abi/builds.js";
import { KEY_HEAD_BYTES, RECORD_BYTES, USER_NAME_OFFSET, USER_RECORD_OFFSET } from "../../core/abi.js";
import type { PasswordHash } from "../credentials/phc.js";
import {
  assembleUser,
  encodeHead,
  encodeUser,
  joinRegion,
  passwordRecordOffset,
  readPasswordRecord,
} from "../credentials/users-region.js";
import type { UsersLimits, UsersTable } from "../credentials/users-region.js";

/** Whom a request is judged by. */
export interface ShownUser {
  name: string;
  region: Uint8Array;
}

/** The users of a server, and their passwords as they are now. */
export interface ServedUsers {
  /** For an instance before its first request. */
  readonly region: Uint8Array;
  /** What an instance is to be given before a payload; undefined: nothing. */
  show(payload: Uint8Array): ShownUser | undefined;
  has(name: string): boolean;
  /** Of a user that is there, at `offset` of its region. */
  passwordOf(name: string, offset: number): PasswordHash;
  replaceRecord(name: string, offset: number, record: Uint8Array): void;
}

/** Throws a `CredentialsError` for a table that the package's own module for Node could not serve. */
export function checkServed(table: UsersTable): void {
  new UserRegions(table, { capacity: WIDE_CREDENTIALS_BYTES, argon2MemoryKiB: WIDE_ARGON2_KIB });
}

/** A region with all its users, as a module embeds it. */
export class SharedRegion implements ServedUsers {
  readonly region: Uint8Array;

  constructor(region: Uint8Array) {
    this.region = region.slice();
  }

  show(): undefined {}

  has(name: string): boolean {
    return passwordRecordOffset(this.region, name) !== undefined;
  }

  passwordOf(_name: string, offset: number): PasswordHash {
    return readPasswordRecord(this.region, this.region.subarray(offset, offset + RECORD_BYTES));
  }

  replaceRecord(_name: string, offset: number, record: Uint8Array): void {
    this.region.set(record, offset);
  }
}

const SSH_MSG_USERAUTH_REQUEST = 50;
/** Behind the message number and the length of the name. */
const NAME_AT = 5;

interface ServedUser {
  record: Buffer;
  /** Of its keys. */
  lengths: number[];
}

/** See the file's header. Throws a `CredentialsError`. */
export class UserRegions implements ServedUsers {
  readonly region: Uint8Array;
  readonly #head: Buffer;
  /** By the bytes of the name, as characters. */
  readonly #users = new Map<string, ServedUser>();
  /** How many keys of each length a region has. */
  readonly #shape = new Map<number, number>();

  constructor(table: UsersTable, limits: Required<UsersLimits>) {
    this.#head = encodeHead(table, limits.argon2MemoryKiB);
    const decided = table.hostDecides?.known ?? [];
    for (const user of table.users) {
      const lengths = (user.keys ?? []).map(({ blob }) => blob.length);
      this.#users.set(latin1(user.name), { record: encodeUser(user, decided), lengths });
      for (const [length, count] of countOf(lengths))
        this.#shape.set(length, Math.max(count, this.#shape.get(length) ?? 0));
    }
    this.region = this.#regionOf(undefined);
    for (const [name, user] of this.#users) {
      const { length } = this.#regionOf(user);
      if (length > limits.capacity)
        throw new CredentialsError(
          `user ${JSON.stringify(Buffer.from(name, "latin1").toString("utf8"))}: with as many keys of each type as any user has it is ` +
            `${length} bytes, and the module has ${limits.capacity}`,
        );
    }
  }

  show(payload: Uint8Array): ShownUser | undefined {
    if (payload[0] !== SSH_MSG_USERAUTH_REQUEST) return undefined; // goes on with what is there
    const name = nameIn(payload);
    return { name: Buffer.from(name, "latin1").toString("utf8"), region: this.#regionOf(this.#users.get(name)) };
  }

  has(name: string): boolean {
    return this.#users.has(latin1(name));
  }

  passwordOf(name: string): PasswordHash {
    return readPasswordRecord(
      this.#head,
      this.#users.get(latin1(name))!.record.subarray(USER_RECORD_OFFSET, USER_RECORD_OFFSET + RECORD_BYTES),
    );
  }

  replaceRecord(name: string, _offset: number, record: Uint8Array): void {
    this.#users.get(latin1(name))!.record.set(record, USER_RECORD_OFFSET);
  }

  #regionOf(user: ServedUser | undefined): Uint8Array {
    const { record, lengths } = user ?? NOBODY;
    const present = countOf(lengths);
    const missing = [...this.#shape].flatMap(([length, count]) =>
      Array.from({ length: count - (present.get(length) ?? 0) }, () => noKey(length)),
    );
    return joinRegion(this.#head, Buffer.concat([record, ...missing]));
  }
}

/** Nothing is enough for nobody. The name is not UTF-8: no user has it. */
const NOBODY: ServedUser = {
  record: assembleUser(Buffer.alloc(USER_NAME_OFFSET), Buffer.of(0xff), new Uint8Array(), []),
  lengths: [],
};

/** A key that no request can have: its blob begins with the length of a string that would be longer than it is. */
function noKey(length: number): Buffer {
  const key = Buffer.alloc(KEY_HEAD_BYTES + length, 0xff);
  key.writeUInt16LE(length, 0);
  key[KEY_HEAD_BYTES - 1] = 0;
  return key;
}

function countOf(lengths: number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, 1 + (counts.get(length) ?? 0));
  return counts;
}

/** The bytes of a name, as characters. */
function latin1(name: string): string {
  return Buffer.from(name, "utf8").toString("latin1");
}

/**
 * The user name of a request, its first string (RFC 4252 §5); "" for one that no user has. Whether it is a request the
 * module sees.
 */
function nameIn(payload: Uint8Array): string {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  if (bytes.length < NAME_AT) return "";
  const length = bytes.readUInt32BE(NAME_AT - 4);
  if (length > USER_NAME_CAPACITY || length > bytes.length - NAME_AT) return "";
  return bytes.toString("latin1", NAME_AT, NAME_AT + length);
}
