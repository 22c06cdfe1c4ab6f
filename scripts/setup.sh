#!/usr/bin/env bash
# Makes a Debian 12 machine ready to build and test Martlet: checks the Swift toolchain, installs missing Debian packages.
# Says what it does; does nothing when nothing is missing.
set -euo pipefail

packages=(
  libsecp256k1-dev libssl-dev libgmp-dev libcurl4-openssl-dev librocksdb-dev libsqlite3-dev zlib1g-dev libp11-kit-dev softhsm2 opensc
  pkg-config python3 python3-venv gzip xz-utils git make g++
)

fail() { echo "setup: $*" >&2; exit 1; }

command -v swift >/dev/null || fail "no 'swift' on the PATH; install a Swift 6.3 toolchain from swift.org/install and run again"
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
[ "$(printf '%s\n6.3\n' "$version" | sort -V | head -n 1)" = 6.3 ] || fail "Swift $version found, 6.3 or newer is needed"

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || fail "these packages are missing and this is no Debian system: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "run as root once: apt-get install -y ${missing[*]}"
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
fi
echo "setup: Swift $version and all Debian packages are here"
