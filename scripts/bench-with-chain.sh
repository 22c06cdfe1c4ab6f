#!/usr/bin/env bash
# A measurement beside ../shared/realchain: bench-with-chain.sh FILE.py [OUR-BENCH-EXECUTABLE]. Builds the executables, makes realchain's
# Python environment, runs the file with them and ../shared. Skipped with one line where ../shared/realchain is absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
file=$1 bench=${2:-}
shared=${MARTLET_SHARED:-../shared}
if [ ! -x "$shared/realchain/run.sh" ]; then
  echo "skipped: $file measures beside shared/realchain, which is not here (MARTLET_SHARED names the folder)"
  exit 0
fi
shared=$(realpath "$shared")
export REALCHAIN_HOME=${REALCHAIN_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/martlet/realchain} PYTHONDONTWRITEBYTECODE=1
"$shared/realchain/run.sh" --setup
swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
arguments=(.build-test/release/martlet)
if [ -n "$bench" ]; then
  (cd Benchmarks && MARTLET_TARGETS=$BENCH_ROWS swift build -c release --scratch-path ../.build-bench --product "$bench")
  arguments+=(".build-bench/release/$bench")
fi
exec "$REALCHAIN_HOME/.venv/bin/python" "$file" "${arguments[@]}" "$shared"
