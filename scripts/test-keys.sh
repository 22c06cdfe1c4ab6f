#!/usr/bin/env bash
# Keys and signers beside PyPI's eth-account and eth-keyfile: the command line (keys_roundtrip.py), then the Swift suites that need Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python="${MARTLET_KEYS_PYTHON:-.venv-keys/bin/python}"
if [ ! -x "$python" ]; then
  echo "test-keys: making .venv-keys"
  python3 -m venv .venv-keys
  .venv-keys/bin/pip install -q 'eth-account==0.14.0' 'eth-keyfile==0.10.0'
  python=.venv-keys/bin/python
fi
martlet="${MARTLET:-$(swift build "$@" --show-bin-path)/martlet}"
[ -x "$martlet" ] || swift build "$@" --product martlet
mkdir -p .build-test/reports
log=.build-test/reports/keys.log
status=0
"$python" Tests/EndToEnd/keys_roundtrip.py "$martlet" | tee "$log" || status=$?
sed -n 's/^\([0-9]*\) passed \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1 >.build-test/reports/keys.count
exit "$status"
