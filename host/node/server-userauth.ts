// Who judges the userauth requests of a server: the module and the credentials that its options name, checked before anything listens.

import { UserauthStatus } from "../../assembly/abi.js";
import type { Peer } from "./authentication.js";
import {
  CredentialsError,
  credentialsPointer,
  FULL_BUILD,
  fullRegion,
  publicKeyOfRegion,
  readCredentials,
  userOfRegion,
} from "./credentials.js";
import type { AnyUserauthBuild, UserauthBuild } from "./credentials.js";
import type { CompiledModule } from "./modules.js";
import { fingerprint } from "./openssh-keys.js";
import { userauthThreads } from "./server-options.js";
import type { ServerOptions } from "./server-options.js";
import { openUserauth } from "./userauth.js";
import type { OnlyUser, Userauth } from "./userauth.js";
import { UserauthInstance } from "./userauth-instance.js";
import type { UserauthSetup } from "./userauth-instance.js";
import { UserauthService } from "./userauth-service.js";
import type { UserauthReport } from "./userauth-service.js";
import { encodeUsers, METHODS } from "./users-region.js";
import type { UsersTable } from "./users-region.js";

/** Makes a `Userauth` for each connection. */
export interface UserauthSource {
  /** Of the keys that the module verifies; undefined for Ed25519 alone. */
  signatureAlgorithms?: readonly string[];
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
  const given = build === FULL_BUILD ? givenRegion(options, module) : options.credentials;
  const embedded = readCredentials(build, module);
  const region = given ?? embedded;
  if (region.length !== embedded.length) {
    throw new CredentialsError(`${module.name} takes ${embedded.length} bytes of credentials, not ${region.length}`);
  }
  const isEmpty = build === FULL_BUILD ? region[0] === 0 : userOfRegion(region) === undefined;
  if (isEmpty) throw new CredentialsError(`the module ${module.name} embeds no credentials, and none were given`);
  const credentials = { pointer: credentialsPointer(build, module), region };
  if (build !== FULL_BUILD) {
    const setup = { credentials: given && credentials, payloadCapacity };
    const onlyUser = onlyUserOf(build, region);
    return { open: (sessionId) => openUserauth(module, setup, sessionId, onlyUser), close: () => Promise.resolve() };
  }
  const signatureAlgorithms = tryOut(module, { credentials, payloadCapacity });
  const { authenticate, storePassword } = options;
  const threads = userauthThreads(options);
  const service = new UserauthService({ module, credentials, payloadCapacity, threads, authenticate, storePassword });
  return {
    signatureAlgorithms,
    open: (sessionId, peer, report) => service.open(sessionId, peer, report),
    close: () => service.close(),
  };
}

function onlyUserOf(build: UserauthBuild, region: Uint8Array): OnlyUser {
  const publicKey = publicKeyOfRegion(region);
  return {
    user: userOfRegion(region),
    method: build === "password" ? "password" : "publickey",
    key: publicKey && fingerprint(publicKey),
  };
}

function givenRegion(
  { users, authenticate, credentials }: ServerOptions,
  module: CompiledModule<"userauth">,
): Uint8Array | undefined {
  if (credentials) return fullRegion(module, credentials);
  if (!users && !authenticate) return undefined;
  const table: UsersTable = { users: [], ...users };
  if (authenticate) table.hostDecides ??= { others: [...METHODS] };
  const capacity = readCredentials(FULL_BUILD, module).length;
  return fullRegion(module, encodeUsers(table, { capacity }));
}

/**
 * What a module cannot honour closes it: that is to be seen now and not at the first login. Returns the public key algorithms that it
 * verifies.
 */
function tryOut(module: CompiledModule<"userauth">, setup: UserauthSetup): string[] {
  const instance = new UserauthInstance(module.instantiate(), setup, new Uint8Array(32));
  const none = Buffer.from("2\0\0\0\0\0\0\0\x0essh-connection\0\0\0\x04none", "latin1");
  const { status } = instance.receive(none);
  const signatureAlgorithms = instance.signatureAlgorithms();
  instance.end();
  if (status !== UserauthStatus.FAILURE) {
    throw new CredentialsError(`${module.name} lacks something that the credentials ask for: a hash, or memory for it`);
  }
  return signatureAlgorithms;
}
