// The programs of others that interoperability tests talk to. OpenSSH's client must be there; each of the others is
// used where it is installed, and a test that lacks one is skipped with a reason that says what to install. In CI
// (environment variable CI) nothing is skipped: a missing program fails the test file.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The interpreter that Debian's python3-* packages belong to, where there is one. */
export const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** Where scripts/install-test-tools.sh unpacks OpenSSH 10's client when the system's is older. */
export const OPENSSH_10 = join(homedir(), ".cache", "sesame", "openssh-10", "usr", "bin", "ssh");

const PEERS = {
  ssh: { debianPackage: "openssh-client", command: ["ssh", "-V"] },
  "ssh-keygen": { debianPackage: "openssh-client", command: ["ssh-keygen", "-?"] },
  dbclient: { debianPackage: "dropbear-bin", command: ["dbclient", "-V"] },
  plink: { debianPackage: "putty-tools", command: ["plink", "-V"] },
  python: { debianPackage: "python3", command: [PYTHON, "-c", ""] },
  paramiko: { debianPackage: "python3-paramiko", command: [PYTHON, "-c", "import paramiko"] },
  asyncssh: { debianPackage: "python3-asyncssh", command: [PYTHON, "-c", "import asyncssh"] },
  "ssh-audit": { debianPackage: "ssh-audit", command: ["ssh-audit", "--help"] },
  sshpass: { debianPackage: "sshpass", command: ["sshpass", "-V"] },
  expect: { debianPackage: "expect", command: ["expect", "-v"] },
  bash: { debianPackage: "bash", command: ["bash", "--version"] },
  gcc: { debianPackage: "gcc", command: ["gcc", "--version"] },
  "arm-none-eabi-gcc": { debianPackage: "gcc-arm-none-eabi", command: ["arm-none-eabi-gcc", "--version"] },
  cargo: { debianPackage: "cargo", command: ["cargo", "--version"] },
} as const;

export type Peer = keyof typeof PEERS;

const REQUIRED = new Set<Peer>(["ssh", "ssh-keygen"]);

const installed = new Map<Peer, boolean>();

function isInstalled(peer: Peer): boolean {
  let found = installed.get(peer);
  if (found === undefined) installed.set(peer, (found = starts(peer)));
  return found;
}

function starts(peer: Peer): boolean {
  const [program, ...args] = PEERS[peer].command;
  const { status, error } = spawnSync(program, args, { stdio: "ignore" });
  // Python may be there without the module; every other program is what we look for if it starts
  return error === undefined && (program !== PYTHON || status === 0);
}

/** Options for `test(name, needs("plink"), …)`. Throws where the peers are required and missing. */
export function needs(...peers: Peer[]): { skip?: string } {
  const missing = peers.filter((peer) => !isInstalled(peer));
  if (missing.length === 0) return {};
  const packages = [...new Set(missing.map((peer) => PEERS[peer].debianPackage))];
  const reason = `needs ${missing.join(", ")}: apt-get install ${packages.join(" ")}`;
  if (process.env["CI"] || missing.some((peer) => REQUIRED.has(peer))) throw new Error(reason);
  return { skip: reason };
}
