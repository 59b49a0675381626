#!/usr/bin/env bash
# Installs the programs that the interoperability tests use, on Debian and its relatives, and unpacks OpenSSH 10's client into
# ~/.cache/sesame where the system's is older and Debian has a backport. Does nothing when all are there.
set -euo pipefail

packages=(openssh-client dropbear-bin putty-tools python3-paramiko python3-asyncssh ssh-audit sshpass expect)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "install-test-tools: this is not a Debian system. Install what corresponds to: ${packages[*]}" >&2
  exit 1
fi

install_missing() {
  local package state missing=() as_root=()
  for package in "${packages[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "install-test-tools: all packages present"
    return
  fi
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
}

# The release's backports are asked on their own, with lists in a temporary folder: the system's configuration stays as it is.
unpack_openssh_10() {
  local target="$HOME/.cache/sesame/openssh-10" work site codename
  [[ $(ssh -V 2>&1) =~ ^OpenSSH_[1-9]\. && ! -x $target/usr/bin/ssh ]] || return 0
  read -r site codename < <(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' 'Label: Debian') || return 1
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $codename-backports main" >"$work/sources.list"
  local apt=(apt-get --quiet -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")
  "${apt[@]}" update && (cd "$work" && "${apt[@]}" download "openssh-client/$codename-backports") &&
    mkdir -p "$target" && dpkg --extract "$work"/openssh-client_*.deb "$target"
  local result=$?
  rm -rf "$work"
  return $result
}

install_missing
if ! unpack_openssh_10; then
  echo "install-test-tools: OpenSSH 10 cannot be had here; the tests use $(ssh -V 2>&1)" >&2
fi
