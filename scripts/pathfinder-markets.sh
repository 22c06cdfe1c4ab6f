#!/usr/bin/env bash
# Writes the markets and swap streams of ../shared/pathfinder-reference (seed 7) as flat arrays, for PathsTests and martlet-path-bench.
# Usage: scripts/pathfinder-markets.sh OUT [PROFILE...]    then  export MARTLET_PATHFINDER_MARKETS=OUT
set -euo pipefail
out=${1:?usage: pathfinder-markets.sh OUT [PROFILE...]}
shift
shared=${MARTLET_SHARED:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/shared}
generator=$shared/pathfinder-reference/generate_market.py
if [ ! -f "$generator" ]; then
  echo "skipped: $generator is not here (MARTLET_SHARED names the folder)"
  exit 0
fi
mkdir -p "$out"
[ -x "$out/venv/bin/python" ] || python3 -m venv "$out/venv"
"$out/venv/bin/python" -c 'import numpy' 2>/dev/null || "$out/venv/bin/pip" -q install numpy numba
export PYTHONPYCACHEPREFIX=$out/pycache NUMBA_CACHE_DIR=$out/numba
for profile in "${@:-small}"; do
  "$out/venv/bin/python" "$generator" "$profile" "$out/$profile.npz" --raw "$out/$profile"
done
