// How people with other people's clients change a password that has expired. Each client is run to its end, which must
// be a good one: the server has then told it SUCCESS.

import { Client as Ssh2Client } from "ssh2";
import { expect } from "./expect.js";
import { type OpenSsh, sshOptions } from "./openssh.js";
import type { Endpoint } from "./server.js";

export interface PasswordChange {
  user: string;
  password: string;
  newPassword: string;
}

/** OpenSSH with the method password. A new password that is too short is tried first. */
export function changeAtTerminal(client: OpenSsh, server: Endpoint, change: PasswordChange): Promise<string> {
  const { password, newPassword } = change;
  return expect(
    `say {password: $} "${password}\\r"
     say {has expired.*old password: $} "${password}\\r"
     say {new password: $} "short\\r"
     say {Retype .*password: $} "short\\r"
     say {too short.*old password: $} "${password}\\r"
     say {new password: $} "${newPassword}\\r"
     say {Retype .*password: $} "${newPassword}\\r"`,
    [...openSsh(client, server, change, "password"), "exit 0"],
  );
}

/** OpenSSH with the method keyboard-interactive. Two new passwords that differ are tried first. */
export function changeInteractively(client: OpenSsh, server: Endpoint, change: PasswordChange): Promise<string> {
  const { password, newPassword } = change;
  return expect(
    `say {Password: $} "${password}\\r"
     say {New password: $} "${newPassword}\\r"
     say {again: $} "${newPassword} \\r"
     say {differ.*New password: $} "${newPassword}\\r"
     say {again: $} "${newPassword}\\r"`,
    [...openSsh(client, server, change, "keyboard-interactive"), "exit 0"],
  );
}

function openSsh({ program }: OpenSsh, server: Endpoint, { user, password }: PasswordChange, method: string): string[] {
  const options = sshOptions(server, { user, password });
  return [program, ...options, "-o", `PreferredAuthentications=${method}`, server.host];
}

export function changeWithPlink(server: Endpoint, { user, password, newPassword }: PasswordChange): Promise<string> {
  const options = ["-ssh", "-noagent", "-no-antispoof", "-P", String(server.port), "-l", user];
  return expect(
    `say {password: $} "${password}\\r"
     say {Current password.*: $} "\\r"
     say {new password: $} "${newPassword}\\r"
     say {Confirm new password: $} "${newPassword}\\r"`,
    ["plink", ...options, "-hostkey", server.fingerprint, server.host, "exit 0"],
  );
}

/** Resolves to the prompts that the server has sent. */
export function changeWithSsh2(
  { host, port }: Endpoint,
  { user, password, newPassword }: PasswordChange,
): Promise<string[]> {
  const prompts: string[] = [];
  return new Promise((resolve, reject) => {
    const client = new Ssh2Client();
    client.on("change password", (prompt, done) => {
      prompts.push(prompt);
      done(newPassword);
    });
    client.on("ready", () => client.end());
    client.on("error", reject);
    client.on("close", () => resolve(prompts));
    client.connect({ host, port, username: user, password, readyTimeout: 20_000 });
  });
}
