#!/usr/bin/env bash
# Installs the programs that the interoperability tests use, on Debian and its relatives, and unpacks OpenSSH 10's client into
# ~/.cache/sesame where the system's is older and Debian has a backport. Does nothing when all are there.
set -euo pipefail
# shellcheck source=scripts/debian.sh
source "$(dirname "$0")/debian.sh"

packages=(openssh-client dropbear-bin putty-tools python3-paramiko python3-asyncssh ssh-audit sshpass expect)

unpack_openssh_10() {
  local target="$HOME/.cache/sesame/openssh-10" suite
  [[ $(ssh -V 2>&1) =~ ^OpenSSH_[1-9]\. && ! -x $target/usr/bin/ssh ]] || return 0
  suite=$(apt-get indextargets --format '$(CODENAME)' 'Created-By: Packages' 'Label: Debian' | head -n 1)-backports
  unpack_from "$suite" "$target" "openssh-client/$suite"
}

install_missing "${packages[@]}"
if ! unpack_openssh_10; then
  echo "$program: OpenSSH 10 cannot be had here; the tests use $(ssh -V 2>&1)" >&2
fi
