// The credentials region of the userauth modules (docs/abi.md, "Credentials region") and its embedding into a module.
//
// In go a user name and a password or a public key; out comes the region, or a copy of the module that carries the
// region as data. The code section of that copy is the same bytes: the code that was tested is the code that ships. The
// full build's region is made by users-region.ts, and embedded here like the others.

import { isUtf8 } from "node:buffer";
import { USERAUTH_NUMBERS, userauthFor, type UserauthBuild as AnyUserauthBuild } from "../../../assembly/abi/builds.js";
import { PASSWORD_CAPACITY, SMALL_SECRET_OFFSET, USER_NAME_CAPACITY } from "../../core/abi.js";
import { compileModule, isFullUserauth } from "../modules.js";
import type { CompiledModule } from "../modules.js";
import { decompressX } from "./ed25519-point.js";
import { PUBLIC_KEY_BYTES } from "./openssh-keys.js";
import { textProblem } from "./text.js";
import { readSections, WasmReader } from "../../core/wasm-file.js";

/** Which userauth build of all. */
export type { AnyUserauthBuild };

/** The build for many users: the whole of RFC 4252, `userauth.wasm`. */
export const FULL_BUILD = "full";

/** Which userauth build for one user: `userauth-<build>.wasm`. */
export type UserauthBuild = Exclude<AnyUserauthBuild, typeof FULL_BUILD>;

/** The userauth builds for one user. */
export const USERAUTH_BUILDS = (Object.keys(USERAUTH_NUMBERS) as AnyUserauthBuild[]).filter(
  (build) => build !== FULL_BUILD,
);

/** File name of a build's module, without `.wasm`. */
export function userauthModuleName(build: AnyUserauthBuild): string {
  return userauthFor("node", build);
}

export { PASSWORD_CAPACITY, USER_NAME_CAPACITY };

/** The credentials that every development build carries; anyone may know them. */
export const DEVELOPMENT_USER = "admin";
export const DEVELOPMENT_PASSWORD = "nano123";

const USER_SLOT_BYTES = SMALL_SECRET_OFFSET;
const REGION_BYTES: Record<UserauthBuild, number> = {
  password: USER_SLOT_BYTES + 1 + PASSWORD_CAPACITY,
  publickey: USER_SLOT_BYTES + 2 * PUBLIC_KEY_BYTES,
  "publickey-small": USER_SLOT_BYTES + PUBLIC_KEY_BYTES,
};

/** Credentials that cannot be used; the message is meant for the person who gave them. */
export class CredentialsError extends Error {
  override name = "CredentialsError";
}

/** Who may log in. Exactly one of `password` and `publicKey`, as the userauth build asks. */
export interface Credentials {
  /** 1 to 63 bytes of UTF-8. */
  user: string;
  /** 1 to 127 bytes; text is taken as UTF-8. */
  password?: string | Uint8Array;
  /** 32 bytes, an Ed25519 public key. */
  publicKey?: Uint8Array;
}

/** The region's bytes for a build. Throws a `CredentialsError` that names what is wrong. */
export function encodeCredentials(build: UserauthBuild, credentials: Credentials): Uint8Array {
  const region = new Uint8Array(REGION_BYTES[build]);
  writeCounted(region, 0, userNameBytes(credentials.user));
  if (build === "password") {
    if (credentials.publicKey) throw new CredentialsError("the build userauth-password has no place for a public key");
    if (credentials.password === undefined) throw new CredentialsError("the build userauth-password needs a password");
    writeCounted(region, USER_SLOT_BYTES, passwordBytes(credentials.password));
    return region;
  }
  const { publicKey } = credentials;
  if (credentials.password !== undefined)
    throw new CredentialsError(`the build userauth-${build} has no place for a password`);
  if (publicKey === undefined) throw new CredentialsError(`the build userauth-${build} needs a public key`);
  let x: Uint8Array;
  try {
    x = decompressX(publicKey);
  } catch (error) {
    throw new CredentialsError((error as Error).message);
  }
  region.set(publicKey, USER_SLOT_BYTES);
  if (build === "publickey") region.set(x, USER_SLOT_BYTES + PUBLIC_KEY_BYTES);
  return region;
}

/** The build that a region belongs to, told by its length; undefined for none. */
export function buildOfRegion(region: Uint8Array): UserauthBuild | undefined {
  return USERAUTH_BUILDS.find((build) => REGION_BYTES[build] === region.length);
}

/** The user name of a region; undefined for a region that admits nobody. */
export function userOfRegion(region: Uint8Array): string | undefined {
  const length = region[0] ?? 0;
  return length === 0 ? undefined : Buffer.from(region.subarray(1, 1 + length)).toString("utf8");
}

/** The public key of a region of a publickey build; undefined for a region with a password. */
export function publicKeyOfRegion(region: Uint8Array): Uint8Array | undefined {
  if (buildOfRegion(region) === "password") return undefined;
  return region.slice(USER_SLOT_BYTES, USER_SLOT_BYTES + PUBLIC_KEY_BYTES);
}

/**
 * Whether the region's password or key is the development one. `publicKey`: the development key, where there is one.
 */
export function isDevelopment(region: Uint8Array, publicKey?: Uint8Array): boolean {
  const regionKey = publicKeyOfRegion(region);
  if (regionKey) return publicKey !== undefined && Buffer.from(regionKey).equals(publicKey);
  const development = encodeCredentials("password", { user: DEVELOPMENT_USER, password: DEVELOPMENT_PASSWORD });
  return Buffer.from(region.subarray(USER_SLOT_BYTES)).equals(development.subarray(USER_SLOT_BYTES));
}

/** The credentials region of a userauth module as it leaves its file. */
export function readCredentials(build: AnyUserauthBuild, module: CompiledModule<"userauth">): Uint8Array {
  const { pointer, length } = placeOf(build, module);
  return module.instantiate().memory.read(pointer, length);
}

/** Where the region of a build is in its module's memory. */
export function credentialsPointer(build: AnyUserauthBuild, module: CompiledModule<"userauth">): number {
  return placeOf(build, module).pointer;
}

/** The full build tells the place of its region; that of the others is what `__heap_base` ends. */
function placeOf(build: AnyUserauthBuild, module: CompiledModule<"userauth">): { pointer: number; length: number } {
  if (build === FULL_BUILD) {
    const { exports } = module.instantiate();
    if (!isFullUserauth(exports)) throw new CredentialsError(`${module.name} is not the full userauth build`);
    return { pointer: exports.credentialsPtr() >>> 0, length: exports.credentialsCapacity() >>> 0 };
  }
  const length = REGION_BYTES[build];
  if (module.memoryBytes < length) {
    throw new CredentialsError(`${module.name} has no room for the credentials of userauth-${build}`);
  }
  return { pointer: module.memoryBytes - length, length };
}

/** The region that a module of the full build has, with the users of `encodeUsers` in it. */
export function fullRegion(module: CompiledModule<"userauth">, users: Uint8Array): Uint8Array {
  const { length } = placeOf(FULL_BUILD, module);
  if (users.length > length)
    throw new CredentialsError(`the users need ${users.length} bytes, the module has ${length}`);
  const region = new Uint8Array(length);
  region.set(users);
  return region;
}

/**
 * A copy of a userauth module that carries `region`: data segments are appended, which overwrite what earlier ones may
 * say; every other section stays as it is, byte for byte. The caller knows that `wasm` is of the region's build: only
 * the full one tells.
 */
export function embedCredentials(wasm: Uint8Array, region: Uint8Array): Uint8Array {
  const module = compileModule("userauth", wasm);
  if (isFullUserauth(module.instantiate().exports)) return embedRegion(wasm, FULL_BUILD, fullRegion(module, region));
  const build = buildOfRegion(region);
  if (!build) throw new CredentialsError(`no build has a credentials region of ${region.length} bytes`);
  return embedRegion(wasm, build, region);
}

function embedRegion(wasm: Uint8Array, build: AnyUserauthBuild, region: Uint8Array): Uint8Array {
  const module = compileModule("userauth", wasm);
  const pointer = credentialsPointer(build, module);
  const current = readCredentials(build, module);
  if (Buffer.from(current).equals(region)) return Uint8Array.from(wasm);
  const segments = differences(current, region).map(([from, to]) =>
    dataSegment(pointer + from, region.subarray(from, to)),
  );
  const result = appendSegments(wasm, segments);
  if (!Buffer.from(readCredentials(build, compileModule("userauth", result))).equals(region)) {
    throw new Error("the embedded credentials do not read back");
  }
  return result;
}

/**
 * The bytes of a user name: 1 to 63, of Unicode's normal form NFKC, as RFC 4252 §8 wants names stored, and without
 * control characters. Throws a `CredentialsError`.
 */
export function userNameBytes(name: string): Buffer {
  const reason =
    textProblem(name)?.reason ??
    (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) ? "a control character or the end of a line" : undefined);
  if (reason !== undefined) throw new CredentialsError(`the user name has ${reason}`);
  if (name.normalize("NFKC") !== name) throw new CredentialsError("the name is not in Unicode's normal form NFKC");
  return counted(Buffer.from(name, "utf8"), USER_NAME_CAPACITY, "user name");
}

/**
 * The bytes of a password: 1 to 127 of UTF-8, without NUL. Throws a `CredentialsError` that tells nothing of it.
 * Secret.
 */
export function passwordBytes(password: string | Uint8Array): Uint8Array {
  const bytes = typeof password === "string" ? Buffer.from(password, "utf8") : password;
  if (typeof password === "string" ? /\p{Surrogate}/u.test(password) : !isUtf8(password))
    throw new CredentialsError("the password is not UTF-8, as clients send it");
  if (bytes.includes(0)) throw new CredentialsError("the password has a NUL");
  return counted(bytes, PASSWORD_CAPACITY, "password");
}

function counted<T extends Uint8Array>(bytes: T, capacity: number, what: string): T {
  if (bytes.length === 0) throw new CredentialsError(`the ${what} is empty`);
  if (bytes.length > capacity)
    throw new CredentialsError(`the ${what} has ${bytes.length} bytes; ${capacity} is the most`);
  return bytes;
}

function writeCounted(region: Uint8Array, offset: number, bytes: Uint8Array): void {
  region[offset] = bytes.length;
  region.set(bytes, offset + 1);
}

/**
 * Flags, i32.const with up to 5 bytes, end, count: what another segment costs; equal bytes in shorter runs are written
 * again.
 */
const SEGMENT_OVERHEAD_BYTES = 7;

/** The runs in which `to` differs from `from`, as [start, end]. */
function differences(from: Uint8Array, to: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  to.forEach((byte, index) => {
    if (byte === from[index]) return;
    const last = runs[runs.length - 1];
    if (last && index - last[1] < SEGMENT_OVERHEAD_BYTES) last[1] = index + 1;
    else runs.push([index, index + 1]);
  });
  return runs;
}

/** An active segment for memory 0. */
function dataSegment(address: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([0, 0x41, ...signedLeb(address), 0x0b, ...unsignedLeb(bytes.length), ...bytes]);
}

/** Appends to the data section; adds one behind the code section where there is none; corrects the count section. */
function appendSegments(wasm: Uint8Array, segments: Uint8Array[]): Uint8Array {
  const sections = readSections(wasm);
  const parts: Uint8Array[] = [wasm.subarray(0, 8)];
  const data = sections.find(({ name, id }) => id !== 0 && name === "data");
  const countOf = (contents: number) => new WasmReader(wasm, contents).unsigned();
  const previous = data ? countOf(data.contents) : 0;
  const count = unsignedLeb(previous + segments.length);
  for (const section of sections) {
    if (section === data) {
      const reader = new WasmReader(wasm, section.contents);
      reader.unsigned();
      parts.push(encodeSection(section.id, [count, wasm.subarray(reader.offset, section.end), ...segments]));
    } else if (section.id !== 0 && section.name === "dataCount") {
      parts.push(encodeSection(section.id, [count]));
    } else {
      parts.push(wasm.subarray(section.start, section.end));
      if (!data && section.id !== 0 && section.name === "code") parts.push(encodeSection(11, [count, ...segments]));
    }
  }
  return Buffer.concat(parts);
}

function encodeSection(id: number, contents: (Uint8Array | number[])[]): Uint8Array {
  const body = Buffer.concat(contents.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([id, ...unsignedLeb(body.length)]), body]);
}

function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

/** Of a value below 2^31. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x40; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}
