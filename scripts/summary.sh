#!/usr/bin/env bash
# Adds up what the stages of `make test` counted, and prints the closing line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.build-test/reports"
passed=0 failed=0
for stage in unit keys contracts fuzz devnet fork sync chain; do
  [ -f "$stage.count" ] || { echo "test: stage $stage left no count"; exit 1; }
  read -r good bad <"$stage.count"
  echo "  $stage: $good passed, $bad failed"
  passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
