// Who judges the userauth requests of a server: the module and the credentials that its options name, checked before
// anything listens.

import type { Peer } from "../userauth/authentication.js";
import {
  CredentialsError,
  credentialsPointer,
  FULL_BUILD,
  fullRegion,
  publicKeyOfRegion,
  readCredentials,
  userOfRegion,
} from "../credentials/credentials.js";
import type { AnyUserauthBuild, UserauthBuild } from "../credentials/credentials.js";
import { readSignatureAlgorithms } from "../modules.js";
import type { CompiledModule, FullUserauthExports, Instance } from "../modules.js";
import { fingerprint } from "../credentials/openssh-keys.js";
import { userauthThreads } from "./options.js";
import type { ServerOptions } from "./options.js";
import { openUserauth } from "../userauth/userauth.js";
import type { OnlyUser, Userauth } from "../userauth/userauth.js";
import type { UserauthSetup } from "../userauth/instance.js";
import { UserauthService } from "../userauth/service.js";
import type { UserauthReport } from "../userauth/service.js";
import { SharedRegion, UserRegions } from "../userauth/user-regions.js";
import type { ServedUsers } from "../userauth/user-regions.js";
import { hashMemoryKiB, METHODS } from "../credentials/users-region.js";
import type { UsersTable } from "../credentials/users-region.js";

/** An instance without Argon2's memory. */
const OTHER_MEMORY_BYTES = 256 * 1024;

/** Makes a `Userauth` for each connection. */
export interface UserauthSource {
  /** Of the keys that the module verifies; undefined for Ed25519 alone. */
  signatureAlgorithms?: readonly string[];
  /** What one connection takes until it is logged in. */
  memoryBytes: number;
  open(sessionId: Uint8Array, peer: Peer, report: UserauthReport): Userauth;
  close(): Promise<void>;
}

/** The build that the options mean. Throws a TypeError for options that contradict each other. */
export function buildOf({
  userauth,
  users,
  authenticate,
  credentials,
  storePassword,
}: ServerOptions): AnyUserauthBuild {
  const build = userauth ?? (users || authenticate ? FULL_BUILD : "password");
  if (build !== FULL_BUILD && (users || authenticate || storePassword))
    throw new TypeError(`users, authenticate and storePassword are for the full build, not for ${build}`);
  if (users && credentials) throw new TypeError("users and credentials are two ways to say the same");
  if (users?.hostDecides && !authenticate) throw new TypeError("users.hostDecides needs authenticate");
  return build;
}

/** Throws a `CredentialsError` when no credentials are to be had. */
export function userauthSource(
  build: AnyUserauthBuild,
  options: ServerOptions,
  module: CompiledModule<"userauth">,
  payloadCapacity: number,
): UserauthSource {
  if (build === FULL_BUILD) return fullSource(options, module, payloadCapacity);
  const embedded = readCredentials(build, module);
  const region = options.credentials ?? embedded;
  if (region.length !== embedded.length) {
    throw new CredentialsError(`${module.name} takes ${embedded.length} bytes of credentials, not ${region.length}`);
  }
  if (userOfRegion(region) === undefined) throw noCredentials(module);
  const credentials = options.credentials && { pointer: credentialsPointer(build, module), region };
  const onlyUser = onlyUserOf(build, region);
  return {
    memoryBytes: module.memoryBytes,
    open: (sessionId) => openUserauth(module, { credentials, payloadCapacity }, sessionId, onlyUser),
    close: () => Promise.resolve(),
  };
}

function fullSource(
  options: ServerOptions,
  module: CompiledModule<"userauth">,
  payloadCapacity: number,
): UserauthSource {
  const users = servedUsers(options, module);
  const pointer = credentialsPointer(FULL_BUILD, module);
  const signatureAlgorithms = tryOut(module, { pointer, region: users.region });
  const { authenticate, storePassword } = options;
  const service = new UserauthService({
    module,
    users,
    credentialsPointer: pointer,
    payloadCapacity,
    threads: userauthThreads(options),
    authenticate,
    storePassword,
  });
  return {
    signatureAlgorithms,
    memoryBytes: OTHER_MEMORY_BYTES + 1024 * hashMemoryKiB(users.region),
    open: (sessionId, peer, report) => service.open(sessionId, peer, report),
    close: () => service.close(),
  };
}

function noCredentials({ name }: CompiledModule<"userauth">): CredentialsError {
  return new CredentialsError(`the module ${name} embeds no credentials, and none were given`);
}

function onlyUserOf(build: UserauthBuild, region: Uint8Array): OnlyUser {
  const publicKey = publicKeyOfRegion(region);
  return {
    user: userOfRegion(region),
    method: build === "password" ? "password" : "publickey",
    key: publicKey && fingerprint(publicKey),
  };
}

/** Of the table, of the program, or of the module. */
function servedUsers(
  { users, authenticate, credentials }: ServerOptions,
  module: CompiledModule<"userauth">,
): ServedUsers {
  const embedded = readCredentials(FULL_BUILD, module);
  if (credentials) return new SharedRegion(fullRegion(module, credentials));
  if (users || authenticate) {
    const table: UsersTable = { users: [], ...users };
    if (authenticate) table.hostDecides ??= { others: [...METHODS] };
    // what the module has for a hash it says itself
    return new UserRegions(table, { capacity: embedded.length, argon2MemoryKiB: Infinity });
  }
  if (embedded[0] === 0) throw noCredentials(module);
  return new SharedRegion(embedded);
}

/**
 * What a module cannot serve closes it: that is to be seen now and not at the first login. Returns the algorithms that
 * it verifies.
 */
function tryOut(
  module: CompiledModule<"userauth">,
  { pointer, region }: UserauthSetup["credentials"] & object,
): string[] {
  const { exports, memory } = module.instantiate() as Instance<FullUserauthExports>;
  memory.write(pointer, region.length, region);
  const isServed = exports.credentialsLength() !== 0;
  const signatureAlgorithms = readSignatureAlgorithms({ exports, memory });
  memory.wipe();
  if (!isServed) {
    throw new CredentialsError(
      `${module.name} lacks something that the credentials ask for, a hash or memory for it; or they are of another version`,
    );
  }
  return signatureAlgorithms;
}
