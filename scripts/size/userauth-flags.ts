// The flags of the full userauth build, `--use NAME=VALUE`: what they leave out of the module, and what they may be on a board.

/** Features, by what a device's maker would leave out together. assembly/userauth/full/features.ts has the flags. */
export const FEATURES: [string, string[]][] = [
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

/** The flags, with their bounds. */
export const FLAGS: Record<string, { least: number; most: number }> = {
  ...Object.fromEntries(FEATURES.flatMap(([, flags]) => flags.map((flag) => [flag, { least: 0, most: 1 }]))),
  ARGON2_KIB,
  CREDENTIALS_BYTES,
};

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

function describeFlags(): string {
  return Object.entries(FLAGS)
    .map(([name, { least, most }]) => (most === 1 ? `${name}=0` : `${name}=N, ${least} to ${most}`))
    .join("; ");
}
