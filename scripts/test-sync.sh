#!/usr/bin/env bash
# `martlet pools` against ../shared/realchain: a sync under faults and kill -9, judged by eth_call. Skipped with one line where realchain
# is absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p .build-test/reports
shared=${MARTLET_SHARED:-../shared}
if [ ! -x "$shared/realchain/run.sh" ]; then
  echo "skipped: the sync tests need shared/realchain, which is not here (MARTLET_SHARED names the folder)"
  echo "0 0" >.build-test/reports/sync.count
  exit 0
fi
shared=$(realpath "$shared")
binary=.build-test/release/martlet
[ -x "$binary" ] || swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
home=${REALCHAIN_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet/realchain}
export REALCHAIN_HOME=$home PYTHONDONTWRITEBYTECODE=1
"$shared/realchain/run.sh" --setup
status=0
"$home/.venv/bin/python" Tests/EndToEnd/pool_sync.py "$binary" "$shared" "$@" | tee .build-test/reports/sync.log || status=$?
read -r good _ bad _ < <(tail -n 1 .build-test/reports/sync.log) || true
case ${good:-x}${bad:-x} in *[!0-9]*) good=0 bad=1 ;; esac
echo "$good $bad" >.build-test/reports/sync.count
exit "$status"
