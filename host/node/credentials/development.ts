// The development build's credentials: known to everybody, so that a first try needs no set-up.
//
// scripts/compile/main.ts embeds them; `sesame serve` tells them loudly. The key pair is made with the build, in
// build/dev.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DEVELOPMENT_PASSWORD, DEVELOPMENT_USER, encodeCredentials } from "./credentials.js";
import type { UserauthBuild } from "./credentials.js";
import { writeKeyPairFiles } from "../server/host-key.js";
import { packageRoot } from "../modules.js";
import { generateKeyPair, parsePublicKey } from "./openssh-keys.js";

/** Path of the development private key; the public one is beside it, in `.pub`. */
export function developmentKeyPath(): string {
  return join(packageRoot(), "build", "dev", "id_ed25519");
}

/** The development public key; undefined where no development build was made. */
export function developmentPublicKey(): Uint8Array | undefined {
  const path = `${developmentKeyPath()}.pub`;
  return existsSync(path) ? parsePublicKey(readFileSync(path, "utf8")).publicKey : undefined;
}

/** The development credentials for a userauth build; makes the key pair if there is none. */
export function developmentCredentials(build: UserauthBuild): Uint8Array {
  if (build === "password") return encodeCredentials(build, { user: DEVELOPMENT_USER, password: DEVELOPMENT_PASSWORD });
  const path = developmentKeyPath();
  if (!existsSync(path) || !existsSync(`${path}.pub`)) {
    writeKeyPairFiles(path, generateKeyPair(), "sesame development key", true);
  }
  return encodeCredentials(build, { user: DEVELOPMENT_USER, publicKey: developmentPublicKey()! });
}
