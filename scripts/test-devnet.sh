#!/usr/bin/env bash
# `martlet devnet` driven from outside: every Tests/EndToEnd/devnet_*.py, which print `N passed, M failed` at the end.
# Their Python environment (web3.py, eth-abi, requests) is realchain's; skipped with one line where that is absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p .build-test/reports
shared=${MARTLET_SHARED:-../shared}
if [ ! -x "$shared/realchain/run.sh" ]; then
  echo "skipped: the devnet's end-to-end tests need the Python environment of shared/realchain, which is not here"
  echo "0 0" >.build-test/reports/devnet.count
  exit 0
fi
shared=$(realpath "$shared")
binary=.build-test/release/martlet
[ -x "$binary" ] || swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
home=${REALCHAIN_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet/realchain}
export REALCHAIN_HOME=$home PYTHONDONTWRITEBYTECODE=1
"$shared/realchain/run.sh" --setup
status=0 passed=0 failed=0
for test in Tests/EndToEnd/devnet_*.py; do
  echo "test: $test"
  "$home/.venv/bin/python" "$test" "$binary" "$shared" | tee .build-test/reports/devnet.log || status=$?
  read -r good _ bad _ < <(tail -n 1 .build-test/reports/devnet.log) || true
  case ${good:-x}${bad:-x} in *[!0-9]*) good=0 bad=1 status=1 ;; esac
  passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed $failed" >.build-test/reports/devnet.count
exit "$status"
