// What OpenSSH's client sends when people have much in their environment, on their command line or in their
// certificates: more than fits into the buffers of a board. For servers that run.

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenSsh, runSsh, type Login } from "./openssh.js";
import { type Ending, folder, run } from "./programs.js";
import { type Endpoint, type KeyFile, makeKey, PASSWORD } from "./server.js";

const login = { password: PASSWORD };

/**
 * Runs a command with a variable of so many bytes in the environment that the client sends; `more` are options of ssh.
 */
export function withLargeVariable(
  ssh: OpenSsh,
  server: Endpoint,
  length: number,
  more: readonly string[] = [],
): Promise<Ending> {
  const extra = ["-o", "SendEnv=LC_BIG", ...more];
  return runSsh(ssh, server, login, ["echo in"], { extra, env: { LC_BIG: "x".repeat(length) } });
}

/** Runs `echo` with so many bytes. */
export function withLargeCommand(
  ssh: OpenSsh,
  server: Endpoint,
  length: number,
  more: readonly string[] = [],
): Promise<Ending> {
  return runSsh(ssh, server, login, [`echo ${"y".repeat(length)}`], { extra: more });
}

/** A certificate of the key, of about 7.5 kB: for 250 principals. Returns its file. */
export async function makeLargeCertificate({ path }: KeyFile): Promise<string> {
  const authority = await makeKey("authority");
  const copy = join(folder, "certified");
  copyFileSync(`${path}.pub`, `${copy}.pub`);
  const principals = Array.from({ length: 250 }, (_, index) => `team-project-environment-${index}`).join(",");
  const { status, stderr } = await run("ssh-keygen", [
    ...["-q", "-s", authority.path, "-I", "me", "-n", principals],
    `${copy}.pub`,
  ]);
  assert.equal(status, 0, stderr);
  return `${copy}-cert.pub`;
}

/** Logs in with the key, before which the client offers the certificate. */
export function withLargeCertificate(
  ssh: OpenSsh,
  server: Endpoint,
  key: KeyFile,
  certificate: string,
  user?: Login["user"],
): Promise<Ending> {
  const extra = ["-v", "-o", `CertificateFile=${certificate}`];
  return runSsh(ssh, server, { keys: [key], ...(user !== undefined && { user }) }, ["echo in"], { extra });
}
