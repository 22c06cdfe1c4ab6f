#!/usr/bin/env bash
# Builds and runs every Swift test, in release mode (the official vectors take far longer in debug). Arguments go to swift build and test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p .build-test/reports
log=.build-test/reports/unit.log
echo "test: building (release, testable; the first time takes several minutes)"
swift build --build-tests "$@" >"$log" 2>&1 || { grep -E 'error|warning' "$log" | head -n 40; tail -n 5 "$log"; exit 1; }
export MARTLET_FUZZ_SECONDS="${MARTLET_FUZZ_SECONDS:-120}"
status=0
: >"$log"
# These suites keep every core busy for a minute. The other suites, whose sockets and timers would starve beside them, run before.
heavy='^(EVMTests|ConformanceTests|PathsTests|PoolsTests|PoolStoreTests|PoolVectorsTests|ChainRegistryTests)\.'
echo "test: running"
swift test --skip-build "$@" --skip "$heavy" >>"$log" 2>&1 || status=$?
swift test --skip-build "$@" --filter "$heavy" >>"$log" 2>&1 || status=$?
grep -E '^(skipped:|[Vv]ectors|degenbot|mev_blocks|evm_vectors|CREATE2|transaction suite|block suite|RLP suite|worst blocks: [0-9]|[A-Za-z ]+ fuzz:|EVM crash fuzzing)' "$log" | sort | uniq || true
grep -E '✘|recorded an issue|error:|Fatal error' "$log" | head -n 60 || true
grep -E 'Test run with' "$log" || true
[ "$(grep -cE 'Test run with [0-9]+ tests? .*(passed|failed)' "$log")" = 2 ] || { tail -n 20 "$log"; echo "test: a test process did not finish"; status=1; }
total=$(sed -n 's/.*Test run with \([0-9]*\) tests*.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
failed=$(grep -cE '✘ Test .* failed after' "$log" || true)
[ "${total:-0}" -gt 0 ] || { echo "test: no Swift test ran"; status=1; }
echo "$((${total:-0} - failed)) $failed" >.build-test/reports/unit.count
exit "$status"
