// The users of `--config` for a board: the full userauth build that its program carries, and the credentials region for
// exactly that module. What the users need and the module lacks is refused here: on the board it would keep them out.

import { readFileSync } from "node:fs";
import { BOARD_ARGON2_MEMORY_KIB, type Flags } from "../../../assembly/abi/builds.js";
import { CredentialsError } from "../credentials/credentials.js";
import { encodeUsers, type UserKey, type UsersTable } from "../credentials/users-region.js";
import { plainModulePath } from "../modules.js";
import type { BoardCredentials } from "./board-credentials.js";
import type { ModuleFile } from "./embed-module.js";
import { BOARD_USERAUTH, readFullModule } from "./full-module.js";

/** A build of somebody's own. */
export interface OwnBuild {
  /** The flags that it was compiled with. */
  use: Flags;
  module: ModuleFile;
}

/** `own`: a full userauth build in place of the package's build. Throws a `CredentialsError`. */
export function boardUsers(table: UsersTable, own?: OwnBuild): BoardCredentials {
  const { use = {}, module } = own ?? {};
  const wasm = module?.wasm ?? readFileSync(plainModulePath(BOARD_USERAUTH));
  const { credentialsCapacity, signatureAlgorithms } = readFullModule(wasm);
  refuseMissing(table, use, signatureAlgorithms);
  const { ARGON2_KIB: argon2MemoryKiB = BOARD_ARGON2_MEMORY_KIB } = use;
  const costs = table.users.find(({ password }) => password)?.password;
  const { known = [], others = [] } = table.hostDecides ?? {};
  return {
    userauth: "full",
    credentials: encodeUsers(table, { capacity: credentialsCapacity, argon2MemoryKiB }),
    development: false,
    hostDecides: known.length + others.length > 0,
    ...(costs && { hashCosts: costs }),
    ...(module && { modules: { userauth: module } }),
  };
}

/** Throws a `CredentialsError` for what the flags have left out of the module, which verifies `signatureAlgorithms`. */
export function refuseMissing(table: UsersTable, use: Flags, signatureAlgorithms: string[]): void {
  const lacks = (flag: string): boolean => use[flag] === 0;
  const refuse = (who: string, needs: string): never => {
    throw new CredentialsError(`${who} ${needs}, and the module is built without`);
  };
  if (table.banner && lacks("WITH_BANNER")) refuse("the banner", "needs WITH_BANNER");
  if (table.hostDecides && lacks("WITH_HOST_DECISIONS")) refuse("hostDecides", "needs WITH_HOST_DECISIONS");
  for (const { name, password, passwordExpired, keys = [], required } of table.users) {
    const who = `user ${JSON.stringify(name)}`;
    const hashFlag = password?.algorithm === "argon2id" ? "WITH_ARGON2ID" : "WITH_PBKDF2";
    if (password && lacks(hashFlag)) refuse(who, `has a password that needs ${hashFlag}`);
    if (passwordExpired && lacks("WITH_PASSWORD_CHANGE"))
      refuse(who, "has an expired password, which needs WITH_PASSWORD_CHANGE");
    for (const type of keys.map(typeOf)) {
      if (!signatureAlgorithms.includes(type.replace("ssh-rsa", "rsa-sha2-512")))
        refuse(who, `has a key of the type ${type}`);
    }
    const missing = required.map((list) => {
      if (list.length > 1 && lacks("WITH_MULTI_FACTOR")) return "WITH_MULTI_FACTOR";
      const isInteractive = list.includes("keyboard-interactive");
      return isInteractive && lacks("WITH_KEYBOARD_INTERACTIVE") ? "WITH_KEYBOARD_INTERACTIVE" : undefined;
    });
    if (missing.length > 0 && missing.every((flag) => flag !== undefined))
      refuse(who, `needs ${[...new Set(missing)].join(" or ")} for each list of methods`);
  }
}

/** RFC 4253 §6.6: what a key blob begins with. */
function typeOf({ blob }: UserKey): string {
  const bytes = Buffer.from(blob);
  return bytes.toString("latin1", 4, 4 + bytes.readUInt32BE());
}
