// The modules and their builds: what each is compiled from, with which flags and which memory. This is the only list of
// them: the compiler's arguments, the package's contents, sizes, budgets and what a firmware embeds follow from it.
//
// Plain TypeScript, which no module compiles; exports.ts has what each module exports.

/**
 * The protocol layers, in the order in which a connection comes to need them, and the lines of the device shell. A
 * connection uses one build of each layer, and an instance of the shell for each session that runs it.
 */
export const MODULE_TYPES = ["transport", "userauth", "connection", "shell"] as const;

export type ModuleType = (typeof MODULE_TYPES)[number];

/** The userauth builds of docs/userauth.md. A device's store keeps the number: it never gets another meaning. */
export const USERAUTH_NUMBERS = { password: 1, publickey: 2, "publickey-small": 3, full: 4 } as const;

export type UserauthBuild = keyof typeof USERAUTH_NUMBERS;

export type Host = "node" | "board";

/** Flags of the compiler, `--use NAME=VALUE`. */
export type Flags = Readonly<Record<string, number>>;

export interface Build {
  module: ModuleType;
  /** The file that the compiler is given. */
  entry: string;
  use?: Flags;
  /** Pages of memory; where it is absent, one or as many as Argon2's flag asks for. */
  pages?: number;
  /** Of userauth: what it can do. */
  userauth?: UserauthBuild;
  /** The only hosts that it is for. */
  host?: Host;
  /** How the one in build/wide differs, which is for Node; absent where there is none. */
  wide?: { use?: Flags; pages?: number };
}

/** Payloads that the modules of build/wide take: whatever RFC 4253 §6.1 asks for. */
export const WIDE_PAYLOAD_BYTES = 35_000;
/**
 * Of the full userauth build of build/wide: one user at a time, with as many keys as lengths of 16 bits can tell; and
 * the hashes of other programs, of which argon2-cffi's were of 100 MiB once. What no hash needs is never touched.
 */
export const WIDE_CREDENTIALS_BYTES = 65_535;
export const WIDE_ARGON2_KIB = 102_400;
/** Argon2's memory in the build for boards: what one page leaves. */
export const BOARD_ARGON2_MEMORY_KIB = 40;

const FULL_ENTRY = "assembly/userauth/full/index.ts";
/** What its parts of the crypto folder are told of its memory. */
const FULL_USE = { WITH_OTHER_SHA512: 1, MONTGOMERY_PTR: 1664, ARGON2_PTR: 1536 };

/** By the name of the file, without `.wasm`, in the order of the size report. */
export const BUILDS = {
  "userauth-password": {
    module: "userauth",
    entry: "assembly/userauth/small/password.ts",
    userauth: "password",
    wide: {},
  },
  "userauth-publickey-small": {
    module: "userauth",
    entry: "assembly/userauth/small/publickey-small.ts",
    userauth: "publickey-small",
    wide: {},
  },
  "userauth-publickey": {
    module: "userauth",
    entry: "assembly/userauth/small/publickey.ts",
    use: { WITH_X_COORDINATE: 1 },
    userauth: "publickey",
    wide: {},
  },
  "userauth-board": {
    module: "userauth",
    entry: FULL_ENTRY,
    use: { ...FULL_USE, ARGON2_KIB: BOARD_ARGON2_MEMORY_KIB },
    userauth: "full",
    host: "board",
  },
  userauth: {
    module: "userauth",
    entry: FULL_ENTRY,
    use: FULL_USE,
    userauth: "full",
    host: "node",
    wide: { use: { CREDENTIALS_BYTES: WIDE_CREDENTIALS_BYTES, ARGON2_KIB: WIDE_ARGON2_KIB } },
  },
  transport: { module: "transport", entry: "assembly/transport/index.ts", wide: { pages: 2 } },
  "transport-full": {
    module: "transport",
    entry: "assembly/transport/index.ts",
    use: { WITH_MLKEM: 1, WITH_AES_GCM: 1, WITH_AES_CTR: 1 },
    wide: { pages: 2 },
  },
  connection: { module: "connection", entry: "assembly/connection/index.ts", wide: {} },
  shell: {
    module: "shell",
    entry: "assembly/shell/index.ts",
    wide: { use: { COMMAND_BYTES: WIDE_PAYLOAD_BYTES }, pages: 2 },
  },
} as const satisfies Readonly<Record<string, Build>>;

/** What a host says of the transport: the smallest, or the one with every algorithm. */
export const TRANSPORTS = { plain: "transport", full: "transport-full" } as const;

export type Transport = keyof typeof TRANSPORTS;

/** With which hosts serve, unless they are told otherwise. */
export const DEFAULT_TRANSPORT: Transport = "full";

export type BuildName = keyof typeof BUILDS;

export const BUILD_NAMES = Object.keys(BUILDS) as BuildName[];

/** The build of a file's name. Throws for one that there is not. */
export function buildNamed(name: string): Build {
  if (!Object.hasOwn(BUILDS, name)) throw new Error(`there is no build ${name}; there are ${BUILD_NAMES.join(", ")}`);
  return BUILDS[name as BuildName];
}

/** Which module a host takes for what it wants of userauth. */
export function userauthFor(host: Host, wanted: UserauthBuild): BuildName {
  return BUILD_NAMES.find((name) => {
    const build = buildNamed(name);
    return build.userauth === wanted && (build.host ?? host) === host;
  })!;
}
