#!/usr/bin/env bash
# Installs the programs that the interoperability tests use, on Debian and its relatives. Does nothing when all are there.
set -euo pipefail

packages=(openssh-client dropbear-bin putty-tools python3-paramiko python3-asyncssh ssh-audit sshpass expect)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install-test-tools: this is not a Debian system. Install what corresponds to: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install-test-tools: all present"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-test-tools: needs root (or sudo) to install: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "install-test-tools: installing ${missing[*]}"
"${as_root[@]}" apt-get update --quiet
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
