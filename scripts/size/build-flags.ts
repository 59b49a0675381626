// The flags of the transport's and of the full userauth build, `--use NAME=VALUE`: what they leave out of the module,
// and what they may be on a board.

import type { Flags, ModuleType } from "../../assembly/abi/builds.js";

/** Features of a module, by what a device's maker would leave out together. */
export type Features = readonly (readonly [name: string, flags: readonly string[]])[];

/** assembly/transport/features.ts has the flags. */
export const TRANSPORT_FEATURES: Features = [
  ["mlkem768x25519-sha256", ["WITH_MLKEM"]],
  ["AES-GCM", ["WITH_AES_GCM"]],
  ["AES-CTR with HMAC", ["WITH_AES_CTR"]],
  ["AES", ["WITH_AES_GCM", "WITH_AES_CTR"]],
];

/** assembly/userauth/full/features.ts has the flags. */
export const USERAUTH_FEATURES: Features = [
  ["Argon2id", ["WITH_ARGON2ID"]],
  ["PBKDF2", ["WITH_PBKDF2"]],
  ["RSA", ["WITH_RSA"]],
  ["ECDSA", ["WITH_ECDSA"]],
  ["RSA and ECDSA", ["WITH_RSA", "WITH_ECDSA"]],
  ["Ed25519", ["WITH_ED25519"]],
  ["security keys", ["WITH_SK"]],
  ["password change", ["WITH_PASSWORD_CHANGE"]],
  ["keyboard-interactive", ["WITH_KEYBOARD_INTERACTIVE"]],
  ["several factors", ["WITH_MULTI_FACTOR"]],
  ["banner", ["WITH_BANNER"]],
  ["host decisions", ["WITH_HOST_DECISIONS"]],
];

/** A region without users fits into the least; the most is what a board's store holds (host/c/store/store.h). */
const CREDENTIALS_BYTES = { least: 128, most: 2048 };
/** RFC 9106 wants 8 blocks; the most is far more than a board has. */
const ARGON2_KIB = { least: 8, most: 65_536 };

/** The modules that have flags. */
type FlaggedModule = Extract<ModuleType, "transport" | "userauth">;

interface Flag {
  /** Whose flag it is. */
  module: FlaggedModule;
  least: number;
  most: number;
}

/** The flags, with their bounds. A name is one module's only. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  ...switches("transport", TRANSPORT_FEATURES),
  ...switches("userauth", USERAUTH_FEATURES),
  ARGON2_KIB: { module: "userauth", ...ARGON2_KIB },
  CREDENTIALS_BYTES: { module: "userauth", ...CREDENTIALS_BYTES },
};

function switches(module: FlaggedModule, features: Features): Record<string, Flag> {
  const names = features.flatMap(([, flags]) => flags);
  return Object.fromEntries(names.map((name) => [name, { module, least: 0, most: 1 }]));
}

/** A flag that does not exist, or not with such a value; the message says which do. */
export class FlagError extends Error {
  override name = "FlagError";
}

/** Reads `NAME=VALUE`. */
export function parseFlag(text: string): [name: string, value: number] {
  const [, name = "", digits = ""] = /^(\w+)=(\d{1,9})$/.exec(text) ?? [];
  const bounds = Object.hasOwn(FLAGS, name) ? FLAGS[name]! : undefined;
  const value = Number(digits);
  if (!bounds || value < bounds.least || value > bounds.most) throw new FlagError(`there are ${describeFlags()}`);
  return [name, value];
}

/** Those of `use` that are the module's; undefined when there are none. */
export function flagsOf(module: FlaggedModule, use: Flags = {}): Flags | undefined {
  const own = Object.entries(use).filter(([name]) => FLAGS[name]!.module === module);
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

function describeFlags(): string {
  return Object.entries(FLAGS)
    .map(([name, { module, least, most }]) => {
      if (most > 1) return `${name}=N, ${least} to ${most}`;
      return module === "transport" ? `${name}=0 or 1` : `${name}=0`;
    })
    .join("; ");
}
