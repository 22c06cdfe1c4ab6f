#!/usr/bin/env bash
# Differential fuzzing of the EVM against EELS, the executable specification (PyPI ethereum-execution).
#   scripts/fuzz-evm.sh [--seconds N] [--seed S] [--jobs N] [--cases N]
# Exit 1 at a difference, whose case files are under .build-test/fuzz. The same seed and --cases give the same cases.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wanted="ethereum-execution==2.20.0"
venv="${XDG_CACHE_HOME:-$HOME/.cache}/martlet/eels-2.20.0"
if [ ! -f "$venv/.ready" ]; then
  echo "fuzz: installing $wanted into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv" || { echo "fuzz: cannot make $venv; the Debian package python3-venv is needed" >&2; exit 1; }
  "$venv/bin/pip" install -q --disable-pip-version-check "$wanted"
  touch "$venv/.ready"
fi
scratch="${MARTLET_FUZZ_SCRATCH:-.build}"
echo "fuzz: building martlet-fuzz (release)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # flags, word by word
swift build -c release --product martlet-fuzz --scratch-path "$scratch" ${MARTLET_FUZZ_FLAGS:-} >"$log" 2>&1 || { grep -E 'error' "$log" | head -n 20; tail -n 5 "$log"; exit 1; }
mkdir -p .build-test/reports
export PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
exec "$venv/bin/python" Tests/Fuzz/fuzz.py --binary "$scratch/release/martlet-fuzz" --out .build-test/fuzz --count-file .build-test/reports/fuzz.count "$@"
