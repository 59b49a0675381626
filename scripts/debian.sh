# Functions for the scripts that install or unpack Debian packages; to be sourced.

program=$(basename "$0" .sh)

fail() {
  echo "$program: $*" >&2
  exit 1
}

# Installs those of the named packages that are not there.
install_missing() {
  local package state missing=() as_root=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "this is not a Debian system. Install what corresponds to: $*"
  fi
  for package in "$@"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "$program: all packages present"
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "needs root (or sudo) to install: ${missing[*]}"
    as_root=(sudo)
  fi
  echo "$program: installing ${missing[*]}"
  "${as_root[@]}" apt-get update --quiet
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}

# unpack_from SUITE TARGET PACKAGE[=VERSION]...: unpacks packages of another suite without installing them. Its lists are asked for
# on their own, in a temporary folder: the system's configuration stays as it is.
unpack_from() {
  local suite=$1 target=$2 site work package result=0
  shift 2
  read -r site < <(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian') || return 1
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" >"$work/sources.list"
  local apt=(apt-get --quiet -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")
  if "${apt[@]}" update && (cd "$work" && "${apt[@]}" download "$@") && mkdir -p "$target"; then
    for package in "$work"/*.deb; do dpkg --extract "$package" "$target" || result=1; done
  else
    result=1
  fi
  rm -rf "$work"
  return $result
}
