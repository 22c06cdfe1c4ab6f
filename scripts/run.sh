#!/usr/bin/env bash
# `make run`: a local chain with traffic, keys that are public knowledge, our executor on it, and the node in live mode with its view.
# Everything on 127.0.0.1, in a folder that is thrown away at the end. Ctrl-C ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
martlet=$PWD/.build/release/martlet
if [ ! -x "$martlet" ]; then
  echo "run: $martlet is not there; \`make build\` makes it" >&2
  exit 3
fi
work=$(mktemp -d -t martlet-run-XXXXXX)
chain=
stop() {
  trap - EXIT INT TERM
  [ -n "$chain" ] && kill "$chain" 2>/dev/null && wait "$chain" 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "run: starting a local chain with our own V2- and V3-shaped pools, price gaps and random traders"
"$martlet" devnet --port 0 --market --traffic "${MARTLET_TRAFFIC:-3}" --block-time 2 --clock wall --quiet \
  --deployment "$work/deployment.json" >"$work/chain.log" 2>&1 &
chain=$!
until grep -q '^ready:' "$work/chain.log"; do
  kill -0 "$chain" 2>/dev/null || { echo "run: the chain did not start:" >&2; tail -n 5 "$work/chain.log" >&2; exit 4; }
  sleep 0.1
done
port=$(sed -n 's|^ready: http://127\.0\.0\.1:\([0-9]*\) .*|\1|p' "$work/chain.log")
echo "run: it listens on 127.0.0.1:$port"

echo "run: importing the two development keys of that chain (public knowledge; worthless elsewhere)"
(umask 077; head -c 24 /dev/urandom | base64 >"$work/password"; printf '%064x\n' 90 >"$work/searcher.hex"; printf '%064x\n' 91 >"$work/relay.hex")
# The text of one member of a command's JSON.
member() { sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'; }
import() { "$martlet" keys import --keys-dir "$work/keys" --key-file "$1" --password-file "$work/password" --light --json | member path; }
searcher=$(import "$work/searcher.hex")
relay=$(import "$work/relay.hex")
rm -f "$work/searcher.hex" "$work/relay.hex"

write_config() {
  cat >"$work/martlet.toml" <<TOML
[node]
data_dir = "$work/data"
endpoints = ["ws://127.0.0.1:$port", "http://127.0.0.1:$port"]

[keys]
searcher_keystore = "$searcher"
searcher_password_file = "$work/password"
relay_keystore = "$relay"
relay_password_file = "$work/password"

[admin]
socket = "$work/admin.sock"
$1
TOML
  "$martlet" chains overlay "$work/deployment.json" --relay-url "http://127.0.0.1:$port/relay" >>"$work/martlet.toml"
}
write_config ""
echo "run: deploying the executor"
executor=$("$martlet" executor deploy --chain devnet --config "$work/martlet.toml" --live --json | member address)
write_config "
[executor]
address = \"$executor\""

echo "run: starting the node, live, on the local chain (executor $executor); Ctrl-C ends it"
status=0
"$martlet" node --chain devnet --config "$work/martlet.toml" --live --view "$@" || status=$?
exit "$status"
