// What a firmware's program admits: which userauth build, and its credentials.

import type { ModuleType, Transport } from "../../../assembly/abi/builds.js";
import type { HashCosts } from "../credentials/password-hash.js";
import type { AnyUserauthBuild } from "../credentials/credentials.js";
import type { ModuleFile } from "./embed-module.js";

/** What a board's program carries. Secret. */
export interface BoardCredentials {
  userauth: AnyUserauthBuild;
  /** The credentials region of that build (docs/abi.md). */
  credentials: Uint8Array;
  /** They are the development credentials, which everybody knows. */
  development: boolean;
  /** Which transport module. Default: DEFAULT_TRANSPORT. */
  transport?: Transport;
  /**
   * In place of the builds': modules with flags of their own, or of a benchmark. The userauth module's region is the
   * build's.
   */
  modules?: Partial<Record<ModuleType, ModuleFile>>;
  /** Full build: the device's application is asked about requests. */
  hostDecides?: boolean;
  /** Full build: of all passwords, if there are any. */
  hashCosts?: HashCosts;
}

/** What the person who builds should know of the credentials, a line each. */
export function noteCredentials({ development, hostDecides }: BoardCredentials): string[] {
  return [
    ...(development ? ["the development credentials are in force: anyone can log in"] : []),
    ...(hostDecides ? ["hostDecides: the board's main function sets device.authenticate, or these requests fail"] : []),
  ];
}
