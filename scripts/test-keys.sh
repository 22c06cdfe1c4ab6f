#!/usr/bin/env bash
# Keys and signers beside PyPI's eth-account, eth-keyfile and safe-eth-py: the command line (keys_roundtrip.py), then a living node, its signer
# process and a Safe on our devnet (keys_live.py).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python="${MARTLET_KEYS_PYTHON:-.venv-keys/bin/python}"
if ! "$python" -c 'import eth_account, eth_keyfile, requests, safe_eth' 2>/dev/null; then
  echo "test-keys: making .venv-keys"
  python3 -m venv .venv-keys
  .venv-keys/bin/pip install -q 'eth-account==0.14.0' 'eth-keyfile==0.10.0' 'requests==2.32.5'
  # For the contracts it carries; its own needs are many and not used.
  .venv-keys/bin/pip install -q --no-deps 'safe-eth-py==7.27.0'
  python=.venv-keys/bin/python
fi
martlet="${MARTLET:-$(swift build "$@" --show-bin-path)/martlet}"
[ -x "$martlet" ] || swift build "$@" --product martlet
mkdir -p .build-test/reports
export PYTHONDONTWRITEBYTECODE=1
status=0 passed=0 failed=0
for test in keys_roundtrip keys_live; do
  echo "test: Tests/EndToEnd/$test.py"
  "$python" "Tests/EndToEnd/$test.py" "$martlet" | tee ".build-test/reports/$test.log" || status=$?
  read -r good _ bad _ < <(tail -n 1 ".build-test/reports/$test.log") || true
  case ${good:-x}${bad:-x} in *[!0-9]*) good=0 bad=1 status=1 ;; esac
  passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed $failed" >.build-test/reports/keys.count
exit "$status"
