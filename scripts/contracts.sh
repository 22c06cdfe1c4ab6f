#!/usr/bin/env bash
# Compiles the contracts with the pinned compiler, compares with the committed artifacts, runs their tests.
#   scripts/contracts.sh          check and test
#   scripts/contracts.sh write    compile and write the artifacts, the gas snapshot and the vectors
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv-contracts
python=$venv/bin/python
stamp=$venv/.requirements
wanted=$(cat contracts/requirements.txt scripts/contracts.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  echo "contracts: installing the pinned compiler and test tools into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv" || { echo "contracts: cannot make $venv; the Debian package python3-venv is needed" >&2; exit 1; }
  "$venv/bin/pip" install -q --disable-pip-version-check -r contracts/requirements.txt
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps web3-ethereum-defi==1.2
  echo "$wanted" >"$stamp"
fi
export PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
if [ "${1:-}" = write ]; then
  "$python" contracts/build.py write
  MARTLET_WRITE=1 "$python" -m pytest -q -p no:cacheprovider contracts/tests/test_gas.py contracts/tests/test_vectors.py
  exit
fi
mkdir -p .build-test/reports
log=.build-test/reports/contracts.log
status=0
"$python" contracts/build.py check || status=1
"$python" -m pytest -q -p no:cacheprovider contracts/tests >"$log" 2>&1 || status=1
grep -E '^(FAILED|ERROR)' "$log" || true
tail -n 1 "$log"
passed=$(sed -n 's/.*[^0-9]\{0,1\}\b\([0-9][0-9]*\) passed.*/\1/p' "$log" | tail -n 1)
failed=$(sed -n 's/.*\b\([0-9][0-9]*\) \(failed\|error\).*/\1/p' "$log" | tail -n 1)
[ "${passed:-0}" -gt 0 ] || { tail -n 20 "$log"; status=1; }
echo "${passed:-0} ${failed:-0}" >.build-test/reports/contracts.count
exit "$status"
