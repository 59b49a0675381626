// Where a server keeps what it has made itself, whatever folder it is started in: the folder for state of the
// platform's convention.
//
// Earlier versions kept the host key in the current folder: such a key goes on being used, and it is said how to move
// it.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { shellQuoted } from "../credentials/text.js";

const FORMER_HOST_KEY = join(".sesame", "host_ed25519");

/** XDG Base Directory Specification; Apple's File System Programming Guide; Microsoft's known folders. */
export function stateFolder(platform = process.platform, env = process.env, home = homedir()): string {
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "sesame");
  if (platform === "darwin") return join(home, "Library", "Application Support", "sesame");
  const given = env["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(given) ? given : join(home, ".local", "state"), "sesame");
}

/**
 * Where the host key is unless another place is named; `note`: what the person who starts the server should know of it.
 */
export function hostKeyPlace(folder = stateFolder()): { path: string; note?: string } {
  const path = join(folder, "host_ed25519");
  if (!existsSync(FORMER_HOST_KEY)) return { path };
  if (existsSync(path))
    return { path, note: `${FORMER_HOST_KEY} is not used, but ${path}; --host-key names another one` };
  const move = `mkdir -p ${shellQuoted(folder)} && mv ${FORMER_HOST_KEY} ${FORMER_HOST_KEY}.pub ${shellQuoted(folder)}`;
  return { path: FORMER_HOST_KEY, note: `the host key is ${FORMER_HOST_KEY}, of this folder alone; for all: ${move}` };
}
