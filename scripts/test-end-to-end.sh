#!/usr/bin/env bash
# A stage of Python end-to-end tests: test-end-to-end.sh STAGE FILE... [-- FLAG...]. Each file is run with the executable and
# ../shared, and prints `N passed, M failed` as its last line; their environment (web3.py, eth-abi, requests, trie) is realchain's.
# Skipped with one line where ../shared/realchain is absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stage=$1; shift
files=() flags=()
while [ $# -gt 0 ]; do
  case $1 in --) shift; flags=("$@"); break ;; *) files+=("$1") ;; esac
  shift
done
mkdir -p .build-test/reports
shared=${MARTLET_SHARED:-../shared}
if [ ! -x "$shared/realchain/run.sh" ]; then
  echo "skipped: the $stage tests need shared/realchain, which is not here (MARTLET_SHARED names the folder)"
  echo "0 0" >".build-test/reports/$stage.count"
  exit 0
fi
shared=$(realpath "$shared")
binary=.build-test/release/martlet
[ -x "$binary" ] || swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
home=${REALCHAIN_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet/realchain}
export REALCHAIN_HOME=$home PYTHONDONTWRITEBYTECODE=1
echo "test: Python environment of realchain in $home"
"$shared/realchain/run.sh" --setup
status=0 passed=0 failed=0
for file in "${files[@]}"; do
  echo "test: $file"
  log=.build-test/reports/$stage-$(basename "$file" .py).log
  "$home/.venv/bin/python" "$file" "$binary" "$shared" ${flags[@]+"${flags[@]}"} | tee "$log" || status=$?
  read -r good _ bad _ < <(tail -n 1 "$log") || true
  case ${good:-x}${bad:-x} in *[!0-9]*) good=0 bad=1 status=1 ;; esac
  passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed $failed" >".build-test/reports/$stage.count"
[ "$failed" -eq 0 ] || [ "$status" -ne 0 ] || status=1
exit "$status"
