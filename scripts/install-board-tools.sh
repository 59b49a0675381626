#!/usr/bin/env bash
# Installs what builds and emulates the firmware of the boards, on Debian and its relatives, and unpacks Raspberry Pi's pico-sdk with
# TinyUSB into ~/.cache/sesame/pico-sdk: Debian 13 packages them as sources. Does nothing when all is there.
set -euo pipefail
# shellcheck source=scripts/debian.sh
source "$(dirname "$0")/debian.sh"

packages=(
  gcc g++ libc6-dev cmake ninja-build clang-format
  gcc-arm-none-eabi libnewlib-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm
  gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc
)
# the sources of WAMR travel in a crate: any cargo that is there will do
command -v cargo >/dev/null || packages+=(cargo)
suite=trixie
wanted="pico-sdk 2.1.1, tinyusb 0.18.0"
target="$HOME/.cache/sesame/pico-sdk"

# The versions in the folder as the sources state them.
versions_in() {
  local sdk=$1/usr/src/pico-sdk/pico_sdk_version.cmake tinyusb=$1/usr/src/tinyusb/src/tusb_option.h
  [ -f "$sdk" ] && [ -f "$tinyusb" ] || return 0
  awk '/^set\(PICO_SDK_VERSION_(MAJOR|MINOR|REVISION) / { v = v s ($2 + 0); s = "." } END { printf "pico-sdk %s, ", v }' "$sdk"
  awk '/^#define TUSB_VERSION_(MAJOR|MINOR|REVISION) / { v = v s $3; s = "." } END { print "tinyusb " v }' "$tinyusb"
}

unpack_pico_sdk() {
  local found work
  if [ "$(versions_in "$target")" = "$wanted" ]; then
    echo "$program: $wanted in $target"
    return
  fi
  mkdir -p "$(dirname "$target")"
  work=$(mktemp -d "$target.XXXXXX")
  # what is unpacked only in part never gets the name that the builds look for
  # shellcheck disable=SC2064 # expanded now: the variable is gone at the end
  trap "rm -rf '$work'" EXIT
  unpack_from "$suite" "$work" pico-sdk-source tinyusb-source || fail "pico-sdk-source and tinyusb-source of Debian $suite cannot be had"
  found=$(versions_in "$work")
  [ "$found" = "$wanted" ] || fail "Debian $suite has ${found:-no pico-sdk}; the firmware is made for $wanted"
  rm -rf "$target"
  chmod 755 "$work"
  mv "$work" "$target"
  echo "$program: unpacked $wanted into $target"
}

install_missing "${packages[@]}"
unpack_pico_sdk
